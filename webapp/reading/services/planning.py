"""An administrator gives out specimens to several readers at once: first readings, re-reads, QA second reads and the
qualification set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.blinding.models import Exposure
from webapp.core.errors import Conflict, Invalid
from webapp.core.states import move
from webapp.reading.allocation import Allocation, Reader, Wanted, balanced, crossed, split_plot
from webapp.reading.models import Assignment, Purpose, QaReview, ReadingSession, Round
from webapp.reading.services.again import planned_qa, planned_qualification, planned_re_reads
from webapp.reading.services.assigning import assign, open_session, protocol_in_force
from webapp.reading.services.plans import Asked, Load, Plan, demand_unveiled, held_by, readers_of, specimens_of
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Study
from webapp.studies.services import administered_study

_Planned = tuple[Plan, Mapping[UUID, Specimen]]


def preview_allocation(actor: Any, study_id: UUID, asked: Asked) -> Plan:
    """What ``allocate`` would give out, without giving it.

    Raises:
        NotVisible: the actor is no member of the study.
        NotAllowed: they do not administer it, or may still have to read what is to be given out, or read in it and ask
            for what follows from others' readings.
        Invalid: readers or specimens are not the study's.
        Conflict: the study is closed or has no protocol, or its protocol plans no such thing.
    """
    return _planned(actor, administered_study(actor, study_id), asked)[0]


def allocate(actor: Any, study_id: UUID, asked: Asked) -> Plan:
    """Give out the specimens: all that find their readers, in one transaction.

    Raises: as ``preview_allocation``.
    """
    study = administered_study(actor, study_id)
    with transaction.atomic():
        one_plan_at_a_time(study)
        plan, specimens = _planned(actor, study, asked)
        _give(actor, study, asked, plan, specimens)
        if asked.purpose == Purpose.QA:
            for review in QaReview.objects.filter(round__specimen__in=plan.given, state=QaReview.State.CHOSEN):
                move(review, QaReview.State.ASSIGNED)
        for specimen, required in plan.required.items():
            again = Round.objects.filter(specimen=specimen, series=asked.series, state=Round.State.OPEN)
            again.update(readers_required=required)
    return plan


def one_plan_at_a_time(study: Study) -> None:
    """Two who give out at once do it one after the other. Signing does not wait for them: it holds a weaker lock."""
    Study.objects.select_for_update(no_key=True).get(pk=study.pk)


def _planned(actor: Any, study: Study, asked: Asked) -> _Planned:
    if study.closed_at is not None:
        raise Conflict("The study is closed; nobody is given anything to read.", code="study_closed")
    protocol = protocol_in_force(study)
    if asked.purpose == Purpose.QUALIFICATION:
        return planned_qualification(actor, study, asked)
    if asked.purpose == Purpose.RE_READ:
        specimens = specimens_of(study, asked)
        return planned_re_reads(actor, study, asked, specimens), specimens
    if asked.purpose == Purpose.QA:
        specimens = specimens_of(study, asked)
        return planned_qa(actor, study, asked, specimens), specimens
    return _planned_first(actor, study, protocol, asked)


def _planned_first(actor: Any, study: Study, protocol: Protocol, asked: Asked) -> _Planned:
    readers, specimens = readers_of(study, asked), specimens_of(study, asked)
    demand_unveiled(actor, specimens)
    held = held_by(study, readers, Purpose.PRIMARY)
    cap = asked.cap if asked.cap is not None else protocol.workload_cap
    wanted = [each for each in _wanted(specimens, protocol) if each.needed]
    able = [Reader(pk, held[pk], cap) for pk in readers]
    found: Allocation
    if asked.design == Protocol.Design.CROSSED:
        if len(readers) > protocol.readers_per_specimen:
            raise Invalid(
                f"Crossed gives every specimen to all of {len(readers)} readers; the protocol asks for "
                f"{protocol.readers_per_specimen}. Name so many readers, or choose another design.",
                fields={"readers": f"{protocol.readers_per_specimen} of them."},
            )
        found = crossed(wanted, able)
    elif asked.design == Protocol.Design.SPLIT_PLOT:
        found = split_plot(wanted, able, size=max(protocol.readers_per_specimen, 1), seed=asked.seed)
    else:
        found = balanced(wanted, able, seed=asked.seed)
    counts = found.loads(able)
    loads = [Load(person, counts[pk], held[pk], cap) for pk, person in readers.items()]
    # A specimen stays under the version its first reader was given it under.
    begun = Round.objects.filter(specimen__in=found.given, series=1).select_related("protocol")
    protocols = {**dict.fromkeys(found.given, protocol), **{round_.specimen_id: round_.protocol for round_ in begun}}
    plan = Plan(loads, protocol.readers_per_specimen, found.given, found.unassignable, protocols=protocols)
    return plan, specimens


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


def _give(actor: Any, study: Study, asked: Asked, plan: Plan, specimens: Mapping[UUID, Specimen]) -> None:
    of: dict[UUID, dict[Protocol, list[Specimen]]] = defaultdict(lambda: defaultdict(list))
    for specimen, readers in plan.given.items():
        for chosen in readers:
            of[chosen][plan.protocols[specimen]].append(specimens[specimen])
    series = asked.series if asked.purpose == Purpose.RE_READ else 1
    for load in plan.loads:
        reader = load.reader
        for protocol, mine in sorted(of[reader.pk].items(), key=lambda item: item[0].version):
            session = open_session(
                actor, study, reader, asked.purpose, series=plan.attempts.get(reader.pk, series),
                opens_at=plan.opens_at.get(reader.pk), protocol=protocol,
            )  # fmt: skip
            if reader.pk in plan.opens_at:
                _open_later(session, plan.opens_at[reader.pk])
            assign(actor, session, mine)


def _open_later(session: ReadingSession, opens_at: datetime) -> None:
    """A session that has not begun waits for the washout of what it is given besides."""
    if timezone.now() < session.opens_at < opens_at:
        if session.due_at is not None:
            session.due_at += opens_at - session.opens_at
        session.opens_at = opens_at
        session.save(update_fields=["opens_at", "due_at"])
