"""Opening a slide: the presentation under whose opaque id it is seen, and the end of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.audit.services import record
from webapp.core.errors import Conflict, NotVisible
from webapp.slides import tokens
from webapp.slides.models import Presentation, Slide
from webapp.slides.permissions import visible_presentations, visible_slides
from webapp.studies.permissions import visible_studies


def open_slide(person: Any, slide_id: UUID) -> Presentation:
    """Open a slide for the person; who has it open already gets the same presentation.

    Raises:
        NotVisible: the person is no member of the slide's study.  Conflict: the slide is not ready.
    """
    with transaction.atomic():
        slide = visible_slides(person).filter(pk=slide_id).first()
        if slide is None:
            raise NotVisible("There is no such slide, or you may not know of it.")
        if slide.state != Slide.State.READY:
            raise Conflict(f"A slide can be opened once it is ready; this one is {slide.state}.", code="not_ready")
        presentation, _ = Presentation.objects.get_or_create(
            user=person, slide=slide, reading_session=None, closed_at=None
        )
        record(person, "slide.opened", obj=slide, study_id=slide.study_id, presentation=str(presentation.pk))
    return presentation


def open_for_reading(
    person: Any, slide: Slide, session_id: UUID, *, rotation_deg: int = 0, flipped: bool = False
) -> Presentation:
    """The presentation of the slide in a reading session, turned as the specimen to be read asks; the same one as long
    as it is open. The caller has judged that the person may read there, and says so in the audit trail.

    Raises:
        NotVisible: the person is no member of the slide's study.  Conflict: the slide is not ready.
    """
    if not visible_slides(person).filter(pk=slide.pk).exists():
        raise NotVisible("There is no such slide, or you may not know of it.")
    if slide.state != Slide.State.READY:
        raise Conflict("This slide cannot be shown now; ask the technicians.", code="not_ready")
    presentation, _ = Presentation.objects.update_or_create(
        user=person, slide=slide, reading_session=session_id, closed_at=None,
        defaults={"rotation_deg": rotation_deg, "flipped": flipped},
    )  # fmt: skip
    return presentation


def renew_presentation(person: Any, presentation_id: UUID) -> Presentation:
    """The person's open presentation, judged again, so that its tile cookie may be renewed.

    Raises:
        NotVisible: it is not theirs, was closed, or the slide is no longer theirs to see.
    """
    presentation = visible_presentations(person).select_related("slide").filter(pk=presentation_id).first()
    if presentation is None:
        raise NotVisible("There is no such presentation, or it is not open to you any more.")
    return presentation


def end_access(user_id: UUID, study_id: UUID | None = None) -> int:
    """Close what the person may no longer see (all of it, or what is of one study) and revoke its tile tokens at once.

    Returns:
        How many presentations were closed.
    """
    with transaction.atomic():
        user = User.objects.filter(pk=user_id).first()
        if user is None:
            return 0
        presentations = Presentation.objects.select_for_update().filter(user=user, closed_at=None)
        if study_id is not None:
            presentations = presentations.filter(slide__study=study_id)
        presentations = presentations.exclude(slide__study__in=visible_studies(user))
        ids = list(presentations.values_list("pk", flat=True))
        Presentation.objects.filter(pk__in=ids).update(closed_at=timezone.now())
    for presentation_id in ids:
        tokens.revoke(presentation_id=presentation_id)
    return len(ids)
