"""The Celery app: which tasks there are, what beat sends, and what a worker must be like to start."""

from __future__ import annotations

from typing import Any

from celery import Celery
from celery.signals import celeryd_init, setup_logging

app = Celery("duoscope")
# In every thread: the web server's views run in a pool, where the *current* app would be one that knows no broker.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "requeue-lost-runs": {
        "task": "webapp.runs.tasks.requeue_lost_runs_task",
        "schedule": 10.0,
        "options": {"queue": "interactive", "expires": 10},
    },
    "requeue-lost-ingests": {
        "task": "webapp.slides.tasks.requeue_lost_ingests_task",
        "schedule": 15.0,
        "options": {"queue": "interactive", "expires": 15},
    },
    "reconcile-rounds": {
        "task": "webapp.reading.tasks.reconcile_rounds_task",
        "schedule": 30.0,
        "options": {"queue": "interactive", "expires": 30},
    },
    "sweep-orphan-files": {
        "task": "webapp.runs.tasks.sweep_orphan_files_task",
        "schedule": 3600.0,
        "options": {"queue": "interactive", "expires": 3600},
    },
    "anchor-audit": {
        "task": "webapp.audit.tasks.anchor_audit_task",
        "schedule": 300.0,
        "options": {"queue": "interactive", "expires": 300},
    },
}


def _leave_logging_to_django(**_: Any) -> None:
    """Django's LOGGING stands; Celery would put its own in its place."""


def _refuse_a_wrong_worker(conf: Any = None, options: dict[str, Any] | None = None, **_: Any) -> None:
    """A worker is one process that does one task at a time.

    With the prefork pool, torch hangs for ever once it has run in the parent; with more than one task at a time, two
    runs would share a device; with prefetching, a long run would keep the next one waiting beside idle workers.
    Celery logs what a receiver raises and goes on; only SystemExit ends the worker.
    """
    given = options or {}
    pool = getattr(given.get("pool"), "__module__", given.get("pool")) or conf.worker_pool
    concurrency = given.get("concurrency") or conf.worker_concurrency
    wrong = []
    if "solo" not in str(pool):
        wrong.append(f"its pool is {pool!r}, not solo (-P solo)")
    if concurrency != 1:
        wrong.append(f"its concurrency is {concurrency!r}, not 1 (-c 1)")
    prefetch = given.get("prefetch_multiplier") or conf.worker_prefetch_multiplier
    if prefetch != 1:
        wrong.append(f"it reserves {prefetch!r} tasks at a time, not 1 (--prefetch-multiplier 1)")
    if wrong:
        raise SystemExit(f"This worker would not do its runs one by one: {'; '.join(wrong)}.")


setup_logging.connect(_leave_logging_to_django)
celeryd_init.connect(_refuse_a_wrong_worker)
