"""Looking at what people said of a specimen. Every exposure is committed before anything leaves the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.agreement.permissions import (
    admitted_specimens,
    followed_specimens,
    revealable_specimens,
    signed_readings,
)
from webapp.agreement.services.locks import lock_rounds
from webapp.audit.services import record
from webapp.blinding.models import Exposure
from webapp.blinding.services import Shown, record_exposure, record_exposures
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.reading.models import Assignment, Consensus, Purpose, Reading
from webapp.reading.permissions import visible_assignments
from webapp.reading.services import counted_readings
from webapp.runs.models import Result, Run
from webapp.slides.models import Specimen
from webapp.slides.permissions import visible_specimens
from webapp.studies.models import Protocol
from webapp.studies.permissions import can_administer

REASON_LENGTH = 400


def reveal_comparison(user: Any, specimen_id: UUID) -> Specimen:
    """Show the person everything that was said of the specimen: others' readings, the consensus, the algorithms'
    results. Again shows what has come since.

    Raises:
        NotVisible: it is veiled for them, or they may not know of it.
        Conflict: an administrator asks for what is still being read.
    """
    with transaction.atomic():
        lock_rounds([specimen_id])
        specimen = revealable_specimens(user).select_related("slide").filter(pk=specimen_id).first()
        if specimen is None:
            if followed_specimens(user).filter(pk=specimen_id).exists():
                raise Conflict(
                    "This specimen is still being read, so nobody sees its scores. Wait until reading is over, or "
                    "unblind yourself and say why.",
                    code="reading_open",
                )
            raise NotVisible("There is no such specimen, or you may not know of it.")
        _expose_all(user, specimen, planned=True)
        _tell(user, specimen, "comparison.revealed")
    return specimen


def unblind(user: Any, specimen_id: UUID, reason: str) -> Specimen:
    """Show an administrator what is still being read, at the price of the right to read it, whatever there is to see:
    to know that there is nothing yet is knowing something.

    Raises:
        NotVisible: they may not know of the specimen.  NotAllowed: they do not administer the study.
        Invalid: no acceptable reason.  Conflict: nothing is hidden from them any more, or the patient withdrew.
    """
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_LENGTH:
        raise Invalid("Unblinding needs a reason.", fields={"reason": f"1 to {REASON_LENGTH} characters."})
    with transaction.atomic():
        lock_rounds([specimen_id])
        specimen = visible_specimens(user).select_related("slide", "case").filter(pk=specimen_id).first()
        if specimen is None:
            raise NotVisible("There is no such specimen, or you may not know of it.")
        if not can_administer(user, specimen.slide.study_id):
            raise NotAllowed("Only the study's administrators unblind themselves.", code="role_needed")
        if specimen.case.withdrawn_at is not None:
            raise Conflict("The patient withdrew; nothing of this specimen is shown any more.", code="withdrawn")
        if revealable_specimens(user).filter(pk=specimen.pk).exists():
            raise Conflict("Reading is over: nothing is hidden from you. Reveal it instead.", code="not_blinded")
        # Of the look itself: there may be nothing else to write down.
        record_exposure(user, specimen, Exposure.Source.READING, specimen.pk, planned=False)
        _expose_all(user, specimen, planned=False)
        _tell(user, specimen, "unblinding.forced", reason=reason)
    return specimen


def reveal_readings_to_adjudicator(user: Any, assignment_id: UUID) -> list[Reading]:
    """Show the adjudicator the readings that disagree, where the protocol shows them.

    Returns:
        The readings that count in the round.

    Raises:
        NotVisible: the assignment is not theirs.  Conflict: the protocol does not show them.
    """
    with transaction.atomic():
        assignment = _own_assignment(user, assignment_id)
        shown = admitted_specimens(user, Exposure.Source.READING).filter(pk=assignment.specimen_id)
        if assignment.purpose != Purpose.ADJUDICATION or assignment.round is None or not shown.exists():
            raise Conflict("The protocol does not show the readings at this stage.", code="not_planned")
        readings = counted_readings(assignment.round)
        for reading in readings:
            record_exposure(user, assignment.specimen, Exposure.Source.READING, reading.pk, planned=True)
        _tell(user, assignment.specimen, "comparison.revealed", to="adjudicator")
    return readings


def reveal_algorithm_to_reader(user: Any, assignment_id: UUID) -> list[Result]:
    """Show the reader what the algorithms found, where the protocol does so: from the start (concurrent), or after the
    unaided reading was signed (sequential).

    Returns:
        The results there are; none is an answer too.

    Raises:
        NotVisible: the assignment is not theirs.
        Conflict: the protocol does not show them, or the unaided reading comes first.
    """
    with transaction.atomic():
        assignment = _own_assignment(user, assignment_id)
        mode = assignment.session.protocol.mode
        if mode == Protocol.Mode.SEQUENTIAL and assignment.state != Assignment.State.SIGNED:
            raise Conflict("Sign your unaided reading first; then the algorithm is shown.", code="not_signed")
        admitted = admitted_specimens(user, Exposure.Source.ALGORITHM).filter(pk=assignment.specimen_id)
        if mode == Protocol.Mode.INDEPENDENT or not admitted.exists():
            raise Conflict("The protocol does not show the algorithm at this stage.", code="not_planned")
        results = list(_results_of(assignment.specimen))
        for result in results:
            record_exposure(user, assignment.specimen, Exposure.Source.ALGORITHM, result.run_id, planned=True)
        _tell(user, assignment.specimen, "comparison.revealed", to="reader")
    return results


def _own_assignment(user: Any, assignment_id: UUID) -> Assignment:
    """The person's own assignment with its round locked."""
    own = visible_assignments(user).filter(pk=assignment_id)
    lock_rounds(own.values_list("specimen", flat=True))
    assignment = own.select_related("session__protocol", "specimen__slide", "round__protocol").first()
    if assignment is None:
        raise NotVisible("There is no such assignment, or you may not know of it.")
    return assignment


def _expose_all(user: Any, specimen: Specimen, *, planned: bool) -> None:
    record_exposures(user, everything_said(user, [specimen]), planned)


def everything_said(user: Any, specimens: Sequence[Specimen]) -> list[Shown]:
    """All that others said of the specimens: readings, consensuses, algorithms' results."""
    by_id = {specimen.pk: specimen for specimen in specimens}
    readings = signed_readings().filter(specimen__in=by_id).exclude(reader=user.pk)
    results = Result.objects.filter(run__specimen__in=by_id, run__state=Run.State.DONE)
    said = [
        (Exposure.Source.READING, readings.values_list("specimen", "pk")),
        (Exposure.Source.CONSENSUS, Consensus.objects.filter(specimen__in=by_id).values_list("specimen", "pk")),
        (Exposure.Source.ALGORITHM, results.values_list("run__specimen", "run")),
    ]
    return [Shown(by_id[specimen], source, source_id) for source, rows in said for specimen, source_id in rows]


def _results_of(specimen: Specimen) -> Any:
    return (
        Result.objects.filter(run__specimen=specimen, run__state=Run.State.DONE)
        .select_related("run__specimen__slide")
        .order_by("run__finished_at", "pk")
    )


def _tell(user: Any, specimen: Specimen, verb: str, **details: Any) -> None:
    record(user, verb, obj=specimen, study_id=specimen.slide.study_id, specimen_id=specimen.pk, **details)
