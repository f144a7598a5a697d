"""A worker's sign of life while it reads a slide."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import TracebackType
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

log = structlog.get_logger(__name__)


def lease() -> timedelta:
    """How long a worker is taken for alive after its last sign of life."""
    return timedelta(seconds=settings.INGEST_LEASE_SECONDS)


class Heartbeat:
    """Renews a lease from a thread of its own while a file is being read; decoding gives no sign of life.

    ``mine`` are the rows claimed, by the claim; ``until`` names their field of the time the lease ends.
    """

    def __init__(self, mine: QuerySet[Any], until: str) -> None:
        self._mine, self._until = mine, until
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="slide-heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(settings.INGEST_LEASE_SECONDS / 3):
            try:
                self._mine.update(**{self._until: timezone.now() + lease()})
            except DatabaseError as error:  # the next beat may reach it; if none does, the lease runs out
                log.warning("slide_heartbeat_failed", error=str(error))
        connection.close()
