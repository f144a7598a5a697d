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


READING_ROLES = frozenset({Role.PATHOLOGIST, Role.ADJUDICATOR, Role.QA_READER})


class Study(Record):
    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True, max_length=4000)

    class Meta:
        verbose_name_plural = "studies"

    def __str__(self) -> str:
        return self.name


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

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="protocols")
    version = models.PositiveIntegerField()
    readers_per_specimen = models.PositiveSmallIntegerField(default=2)
    mode = models.CharField(max_length=16, choices=Mode, default=Mode.INDEPENDENT)
    reveal_to_readers = models.CharField(max_length=24, choices=Reveal, default=Reveal.AFTER_ALL_READINGS)
    marker_schemes = models.JSONField(default=dict, help_text='Marker to scoring scheme, e.g. {"ER": "h-score"}.')
    algorithms = models.JSONField(default=list, help_text='Model cards by key and version, e.g. ["nnp@1"].')
    frozen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "version"], name="studies_protocol_version"),
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
