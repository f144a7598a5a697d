"""Looking is an act: it is committed as an exposure before anything is shown."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.agreement.permissions import is_planned, visible_results
from webapp.audit.services import record
from webapp.blinding.models import Exposure
from webapp.blinding.services import record_exposure
from webapp.core.errors import Conflict, NotVisible
from webapp.runs.models import Result, Run
from webapp.runs.permissions import visible_runs


def reveal(user: Any, run_id: UUID) -> Result:
    """Show the person a run's result: records the exposure, then gives the result.

    Raises:
        NotVisible: the run is not for this person.
        Conflict: the run has no result (yet).
    """
    with transaction.atomic():
        run = visible_runs(user).select_related("specimen").filter(pk=run_id).first()
        if run is None:
            raise NotVisible("There is no such run, or you may not know of it.")
        if run.state != Run.State.DONE:
            raise Conflict(f"The run is {run.state}: there is no result to look at.", code="no_result")
        record_exposure(
            user,
            run.specimen,
            source=Exposure.Source.ALGORITHM,
            source_id=run.pk,
            planned=is_planned(run.study_id),
        )
        result = visible_results(user).select_related("run__specimen__slide").get(run=run)
        _tell(user, result, "result.revealed")
    return result


def record_export(user: Any, result: Result, form: str) -> None:
    """Say that the person took a copy of the result with them."""
    with transaction.atomic():
        _tell(user, result, "result.exported", form=form)


def _tell(user: Any, result: Result, verb: str, **details: Any) -> None:
    run = result.run
    record(user, verb, obj=result, study_id=run.study_id, specimen_id=run.specimen_id, run=str(run.pk), **details)
