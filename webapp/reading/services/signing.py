"""Submitting is signing: the reading becomes immutable, and the round is decided if it was the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.audit.services import record
from webapp.blinding.models import Exposure
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.core.states import move
from webapp.reading.models import Amendment, Assignment, Purpose, Reading, Round
from webapp.reading.permissions import visible_readings
from webapp.reading.scores import Score, score_of
from webapp.reading.services.deciding import after_signing
from webapp.reading.services.drafting import check_may_read, locked_assignment
from webapp.studies.models import Protocol

MEANING = "I have read this specimen and this is my score."
MEANING_REVISED = "I have seen the algorithm's result and this is my revised score."
MEANING_AMENDMENT = "I correct my reading for the reason given."
COMMENT_LENGTH, WHY_LENGTH, KEY_LENGTH = 4000, 400, 80
CONFIDENCE = ("low", "medium", "high")
INTERNAL_CONTROL = ("present", "absent", "not_seen")


@dataclass(frozen=True)
class Signed:
    """What is sent to be signed: the score's fields, and what goes with them."""

    body: Mapping[str, Any]
    comment: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = ""


def sign_reading(person: Any, assignment_id: UUID, sent: Signed, *, stage: str | None = None) -> tuple[Reading, bool]:
    """Sign a reading. Returns it and whether it is new: the same signature again is the same reading.

    Args:
        stage: "revised" for the second signature of a sequential reading; None for the first.

    Raises:
        NotVisible: the assignment is not theirs.  Invalid: the score is not acceptable; fields say why.
        Conflict: it was signed with another score, or is not to be read any more.
        NotAllowed: they were shown something of it that the protocol does not plan.
    """
    revised = stage == Reading.Stage.REVISED
    with transaction.atomic():
        assignment = _with_round_locked(person, assignment_id)
        scheme, marker = assignment.scheme, assignment.specimen.slide.marker
        score = score_of(scheme, marker, sent.body)
        details = _checked_details(sent.details)
        comment = _checked_comment(sent.comment, score)
        key = sent.idempotency_key
        if len(key) > KEY_LENGTH:
            raise Invalid("The Idempotency-Key is too long.", fields={"Idempotency-Key": f"At most {KEY_LENGTH}."})
        wanted = Reading.Stage.REVISED if revised else _first_stage(assignment)
        earlier = assignment.readings.filter(stage=wanted).first()
        if earlier is not None:
            _same_or_conflict(earlier, score, comment, key)
            return earlier, False
        _check_stage(assignment, revised=revised)
        check_may_read(assignment)
        reading = Reading.objects.create(
            assignment=assignment, specimen=assignment.specimen, reader=person,
            protocol_id=assignment.session.protocol_id, purpose=assignment.purpose, stage=wanted,
            scheme=score.scheme, scheme_version=score.scheme_version, scoreable=score.scoreable, reason=score.reason,
            inputs=dict(score.inputs), value=score.value, category=score.category, rule=score.rule,
            flags=list(score.flags), comment=comment, details=details, signer=str(person)[:150],
            meaning=MEANING_REVISED if revised else MEANING, idempotency_key=key,
        )  # fmt: skip
        if not revised:
            move(assignment, Assignment.State.SIGNED, ended_at=timezone.now())
        record(
            person, "reading.signed", obj=reading, study_id=assignment.session.study_id,
            specimen_id=assignment.specimen_id, purpose=assignment.purpose, stage=wanted,
        )  # fmt: skip
        if not revised:
            after_signing(assignment, reading)
    return reading, True


def amend_reading(person: Any, reading_id: UUID, sent: Signed, *, why: str) -> Amendment:
    """Put a correction beside one's own reading. It counts while the round is open; later it is a note, which the
    answer does not tell.

    Raises:
        NotVisible: the reading is not theirs.  Invalid: score or reason are not acceptable.
        Conflict: the study is closed.
    """
    why = why.strip()
    if not 1 <= len(why) <= WHY_LENGTH:
        raise Invalid("An amendment gives its reason.", fields={"why": f"1 to {WHY_LENGTH} characters."})
    with transaction.atomic():
        found = visible_readings(person).filter(pk=reading_id).values_list("assignment", flat=True).first()
        if found is None:
            raise NotVisible("There is no such reading, or you may not know of it.")
        assignment = _with_round_locked(person, found)
        reading = Reading.objects.get(pk=reading_id)
        if assignment.session.study.closed_at is not None:
            raise Conflict("Reading in this study is closed.", code="study_closed")
        score = score_of(reading.scheme, assignment.specimen.slide.marker, sent.body)
        comment = _checked_comment(sent.comment, score)
        open_ = assignment.round is not None and assignment.round.state == Round.State.OPEN
        amendment = Amendment.objects.create(
            reading=reading, number=reading.amendments.count() + 1,
            counts=open_ and reading.stage != Reading.Stage.REVISED and not _saw_since(reading), why=why,
            scoreable=score.scoreable, reason=score.reason, inputs=dict(score.inputs), value=score.value,
            category=score.category, rule=score.rule, flags=list(score.flags), comment=comment,
            signer=str(person)[:150], meaning=MEANING_AMENDMENT,
        )  # fmt: skip
        record(
            person, "reading.amended", obj=reading, study_id=assignment.session.study_id,
            specimen_id=assignment.specimen_id, number=amendment.number,
        )  # fmt: skip
    return amendment


