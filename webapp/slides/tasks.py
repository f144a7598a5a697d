"""Tasks of slides: take an id, call one function."""

from uuid import UUID

from webapp.core.tasks import task
from webapp.slides import runner, services


@task(time_limit_s=2 * 3600)
def ingest_slide_task(slide_id: str) -> None:
    """Read one registered slide in."""
    services.ingest_slide(UUID(slide_id))


@task(time_limit_s=1200)
def dearray_slide_task(slide_id: str) -> None:
    """Look for the cores of one TMA slide."""
    runner.dearray(UUID(slide_id))


@task(time_limit_s=60)
def requeue_lost_ingests_task() -> None:
    """Have slides read in or dearrayed again whose worker or message was lost, and remove what interrupted uploads
    left.
    """
    services.requeue_lost_ingests()
    services.requeue_lost_dearrays()
    services.sweep_incoming()
