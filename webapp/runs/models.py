"""Runs: one execution of one algorithm version with stated parameters on one specimen, optionally one field of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from webapp.core.models import Record
from webapp.slides.models import FieldOfView, Slide, Specimen
from webapp.studies.models import Study


class Batch(Record):
    """Runs asked for together, of many cores. What it is made of, is decided by the runs one may know of."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    slide = models.ForeignKey(Slide, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name_plural = "batches"
        indexes = [models.Index(fields=["study", "-created_at"], name="runs_batches_by_study")]
        ordering = ["-created_at"]


class Run(Record):
    """``attempt`` is the fencing token: a worker may write only while the row still carries the attempt it claimed."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    TRANSITIONS = {
        State.QUEUED: {State.RUNNING, State.CANCELLED, State.FAILED},
        State.RUNNING: {State.DONE, State.FAILED, State.CANCELLED, State.QUEUED},
        State.DONE: set(),
        State.FAILED: set(),
        State.CANCELLED: set(),
    }

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="+")
    specimen = models.ForeignKey(Specimen, on_delete=models.PROTECT, related_name="+")
    # A field may be deleted whether or not something was run on it: a refusal would tell of the run. ``region`` stays.
    field_of_view = models.ForeignKey(FieldOfView, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    region = models.JSONField(
        null=True,
        help_text="What is scored, as it was when asked: {shape, x, y, width, height} in level-0 px; null: all of it.",
    )
    batch = models.ForeignKey(Batch, null=True, blank=True, on_delete=models.PROTECT, related_name="runs")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(max_length=40, help_text="Key of the model card.")
    algorithm_version = models.CharField(max_length=20)
    preset = models.CharField(max_length=12)
    parameters = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=80)

    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    phase = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=400, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["requested_by", "idempotency_key"], name="runs_asked_once"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="runs_running_has_a_lease"
            ),
        ]
        indexes = [
            models.Index(fields=["study", "-created_at"], name="runs_by_study"),
            models.Index(fields=["state", "lease_until"], name="runs_to_sweep"),
        ]
        ordering = ["-created_at"]


class Result(Record):
    """What a run found, with its provenance; immutable (a trigger refuses UPDATE, DELETE). Shown by ``agreement``."""

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="+")
    attempt = models.PositiveSmallIntegerField()
    scheme = models.CharField(max_length=24)
    value = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    category = models.CharField(max_length=40, blank=True)
    scoreable = models.BooleanField()
    reason = models.CharField(max_length=400, blank=True)
    counts = models.JSONField(help_text='{"negative": n, "weak": n, "moderate": n, "strong": n}')
    percentages = models.JSONField(null=True)
    cell_count = models.PositiveIntegerField()
    cells_sha256 = models.CharField(max_length=64, help_text="Content address of the cell file in the result store.")
    layers_sha256 = models.CharField(
        max_length=64, blank=True, default="", help_text="Content address of the layer file; empty where there is none."
    )
    provenance = models.JSONField()
    seconds = models.FloatField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scoreable=True, value__isnull=False) | Q(scoreable=False, value__isnull=True),
                name="runs_value_iff_scoreable",
            ),
        ]
