"""Before signing: opening a specimen, autosaved drafts, putting it back, asking for another image."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.audit.services import record
from webapp.blinding.models import Exposure
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible, Stale
from webapp.core.states import move
from webapp.reading.models import Assignment, Purpose, SlideRequest
from webapp.reading.permissions import visible_assignments, visible_slide_requests
from webapp.reading.qualification import is_qualified
from webapp.slides.models import Presentation
from webapp.slides.services import open_for_reading
from webapp.studies.models import Protocol, Role
from webapp.studies.permissions import roles_of
from webapp.studies.services import check_not_locked

DRAFT_BYTES = 20_000
NOTE_LENGTH = 400
UNREAD = (Assignment.State.WAITING, Assignment.State.DEFERRED)


def locked_assignment(person: Any, assignment_id: UUID) -> Assignment:
    """The person's own assignment, locked. Call it in a transaction. Raises NotVisible."""
    assignment = (
        visible_assignments(person)
        .select_for_update(of=("self",))
        .select_related(
            "session__study", "session__protocol", "specimen__slide", "specimen__case", "round__protocol", "reader"
        )
        .filter(pk=assignment_id)
        .first()
    )
    if assignment is None:
        raise NotVisible("There is no such assignment, or you may not know of it.")
    return assignment


def check_may_read(assignment: Assignment) -> None:
    """Whether the reader may (still) read the specimen.

    Raises:
        Conflict: the study is closed, the patient withdrew, or the reader has still to pass the qualification set.
        NotAllowed: they were shown something of it that the protocol does not plan.
    """
    if assignment.session.study.closed_at is not None:
        raise Conflict("Reading in this study is closed.", code="study_closed")
    if assignment.specimen.case.withdrawn_at is not None:
        raise Conflict("This case is read no more.", code="withdrawn")
    if assignment.purpose == Purpose.PRIMARY and not is_qualified(
        assignment.reader_id, assignment.session.study_id, assignment.session.protocol
    ):
        raise Conflict(
            "Read the qualification set of this study first; when you have passed it, your reading begins.",
            code="not_qualified",
        )
    unplanned = Exposure.objects.filter(person=assignment.reader_id, specimen=assignment.specimen_id, planned=False)
    if unplanned.exists():
        raise NotAllowed(
            "You have been shown what others said of this specimen, so you can no longer read it.", code="exposed"
        )


def open_assignment(person: Any, assignment_id: UUID) -> tuple[Assignment, Presentation]:
    """The person opens a specimen to read it, or to see again what they signed. The protocol is frozen by the first one
    that is opened.

    Raises:
        NotVisible, Conflict, NotAllowed: as ``check_may_read``.  Conflict: the slide cannot be shown.
    """
    with transaction.atomic():
        assignment = locked_assignment(person, assignment_id)
        if assignment.state in UNREAD:
            check_may_read(assignment)
        presentation = open_for_reading(
            person, assignment.specimen.slide, assignment.session_id,
            rotation_deg=assignment.rotation_deg, flipped=assignment.flipped,
        )  # fmt: skip
        if assignment.opened_at is None and assignment.session.study.locked_at is None:
            assignment.opened_at = timezone.now()
            assignment.save(update_fields=["opened_at"])
            Protocol.objects.filter(pk=assignment.session.protocol_id, frozen_at=None).update(frozen_at=timezone.now())
            _say(person, assignment, "assignment.opened")
    return assignment, presentation


def save_draft(person: Any, assignment_id: UUID, *, version: int, draft: dict[str, Any]) -> Assignment:
    """Keep the form as it stands. The last version wins; an older one is refused.

    Raises:
        NotVisible, Conflict: it is not theirs to fill in (any more).  Stale: another window saved in between.
        Invalid: the draft is too large.
    """
    if len(json.dumps(draft)) > DRAFT_BYTES:
        raise Invalid("The draft is too large.", fields={"draft": f"At most {DRAFT_BYTES} bytes of JSON."})
    with transaction.atomic():
        assignment = locked_assignment(person, assignment_id)
        if assignment.state not in UNREAD:
            raise Conflict("This reading is signed; add an amendment instead.", code="signed")
        check_may_read(assignment)
        if assignment.version != version:
            raise Stale(
                f"Another window saved this form (version {assignment.version}, yours is {version}).",
                code="stale",
                version=assignment.version,
            )
        assignment.draft, assignment.version, assignment.saved_at = draft, version + 1, timezone.now()
        assignment.save(update_fields=["draft", "version", "saved_at"])
    return assignment


