from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reading", "0002_signed_is_for_good"), ("studies", "0003_reading_protocol")]

    operations = [
        migrations.RemoveConstraint(model_name="readingsession", name="reading_one_session_each"),
        migrations.AddConstraint(
            model_name="readingsession",
            constraint=models.UniqueConstraint(
                fields=("study", "reader", "purpose", "series", "protocol"), name="reading_one_session_each"
            ),
        ),
    ]
