"""Fields of view: rectangles on a slide chosen for analysis, and the positive controls of staining batches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.slides.models import FieldOfView, Slide
from webapp.slides.permissions import can_mark_fields, visible_fields_of_view, visible_slides
from webapp.slides.services.registration import batch_of_study, checked_slide_name

FIELDS_PER_SLIDE = 1000


@dataclass(frozen=True)
class FieldBox:
    """A rectangle in level-0 px of its slide."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int


def create_field_of_view(
    actor: Any,
    slide_id: UUID,
    *,
    name: str,
    box: FieldBox,
    purpose: str = FieldOfView.Purpose.ANALYSIS,
    staining_batch: UUID | None = None,
) -> FieldOfView:
    """Choose a field of view. A positive control belongs to a staining batch, by default the slide's.

    Raises:
        NotVisible, NotAllowed: the actor is neither technician nor administrator of the study.
        Invalid: the rectangle is not on the slide, or the batch is missing.  Conflict: the slide is not ready.
    """
    with transaction.atomic():
        slide = visible_slides(actor).select_for_update(of=("self",)).filter(pk=slide_id).first()
        if slide is None:
            raise NotVisible("There is no such slide, or you may not know of it.")
        if not can_mark_fields(actor, slide.study_id):
            raise NotAllowed("Only the study's technicians and administrators choose fields of view.")
        if slide.state != Slide.State.READY:
            raise Conflict(f"Fields are chosen on slides that are ready; this one is {slide.state}.", code="not_ready")
        if FieldOfView.objects.filter(slide=slide).count() >= FIELDS_PER_SLIDE:
            raise Conflict(f"A slide has at most {FIELDS_PER_SLIDE} fields of view.", code="too_many_fields")
        _check_box(slide, box)
        batch = batch_of_study(slide.study_id, staining_batch)
        if purpose == FieldOfView.Purpose.POSITIVE_CONTROL:
            batch = batch or slide.staining_batch
            if batch is None:
                raise Invalid(
                    "A positive control belongs to a staining batch, and this slide has none.",
                    fields={"staining_batch": "Name the batch, or give the slide one first."},
                )
        elif batch is not None:
            raise Invalid(
                "Only a positive control belongs to a staining batch.", fields={"staining_batch": "Leave it out."}
            )
        field = FieldOfView.objects.create(
            slide=slide, staining_batch=batch, purpose=purpose, name=checked_slide_name(name),
            x_px=box.x_px, y_px=box.y_px, width_px=box.width_px, height_px=box.height_px,
        )  # fmt: skip
        record(
            actor, "field_of_view.created", obj=field, study_id=slide.study_id,
            slide=str(slide.pk), name=field.name, purpose=purpose,
        )  # fmt: skip
    return field


def delete_field_of_view(actor: Any, field_id: UUID) -> None:
    """Delete a field of view. Runs on it keep the rectangle they scored: a refusal would tell that there are runs.

    Raises:
        NotVisible, NotAllowed: the actor is neither technician nor administrator of the study.
    """
    with transaction.atomic():
        field = visible_fields_of_view(actor).select_related("slide").filter(pk=field_id).first()
        if field is None:
            raise NotVisible("There is no such field of view, or you may not know of it.")
        slide = field.slide
        if not can_mark_fields(actor, slide.study_id):
            raise NotAllowed("Only the study's technicians and administrators delete fields of view.")
        kept = FieldOfView(pk=field.pk, slide=slide, name=field.name)  # delete() clears the key of what it deletes
        field.delete()
        record(actor, "field_of_view.deleted", obj=kept, study_id=slide.study_id, slide=str(slide.pk), name=kept.name)


def _check_box(slide: Slide, box: FieldBox) -> None:
    if min(box.x_px, box.y_px) < 0 or min(box.width_px, box.height_px) < 1:
        raise Invalid(
            "A field begins at 0 or more and is at least one pixel wide and high.", fields={"x_px": "Outside."}
        )
    if box.x_px + box.width_px > slide.width_px or box.y_px + box.height_px > slide.height_px:
        raise Invalid(
            f"The field reaches to ({box.x_px + box.width_px}, {box.y_px + box.height_px}) px; the slide ends at "
            f"({slide.width_px}, {slide.height_px}) px.",
            fields={"width_px": "Reaches beyond the slide."},
        )
