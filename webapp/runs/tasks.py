"""What workers do about runs. A task takes an id, and the service it calls checks everything again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from celery.signals import celeryd_init, worker_ready
from django.conf import settings

from webapp.core.queue import send_after_commit
from webapp.core.tasks import task
from webapp.runs import runner, services, storage


@task(time_limit_s=settings.CELERY_TASK_TIME_LIMIT)
def run_task(run_id: str) -> None:
    """Carry out one run, if it is still there to be done."""
    runner.run(UUID(run_id))


@task(time_limit_s=60)
def requeue_lost_runs_task() -> None:
    """Give lost runs back to the queue and send lost messages again."""
    services.requeue_lost_runs()


@task(time_limit_s=600)
def sweep_orphan_files_task() -> None:
    """Delete cell and layer files that no result refers to."""
    services.sweep_orphan_files()


def refuse_a_wrong_place(**_: Any) -> None:
    """A worker that could not read a slide or keep a result does not start. (Scoring was imported with this module.)

    Celery logs what a receiver raises and goes on; only SystemExit ends the worker.
    """
    try:
        storage.check_writable()
    except OSError as error:
        raise SystemExit(
            f"The result store {settings.RESULT_FOLDER} cannot be written ({error.strerror}): "
            "mount it for writing, or set DUOSCOPE_RESULTS to where it is."
        ) from error
    slides = Path(settings.SLIDE_FOLDER)
    if slides.exists() and not os.access(slides, os.R_OK | os.X_OK):
        raise SystemExit(f"The slide folder {slides} cannot be read: mount it, or set DUOSCOPE_SLIDES to where it is.")


def look_for_lost_runs(**_: Any) -> None:
    """A worker that starts may replace one that was killed: look at once, not at beat's next turn."""
    send_after_commit("webapp.runs.tasks.requeue_lost_runs_task", queue="interactive")


celeryd_init.connect(refuse_a_wrong_place)
worker_ready.connect(look_for_lost_runs)
