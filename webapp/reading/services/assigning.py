"""Giving specimens to readers: sessions, order, aliases, and who may not be given what."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from scoring.schemes import SCHEMES
from webapp.accounts.models import User
from webapp.audit.services import Happened, record, record_many
from webapp.blinding.models import Exposure
from webapp.blinding.permissions import exposed_specimens
from webapp.blinding.services import admit_to_all, draw_veils
from webapp.core.errors import Conflict, Invalid, NotAllowed
from webapp.reading.models import Assignment, Purpose, ReadingSession, Round
from webapp.reading.permissions import can_read
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Study
from webapp.studies.permissions import can_administer

#: Letters and digits that are not taken for each other, read aloud or written.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#: What each marker is scored by where the protocol does not say.
DEFAULT_SCHEMES = {"ER": "h-score", "PR": "h-score", "p53": "h-score", "HER2": "her2-ihc", "Ki-67": "ki-67"}
_TURNS = (90, 180, 270)


def protocol_in_force(study: Study) -> Protocol:
    """The highest version. Raises Conflict where a study has none."""
    protocol = Protocol.objects.filter(study=study).order_by("-version").first()
    if protocol is None:
        raise Conflict("The study has no protocol; write one first.", code="no_protocol")
    return protocol


def scheme_of(protocol: Protocol, marker: str) -> str:
    """The scheme by which the protocol has the marker scored. Raises Conflict where there is none (H&E)."""
    scheme = protocol.marker_schemes.get(marker) or DEFAULT_SCHEMES.get(marker, "")
    if scheme not in SCHEMES:
        raise Conflict(f"The protocol names no scoring scheme for {marker}.", code="no_scheme")
    return str(scheme)


def open_session(
    actor: Any,
    study: Study,
    reader: User,
    purpose: str = Purpose.PRIMARY,
    *,
    series: int = 1,
    opens_at: datetime | None = None,
    protocol: Protocol | None = None,
) -> ReadingSession:
    """The reader's session of that purpose and series; made where there is none yet.

    Args:
        protocol: the version it reads under: that of the rounds it takes part in; None for the one in force.

    Raises:
        Conflict: the study is closed or has no protocol.  Invalid: the person lacks the role.
    """
    protocol = protocol or protocol_in_force(study)
    if study.closed_at is not None:
        raise Conflict("The study is closed; nobody is given anything to read.", code="study_closed")
    if not can_read(reader, study.pk, purpose):
        raise Invalid(
            f"{reader.display_name} does not hold the role that this takes.", fields={"reader": "Give the role first."}
        )
    now = timezone.now()
    days = protocol.reading_days
    with transaction.atomic():
        session, is_new = ReadingSession.objects.get_or_create(
            study=study, reader=reader, purpose=Purpose(purpose), series=series, protocol=protocol,
            defaults={
                "seed": secrets.randbits(62), "opens_at": opens_at or now,
                "due_at": (opens_at or now) + timedelta(days=days) if days else None,
            },
        )  # fmt: skip
        if is_new:
            record(
                actor, "session.opened", obj=session, study_id=study.pk,
                person=str(reader.pk), purpose=session.purpose, series=series,
            )  # fmt: skip
    return session


def assign(actor: Any, session: ReadingSession, specimens: Sequence[Specimen]) -> list[Assignment]:
    """Give the specimens to the session's reader, in the session's own order after what it holds already; all or none.
    What others say of them is veiled from that moment. A specimen of the session already is left as it is.

    Args:
        actor: an administrator of the study; None for the system.

    Raises:
        NotAllowed: the actor does not administer the study.
        Conflict: the reader has been shown what others said of one, or it cannot be read; it is named.
    """
    if actor is not None and not can_administer(actor, session.study_id):
        raise NotAllowed("Only the study's administrators give out specimens.")
    with transaction.atomic():
        rounds = {} if session.purpose == Purpose.QUALIFICATION else _locked_rounds(session, specimens)
        ReadingSession.objects.select_for_update().get(pk=session.pk)
        held = set(session.assignments.values_list("specimen", flat=True))
        _check_not_withdrawn(session, specimens)
        fresh = [specimen for specimen in specimens if specimen.pk not in held]
        if not fresh:
            return []
        _check_fit(session, fresh)
        if rounds:
            _check_room(session, {specimen.pk: rounds[specimen.pk] for specimen in fresh})
        made = _made(session, fresh, rounds, len(held))
        draw_veils(None, session.reader, [each.specimen for each in made], reason="assigned")
        if session.protocol.mode == Protocol.Mode.CONCURRENT and session.purpose in (Purpose.PRIMARY, Purpose.RE_READ):
            given = [each.specimen for each in made]
            admit_to_all(session.reader, given, Exposure.Source.ALGORITHM, reason="concurrent reading")
        details = {"person": str(session.reader_id), "purpose": session.purpose}
        record_many(
            actor, "assignment.made",
            [Happened(each, session.study_id, each.specimen_id, details) for each in made],
        )  # fmt: skip
    return made


def _locked_rounds(session: ReadingSession, specimens: Sequence[Specimen]) -> dict[UUID, Round]:
    """The specimens' rounds of the session's series, locked; made where there is none yet. In one order for everybody:
    two who give out the same specimens do not wait for each other for ever."""
    protocol, series = session.protocol, session.series if session.purpose == Purpose.RE_READ else 1
    in_order = sorted(specimens, key=lambda specimen: specimen.pk)
    schemes = {specimen.pk: scheme_of(protocol, specimen.slide.marker) for specimen in in_order}
    there = set(Round.objects.filter(specimen__in=in_order, series=series).values_list("specimen", flat=True))
    Round.objects.bulk_create(
        [
            Round(
                specimen=specimen, series=series, protocol=protocol, scheme=schemes[specimen.pk],
                readers_required=protocol.readers_per_specimen,
            )
            for specimen in in_order
            if specimen.pk not in there
        ],
        batch_size=1000,
        ignore_conflicts=True,  # somebody else made it meanwhile
    )  # fmt: skip
    locked = Round.objects.select_for_update(of=("self",)).filter(specimen__in=in_order, series=series)
    return {round_.specimen_id: round_ for round_ in locked.select_related("protocol").order_by("specimen")}


def _made(
    session: ReadingSession, fresh: Sequence[Specimen], rounds: Mapping[UUID, Round], held: int
) -> list[Assignment]:
    """The assignments in the session's own order, after the ``held`` ones, each under an alias of its own."""
    aliases = set(session.assignments.values_list("alias", flat=True))
    # From ids sorted first: the order depends on the seed alone.
    in_order = sorted(fresh, key=lambda specimen: specimen.pk)
    generator = random.Random(f"{session.seed}/{held}")  # noqa: S311 (an order, no secret)
    generator.shuffle(in_order)
    turned = session.purpose == Purpose.RE_READ and session.protocol.re_reads_turned
    made = []
    for position, specimen in enumerate(in_order, held):
        alias = _alias(generator, aliases)
        aliases.add(alias)
        made.append(
            Assignment(
                session=session, round=rounds.get(specimen.pk), specimen=specimen, reader=session.reader,
                purpose=session.purpose, scheme=scheme_of(session.protocol, specimen.slide.marker), position=position,
                alias=alias, rotation_deg=generator.choice(_TURNS) if turned else 0,
                flipped=turned and generator.random() < 0.5,
            )
        )  # fmt: skip
    return Assignment.objects.bulk_create(made, batch_size=1000)


