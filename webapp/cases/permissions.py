"""Who may see cases (pseudonyms: every member of the study) and who may see whose they are (hardly anybody)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from webapp.cases.models import AccessionKey, Case, Order
from webapp.studies.models import READING_ROLES, Role
from webapp.studies.permissions import WORKING_ROLES, roles_of, studies_where, visible_studies


def visible_cases(user: Any) -> QuerySet[Case]:
    """The cases of the person's studies."""
    return Case.objects.filter(study__in=visible_studies(user))


def can_create_case(user: Any, study_id: UUID) -> bool:
    """Technicians enter cases."""
    return Role.TECHNICIAN in roles_of(user, study_id)


def can_hold_key(user: Any, study_id: UUID) -> bool:
    """Whether the person holds the study's pseudonym key: key holders, unless they read in the study. A reader never
    learns whose tissue it is."""
    roles = roles_of(user, study_id)
    return Role.KEY_HOLDER in roles and not roles & READING_ROLES


def visible_accession_keys(user: Any) -> QuerySet[AccessionKey]:
    """The pseudonym key: for those who ``can_hold_key``. ``services.show_accession`` alone shows it."""
    return AccessionKey.objects.filter(
        case__study__in=studies_where(user, [Role.KEY_HOLDER]).exclude(pk__in=studies_where(user, READING_ROLES))
    )


def visible_orders(user: Any) -> QuerySet[Order]:
    """What the laboratory was asked to stain: for those who work on the material and for key holders. An order names
    the case by its pseudonym."""
    return Order.objects.filter(study__in=studies_where(user, [*WORKING_ROLES, Role.KEY_HOLDER]))
