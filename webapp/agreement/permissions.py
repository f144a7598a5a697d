"""Who may see what an algorithm found, and the trail of what happened. The veil is asked in every answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from webapp.audit.models import Event
from webapp.blinding.models import Exposure
from webapp.blinding.permissions import own_exposures, veiled_specimens
from webapp.runs.models import Result, Run
from webapp.runs.permissions import visible_runs
from webapp.studies.models import Protocol, Role
from webapp.studies.permissions import studies_where


def revealable_runs(user: Any) -> QuerySet[Run]:
    """The runs whose result the person may look at now: those they may know of that are done."""
    return visible_runs(user).filter(state=Run.State.DONE)


def visible_results(user: Any) -> QuerySet[Result]:
    """The results the person has looked at (an exposure of their own stands) and may still see."""
    seen = own_exposures(user).filter(source=Exposure.Source.ALGORITHM).values("source_id")
    return Result.objects.filter(run__in=revealable_runs(user)).filter(run__in=seen)


def is_planned(study_id: UUID) -> bool:
    """Whether the protocol in force plans that an algorithm's result is seen at this stage: nobody is asked to read, or
    the algorithm is shown from the start (concurrent).

    Under any other protocol what technicians and administrators see is an exposure that the protocol does not plan: it
    ends the right to read that specimen, should they be given a reading role later. The sequential mode's planned
    exposure begins with the locked unaided reading, which comes with the ``reading`` app.
    """
    protocol = Protocol.objects.filter(study=study_id).order_by("-version").first()
    if protocol is None:
        return False
    return protocol.readers_per_specimen == 0 or protocol.mode == Protocol.Mode.CONCURRENT


def visible_events(user: Any, study_id: UUID) -> QuerySet[Event]:
    """What happened in a study, for its administrators; nothing that tells of a specimen veiled for them. Events are
    shown without their number in the chain, whose gaps would tell how many are hidden."""
    return (
        Event.objects.filter(study_id=study_id, study_id__in=studies_where(user, [Role.ADMINISTRATOR]).values("pk"))
        .exclude(specimen_id__in=veiled_specimens(user).values("pk"))
        .order_by("-seq")
    )
