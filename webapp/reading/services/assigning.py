"""Giving specimens to readers: sessions, order, aliases, and who may not be given what."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from scoring.schemes import SCHEMES
from webapp.accounts.models import User
from webapp.audit.services import record
from webapp.blinding.models import Exposure
from webapp.blinding.permissions import unfit_readers
from webapp.blinding.services import admit, draw_veil
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
        if session.purpose != Purpose.QUALIFICATION:
            # In one order for everybody: two who give out the same specimens do not wait for each other for ever.
            for specimen in sorted(specimens, key=lambda specimen: specimen.pk):
                scheme = scheme_of(session.protocol, specimen.slide.marker)
                round_of(specimen, session.protocol, scheme, _series(session))
        ReadingSession.objects.select_for_update().get(pk=session.pk)
        held = set(session.assignments.values_list("specimen", flat=True))
        _check_not_withdrawn(session, specimens)
        aliases = set(session.assignments.values_list("alias", flat=True))
        fresh = [specimen for specimen in specimens if specimen.pk not in held]
        # From ids sorted first: the order depends on the seed alone.
        fresh.sort(key=lambda specimen: specimen.pk)
        generator = random.Random(f"{session.seed}/{len(held)}")  # noqa: S311 (an order, no secret)
        generator.shuffle(fresh)
        made = []
        for position, specimen in enumerate(fresh, len(held)):
            assignment = _assignment(session, specimen, position, generator, aliases)
            made.append(assignment)
            record(
                actor, "assignment.made", obj=assignment, study_id=session.study_id, specimen_id=specimen.pk,
                person=str(session.reader_id), purpose=session.purpose,
            )  # fmt: skip
    return made


def _check_not_withdrawn(session: ReadingSession, specimens: Sequence[Specimen]) -> None:
    taken = session.assignments.filter(state=Assignment.State.WITHDRAWN, specimen__in=specimens)
    first = taken.select_related("specimen__case", "specimen__slide").first()
    if first is not None:
        name = f"{first.specimen.case.code} on {first.specimen.slide.name}"
        raise Conflict(
            f"{name} was taken back from {session.reader.display_name} and is not given again.", code="given_before"
        )


def _assignment(
    session: ReadingSession, specimen: Specimen, position: int, generator: random.Random, aliases: set[str]
) -> Assignment:
    reader, protocol = session.reader, session.protocol
    scheme = scheme_of(protocol, specimen.slide.marker)
    _check_fit(session, specimen)
    round_ = None
    if session.purpose != Purpose.QUALIFICATION:
        round_ = round_of(specimen, protocol, scheme, _series(session))
        if round_.protocol_id != protocol.pk:
            raise Conflict(
                f"This specimen is read under version {round_.protocol.version} of the protocol.", code="other_version"
            )
        _check_room(session, round_)
    turned = session.purpose == Purpose.RE_READ and protocol.re_reads_turned
    alias = _alias(generator, aliases)
    aliases.add(alias)
    assignment = Assignment.objects.create(
        session=session, round=round_, specimen=specimen, reader=reader, purpose=session.purpose, scheme=scheme,
        position=position, alias=alias,
        rotation_deg=generator.choice(_TURNS) if turned else 0, flipped=turned and generator.random() < 0.5,
    )  # fmt: skip
    draw_veil(None, reader, specimen, reason="assigned")
    if protocol.mode == Protocol.Mode.CONCURRENT and session.purpose in (Purpose.PRIMARY, Purpose.RE_READ):
        admit(reader, specimen, Exposure.Source.ALGORITHM, reason="concurrent reading")
    return assignment


def _series(session: ReadingSession) -> int:
    return session.series if session.purpose == Purpose.RE_READ else 1


def _check_fit(session: ReadingSession, specimen: Specimen) -> None:
    name = f"{specimen.case.code} on {specimen.slide.name}"
    if specimen.slide.study_id != session.study_id:
        raise Conflict(f"{name} belongs to another study.", code="other_study")
    if specimen.is_missing:
        raise Conflict(f"{name} is missing on the slide.", code="missing_core")
    if specimen.case.withdrawn_at is not None:
        raise Conflict(f"The patient of {name} withdrew.", code="withdrawn")
    re_read = session.purpose == Purpose.RE_READ
    if unfit_readers(specimen, re_read=re_read).filter(person=session.reader_id).exists():
        raise Conflict(
            f"{session.reader.display_name} has been shown what others said of {name} and cannot read it any more.",
            code="exposed",
        )


def _check_room(session: ReadingSession, round_: Round) -> None:
    """A round takes so many readers and each person once."""
    there = round_.assignments.exclude(state=Assignment.State.WITHDRAWN)
    if round_.assignments.filter(reader=session.reader_id).exists():
        raise Conflict(f"{session.reader.display_name} has been given this specimen before.", code="given_before")
    if session.purpose in (Purpose.PRIMARY, Purpose.RE_READ):
        if round_.state != Round.State.OPEN:
            raise Conflict(f"This specimen's readings are complete ({round_.state}).", code="round_over")
        if there.filter(purpose=session.purpose).count() >= round_.readers_required:
            raise Conflict(f"This specimen has its {round_.readers_required} readers.", code="round_full")


def round_of(specimen: Specimen, protocol: Protocol, scheme: str, series: int) -> Round:
    """The round of that series, locked; made where there is none yet. Call it in a transaction."""
    Round.objects.get_or_create(
        specimen=specimen, series=series,
        defaults={"protocol": protocol, "scheme": scheme, "readers_required": protocol.readers_per_specimen},
    )  # fmt: skip
    return Round.objects.select_for_update().get(specimen=specimen, series=series)


def _alias(generator: random.Random, taken: set[str]) -> str:
    while True:
        alias = "".join(generator.choice(_ALPHABET) for _ in range(5))
        if alias not in taken:
            return alias
