"""Who may know of runs, and who may start them. Every answer asks ``blinding`` first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from webapp.blinding.permissions import veiled_specimens
from webapp.runs.models import Batch, Run
from webapp.studies.models import Role, Study
from webapp.studies.permissions import WORKING_ROLES, roles_of, studies_where, studies_without_readers


def studies_with_visible_runs(user: Any) -> QuerySet[Study]:
    """The studies whose runs the person may know of, before any veil: technicians and administrators; pathologists only
    where the protocol in force asks nobody to read."""
    reads_freely = Q(pk__in=studies_where(user, [Role.PATHOLOGIST])) & Q(pk__in=studies_without_readers())
    return Study.objects.filter(Q(pk__in=studies_where(user, WORKING_ROLES)) | reads_freely)


def visible_runs(user: Any) -> QuerySet[Run]:
    """The runs the person may know of. A specimen that is veiled for them has none, whatever other role they hold."""
    return Run.objects.filter(study__in=studies_with_visible_runs(user)).exclude(specimen__in=veiled_specimens(user))


def visible_batches(user: Any) -> QuerySet[Batch]:
    """The batches the person may know of: those with a run they may know of. Whatever a batch tells, it tells of those
    runs alone."""
    return Batch.objects.filter(pk__in=visible_runs(user).exclude(batch=None).values("batch"))


def can_start_run(user: Any, study_id: UUID) -> bool:
    """Whether the person may start and cancel runs in the study: technicians and administrators. The veil is asked per
    specimen besides."""
    return bool(roles_of(user, study_id) & WORKING_ROLES)
