import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("slides", "0003_presentation_reading_session"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoreProposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("working", "Working"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "progress",
                    models.FloatField(default=0.0, help_text="Share of the work that is done, 0 to 1."),
                ),
                (
                    "error",
                    models.CharField(
                        blank=True, help_text="Why there is no proposal, for a technician.", max_length=400
                    ),
                ),
                (
                    "cores",
                    models.JSONField(default=list, help_text="[{row, column, x_px, y_px, radius_px, present}]"),
                ),
                (
                    "is_edited",
                    models.BooleanField(default=False, help_text="A person placed the circles, or changed them."),
                ),
                (
                    "method",
                    models.CharField(blank=True, help_text="What proposed them, with its version.", max_length=40),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                (
                    "claim",
                    models.UUIDField(blank=True, help_text="The worker's fencing token while it works.", null=True),
                ),
                (
                    "slide",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="slides.slide"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
