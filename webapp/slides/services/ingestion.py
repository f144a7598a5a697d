"""Reading a registered slide in: one worker at a time, under a lease, each with its own fencing token.

registered → ingesting → ready | refused. A worker that dies leaves a lease that runs out; the sweeper then has the
slide read in again, at most ``INGEST_MAX_ATTEMPTS`` times, and after that refuses it with a reason.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from scoring.slide_io import SlideError
from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NoRoom
from webapp.core.queue import send_after_commit
from webapp.core.states import move
from webapp.slides import ingest, storage
from webapp.slides.models import Slide
from webapp.slides.services.files import check_room, inbox_entry
from webapp.slides.services.leases import Heartbeat, lease
from webapp.slides.services.registration import INGEST_QUEUE, INGEST_TASK

log = structlog.get_logger(__name__)

RESEND_AFTER = timedelta(seconds=60)
LOST_TOO_OFTEN = (
    "Reading this file in stopped the worker {attempts} times, so it is not tried again by itself. "
    "Export it again from the scanner, or ask a system administrator to look at it."
)


def ingest_slide(slide_id: UUID) -> None:
    """Read a registered slide in. Does nothing where there is nothing to do (another worker has it, it is ready)."""
    slide = _claim(slide_id)
    if slide is None:
        return
    with _heartbeat(slide):
        try:
            _take_in(slide)
            report = ingest.ingest(storage.slide_folder(slide.pk))
        except (SlideError, Invalid, NoRoom) as error:
            _refuse(slide, error.message)
        except FileNotFoundError:
            _refuse(slide, "The slide's file is gone. Register it again.")
        else:
            _finish(slide, report)


def requeue_lost_ingests() -> int:
    """Have slides read in again whose worker or whose message was lost. Returns how many were sent or refused."""
    now = timezone.now()
    lost = Q(state=Slide.State.INGESTING, ingest_lease_until__lt=now)
    unsent = Q(state=Slide.State.REGISTERED) & (
        Q(ingest_lease_until__lt=now) | Q(ingest_lease_until=None, created_at__lt=now - RESEND_AFTER)
    )
    handled = 0
    for slide_id in Slide.objects.filter(lost | unsent).order_by("created_at").values_list("pk", flat=True)[:500]:
        with transaction.atomic():
            slide = Slide.objects.select_for_update(skip_locked=True).filter(lost | unsent, pk=slide_id).first()
            if slide is None:
                continue
            handled += 1
            if slide.ingest_attempts >= settings.INGEST_MAX_ATTEMPTS:
                _end(slide, Slide.State.REFUSED, refusal=LOST_TOO_OFTEN.format(attempts=slide.ingest_attempts))
                record(None, "slide.refused", obj=slide, study_id=slide.study_id, attempts=slide.ingest_attempts)
                continue
            if slide.state == Slide.State.INGESTING:
                move(slide, Slide.State.REGISTERED, ingest_claim=None)
            # Not again before this message had its time, however long the queue is.
            Slide.objects.filter(pk=slide.pk).update(ingest_lease_until=now + RESEND_AFTER)
            send_after_commit(INGEST_TASK, queue=INGEST_QUEUE, slide_id=str(slide.pk))
    return handled


def _claim(slide_id: UUID) -> Slide | None:
    with transaction.atomic():
        slide = Slide.objects.filter(pk=slide_id, state=Slide.State.REGISTERED).first()
        if slide is None:
            return None
        try:
            move(
                slide,
                Slide.State.INGESTING,
                ingest_claim=uuid.uuid4(),
                ingest_lease_until=timezone.now() + lease(),
                ingest_attempts=F("ingest_attempts") + 1,
            )
        except Conflict:  # another worker was quicker
            return None
    slide.refresh_from_db()
    return slide


def _take_in(slide: Slide) -> None:
    """Copy the file from the inbox, unless an earlier attempt did."""
    if slide.stored_path and (Path(settings.SLIDE_FOLDER) / slide.stored_path).exists():
        return
    if not slide.inbox_name:
        raise FileNotFoundError
    entry = inbox_entry(slide.inbox_name)
    check_room(entry.size_bytes)
    path = storage.adopt(slide.pk, storage.inbox_path(Path(settings.INBOX_FOLDER), entry.name))
    Slide.objects.filter(pk=slide.pk, ingest_claim=slide.ingest_claim).update(stored_path=path)


def _finish(slide: Slide, report: ingest.IngestReport) -> None:
    with transaction.atomic():
        now = Slide.objects.select_for_update().get(pk=slide.pk)
        if now.ingest_claim != slide.ingest_claim:
            log.warning("ingest_overtaken", slide=str(slide.pk))
            return
        changes: dict[str, Any] = {
            "sha256": report.sha256,
            "size_bytes": report.size_bytes,
            "format": report.format[:40],
            "width_px": report.width_px,
            "height_px": report.height_px,
            "objective_power": None if report.objective_power is None else round(Decimal(report.objective_power), 2),
            "scanner": report.scanner[:80],
            "levels": report.levels,
            "refusal": "",
        }
        # What the technician said stands, also if they said it while the file was being read.
        if now.um_per_px_source != Slide.UmPerPxSource.TECHNICIAN and report.um_per_px is not None:
            changes |= {
                "um_per_px": round(Decimal(report.um_per_px), 6),
                "um_per_px_source": Slide.UmPerPxSource.FILE,
            }
        _end(now, Slide.State.READY, **changes)
        record(None, "slide.ingested", obj=now, study_id=now.study_id, format=now.format, sha256=now.sha256)


def _refuse(slide: Slide, why: str) -> None:
    with transaction.atomic():
        now = Slide.objects.select_for_update().get(pk=slide.pk)
        if now.ingest_claim != slide.ingest_claim:
            return
        _end(now, Slide.State.REFUSED, refusal=why[:400])
        record(None, "slide.refused", obj=now, study_id=now.study_id, why=why[:400])


def _end(slide: Slide, state: str, **changes: Any) -> None:
    if slide.state == Slide.State.REGISTERED:
        move(slide, Slide.State.INGESTING)
    move(slide, state, ingest_claim=None, ingest_lease_until=None, **changes)


def _heartbeat(slide: Slide) -> Heartbeat:
    return Heartbeat(Slide.objects.filter(pk=slide.pk, ingest_claim=slide.ingest_claim), "ingest_lease_until")
