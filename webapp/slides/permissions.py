"""Who may see slides and what is on them: the members of the slide's study. Of the slide's file only those who work on
it learn anything (its name, checksum, why it was refused)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from webapp.slides.models import FieldOfView, Presentation, Slide, Specimen, StainingBatch
from webapp.studies.models import Role
from webapp.studies.permissions import WORKING_ROLES, roles_of, studies_where, visible_studies


def visible_slides(user: Any) -> QuerySet[Slide]:
    """The slides of the person's studies, in every state."""
    return Slide.objects.filter(study__in=visible_studies(user))


def visible_specimens(user: Any) -> QuerySet[Specimen]:
    """The specimens on the person's slides. What was said of them is another matter: ask ``blinding``."""
    return Specimen.objects.filter(slide__study__in=visible_studies(user))


def visible_fields_of_view(user: Any) -> QuerySet[FieldOfView]:
    """The fields of view on the person's slides."""
    return FieldOfView.objects.filter(slide__study__in=visible_studies(user))


def visible_staining_batches(user: Any) -> QuerySet[StainingBatch]:
    """The staining batches of the person's studies."""
    return StainingBatch.objects.filter(study__in=visible_studies(user))


def visible_presentations(user: Any) -> QuerySet[Presentation]:
    """The person's own presentations that are still open, of slides still theirs to see."""
    if not getattr(user, "is_active", False):
        return Presentation.objects.none()
    return Presentation.objects.filter(user=user.pk, closed_at=None, slide__in=visible_slides(user))


def named_presentations(user: Any) -> QuerySet[Presentation]:
    """Those of them that tell which slide they show. One of a reading session does not: it can be renewed, not looked
    up."""
    return visible_presentations(user).filter(reading_session=None)


def slides_with_visible_files(user: Any) -> QuerySet[Slide]:
    """The slides whose file's particulars (name, checksum, refusal) the person may see: where they work."""
    return Slide.objects.filter(study__in=studies_where(user, WORKING_ROLES))


def can_register_slides(user: Any, study_id: UUID) -> bool:
    """Technicians look into the inbox, register and upload slides, change them and map their cores."""
    return Role.TECHNICIAN in roles_of(user, study_id)


def can_mark_fields(user: Any, study_id: UUID) -> bool:
    """Technicians and administrators choose fields of view."""
    return bool(roles_of(user, study_id) & WORKING_ROLES)


def can_see_maps(user: Any, study_id: UUID) -> bool:
    """Technicians and administrators see which core of a slide is whose; a reader needs no such overview."""
    return bool(roles_of(user, study_id) & WORKING_ROLES)
