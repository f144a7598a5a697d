"""An administrator gives out specimens to several readers at once, takes one back, or moves it to somebody else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.audit.services import record
from webapp.blinding.models import Exposure
from webapp.core.errors import Conflict, Invalid, NotVisible
from webapp.core.states import move
from webapp.reading.allocation import Allocation, Reader, Wanted, balanced, crossed
from webapp.reading.models import Assignment, Purpose, Round
from webapp.reading.permissions import administered_assignments
from webapp.reading.services.assigning import assign, open_session, protocol_in_force
from webapp.slides.models import Slide, Specimen
from webapp.studies.models import Protocol, Role, Study
from webapp.studies.services import administered_study

SPECIMENS_AT_ONCE = 5000
REASON_LENGTH = 400


@dataclass(frozen=True)
class Asked:
    """Which specimens (all of the study, or those of a marker, of slides, or named) go to which readers, and how."""

    readers: Sequence[UUID]
    marker: str = ""
    slides: Sequence[UUID] = ()
    specimens: Sequence[UUID] = ()
    design: str = Protocol.Design.BALANCED
    cap: int | None = None
    seed: int = 0


@dataclass(frozen=True)
class Load:
    """What a reader is given, beside what they hold already, of at most ``cap``."""

    reader: User
    count: int
    held: int
    cap: int | None


@dataclass(frozen=True)
class Plan:
    """``given``: specimen to readers; ``unassignable``: specimen to the reason."""

    loads: Sequence[Load]
    per_specimen: int
    given: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    unassignable: Mapping[UUID, str] = field(default_factory=dict)


def preview_allocation(actor: Any, study_id: UUID, asked: Asked) -> Plan:
    """What ``allocate`` would give out, without giving it.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.
        Invalid: readers or specimens are not the study's.  Conflict: the study is closed or has no protocol.
    """
    return _planned(administered_study(actor, study_id), asked)[0]


def allocate(actor: Any, study_id: UUID, asked: Asked) -> Plan:
    """Give out the specimens: all that find their readers, in one transaction.

    Raises: as ``preview_allocation``.
    """
    study = administered_study(actor, study_id)
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)  # two who give out at once do it one after the other
        plan, specimens = _planned(study, asked)
        of: dict[UUID, list[Specimen]] = defaultdict(list)
        for specimen, readers in plan.given.items():
            for reader in readers:
                of[reader].append(specimens[specimen])
        for load in plan.loads:
            if of[load.reader.pk]:
                assign(actor, open_session(actor, study, load.reader), of[load.reader.pk])
    return plan


def _planned(study: Study, asked: Asked) -> tuple[Plan, dict[UUID, Specimen]]:
    protocol = protocol_in_force(study)
    if study.closed_at is not None:
        raise Conflict("The study is closed; nobody is given anything to read.", code="study_closed")
    readers = _readers(study, asked)
    specimens = _specimens(study, asked)
    held = Counter(
        Assignment.objects.filter(session__study=study, purpose=Purpose.PRIMARY, reader__in=readers)
        .exclude(state=Assignment.State.WITHDRAWN)
        .values_list("reader", flat=True)
    )
    cap = asked.cap if asked.cap is not None else protocol.workload_cap
    wanted = _wanted(specimens, protocol)
    able = [Reader(pk, held[pk], cap) for pk in readers]
    if asked.design == Protocol.Design.CROSSED:
        found: Allocation = crossed([each for each in wanted if each.needed], able)
    else:
        found = balanced([each for each in wanted if each.needed], able, seed=asked.seed)
    counts = found.loads(able)
    loads = [Load(person, counts[pk], held[pk], cap) for pk, person in readers.items()]
    return Plan(loads, protocol.readers_per_specimen, found.given, found.unassignable), specimens


def _readers(study: Study, asked: Asked) -> dict[UUID, User]:
    members = study.memberships.filter(role=Role.PATHOLOGIST, user__is_active=True).select_related("user")
    known = {membership.user_id: membership.user for membership in members.order_by("user__display_name", "user")}
    chosen = {pk: person for pk, person in known.items() if pk in set(asked.readers)}
    if not chosen or len(chosen) != len(set(asked.readers)):
        raise Invalid(
            "The readers are pathologists of this study.", fields={"readers": "Name at least one, and no one else."}
        )
    return chosen


def _specimens(study: Study, asked: Asked) -> dict[UUID, Specimen]:
    found = Specimen.objects.filter(
        slide__study=study, slide__state=Slide.State.READY, is_missing=False, case__withdrawn_at=None
    ).exclude(slide__marker="H&E")
    if asked.marker:
        found = found.filter(slide__marker=asked.marker)
    if asked.slides:
        found = found.filter(slide__in=asked.slides)
    if asked.specimens:
        found = found.filter(pk__in=asked.specimens)
    chosen = {each.pk: each for each in found.select_related("slide", "case").order_by("pk")[: SPECIMENS_AT_ONCE + 1]}
    if len(chosen) > SPECIMENS_AT_ONCE:
        raise Invalid(
            f"At most {SPECIMENS_AT_ONCE} specimens are given out at once.", fields={"slides": "Choose some slides."}
        )
    return chosen


def _wanted(specimens: Mapping[UUID, Specimen], protocol: Protocol) -> list[Wanted]:
    """How many more readers each specimen needs; who had it taken back or was shown something of it is unfit."""
    present: dict[UUID, set[UUID]] = defaultdict(set)
    unfit: dict[UUID, set[UUID]] = defaultdict(set)
    given = Assignment.objects.filter(specimen__in=specimens, round__series=1)
    for specimen, reader, purpose, state in given.values_list("specimen", "reader", "purpose", "state"):
        counts = purpose == Purpose.PRIMARY and state != Assignment.State.WITHDRAWN
        (present if counts else unfit)[specimen].add(reader)
    for specimen, person in Exposure.objects.filter(specimen__in=specimens).values_list("specimen", "person"):
        unfit[specimen].add(person)
    rounds = {
        specimen: required if state == Round.State.OPEN else 0
        for specimen, required, state in Round.objects.filter(specimen__in=specimens, series=1).values_list(
            "specimen", "readers_required", "state"
        )
    }
    return [
        Wanted(
            pk,
            max(rounds.get(pk, protocol.readers_per_specimen) - len(present[pk]), 0),
            frozenset(unfit[pk] - present[pk]),
            frozenset(present[pk]),
        )
        for pk in specimens
    ]


def withdraw_assignment(actor: Any, assignment_id: UUID, *, reason: str) -> Assignment:
    """Take a specimen back from a reader. A signed reading stays as it is and counts no more; that is possible only
    while its round is open.

    Raises:
        NotVisible: the actor does not administer its study.  Invalid: no reason is given.
        Conflict: it is withdrawn already, or its round is decided.
    """
    reason = _checked_reason(reason)
    with transaction.atomic():
        return _withdraw(actor, assignment_id, reason)


def reassign(actor: Any, study_id: UUID, *, assignments: Sequence[UUID], to: UUID, reason: str) -> list[Assignment]:
    """Take unread specimens back and give them to another reader; all or none.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.  Invalid: no reason, or no such reader.
        Conflict: one is signed or withdrawn, or the other reader cannot read it; it is named.
    """
    study = administered_study(actor, study_id)
    reason = _checked_reason(reason)
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        reader = _readers(study, Asked(readers=[to]))[to]
        taken = []
        for assignment_id in sorted(set(assignments)):
            found = administered_assignments(actor).filter(session__study=study, pk=assignment_id).first()
            if found is None:
                raise NotVisible("There is no such assignment, or you may not know of it.")
            if found.purpose != Purpose.PRIMARY or found.state not in (
                Assignment.State.WAITING,
                Assignment.State.DEFERRED,
            ):
                raise Conflict("Only first readings that are not signed move to another reader.", code="not_unread")
            if found.reader_id == to:
                raise Conflict(f"{reader.display_name} holds it already.", code="same_reader")
            taken.append(_withdraw(actor, assignment_id, reason).specimen)
        return assign(actor, open_session(actor, study, reader), taken)


def _withdraw(actor: Any, assignment_id: UUID, reason: str) -> Assignment:
    found = administered_assignments(actor).filter(pk=assignment_id).values_list("round", flat=True).first()
    if found is not None:
        Round.objects.select_for_update().get(pk=found)
    assignment = (
        administered_assignments(actor)
        .select_for_update(of=("self",))
        .select_related("round", "session", "specimen__slide", "specimen__case")
        .filter(pk=assignment_id)
        .first()
    )
    if assignment is None:
        raise NotVisible("There is no such assignment, or you may not know of it.")
    signed = assignment.state == Assignment.State.SIGNED
    if signed and (assignment.round is None or assignment.round.state != Round.State.OPEN):
        raise Conflict("Its round is decided; a signed reading of it stays.", code="round_over")
    move(assignment, Assignment.State.WITHDRAWN, ended_at=timezone.now())
    record(
        actor, "assignment.withdrawn", obj=assignment, study_id=assignment.session.study_id,
        specimen_id=assignment.specimen_id, person=str(assignment.reader_id), reason=reason,
    )  # fmt: skip
    return assignment


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not 1 <= len(reason) <= REASON_LENGTH:
        raise Invalid("Say why.", fields={"reason": f"1 to {REASON_LENGTH} characters."})
    return reason
