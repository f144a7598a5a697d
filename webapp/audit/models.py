"""Append-only, hash-chained events. Rows are made by PostgreSQL triggers from what ``services.record`` inserts."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """What happened, once. ``seq``, ``at``, ``prev`` and ``hash`` are set by the database; the app role may only insert
    and select. ``actor`` is copied as text so that it outlives the account."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.TextField()
    actor_id = models.UUIDField(null=True)
    verb = models.TextField()
    study_id = models.UUIDField(null=True)
    specimen_id = models.UUIDField(null=True, help_text="The specimen the event tells of, for the veil.")
    object_kind = models.TextField()
    object_id = models.TextField()
    details = models.JSONField(default=dict)
    prev = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        ordering = ["seq"]
