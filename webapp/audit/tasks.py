"""Anchors the audit chain at regular intervals."""

from webapp.audit import services
from webapp.core.tasks import task


@task(time_limit_s=60)
def anchor_audit_task() -> None:
    """Sign the chain's end into the file outside the database."""
    services.anchor()