def _check_not_withdrawn(session: ReadingSession, specimens: Sequence[Specimen]) -> None:
    taken = session.assignments.filter(state=Assignment.State.WITHDRAWN, specimen__in=specimens)
    first = taken.select_related("specimen__case", "specimen__slide").first()
    if first is not None:
        name = f"{first.specimen.case.code} on {first.specimen.slide.name}"
        raise Conflict(
            f"{name} was taken back from {session.reader.display_name} and is not given again.", code="given_before"
        )


def _check_fit(session: ReadingSession, specimens: Sequence[Specimen]) -> None:
    unfit = set(exposed_specimens(session.reader, specimens, re_read=session.purpose == Purpose.RE_READ))
    for specimen in specimens:
        name = f"{specimen.case.code} on {specimen.slide.name}"
        if specimen.slide.study_id != session.study_id:
            raise Conflict(f"{name} belongs to another study.", code="other_study")
        if specimen.is_missing:
            raise Conflict(f"{name} is missing on the slide.", code="missing_core")
        if specimen.case.withdrawn_at is not None:
            raise Conflict(f"The patient of {name} withdrew.", code="withdrawn")
        if specimen.pk in unfit:
            raise Conflict(
                f"{session.reader.display_name} has been shown what others said of {name} and cannot read it any more.",
                code="exposed",
            )


def _check_room(session: ReadingSession, rounds: Mapping[UUID, Round]) -> None:
    """A round is read under one version of the protocol, takes so many readers, and each person once."""
    for round_ in rounds.values():
        if round_.protocol_id != session.protocol_id:
            raise Conflict(
                f"This specimen is read under version {round_.protocol.version} of the protocol.", code="other_version"
            )
    there = Assignment.objects.filter(round__in=list(rounds.values()))
    if there.filter(reader=session.reader_id).exists():
        raise Conflict(f"{session.reader.display_name} has been given this specimen before.", code="given_before")
    if session.purpose not in (Purpose.PRIMARY, Purpose.RE_READ):
        return
    counted = there.filter(purpose=session.purpose).exclude(state=Assignment.State.WITHDRAWN)
    readers = dict(counted.values_list("round").annotate(count=Count("pk")).order_by())
    for round_ in rounds.values():
        if round_.state != Round.State.OPEN:
            raise Conflict(f"This specimen's readings are complete ({round_.state}).", code="round_over")
        if readers.get(round_.pk, 0) >= round_.readers_required:
            raise Conflict(f"This specimen has its {round_.readers_required} readers.", code="round_full")


def _alias(generator: random.Random, taken: set[str]) -> str:
    while True:
        alias = "".join(generator.choice(_ALPHABET) for _ in range(5))
        if alias not in taken:
            return alias
