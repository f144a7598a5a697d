"""Whether the process lives, and whether what it needs answers. What is wrong, the log tells, not the answer."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = structlog.get_logger(__name__)


@lru_cache(maxsize=1)
def _broker(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _queue() -> None:
    _broker(settings.REDIS_URL).ping()


def _storage() -> None:
    for folder in (settings.SLIDE_FOLDER, settings.RESULT_FOLDER):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"ready?")
            file.flush()
            os.fsync(file.fileno())


_CHECKS: dict[str, Callable[[], None]] = {"database": _database, "broker": _queue, "storage": _storage}


@require_safe
@never_cache
@transaction.non_atomic_requests
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> JsonResponse:
    """Each part it needs: true or false; 503 unless all are."""
    answers = {}
    for name, check in _CHECKS.items():
        try:
            check()
            answers[name] = True
        except Exception as error:
            log.warning("not_ready", part=name, error=repr(error))
            answers[name] = False
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)
