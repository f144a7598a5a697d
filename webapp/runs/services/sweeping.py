"""The sweeper: nothing that was asked for is ever lost, nothing that failed is repeated for ever."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from kombu.exceptions import ChannelError, OperationalError

from webapp.audit.services import record
from webapp.core.queue import send_after_commit
from webapp.core.states import move
from webapp.runs import storage
from webapp.runs.models import Result, Run
from webapp.runs.services.requests import QUEUE, RUN_TASK

log = structlog.get_logger(__name__)

#: A queued run younger than this may have its message on the way.
MESSAGE_GRACE = timedelta(seconds=5)
#: At most so many runs are repaired in one sweep; the next one goes on.
SWEEP_LIMIT = 1000


@dataclass
class Sweep:
    """What one sweep did, as ids of runs."""

    requeued: list[UUID] = field(default_factory=list)
    failed: list[UUID] = field(default_factory=list)
    cancelled: list[UUID] = field(default_factory=list)
    resent: list[UUID] = field(default_factory=list)


def requeue_lost_runs() -> Sweep:
    """Give runs whose worker fell silent back to the queue (or end them: cancelled if that was asked for, failed after
    the last attempt), and send again the messages of queued runs that the broker lost."""
    sweep = Sweep()
    lost = Q(state=Run.State.RUNNING, lease_until__lt=Now())
    for run_id in Run.objects.filter(lost).order_by("lease_until").values_list("pk", flat=True)[:SWEEP_LIMIT]:
        with transaction.atomic():
            run = Run.objects.select_for_update(of=("self",), skip_locked=True).filter(lost, pk=run_id).first()
            if run is not None:
                _repair(run, sweep)
    _resend(sweep)
    return sweep


def sweep_orphan_files(*, older_than_s: float | None = None) -> list[str]:
    """Delete cell and layer files that no result refers to. Returns their names."""
    age = settings.RESULT_ORPHAN_SECONDS if older_than_s is None else older_than_s
    with transaction.atomic():
        deleted = storage.delete_orphans(_referenced, _being_written, older_than_s=age)
    if deleted:
        log.info("orphan_files_deleted", count=len(deleted))
    return deleted


def _repair(run: Run, sweep: Sweep) -> None:
    fence = {"attempt": run.attempt}
    ended = {"finished_at": Now(), "lease_owner": "", "lease_until": None}
    if run.cancel_requested_at is not None:
        move(run, Run.State.CANCELLED, where=fence, **ended)
        sweep.cancelled.append(run.pk)
    elif run.attempt >= settings.RUN_MAX_ATTEMPTS:
        reason = f"The run lost its worker {run.attempt} times and was given up; tell whoever looks after the workers."
        move(run, Run.State.FAILED, where=fence, error=reason, **ended)
        sweep.failed.append(run.pk)
    else:
        move(run, Run.State.QUEUED, where=fence, lease_owner="", lease_until=None, phase="")
        send_after_commit(RUN_TASK, queue=QUEUE, run_id=str(run.pk))
        sweep.requeued.append(run.pk)
    verb = "run.requeued" if run.state == Run.State.QUEUED else f"run.{run.state}"
    record(
        None,
        verb,
        obj=run,
        study_id=run.study_id,
        specimen_id=run.specimen_id,
        attempt=run.attempt,
        reason="lost its worker",
    )


def _resend(sweep: Sweep) -> None:
    """Send messages again where the broker holds fewer than there are queued runs (it was flushed or lost its memory,
    or a worker died with a message in hand). A message too many is harmless: claiming decides."""
    waiting = Run.objects.filter(state=Run.State.QUEUED, created_at__lt=Now() - MESSAGE_GRACE).exclude(
        pk__in=sweep.requeued
    )
    count = waiting.count()
    if not count:
        return
    held = _messages_held()
    if held is None or held >= count:
        return
    oldest = list(waiting.order_by("created_at").values_list("pk", flat=True)[:SWEEP_LIMIT])
    for run_id in oldest:
        send_after_commit(RUN_TASK, queue=QUEUE, run_id=str(run_id))
    sweep.resent.extend(oldest)
    log.warning("lost_messages_resent", queued=count, held=held)


def _messages_held() -> int | None:
    """How many messages wait in the broker's queue of runs; None where the broker does not answer."""
    try:
        with current_app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
            return int(link.default_channel.queue_declare(QUEUE, passive=True).message_count)
    except ChannelError:
        return 0  # the queue is gone with everything in it
    except (OperationalError, ConnectionError, OSError) as error:
        log.warning("queue_unreachable", error=str(error))
        return None


def _referenced(addresses: Iterable[str]) -> set[str]:
    asked = set(addresses)
    kept = Result.objects.filter(Q(cells_sha256__in=asked) | Q(layers_sha256__in=asked))
    return {address for pair in kept.values_list("cells_sha256", "layers_sha256") for address in pair} & asked


def _being_written(run_id: UUID, attempt: int) -> bool:
    return Run.objects.filter(pk=run_id, attempt=attempt, state=Run.State.RUNNING).exists()
