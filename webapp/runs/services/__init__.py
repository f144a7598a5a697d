"""Every write to runs. People ask (``requests``), workers hold leases and finish (``leases``), a sweeper repairs
(``sweeping``)."""

from webapp.runs.services.leases import (
    Claim,
    Fenced,
    Outcome,
    cancel_claimed,
    claim_run,
    extend_lease,
    fail_run,
    finish_run,
    report_progress,
)
from webapp.runs.services.requests import (
    BATCH_LIMIT,
    RunRequest,
    request_batch,
    request_cancel,
    request_cancel_batch,
    request_run,
)
from webapp.runs.services.sweeping import Sweep, requeue_lost_runs, sweep_orphan_files

__all__ = [
    "BATCH_LIMIT",
    "Claim",
    "Fenced",
    "Outcome",
    "RunRequest",
    "Sweep",
    "cancel_claimed",
    "claim_run",
    "extend_lease",
    "fail_run",
    "finish_run",
    "report_progress",
    "request_batch",
    "request_cancel",
    "request_cancel_batch",
    "request_run",
    "requeue_lost_runs",
    "sweep_orphan_files",
]
