"""Services reach tasks by name, never by import; a task is sent only once its transaction has committed."""

from __future__ import annotations

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def send_after_commit(name: str, *, queue: str, **ids: str) -> None:
    """Send the task called ``name`` after commit. The row is the truth: a lost message is re-sent by the sweeper."""

    def send() -> None:
        try:
            current_app.send_task(name, kwargs=ids, queue=queue, retry=False)
        except (OperationalError, ConnectionError, OSError) as error:
            log.warning("queue_unreachable", task=name, error=str(error), **ids)

    transaction.on_commit(send)
