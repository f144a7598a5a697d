"""Looking at what an algorithm found, for those who may know of its runs: committed as an exposure before anything is
shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.agreement.permissions import planned_of, visible_results
from webapp.agreement.services.locks import lock_rounds
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
        lock_rounds([run.specimen_id])
        if not visible_runs(user).filter(pk=run_id).exists():  # it was given to this person to read meanwhile
            raise NotVisible("There is no such run, or you may not know of it.")
        if run.state != Run.State.DONE:
            raise Conflict(f"The run is {run.state}: there is no result to look at.", code="no_result")
        record_exposure(
            user,
            run.specimen,
            source=Exposure.Source.ALGORITHM,
            source_id=run.pk,
            planned=run.specimen_id in planned_of(run.study_id, [run.specimen_id]),
        )
        result = visible_results(user).select_related("run__specimen__slide").get(run=run)
        _tell(user, result, "result.revealed")
    return result


def reveal_batch(user: Any, batch_id: UUID) -> int:
    """Show the person every result of a batch that is there, as ``reveal`` does one: an exposure for each specimen, all
    in one transaction. Runs that are veiled for the person are not of the batch, as far as they can tell.

    Returns:
        How many results of the batch the person has had shown by now.

    Raises:
        NotVisible: no run of the batch is for this person.
        Conflict: none of them has a result (yet).
    """
    with transaction.atomic():
        runs = visible_runs(user).filter(batch=batch_id)
        lock_rounds(runs.values_list("specimen", flat=True))
        first = runs.first()
        if first is None:
            raise NotVisible("There is no such batch, or you may not know of it.")
        done = runs.filter(state=Run.State.DONE)
        if not done.exists():
            raise Conflict("No run of this batch is done: there is no result to look at.", code="no_result")
        seen = set(visible_results(user).filter(run__batch=batch_id).values_list("run", flat=True))
        planned = planned_of(first.study_id, set(done.values_list("specimen", flat=True)))
        fresh = {run.pk: run for run in done.select_related("specimen__slide").order_by("pk") if run.pk not in seen}
        for run in fresh.values():
            record_exposure(
                user, run.specimen, source=Exposure.Source.ALGORITHM, source_id=run.pk,
                planned=run.specimen_id in planned,
            )  # fmt: skip
        shown = visible_results(user).filter(run__batch=batch_id).select_related("run__specimen__slide")
        for result in shown.filter(run__in=list(fresh)).order_by("run"):
            _tell(user, result, "result.revealed", batch=str(batch_id))
        return shown.count()


def record_batch_export(user: Any, results: Sequence[Result], form: str) -> None:
    """Say that the person took a copy of each of these results with them."""
    with transaction.atomic():
        for result in results:
            _tell(user, result, "result.exported", form=form, together=len(results))


def record_export(user: Any, result: Result, form: str) -> None:
    """Say that the person took a copy of the result with them."""
    with transaction.atomic():
        _tell(user, result, "result.exported", form=form)


def _tell(user: Any, result: Result, verb: str, **details: Any) -> None:
    run = result.run
    record(user, verb, obj=result, study_id=run.study_id, specimen_id=run.specimen_id, run=str(run.pk), **details)
