"""What a worker does to its run: claim it, keep its lease, report, and end it exactly once.

``attempt`` is the fencing token: every write names the attempt it was claimed with, and a row that has moved on to
another attempt (or ended) refuses it. All clocks are the database's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from webapp.audit.services import record
from webapp.core.errors import Conflict
from webapp.core.states import move
from webapp.runs.models import Result, Run
from webapp.runs.signals import progressed

_VERBS: dict[str, str] = {
    Run.State.DONE: "run.finished",
    Run.State.FAILED: "run.failed",
    Run.State.CANCELLED: "run.cancelled",
}


class Fenced(Conflict):
    """The run belongs to another attempt by now, or has ended: this worker's word no longer counts."""


@dataclass(frozen=True)
class Claim:
    """A run this worker holds: its id, the attempt (fencing token), the study and the lease's owner."""

    run_id: UUID
    attempt: int
    study_id: UUID
    owner: str


@dataclass(frozen=True)
class Outcome:
    """What an attempt found; ``value`` is None exactly where it is not scoreable."""

    scheme: str
    value: Decimal | None
    category: str
    scoreable: bool
    reason: str
    counts: dict[str, int]
    percentages: dict[str, float] | None
    cell_count: int
    cells_sha256: str
    provenance: dict[str, Any]
    seconds: float
    layers_sha256: str = ""


def lease_end() -> Combinable:
    """The end of a lease that begins now, by the database's clock."""
    return ExpressionWrapper(Now() + Value(timedelta(seconds=settings.RUN_LEASE_SECONDS)), output_field=DateTimeField())


def claim_run(run_id: UUID, *, owner: str) -> Claim | None:
    """Take the run if it is queued, or running under a lease that has ended, and attempts are left.

    Returns None where another worker holds it, it has ended, was cancelled, or is unknown: a message is only a hint.
    """
    claimable = Q(state=Run.State.QUEUED) | Q(state=Run.State.RUNNING, lease_until__lt=Now())
    with transaction.atomic():
        run = (
            Run.objects.select_for_update(of=("self",))
            .filter(claimable, pk=run_id, attempt__lt=settings.RUN_MAX_ATTEMPTS, cancel_requested_at=None)
            .first()
        )
        if run is None:
            return None
        attempt = run.attempt + 1
        # The row is locked and the filter was judged on its latest version: this cannot lose against another claim.
        Run.objects.filter(pk=run.pk).update(
            state=Run.State.RUNNING,
            attempt=attempt,
            lease_owner=owner,
            lease_until=lease_end(),
            started_at=Coalesce(F("started_at"), Now()),
            progress_done=0,
            progress_total=0,
            phase="",
        )
        _tell(run, "run.claimed", attempt=attempt)
    return Claim(run_id=run.pk, attempt=attempt, study_id=run.study_id, owner=owner)


def extend_lease(claim: Claim) -> bool:
    """Keep the run for another lease. Returns whether its cancellation was asked for.

    Raises:
        Fenced: the run is no longer this attempt's.
    """
    return _write(claim)


def report_progress(claim: Claim, done: int, total: int, phase: str) -> bool:
    """Write the progress (tiles done of total, and the phase in words) and extend the lease; callers send at most two
    a second. Returns whether the run's cancellation was asked for.

    Raises:
        Fenced: the run is no longer this attempt's.
    """
    cancel_asked = _write(claim, progress_done=done, progress_total=total, phase=phase[:80])
    progressed.send(sender=Run, run_id=claim.run_id, study_id=claim.study_id)
    return cancel_asked


def finish_run(claim: Claim, outcome: Outcome, *, publish: Callable[[], object]) -> str:
    """Store the outcome and end the run in one transaction; ``publish`` gives its files their final
    names inside it.

    A run whose cancellation was asked for ends as cancelled and gets no result. Asking again after a commit whose
    answer was lost changes nothing. Returns the state the run ended in.

    Raises:
        Fenced: the run is no longer this attempt's.
    """
    if Result.objects.filter(run=claim.run_id, attempt=claim.attempt).exists():
        return Run.State.DONE
    with transaction.atomic():
        run = _held(claim)
        if run.cancel_requested_at is not None:
            _end(run, claim, Run.State.CANCELLED)
            return Run.State.CANCELLED
        publish()
        Result.objects.create(run=run, attempt=claim.attempt, **vars(outcome))
        _end(run, claim, Run.State.DONE)
    return Run.State.DONE


def fail_run(claim: Claim, reason: str) -> str:
    """End the run as failed with a sentence for the person who asked (as cancelled, where that was asked for).

    Raises:
        Fenced: the run is no longer this attempt's.
    """
    with transaction.atomic():
        run = _held(claim)
        if run.cancel_requested_at is not None:
            _end(run, claim, Run.State.CANCELLED)
            return Run.State.CANCELLED
        _end(run, claim, Run.State.FAILED, error=reason[:400])
    return Run.State.FAILED


def cancel_claimed(claim: Claim) -> str:
    """End the run as cancelled because its worker saw that this was asked for.

    Raises:
        Fenced: the run is no longer this attempt's.
    """
    with transaction.atomic():
        _end(_held(claim), claim, Run.State.CANCELLED)
    return Run.State.CANCELLED


def _held(claim: Claim) -> Run:
    run = (
        Run.objects.select_for_update(of=("self",))
        .filter(pk=claim.run_id, attempt=claim.attempt, state=Run.State.RUNNING)
        .first()
    )
    if run is None:
        raise Fenced(f"Attempt {claim.attempt} no longer holds this run.", code="fenced")
    return run


def _end(run: Run, claim: Claim, state: str, **changes: Any) -> None:
    move(
        run,
        state,
        where={"attempt": claim.attempt},
        finished_at=Now(),
        lease_owner="",
        lease_until=None,
        **changes,
    )
    _tell(run, _VERBS[state], attempt=claim.attempt)


def _tell(run: Run, verb: str, **details: Any) -> None:
    record(None, verb, obj=run, study_id=run.study_id, specimen_id=run.specimen_id, **details)


def _write(claim: Claim, **changes: Any) -> bool:
    mine = Run.objects.filter(pk=claim.run_id, attempt=claim.attempt, state=Run.State.RUNNING)
    if not mine.update(lease_until=lease_end(), **changes):
        raise Fenced(f"Attempt {claim.attempt} no longer holds this run.", code="fenced")
    return mine.filter(cancel_requested_at__isnull=False).exists()
