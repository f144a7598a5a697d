"""Changes to a slide's particulars, and the staining batches slides belong to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible, Stale
from webapp.core.queue import send_after_commit
from webapp.core.states import move
from webapp.slides.models import Slide, StainingBatch
from webapp.slides.permissions import can_register_slides, visible_slides
from webapp.slides.services.registration import (
    INGEST_QUEUE,
    INGEST_TASK,
    batch_of_study,
    checked_marker,
    checked_slide_name,
    checked_um_per_px,
)
from webapp.studies.permissions import visible_studies

CHANGEABLE = frozenset({"name", "marker", "um_per_px", "staining_batch"})


def locked_slide(actor: Any, slide_id: UUID) -> Slide:
    """The slide, locked for a change by a technician of its study. Call it in a transaction.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.
    """
    slide = visible_slides(actor).select_for_update(of=("self",)).filter(pk=slide_id).first()
    if slide is None:
        raise NotVisible("There is no such slide, or you may not know of it.")
    if not can_register_slides(actor, slide.study_id):
        raise NotAllowed("Only the study's technicians change slides.")
    return slide


def change_slide(actor: Any, slide_id: UUID, *, version: int, changes: dict[str, Any]) -> Slide:
    """Change a slide's name, marker, µm/px (then the technician's) or staining batch.

    Args:
        version: of the slide the changes were made on; it counts edits.
        changes: some of ``CHANGEABLE``.

    Raises:
        Stale: somebody changed it since.  Invalid: a value is not acceptable.  Conflict: the name is taken.
        NotVisible, NotAllowed: the actor is no technician of the study.
    """
    unknown = sorted(set(changes) - CHANGEABLE)
    if unknown or not changes:
        raise Invalid(
            f"Of a slide, {', '.join(sorted(CHANGEABLE))} can be changed.", fields=dict.fromkeys(unknown, "Unknown.")
        )
    with transaction.atomic():
        slide = locked_slide(actor, slide_id)
        if slide.version != version:
            raise Stale(
                f"This slide was changed in the meantime (version {slide.version}, yours is {version}); load it again.",
                code="stale",
            )
        before = {name: _plain(getattr(slide, name)) for name in changes}
        if "name" in changes:
            slide.name = checked_slide_name(changes["name"])
        if "marker" in changes:
            slide.marker = checked_marker(changes["marker"])
        if "um_per_px" in changes:
            slide.um_per_px = checked_um_per_px(changes["um_per_px"])
            slide.um_per_px_source = Slide.UmPerPxSource.TECHNICIAN
        if "staining_batch" in changes:
            slide.staining_batch = batch_of_study(slide.study_id, changes["staining_batch"])
        slide.version += 1
        try:
            with transaction.atomic():
                slide.save(update_fields=[*changes, "um_per_px_source", "version"])
        except IntegrityError as error:
            raise Conflict(f"There is a slide called {slide.name} in this study already.", code="name_taken") from error
        after = {name: _plain(getattr(slide, name)) for name in changes}
        record(actor, "slide.changed", obj=slide, study_id=slide.study_id, before=before, after=after)
    return slide


def retry_slide(actor: Any, slide_id: UUID) -> Slide:
    """Have a refused slide read in again.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.  Conflict: the slide is not refused.
    """
    with transaction.atomic():
        slide = locked_slide(actor, slide_id)
        if slide.state != Slide.State.REFUSED:
            raise Conflict(f"Only a refused slide is read in again; this one is {slide.state}.", code="not_refused")
        move(slide, Slide.State.REGISTERED, refusal="", ingest_attempts=0, ingest_claim=None, ingest_lease_until=None)
        send_after_commit(INGEST_TASK, queue=INGEST_QUEUE, slide_id=str(slide.pk))
        record(actor, "slide.retried", obj=slide, study_id=slide.study_id)
    return slide


def create_staining_batch(
    actor: Any,
    study_id: UUID,
    *,
    name: str,
    marker: str,
    antibody_clone: str = "",
    platform: str = "",
    protocol: str = "",
    run_date: date | None = None,
) -> StainingBatch:
    """Enter a staining batch.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.
        Invalid: a value is not acceptable.  Conflict: the name is taken.
    """
    study = visible_studies(actor).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    if not can_register_slides(actor, study_id):
        raise NotAllowed("Only the study's technicians enter staining batches.")
    batch = StainingBatch(
        study=study,
        name=checked_slide_name(name),
        marker=checked_marker(marker),
        antibody_clone=antibody_clone.strip(),
        platform=platform.strip(),
        protocol=protocol.strip(),
        run_date=run_date,
    )
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"There is a staining batch called {batch.name} already.", code="name_taken") from error
    with transaction.atomic():
        record(actor, "staining_batch.created", obj=batch, study_id=study_id, name=batch.name, marker=marker)
    return batch


def _plain(value: Any) -> Any:
    if isinstance(value, StainingBatch):
        return str(value.pk)
    return str(value) if isinstance(value, Decimal) else value
