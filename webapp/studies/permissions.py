"""Who may know of a study, and which roles they hold in it.

Membership is the only way in: being a system administrator opens no study. Inactive people hold no role.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from webapp.studies.models import READING_ROLES, Membership, Protocol, Role, Study

#: Those who work on the material: they see what identifies a file, and start runs.
WORKING_ROLES = frozenset({Role.TECHNICIAN, Role.ADMINISTRATOR})


def _memberships(user: Any) -> QuerySet[Membership]:
    if not getattr(user, "is_active", False):
        return Membership.objects.none()
    return Membership.objects.filter(user=user.pk, user__is_active=True)


def visible_studies(user: Any) -> QuerySet[Study]:
    """The studies the person is a member of, in whatever role."""
    return Study.objects.filter(pk__in=_memberships(user).values("study"))


def listed_studies(user: Any) -> QuerySet[Study]:
    """The studies whose names the person may list: their own; all of them for a system administrator, who gives each
    its first administrator. A name is all they learn."""
    if can_create_study(user):
        return Study.objects.all()
    return visible_studies(user)


def studies_where(user: Any, roles: Iterable[str]) -> QuerySet[Study]:
    """The studies in which the person holds at least one of the roles."""
    return Study.objects.filter(pk__in=_memberships(user).filter(role__in=list(roles)).values("study"))


def roles_of(user: Any, study: Study | UUID) -> frozenset[Role]:
    """The roles the person holds in the study; none for strangers and inactive people."""
    study_id = study.pk if isinstance(study, Study) else study
    return frozenset(Role(role) for role in _memberships(user).filter(study=study_id).values_list("role", flat=True))


def visible_memberships(user: Any) -> QuerySet[Membership]:
    """Who holds which role: known to the study's administrators only, because readers stay anonymous to each other."""
    return Membership.objects.filter(study__in=studies_where(user, [Role.ADMINISTRATOR]))


def studies_without_readers() -> QuerySet[Study]:
    """The studies whose protocol in force (the highest version) asks nobody to read. A study without any protocol is
    not one of them: what is unknown is treated as blinded."""
    asked = Protocol.objects.filter(study=OuterRef("pk")).order_by("-version").values("readers_per_specimen")[:1]
    return Study.objects.alias(asked=Subquery(asked)).filter(asked=0)


def studies_read_by(user: Any) -> QuerySet[Study]:
    """The studies in which the person holds a reading role while the protocol in force asks readers."""
    return studies_where(user, READING_ROLES).exclude(pk__in=studies_without_readers())


def can_create_study(user: Any) -> bool:
    """Whether the person may create studies and give each its first administrator."""
    return bool(getattr(user, "is_system_administrator", False))


def can_administer(user: Any, study: Study | UUID) -> bool:
    """Whether the person may change the study's members and protocol."""
    return Role.ADMINISTRATOR in roles_of(user, study)


def can_give_first_administrator(user: Any, study: Study | UUID) -> bool:
    """Whether the study still lacks an administrator and the person is a system administrator."""
    study_id = study.pk if isinstance(study, Study) else study
    return (
        can_create_study(user)
        and not Membership.objects.filter(study=study_id, role=Role.ADMINISTRATOR, user__is_active=True).exists()
    )
