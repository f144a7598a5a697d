"""Who may see cases (pseudonyms: every member of the study) and who may see whose they are (hardly anybody)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from webapp.cases.models import AccessionKey, Case
from webapp.studies.models import READING_ROLES, Role
from webapp.studies.permissions import roles_of, studies_where, visible_studies


def visible_cases(user: Any) -> QuerySet[Case]:
    """The cases of the person's studies."""
    return Case.objects.filter(study__in=visible_studies(user))


def can_create_case(user: Any, study_id: UUID) -> bool:
    """Technicians enter cases."""
    return Role.TECHNICIAN in roles_of(user, study_id)


def visible_accession_keys(user: Any) -> QuerySet[AccessionKey]:
    """The pseudonym key: administrators of the study who hold no reading role in it. Nothing shows it yet."""
    return AccessionKey.objects.filter(
        case__study__in=studies_where(user, [Role.ADMINISTRATOR]).exclude(pk__in=studies_where(user, READING_ROLES))
    )