def _with_round_locked(person: Any, assignment_id: UUID) -> Assignment:
    """The round first, then the assignment: everybody locks in this order."""
    round_id = Assignment.objects.filter(pk=assignment_id, reader=person.pk).values_list("round", flat=True).first()
    if round_id is not None:
        Round.objects.select_for_update().get(pk=round_id)
    return locked_assignment(person, assignment_id)


def _first_stage(assignment: Assignment) -> str:
    concurrent = assignment.session.protocol.mode == Protocol.Mode.CONCURRENT
    aided = concurrent and assignment.purpose in (Purpose.PRIMARY, Purpose.RE_READ)
    return Reading.Stage.AIDED if aided else Reading.Stage.UNAIDED


def _check_stage(assignment: Assignment, *, revised: bool) -> None:
    protocol = assignment.session.protocol
    shown = Exposure.objects.filter(
        person=assignment.reader_id, specimen=assignment.specimen_id, source=Exposure.Source.ALGORITHM
    ).exists()
    if not revised:
        if assignment.state == Assignment.State.SIGNED:
            raise Conflict("This reading is signed; add an amendment instead.", code="signed")
        if shown and _first_stage(assignment) == Reading.Stage.UNAIDED and assignment.purpose != Purpose.RE_READ:
            raise NotAllowed("You have been shown the algorithm's result of this specimen.", code="exposed")
        return
    if protocol.mode != Protocol.Mode.SEQUENTIAL:
        raise Conflict("A revised reading belongs to the sequential mode.", code="not_sequential")
    if assignment.state != Assignment.State.SIGNED:
        raise Conflict("The unaided reading is signed first.", code="not_signed")
    others = Exposure.objects.filter(person=assignment.reader_id, specimen=assignment.specimen_id)
    if others.exclude(source=Exposure.Source.ALGORITHM).exists():
        raise NotAllowed("You have been shown what others said of this specimen.", code="exposed")
    if not shown:
        raise Conflict("A reading is revised after the algorithm's result was shown.", code="not_shown")


def _saw_since(reading: Reading) -> bool:
    """Whether the reader has been shown something of the specimen since they signed that was not in view before."""
    seen = Exposure.objects.filter(
        person=reading.reader_id, specimen=reading.specimen_id, created_at__gt=reading.created_at
    )
    if reading.stage == Reading.Stage.AIDED:
        seen = seen.exclude(source=Exposure.Source.ALGORITHM, planned=True)
    return seen.exists()


def _same_or_conflict(earlier: Reading, score: Score, comment: str, key: str) -> None:
    same = (earlier.scoreable, earlier.reason, earlier.inputs, earlier.comment) == (
        score.scoreable, score.reason, dict(score.inputs), comment,
    )  # fmt: skip
    if not same or (key and earlier.idempotency_key and key != earlier.idempotency_key):
        raise Conflict("This reading is signed; add an amendment instead.", code="signed")


def _checked_comment(comment: str, score: Score) -> str:
    comment = comment.strip()
    if len(comment) > COMMENT_LENGTH:
        raise Invalid("The comment is too long.", fields={"comment": f"At most {COMMENT_LENGTH} characters."})
    if score.reason == "other" and not comment:
        raise Invalid("Say why it is not scoreable.", fields={"comment": "Needed with another reason."})
    return comment


def _checked_details(details: Mapping[str, Any]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in details.items():
        if value in (None, ""):
            continue
        if (name == "confidence" and value in CONFIDENCE) or (name == "internal_control" and value in INTERNAL_CONTROL):
            known[name] = value
        elif name in ("magnification", "seconds_open") and _is_positive(value):
            known[name] = round(float(value), 2)
        else:
            wrong[str(name)[:40]] = "Unknown, or not one of its values."
    if wrong:
        raise Invalid("What goes with the score is not acceptable.", fields=wrong)
    return known


def _is_positive(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, int | float) and 0 < value < 1e6
