"""An administrator takes a specimen back, or moves it to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.audit.services import record
from webapp.blinding.services import lift_veil
from webapp.core.errors import Conflict, Invalid, NotVisible
from webapp.core.states import move
from webapp.reading.models import Assignment, Purpose, QaReview, Round
from webapp.reading.permissions import administered_assignments
from webapp.reading.services.assigning import assign, open_session
from webapp.reading.services.deciding import reveal_if_over, settle
from webapp.reading.services.planning import one_plan_at_a_time
from webapp.reading.services.plans import Asked, readers_of
from webapp.studies.services import administered_study, check_not_locked

REASON_LENGTH = 400
UNREAD = (Assignment.State.WAITING, Assignment.State.DEFERRED)


def withdraw_assignment(actor: Any, assignment_id: UUID, *, reason: str) -> Assignment:
    """Take a specimen back from a reader. A signed reading stays as it is and counts no more; that is possible only
    while its round is open. The reader is not given the specimen again in that round.

    A QA second read taken back is to be given out anew. A round of re-reads waits for one reader less, so that the
    absence of one does not keep the specimen closed for ever.

    Raises:
        NotVisible: the actor does not administer its study, or it is veiled for them.  Invalid: no reason is given.
        Conflict: it is withdrawn already, its round is decided, or the study's data are locked.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        assignment = _locked(actor, assignment_id)
        check_not_locked(assignment.session.study)
        if assignment.state == Assignment.State.SIGNED and (
            assignment.round is None or assignment.round.state != Round.State.OPEN
        ):
            raise Conflict("Its round is decided; a signed reading of it stays.", code="round_over")
        take_back(actor, assignment, reason)
    return assignment


def reassign(
    actor: Any, study_id: UUID, *, to: UUID, reason: str, assignments: Sequence[UUID] = (), reader: UUID | None = None
) -> list[Assignment]:
    """Take unread first readings back and give them to another reader; all or none.

    Args:
        assignments: those to move; or, in their place,
        reader: whose unread first readings all move.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.  Invalid: no reason, or no such reader.
        Conflict: one is signed or withdrawn, or the other reader cannot read it; it is named. Or there is none.
    """
    study = administered_study(actor, study_id)
    reason = checked_reason(reason)
    if bool(assignments) == (reader is not None):
        raise Invalid("Name what is to move.", fields={"assignments": "Either these, or the reader whose all move."})
    with transaction.atomic():
        one_plan_at_a_time(study)
        successor = readers_of(study, Asked(readers=[to]))[to]
        if reader is not None:
            held = administered_assignments(actor).filter(session__study=study, reader=reader, state__in=UNREAD)
            assignments = list(held.filter(purpose=Purpose.PRIMARY).values_list("pk", flat=True))
            if not assignments:
                raise Conflict("This reader has nothing left to read.", code="nothing_unread")
        taken = []
        for assignment_id in sorted(set(assignments)):
            found = _locked(actor, assignment_id)
            if found.session.study_id != study.pk:
                raise NotVisible("There is no such assignment, or you may not know of it.")
            if found.purpose != Purpose.PRIMARY or found.state not in UNREAD:
                raise Conflict("Only first readings that are not signed move to another reader.", code="not_unread")
            if found.reader_id == to:
                raise Conflict(f"{successor.display_name} holds it already.", code="same_reader")
            take_back(actor, found, reason)
            taken.append(found)
        made: list[Assignment] = []
        for protocol in sorted({each.session.protocol for each in taken}, key=lambda found: found.version):
            session = open_session(actor, study, successor, protocol=protocol)
            made += assign(actor, session, [each.specimen for each in taken if each.session.protocol == protocol])
    return made


def take_back(actor: Any, assignment: Assignment, reason: str) -> None:
    """Withdraw the assignment, with what follows from it. Call it with round and assignment locked."""
    move(assignment, Assignment.State.WITHDRAWN, ended_at=timezone.now())
    others = Assignment.objects.filter(reader=assignment.reader_id, specimen=assignment.specimen_id)
    if not others.exclude(state=Assignment.State.WITHDRAWN).exists():
        lift_veil(None, assignment.reader, assignment.specimen, reason="taken back")
    round_ = assignment.round
    if round_ is not None and assignment.purpose == Purpose.QA:
        for review in QaReview.objects.filter(round=round_, state=QaReview.State.ASSIGNED):
            move(review, QaReview.State.CHOSEN)
    record(
        actor, "assignment.withdrawn", obj=assignment, study_id=assignment.session.study_id,
        specimen_id=assignment.specimen_id, person=str(assignment.reader_id), reason=reason,
    )  # fmt: skip
    if round_ is not None and assignment.purpose == Purpose.RE_READ and round_.state == Round.State.OPEN:
        _wait_for_one_less(round_)


def _wait_for_one_less(round_: Round) -> None:
    left = round_.assignments.exclude(state=Assignment.State.WITHDRAWN).filter(purpose=Purpose.RE_READ).count()
    round_.readers_required = min(left, round_.readers_required)
    round_.save(update_fields=["readers_required"])
    if left:
        settle(round_)
        return
    move(round_, Round.State.CLOSED, decided_at=timezone.now())
    record(
        None, "round.closed", obj=round_, study_id=round_.specimen.slide.study_id, specimen_id=round_.specimen_id,
        why="taken back",
    )  # fmt: skip
    reveal_if_over(round_)


def checked_reason(reason: str) -> str:
    """The reason without white space around it. Raises Invalid where it is empty or too long."""
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_LENGTH:
        raise Invalid("Say why.", fields={"reason": f"1 to {REASON_LENGTH} characters."})
    return reason


def _locked(actor: Any, assignment_id: UUID) -> Assignment:
    """An assignment the actor administers, locked after its round."""
    found = administered_assignments(actor).filter(pk=assignment_id).values_list("round", flat=True).first()
    if found is not None:
        Round.objects.select_for_update().get(pk=found)
    assignment = (
        administered_assignments(actor)
        .select_for_update(of=("self",))
        .select_related("round", "session__study", "session__protocol", "specimen__slide", "specimen__case", "reader")
        .filter(pk=assignment_id)
        .first()
    )
    if assignment is None:
        raise NotVisible("There is no such assignment, or you may not know of it.")
    return assignment
