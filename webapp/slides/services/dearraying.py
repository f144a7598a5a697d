"""Looking for the cores of a TMA slide: one worker at a time, under a lease, with its own fencing token.

waiting → working → done | failed. ``runner`` does the work; these are the writes about it. A proposal is stored as a
whole or not at all, and what was proposed before stays until then.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from webapp.audit.services import record
from webapp.core.queue import send_after_commit
from webapp.core.states import move
from webapp.slides.models import CoreProposal, Slide
from webapp.slides.services.grids import locked_tma
from webapp.slides.services.leases import Heartbeat, lease
from webapp.slides.services.registration import INGEST_QUEUE

log = structlog.get_logger(__name__)

DEARRAY_TASK = "webapp.slides.tasks.dearray_slide_task"
RESEND_AFTER = timedelta(seconds=60)
LOST_TOO_OFTEN = "Looking for cores stopped the worker {attempts} times. Place the grid by hand."
State = CoreProposal.State


@dataclass(frozen=True)
class DearrayClaim:
    """What a worker has taken on; ``token`` fences it off once another worker has."""

    proposal_id: UUID
    token: UUID
    slide: Slide


def request_dearray(actor: Any, slide_id: UUID) -> CoreProposal:
    """Have a slide's cores looked for. Asked again while that goes on, it is the same search.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.
        Conflict: the slide is not ready, or was registered as a whole section.
    """
    with transaction.atomic():
        slide, _ = locked_tma(actor, slide_id)
        proposal, is_new = CoreProposal.objects.select_for_update().get_or_create(slide=slide)
        if not is_new and proposal.state in (State.WAITING, State.WORKING):
            return proposal
        if not is_new:
            move(proposal, State.WAITING, progress=0.0, error="", attempts=0, claim=None, lease_until=_resend_at())
        else:
            proposal.lease_until = _resend_at()
            proposal.save(update_fields=["lease_until"])
        _send(proposal)
        record(actor, "slide.dearray_requested", obj=slide, study_id=slide.study_id)
    return proposal


def claim_dearray(slide_id: UUID) -> DearrayClaim | None:
    """Take on the search that waits for this slide; None where there is none, or another worker was quicker."""
    with transaction.atomic():
        proposal = (
            CoreProposal.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("slide")
            .filter(slide=slide_id, state=State.WAITING)
            .first()
        )
        if proposal is None:
            return None
        token = uuid.uuid4()
        until = timezone.now() + lease()
        move(proposal, State.WORKING, claim=token, lease_until=until, attempts=F("attempts") + 1, progress=0.0)
    return DearrayClaim(proposal.pk, token, proposal.slide)


def dearray_heartbeat(claim: DearrayClaim) -> Heartbeat:
    """Keeps the claim's lease while it is entered."""
    return Heartbeat(_claimed(claim), "lease_until")


def report_dearray_progress(claim: DearrayClaim, done: float) -> None:
    """How much is done, 0 to 1; nothing where the claim was lost."""
    _claimed(claim).update(progress=min(max(done, 0.0), 1.0))


def finish_dearray(claim: DearrayClaim, cores: Sequence[dict[str, Any]], *, method: str) -> None:
    """Store what was found; nothing where the claim was lost."""
    with transaction.atomic():
        proposal = _claimed(claim).select_for_update().first()
        if proposal is None:
            log.warning("dearray_overtaken", slide=str(claim.slide.pk))
            return
        move(
            proposal, State.DONE, cores=list(cores), method=method, is_edited=False,
            progress=1.0, error="", claim=None, lease_until=None,
        )  # fmt: skip
        slide = claim.slide
        present = sum(bool(core["present"]) for core in cores)
        record(None, "slide.dearrayed", obj=slide, study_id=slide.study_id, places=len(cores), present=present)


def fail_dearray(claim: DearrayClaim, why: str) -> None:
    """End the search with a reason for the technician; nothing where the claim was lost."""
    with transaction.atomic():
        proposal = _claimed(claim).select_for_update().first()
        if proposal is not None:
            _fail(proposal, claim.slide, why)


def requeue_lost_dearrays() -> int:
    """Have slides dearrayed again whose worker or message was lost. Returns how many were sent or given up."""
    handled = 0
    lost = Q(state__in=[State.WAITING, State.WORKING], lease_until__lt=timezone.now())
    for proposal_id in CoreProposal.objects.filter(lost).values_list("pk", flat=True)[:500]:
        with transaction.atomic():
            rows = CoreProposal.objects.select_for_update(skip_locked=True, of=("self",)).select_related("slide")
            proposal = rows.filter(lost, pk=proposal_id).first()
            if proposal is None:
                continue
            handled += 1
            if proposal.attempts >= settings.INGEST_MAX_ATTEMPTS:
                _fail(proposal, proposal.slide, LOST_TOO_OFTEN.format(attempts=proposal.attempts))
                continue
            if proposal.state == State.WORKING:
                move(proposal, State.WAITING, claim=None)
            CoreProposal.objects.filter(pk=proposal.pk).update(lease_until=_resend_at())
            _send(proposal)
    return handled


def _claimed(claim: DearrayClaim) -> Any:
    return CoreProposal.objects.filter(pk=claim.proposal_id, state=State.WORKING, claim=claim.token)


def _fail(proposal: CoreProposal, slide: Slide, why: str) -> None:
    move(proposal, State.FAILED, error=why[:400], claim=None, lease_until=None)
    record(None, "slide.dearray_failed", obj=slide, study_id=slide.study_id, why=why[:400])


def _send(proposal: CoreProposal) -> None:
    send_after_commit(DEARRAY_TASK, queue=INGEST_QUEUE, slide_id=str(proposal.slide_id))


def _resend_at() -> Any:
    return timezone.now() + RESEND_AFTER
