"""Who may know of runs, and who may start them. Every answer asks ``blinding`` first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from webapp.blinding.permissions import veiled_specimens
from webapp.runs.models import Run
from webapp.studies.models import Membership, Protocol, Role

WORKING_ROLES = (Role.TECHNICIAN, Role.ADMINISTRATOR)


def studies_with_visible_runs(user: Any) -> QuerySet[Membership, dict[str, Any]]:
    """Ids of studies whose runs the person may know of, before any veil: technicians and administrators; pathologists
    only where the protocol in force (the highest version) asks nobody to read."""
    in_force = Protocol.objects.filter(study=OuterRef("study")).order_by("-version").values("readers_per_specimen")[:1]
    mine = Membership.objects.filter(user=user, user__is_active=True).alias(asked=Subquery(in_force))
    return mine.filter(Q(role__in=WORKING_ROLES) | Q(role=Role.PATHOLOGIST, asked=0)).values("study")


def visible_runs(user: Any) -> QuerySet[Run]:
    """The runs the person may know of. A specimen that is veiled for them has none, whatever other role they hold."""
    if not getattr(user, "is_active", False):
        return Run.objects.none()
    return Run.objects.filter(study__in=studies_with_visible_runs(user)).exclude(specimen__in=veiled_specimens(user))


def works_in(user: Any, study_id: UUID) -> bool:
    """Whether the person is a technician or an administrator of the study."""
    return Membership.objects.filter(
        user=user, user__is_active=True, study=study_id, role__in=WORKING_ROLES
    ).exists()


def can_start_run(user: Any, study_id: UUID) -> bool:
    """Whether the person may start and cancel runs in the study. The veil is asked per specimen besides."""
    return works_in(user, study_id)
