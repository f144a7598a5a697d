"""Veils and exposures: the one place that knows who may not yet see what others said of a specimen."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from webapp.core.models import Record
from webapp.slides.models import Specimen


class Veil(Record):
    """While it hangs, everything others (people or algorithms) said of the specimen is hidden from the person."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=80)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "specimen"], condition=models.Q(lifted_at=None), name="blinding_one_veil"
            ),
        ]


class Exposure(Record):
    """A person has been shown what another person or an algorithm said of a specimen. Recorded for good."""

    class Source(models.TextChoices):
        ALGORITHM = "algorithm"
        READING = "reading"
        CONSENSUS = "consensus"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, choices=Source)
    source_id = models.UUIDField(help_text="The run, reading or consensus that was shown.")
    planned = models.BooleanField(help_text="Whether the protocol plans it at that stage.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "source", "source_id"], name="blinding_exposed_once"),
        ]


class Opening(Record):
    """Reading of the specimen is over for everybody: the protocol reveals it to readers. Until then it is veiled for
    whoever holds a reading role in its study."""

    specimen = models.OneToOneField(Specimen, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=80)


class Admission(Record):
    """The protocol plans that this person sees this kind of thing of the specimen although it is veiled for them: the
    algorithm after their unaided reading (sequential) or from the start (concurrent), the readings for an adjudicator.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=12, choices=Exposure.Source)
    reason = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "specimen", "source"], name="blinding_admitted_once"),
        ]
