"""What workers do about reading."""

from __future__ import annotations

from webapp.core.tasks import task
from webapp.reading import services


@task(time_limit_s=300)
def reconcile_rounds_task() -> None:
    """Decide the rounds that are complete and undecided, and open what nobody has to read any more."""
    services.reconcile()
