"""Slides of a study, what is on them (specimens, fields of view), and the opaque presentations they are opened by.

Lengths ending in ``_px`` are level-0 pixels of the slide.
"""

from __future__ import annotations

import uuid
from string import ascii_uppercase

from django.conf import settings
from django.db import models

from webapp.cases.models import Case
from webapp.core.models import Record
from webapp.studies.models import Study


class StainingBatch(Record):
    """Slides stained together, and their positive-control field."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    marker = models.CharField(max_length=24)
    antibody_clone = models.CharField(max_length=80, blank=True)
    platform = models.CharField(max_length=80, blank=True)
    protocol = models.CharField(max_length=80, blank=True)
    run_date = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "staining batches"
        constraints = [models.UniqueConstraint(fields=["study", "name"], name="slides_batch_name_once")]


class Slide(Record):
    """One whole-slide image file of a study. ``services`` are the only writers; ``state`` moves by ``TRANSITIONS``."""

    class State(models.TextChoices):
        REGISTERED = "registered"
        INGESTING = "ingesting"
        READY = "ready"
        REFUSED = "refused"

    class UmPerPxSource(models.TextChoices):
        UNKNOWN = "unknown"
        FILE = "file"
        TECHNICIAN = "technician"

    TRANSITIONS = {
        State.REGISTERED: {State.INGESTING},
        State.INGESTING: {State.READY, State.REFUSED, State.REGISTERED},
        State.REFUSED: {State.REGISTERED},
        State.READY: set(),
    }

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, help_text="Neutral name shown to everybody; never the file's name.")
    marker = models.CharField(max_length=24, help_text="ER, PR, p53, HER2, Ki-67 or H&E.")
    staining_batch = models.ForeignKey(StainingBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.REGISTERED)
    version = models.PositiveIntegerField(default=1, help_text="Counts edits; If-Match compares it.")
    ingest_attempts = models.PositiveSmallIntegerField(default=0)
    ingest_lease_until = models.DateTimeField(null=True, blank=True)
    ingest_claim = models.UUIDField(null=True, blank=True, help_text="The worker's fencing token while it reads it in.")
    refusal = models.CharField(max_length=400, blank=True, help_text="Why the file was refused, for a technician.")

    original_name = models.CharField(max_length=255, help_text="The file's name as received: technicians only.")
    inbox_name = models.CharField(max_length=255, blank=True, help_text="The inbox entry it is taken from, if any.")
    stored_path = models.CharField(max_length=255, help_text="Relative to the slide folder, made by the server.")
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    format = models.CharField(max_length=40, blank=True)
    width_px = models.PositiveIntegerField(default=0)
    height_px = models.PositiveIntegerField(default=0)
    um_per_px = models.DecimalField(max_digits=10, decimal_places=6, null=True, blank=True)
    um_per_px_source = models.CharField(max_length=12, choices=UmPerPxSource, default=UmPerPxSource.UNKNOWN)
    objective_power = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    scanner = models.CharField(max_length=80, blank=True)
    levels = models.JSONField(
        default=list, help_text="[{width_px, height_px, tile_width_px, tile_height_px}], level 0 first."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="slides_name_once_per_study"),
            models.CheckConstraint(
                condition=models.Q(um_per_px__isnull=True) | models.Q(um_per_px__gt=0, um_per_px__lt=1000),
                name="slides_um_per_px_sane",
            ),
            models.CheckConstraint(
                condition=models.Q(um_per_px__isnull=True, um_per_px_source="unknown")
                | models.Q(um_per_px__isnull=False, um_per_px_source__in=["file", "technician"]),
                name="slides_um_per_px_has_source",
            ),
        ]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


def place_of(row: int | None, column: int | None) -> str | None:
    """A place on a slide as it is read aloud ("C7": row C, column 7); None where there is none."""
    if row is None or column is None:
        return None
    letters = ""
    while row > 0:
        row, rest = divmod(row - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return f"{letters}{column}"


class Specimen(Record):
    """The tissue of one case on one slide: what is read and scored."""

    class Kind(models.TextChoices):
        WHOLE_SECTION = "whole_section"
        CORE = "core"

    slide = models.ForeignKey(Slide, on_delete=models.PROTECT, related_name="specimens")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    row = models.PositiveSmallIntegerField(null=True, blank=True)
    column = models.PositiveSmallIntegerField(null=True, blank=True)
    center_x_px = models.FloatField(null=True, blank=True)
    center_y_px = models.FloatField(null=True, blank=True)
    radius_px = models.FloatField(null=True, blank=True)
    is_missing = models.BooleanField(default=False, help_text="The core is not on the slide.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["slide"], condition=models.Q(kind="whole_section"), name="slides_one_whole_section"
            ),
            models.UniqueConstraint(
                fields=["slide", "row", "column"], condition=models.Q(kind="core"), name="slides_one_core_per_place"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind="whole_section", row=None, column=None, center_x_px=None, center_y_px=None, radius_px=None
                )
                | models.Q(
                    kind="core",
                    row__isnull=False,
                    column__isnull=False,
                    center_x_px__isnull=False,
                    center_y_px__isnull=False,
                    radius_px__gt=0,
                ),
                name="slides_core_has_a_circle",
            ),
        ]
        ordering = ["slide__name", "row", "column"]

    @property
    def place(self) -> str | None:
        """A core's place as it is read aloud ("C7": row C, column 7); None for a whole section."""
        return place_of(self.row, self.column)


