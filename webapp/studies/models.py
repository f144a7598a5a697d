"""A study: cases read under one protocol; the unit of membership and of agreement."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from webapp.core.models import Record


class Role(models.TextChoices):
    """Roles are given per study; what a person may see is decided per specimen, never by role alone."""

    PATHOLOGIST = "pathologist", "Pathologist"
    ADJUDICATOR = "adjudicator", "Adjudicator"
    QA_READER = "qa_reader", "QA second reader"
    TECHNICIAN = "technician", "Technician"
    ADMINISTRATOR = "administrator", "Study administrator"
    KEY_HOLDER = "key_holder", "Key holder"


READING_ROLES = frozenset({Role.PATHOLOGIST, Role.ADJUDICATOR, Role.QA_READER})
#: What slides are stained for.
MARKERS = ("ER", "PR", "p53", "HER2", "Ki-67", "H&E")


class Study(Record):
    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, max_length=4000)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="No more reading; may be opened again.")
    locked_at = models.DateTimeField(null=True, blank=True, help_text="The data are locked, for good.")

    class Meta:
        verbose_name_plural = "studies"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(locked_at=None) | models.Q(closed_at__isnull=False), name="studies_locked_is_closed"
            ),
        ]

    def __str__(self) -> str:
        return self.name


def default_tolerances() -> dict[str, str]:
    """By scheme, in its own points; ours, to be replaced by the laboratory's limits of agreement. A category that
    differs is discordant whatever the numbers."""
    return {"h-score": "40", "allred": "1", "ki-67": "10"}


class Protocol(Record):
    """One version of a study's protocol. The highest version is in force; a frozen one is never changed."""

    class Mode(models.TextChoices):
        INDEPENDENT = "independent"
        SEQUENTIAL = "sequential"
        CONCURRENT = "concurrent"

    class Reveal(models.TextChoices):
        AFTER_ALL_READINGS = "after_all_readings"
        AFTER_RE_READS = "after_re_reads"
        NEVER = "never"

    class Design(models.TextChoices):
        CROSSED = "crossed", "Every reader reads every specimen"
        BALANCED = "balanced", "Each specimen goes to some of the readers, evenly"
        SPLIT_PLOT = "split_plot", "Groups of readers, each with its own specimens"

    class CoreRule(models.TextChoices):
        MEAN = "mean", "Mean of the cores"
        ANY_POSITIVE = "any_positive", "The highest core"
        CELLULARITY = "cellularity_weighted", "Mean weighted by tumour nuclei"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="protocols")
    version = models.PositiveIntegerField()
    readers_per_specimen = models.PositiveSmallIntegerField(default=2)
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.INDEPENDENT)
    reveal_to_readers = models.CharField(max_length=24, choices=Reveal, default=Reveal.AFTER_ALL_READINGS)
    marker_schemes = models.JSONField(default=dict, help_text='Marker to scoring scheme, e.g. {"ER": "h-score"}.')
    algorithms = models.JSONField(default=list, help_text='Model cards by key and version, e.g. ["nnp@1"].')
    tolerances = models.JSONField(
        default=default_tolerances, help_text="Largest difference (max - min) that is averaged, by scheme."
    )
    readings_shown_to_adjudicator = models.BooleanField(default=False)
    algorithm_weight = models.DecimalField(
        max_digits=4, decimal_places=2, default=1, help_text="Beside a weight of 1 for each reader."
    )
    design = models.CharField(max_length=12, choices=Design, default=Design.BALANCED)
    workload_cap = models.PositiveIntegerField(null=True, blank=True, help_text="Specimens per reader and series.")
    reading_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="From assignment to deadline.")
    qa_share = models.DecimalField(
        max_digits=4, decimal_places=3, default=0, help_text="0..1 of single-read specimens get a blinded second read."
    )
    re_read_series = models.PositiveSmallIntegerField(default=0, help_text="Further series by the same readers.")
    re_reads_turned = models.BooleanField(default=False, help_text="Re-reads are shown rotated or mirrored.")
    washout_days = models.PositiveSmallIntegerField(default=14)
    qualification_share = models.DecimalField(
        max_digits=4, decimal_places=3, default=0,
        help_text="0..1 of the qualification set to agree with before the first reading; 0 asks for none.",
    )  # fmt: skip
    core_rule = models.CharField(max_length=24, choices=CoreRule, default=CoreRule.MEAN)
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "version"], name="studies_protocol_version"),
            models.CheckConstraint(
                condition=models.Q(re_read_series=0) | ~models.Q(reveal_to_readers="after_all_readings"),
                name="studies_re_reads_stay_blind",
            ),
            models.CheckConstraint(
                condition=models.Q(qa_share__gte=0, qa_share__lte=1)
                & models.Q(qualification_share__gte=0, qualification_share__lte=1)
                & models.Q(algorithm_weight__gte=0),
                name="studies_protocol_shares",
            ),
            models.CheckConstraint(
                condition=models.Q(readers_per_specimen__lte=5), name="studies_protocol_readers_0_to_5"
            ),
        ]
        ordering = ["-version"]


class Membership(Record):
    study = models.ForeignKey(Study, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=16, choices=Role)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "user", "role"], name="studies_membership_once"),
        ]
