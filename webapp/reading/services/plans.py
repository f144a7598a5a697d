"""What is asked of an allocation and what comes of it, and whom and what an administrator may name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from webapp.accounts.models import User
from webapp.blinding.permissions import veiled_specimens
from webapp.core.errors import Invalid, NotAllowed
from webapp.reading.models import Absence, Assignment, Purpose, QualificationItem
from webapp.reading.permissions import ROLE_FOR
from webapp.slides.models import Slide, Specimen
from webapp.studies.models import READING_ROLES, Protocol, Role, Study
from webapp.studies.permissions import roles_of

SPECIMENS_AT_ONCE = 5000


@dataclass(frozen=True)
class Asked:
    """Which specimens (all of the study, or those of a marker, of slides, or named) go to which readers, and how.

    ``series`` is that of the re-reads: 2 for the first. Design, cap and seed matter where readers are chosen from.
    """

    readers: Sequence[UUID]
    marker: str = ""
    slides: Sequence[UUID] = ()
    specimens: Sequence[UUID] = ()
    design: str = Protocol.Design.BALANCED
    cap: int | None = None
    seed: int = 0
    purpose: str = Purpose.PRIMARY
    series: int = 1


@dataclass(frozen=True)
class Load:
    """What a reader is given, beside what they hold already, of at most ``cap``."""

    reader: User
    count: int
    held: int
    cap: int | None


@dataclass(frozen=True)
class Plan:
    """``given``: specimen to readers; ``unassignable``: specimen to the reason.

    ``protocols`` is the version each given specimen is read under, ``opens_at`` when a reader's session opens at the
    earliest, ``required`` how many readers a re-read round waits for.
    """

    loads: Sequence[Load]
    per_specimen: int
    given: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    unassignable: Mapping[UUID, str] = field(default_factory=dict)
    protocols: Mapping[UUID, Protocol] = field(default_factory=dict)
    opens_at: Mapping[UUID, datetime] = field(default_factory=dict)
    required: Mapping[UUID, int] = field(default_factory=dict)
    attempts: Mapping[UUID, int] = field(default_factory=dict)


def readers_of(study: Study, asked: Asked) -> dict[UUID, User]:
    """The readers named, by id, in the order of their names.

    Raises:
        Invalid: nobody is named, or somebody who does not hold the role that the purpose takes, or who is away.
    """
    role = ROLE_FOR[Purpose(asked.purpose)]
    members = study.memberships.filter(role=role, user__is_active=True).select_related("user")
    known = {membership.user_id: membership.user for membership in members.order_by("user__display_name", "user")}
    chosen = {pk: person for pk, person in known.items() if pk in set(asked.readers)}
    if not chosen or len(chosen) != len(set(asked.readers)):
        words = f"{Role(role).label.lower()}s of this study"
        raise Invalid(f"The readers are {words}.", fields={"readers": "Name at least one, and no one else."})
    absent = away(study.pk, chosen)
    if absent:
        names = ", ".join(f"{chosen[pk].display_name} until {day:%Y-%m-%d}" for pk, day in absent.items())
        raise Invalid(f"Away: {names}.", fields={"readers": "Leave out who is away, or strike out the absence."})
    return chosen


def away(study_id: UUID, readers: Iterable[UUID]) -> dict[UUID, date]:
    """Those of the readers who are away today, in the given order, and the last day of it."""
    today = timezone.now().date()
    rows = Absence.objects.filter(study=study_id, first_day__lte=today, last_day__gte=today)
    until = dict(rows.order_by("last_day").values_list("reader", "last_day"))
    return {pk: until[pk] for pk in readers if pk in until}


def specimens_of(study: Study, asked: Asked) -> dict[UUID, Specimen]:
    """The specimens named that can be read: on a slide that is ready, not missing, not withdrawn, no H&E and none of
    the qualification set.

    Raises:
        Invalid: there are too many.
    """
    found = (
        Specimen.objects.filter(
            slide__study=study, slide__state=Slide.State.READY, is_missing=False, case__withdrawn_at=None
        )
        .exclude(slide__marker="H&E")
        .exclude(pk__in=QualificationItem.objects.filter(study=study).values("specimen"))
    )
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


def held_by(study: Study, readers: Mapping[UUID, User], purpose: str, series: int = 1) -> Counter[UUID]:
    """How many specimens of that purpose and series each reader holds, read or not."""
    held = Assignment.objects.filter(
        session__study=study, purpose=purpose, session__series=series, reader__in=list(readers)
    )
    return Counter(held.exclude(state=Assignment.State.WITHDRAWN).values_list("reader", flat=True))


def demand_unveiled(actor: Any, specimens: Collection[UUID]) -> None:
    """Whoever may still have to read a specimen does not give it out: who can be given it would tell what colleagues
    have been shown of it.

    Raises:
        NotAllowed: one of the specimens is veiled for the actor.
    """
    if veiled_specimens(actor).filter(pk__in=specimens).exists():
        raise NotAllowed("What you may still have to read yourself is given out by another administrator.")


def demand_no_reader(actor: Any, study: Study, what: str) -> None:
    """Whoever reads in a study does not plan what follows from others' readings: to see what can be given would tell
    who has signed what.

    Raises:
        NotAllowed: the actor holds a reading role in the study.
    """
    if roles_of(actor, study) & READING_ROLES:
        raise NotAllowed(f"Whoever reads in the study does not plan its {what}; ask another administrator.")