class CoreProposal(Record):
    """Where the cores of a TMA slide seem to lie: what dearraying found, or what a person made of it. Only a case makes
    a specimen of a place (``Specimen``). ``services`` are the only writers; ``state`` moves by ``TRANSITIONS``.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        DONE = "done"
        FAILED = "failed"

    TRANSITIONS = {
        State.WAITING: {State.WORKING, State.FAILED},
        State.WORKING: {State.DONE, State.FAILED, State.WAITING},
        State.DONE: {State.WAITING},
        State.FAILED: {State.WAITING, State.DONE},
    }

    slide = models.OneToOneField(Slide, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    progress = models.FloatField(default=0.0, help_text="Share of the work that is done, 0 to 1.")
    error = models.CharField(max_length=400, blank=True, help_text="Why there is no proposal, for a technician.")
    cores = models.JSONField(default=list, help_text="[{row, column, x_px, y_px, radius_px, present}]")
    is_edited = models.BooleanField(default=False, help_text="A person placed the circles, or changed them.")
    method = models.CharField(max_length=40, blank=True, help_text="What proposed them, with its version.")
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, help_text="The worker's fencing token while it works.")


class FieldOfView(Record):
    """A rectangle on a slide chosen for analysis; a positive control belongs to its staining batch."""

    class Purpose(models.TextChoices):
        ANALYSIS = "analysis"
        POSITIVE_CONTROL = "positive_control"

    slide = models.ForeignKey(Slide, on_delete=models.PROTECT, related_name="fields_of_view")
    staining_batch = models.ForeignKey(StainingBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16, choices=Purpose, default=Purpose.ANALYSIS)
    name = models.CharField(max_length=80)
    x_px = models.PositiveIntegerField()
    y_px = models.PositiveIntegerField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()

    class Meta:
        verbose_name = "field of view"
        verbose_name_plural = "fields of view"
        constraints = [
            models.CheckConstraint(condition=models.Q(width_px__gt=0, height_px__gt=0), name="slides_fov_not_empty"),
            models.CheckConstraint(
                condition=models.Q(purpose="analysis", staining_batch=None)
                | models.Q(purpose="positive_control", staining_batch__isnull=False),
                name="slides_control_has_a_batch",
            ),
        ]
        ordering = ["name"]


class Presentation(Record):
    """The opaque id under which one person opens one slide. Re-reads get another one, rotated or flipped."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    slide = models.ForeignKey(Slide, on_delete=models.CASCADE, related_name="+")
    rotation_deg = models.PositiveSmallIntegerField(default=0)
    flipped = models.BooleanField(default=False)
    reading_session = models.UUIDField(
        null=True, blank=True, help_text="The reading session it was opened in: another session, another presentation."
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "slide", "reading_session"],
                condition=models.Q(closed_at=None),
                nulls_distinct=False,
                name="slides_one_open_presentation",
            ),
        ]

    @property
    def shown_as(self) -> uuid.UUID:
        """What the tile cookie names: the slide, or, in a reading session, the presentation alone. A cookie can be
        read by whoever holds it, and a re-read must not be known by its slide."""
        return self.slide_id if self.reading_session is None else self.pk
