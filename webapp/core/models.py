"""The two columns every domain row has."""

from __future__ import annotations

import uuid

from django.db import models


class Record(models.Model):
    """A row with a random identifier (UUIDv4, so that ids tell neither order nor number) and its time of creation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
