"""Who reads a second time: the same readers after the washout, and QA second readers of what one person read alone.

Both follow from readings that are signed, so administrators who read in the study themselves do not plan them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from webapp.accounts.models import User
from webapp.blinding.models import Exposure, Opening
from webapp.core.errors import Conflict, Invalid
from webapp.reading.allocation import Reader, Wanted, balanced
from webapp.reading.models import Assignment, Purpose, QaReview, QualificationItem, ReadingSession, Round
from webapp.reading.permissions import administered_qa_reviews
from webapp.reading.qualification import standing_of
from webapp.reading.services.assigning import protocol_in_force, scheme_of
from webapp.reading.services.plans import Asked, Load, Plan, demand_no_reader, held_by, readers_of
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Study

_READ = (Purpose.PRIMARY, Purpose.RE_READ)


@dataclass(frozen=True)
class _Known:
    """What bears on re-reading: who reads again, under what, and what stands against it."""

    protocol: Protocol
    readers: Mapping[UUID, User]
    begun: Mapping[UUID, datetime]
    exposed: frozenset[tuple[UUID, UUID]]
    opened: frozenset[UUID]
    over: frozenset[UUID]


def planned_re_reads(actor: Any, study: Study, asked: Asked, specimens: Mapping[UUID, Specimen]) -> Plan:
    """Every named reader gets again what they have signed in the series before; not before the washout is over. The
    round waits for as many of them as held it then, signed or not, so that nothing follows for one from another's.

    Raises:
        NotAllowed: the actor reads in the study.  Invalid: the series or the readers are not acceptable.
        Conflict: the protocol plans no such series.
    """
    demand_no_reader(actor, study, "re-reads")
    protocol = protocol_in_force(study)
    if asked.series < 2:
        raise Invalid("Re-reads begin with series 2.", fields={"series": "2 for the first re-read."})
    if asked.series - 1 > protocol.re_read_series:
        raise Conflict(f"The protocol plans {protocol.re_read_series} series of re-reads.", code="not_planned")
    readers = readers_of(study, asked)
    known = _known(study, asked, protocol, readers, specimens)
    earlier = Assignment.objects.filter(
        specimen__in=specimens, reader__in=list(readers), round__series=asked.series - 1, purpose__in=_READ
    ).exclude(state=Assignment.State.WITHDRAWN)
    later = Assignment.objects.filter(specimen__in=specimens, round__series=asked.series, purpose=Purpose.RE_READ)
    had = set(later.values_list("specimen", "reader"))
    asked_of: dict[UUID, set[UUID]] = defaultdict(set)
    for specimen, reader in later.exclude(state=Assignment.State.WITHDRAWN).values_list("specimen", "reader"):
        asked_of[specimen].add(reader)
    held = held_by(study, readers, Purpose.RE_READ, asked.series)
    cap = asked.cap if asked.cap is not None else protocol.workload_cap
    room = {pk: None if cap is None else max(cap - held[pk], 0) for pk in readers}
    given: dict[UUID, list[UUID]] = defaultdict(list)
    why: dict[UUID, list[str]] = defaultdict(list)
    opens_at: dict[UUID, datetime] = {}
    for assignment in earlier.order_by("specimen", "reader"):
        specimen, reader = assignment.specimen_id, assignment.reader_id
        if (specimen, reader) in had:
            continue
        asked_of[specimen].add(reader)
        reason = _not_again(known, specimens[specimen], assignment)
        left = room[reader]
        if not reason and left is not None and left < 1:
            reason = f"{readers[reader].display_name} is full."
        if reason:
            why[specimen].append(reason)
            continue
        if left is not None:
            room[reader] = left - 1
        given[specimen].append(reader)
        opens = _washed_out(known, assignment)
        opens_at[reader] = max(opens, opens_at.get(reader, opens))
    loads = [
        Load(person, sum(pk in chosen for chosen in given.values()), held[pk], cap) for pk, person in readers.items()
    ]
    return Plan(
        loads, protocol.readers_per_specimen, given,
        {specimen: " ".join(dict.fromkeys(reasons)) for specimen, reasons in why.items()},
        protocols=dict.fromkeys(given, protocol), opens_at=opens_at,
        required={specimen: len(asked_of[specimen]) for specimen in given},
    )  # fmt: skip


def _known(
    study: Study, asked: Asked, protocol: Protocol, readers: Mapping[UUID, User], specimens: Iterable[UUID]
) -> _Known:
    sessions = ReadingSession.objects.filter(
        study=study, purpose=Purpose.RE_READ, series=asked.series, protocol=protocol, reader__in=list(readers)
    )
    chosen = list(specimens)
    exposed = Exposure.objects.filter(specimen__in=chosen, planned=False).values_list("specimen", "person")
    over = Round.objects.filter(specimen__in=chosen, series=asked.series).exclude(state=Round.State.OPEN)
    return _Known(
        protocol=protocol, readers=readers, begun=dict(sessions.values_list("reader", "opens_at")),
        exposed=frozenset(exposed), over=frozenset(over.values_list("specimen", flat=True)),
        opened=frozenset(Opening.objects.filter(specimen__in=chosen).values_list("specimen", flat=True)),
    )  # fmt: skip


def _not_again(known: _Known, specimen: Specimen, assignment: Assignment) -> str:
    """Why the reader cannot be given the specimen again; empty if they can."""
    name = known.readers[assignment.reader_id].display_name
    if specimen.pk in known.opened:
        return "It has been shown to its readers."
    if specimen.pk in known.over:
        return "This series of it is over."
    if assignment.state != Assignment.State.SIGNED:
        return f"{name} has not signed it yet."
    if (specimen.pk, assignment.reader_id) in known.exposed:
        return f"{name} has been shown what others said of it."
    if assignment.scheme != scheme_of(known.protocol, specimen.slide.marker):
        return "The protocol has it scored by another scheme since."
    begun = known.begun.get(assignment.reader_id)
    opens = _washed_out(known, assignment)
    if begun is not None and begun <= timezone.now() and opens > timezone.now():
        return f"{name} has begun this series and may read it again from {opens:%Y-%m-%d %H:%M} UTC."
    return ""


def _washed_out(known: _Known, assignment: Assignment) -> datetime:
    signed_at = assignment.ended_at or assignment.created_at
    return signed_at + timedelta(days=known.protocol.washout_days)


def planned_qa(actor: Any, study: Study, asked: Asked, specimens: Mapping[UUID, Specimen]) -> Plan:
    """What was chosen for a second read goes to one QA reader each, evenly; to nobody who has read it or has been shown
    anything of it.

    Raises:
        NotAllowed: the actor reads in the study.  Invalid: the readers are not the study's QA readers.
    """
    demand_no_reader(actor, study, "second reads")
    readers = readers_of(study, asked)
    reviews = administered_qa_reviews(actor).filter(state=QaReview.State.CHOSEN, round__specimen__in=specimens)
    chosen = [review.round for review in reviews.select_related("round__protocol")]
    protocols = {round_.specimen_id: round_.protocol for round_ in chosen}
    unfit: dict[UUID, set[UUID]] = defaultdict(set)
    read = Assignment.objects.filter(specimen__in=protocols).values_list("specimen", "reader")
    seen = Exposure.objects.filter(specimen__in=protocols).values_list("specimen", "person")
    for specimen, person in [*read, *seen]:
        unfit[specimen].add(person)
    held = held_by(study, readers, Purpose.QA)
    cap = asked.cap if asked.cap is not None else protocol_in_force(study).workload_cap
    able = [Reader(pk, held[pk], cap) for pk in readers]
    wanted = [Wanted(specimen, 1, frozenset(unfit[specimen])) for specimen in sorted(protocols)]
    found = balanced(wanted, able, seed=asked.seed)
    counts = found.loads(able)
    loads = [Load(person, counts[pk], held[pk], cap) for pk, person in readers.items()]
    return Plan(loads, 1, found.given, found.unassignable, protocols=protocols)


def planned_qualification(actor: Any, study: Study, asked: Asked) -> tuple[Plan, dict[UUID, Specimen]]:
    """Every named reader who has not passed gets the whole set: what they lack of it, or, where they have answered all
    of it and not passed, all of it once more.

    Raises:
        NotAllowed: the actor reads in the study.  Invalid: the readers are not the study's pathologists.
        Conflict: there is no set.
    """
    demand_no_reader(actor, study, "qualification")
    readers = readers_of(study, asked)
    protocol = protocol_in_force(study)
    items = QualificationItem.objects.filter(study=study).select_related("specimen__slide", "specimen__case")
    specimens = {item.specimen_id: item.specimen for item in items.order_by("specimen")}
    if not specimens:
        raise Conflict("The study has no qualification set; choose its specimens first.", code="no_set")
    given: dict[UUID, list[UUID]] = defaultdict(list)
    attempts: dict[UUID, int] = {}
    for reader in readers:
        had = Assignment.objects.filter(reader=reader, session__study=study, purpose=Purpose.QUALIFICATION)
        had = had.exclude(state=Assignment.State.WITHDRAWN)
        attempt = max(had.values_list("session__series", flat=True), default=1)
        standing = standing_of(reader, study.pk, protocol)
        if standing is not None and standing.passed:
            continue
        failed = standing is not None and standing.agreed is not None
        attempts[reader] = attempt + 1 if failed else attempt
        there = set(had.filter(session__series=attempts[reader]).values_list("specimen", flat=True))
        for specimen in specimens:
            if specimen not in there:
                given[specimen].append(reader)
    loads = [
        Load(person, sum(pk in chosen for chosen in given.values()), 0, None) for pk, person in readers.items()
    ]  # fmt: skip
    protocols = dict.fromkeys(given, protocol)
    return Plan(loads, len(readers), given, protocols=protocols, attempts=attempts), specimens