def defer(person: Any, assignment_id: UUID) -> Assignment:
    """Put the specimen to the end of the person's own list; nobody else notices. Again changes nothing."""
    with transaction.atomic():
        assignment = locked_assignment(person, assignment_id)
        if assignment.state != Assignment.State.DEFERRED:
            move(assignment, Assignment.State.DEFERRED)
            _say(person, assignment, "assignment.deferred")
    return assignment


def resume(person: Any, assignment_id: UUID) -> Assignment:
    """Take a deferred specimen up again. Again changes nothing."""
    with transaction.atomic():
        assignment = locked_assignment(person, assignment_id)
        if assignment.state != Assignment.State.WAITING:
            move(assignment, Assignment.State.WAITING)
            _say(person, assignment, "assignment.resumed")
    return assignment


def request_slide(person: Any, assignment_id: UUID, *, kind: str, note: str = "") -> SlideRequest:
    """Ask the technicians for a rescan, a recut or a re-stain; the specimen is put back meanwhile.

    Raises:
        NotVisible, Conflict: it is not theirs to read (any more).  Invalid: kind or note are not acceptable.
    """
    if kind not in SlideRequest.Kind.values:
        raise Invalid(f"Unknown request {kind!r}.", fields={"kind": f"One of {', '.join(SlideRequest.Kind.values)}."})
    note = note.strip()
    if len(note) > NOTE_LENGTH:
        raise Invalid("The note is too long.", fields={"note": f"At most {NOTE_LENGTH} characters."})
    with transaction.atomic():
        assignment = locked_assignment(person, assignment_id)
        if assignment.state not in UNREAD:
            raise Conflict("This reading is signed.", code="signed")
        if assignment.purpose == Purpose.QUALIFICATION:
            raise Conflict("Qualification specimens stay as they are.", code="qualification")
        if assignment.state != Assignment.State.DEFERRED:
            move(assignment, Assignment.State.DEFERRED)
        made = SlideRequest.objects.create(assignment=assignment, specimen=assignment.specimen, kind=kind, note=note)
        record(
            person, "slide_request.made", obj=made, study_id=assignment.session.study_id,
            specimen_id=assignment.specimen_id, request=kind,
        )  # fmt: skip
    return made


def settle_slide_request(actor: Any, request_id: UUID, *, answer: str) -> SlideRequest:
    """A technician says what was done about a request.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.  Conflict: it is settled.
        Invalid: the answer is empty or too long.
    """
    answer = answer.strip()
    if not 1 <= len(answer) <= NOTE_LENGTH:
        raise Invalid("Say what was done.", fields={"answer": f"1 to {NOTE_LENGTH} characters."})
    with transaction.atomic():
        found = visible_slide_requests(actor).filter(pk=request_id).values_list("pk", flat=True).first()
        made = SlideRequest.objects.select_for_update().filter(pk=found).first() if found else None
        if made is None:
            raise NotVisible("There is no such request, or you may not know of it.")
        study_id = made.specimen.slide.study_id
        if Role.TECHNICIAN not in roles_of(actor, study_id):
            raise NotAllowed("Only the study's technicians settle requests.")
        check_not_locked(made.specimen.slide.study)
        if made.settled_at is not None:
            raise Conflict("This request is settled.", code="settled")
        made.settled_at, made.settled_by, made.answer = timezone.now(), actor, answer
        made.save(update_fields=["settled_at", "settled_by", "answer"])
        record(actor, "slide_request.settled", obj=made, study_id=study_id, specimen_id=made.specimen_id)
    return made


def _say(person: Any, assignment: Assignment, verb: str) -> None:
    record(
        person, verb, obj=assignment, study_id=assignment.session.study_id, specimen_id=assignment.specimen_id
    )  # fmt: skip
