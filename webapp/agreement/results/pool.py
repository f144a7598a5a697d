"""All that one person has looked at of a study, as plain data for agreement; the only file here that asks the database.

Administrators see readers by name. Everybody else sees themselves and "Others": one other reading of each specimen,
picked by the specimen alone, so that nobody can be followed from specimen to specimen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import FloatField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncDate

from webapp.accounts.models import User
from webapp.agreement.permissions import pooled_consensuses, pooled_readings, pooled_results, pooled_specimens
from webapp.reading.models import Amendment, Purpose, QaReview
from webapp.reading.permissions import administered_qa_reviews
from webapp.slides.models import place_of
from webapp.studies.permissions import can_administer

ME: Final = "me"
OTHERS: Final = "others"


@dataclass(frozen=True)
class Person:
    """Somebody who reads. ``key``: their id, or who they are to the viewer."""

    key: str
    name: str


class PooledSpecimen(NamedTuple):
    id: UUID
    case: UUID
    label: str
    marker: str


class Said(NamedTuple):
    """One reading, with its last amendment that counts. ``specimen`` is its place in the pool's specimens."""

    specimen: int
    person: str
    purpose: str
    stage: str
    series: int
    scheme: str
    scoreable: bool
    value: float | None
    category: str
    signed_on: date  # in UTC
    seconds: float | None


class Found(NamedTuple):
    """What one version of an algorithm found of a specimen (its place in the pool's)."""

    specimen: int
    algorithm: str
    version: str
    preset: str
    scheme: str
    scoreable: bool
    value: float | None
    category: str

    @property
    def key(self) -> str:
        """The version of the algorithm, as filters and tables name it."""
        return f"{self.algorithm} {self.version} {self.preset}".strip()


@dataclass(frozen=True)
class Decided:
    """The consensus of a specimen's first series."""

    scheme: str
    scoreable: bool
    value: float | None
    category: str
    kind: str


@dataclass(frozen=True)
class Pool:
    """``readings``, ``results`` and ``consensuses`` name their specimen by its place in ``specimens``."""

    specimens: tuple[PooledSpecimen, ...]
    people: tuple[Person, ...]
    readings: tuple[Said, ...]
    results: tuple[Found, ...]
    consensuses: dict[int, Decided]
    qa_grades: tuple[str, ...]
    with_names: bool


def load_pool(user: Any, study_id: UUID) -> Pool:
    """What the person has looked at of the study, in a number of queries that does not grow with it."""
    with_names = can_administer(user, study_id)
    specimens = _specimens(user, study_id)
    places = {specimen.id: place for place, specimen in enumerate(specimens)}
    readings = _readings(user, study_id, places)
    if with_names:
        read = dict.fromkeys(said.person for said in readings if said.purpose in (Purpose.PRIMARY, Purpose.RE_READ))
        names = User.objects.filter(pk__in=list(read)).values_list("pk", "display_name")
        people = sorted((Person(str(key), name) for key, name in names), key=_by_name)
    else:
        readings = _own_and_one_other(readings, str(user.pk), specimens)
        people = [Person(ME, "You"), Person(OTHERS, "Others")]
    return Pool(
        specimens, tuple(people), tuple(readings), tuple(_results(user, study_id, places)),
        _consensuses(user, study_id, places), tuple(_qa_grades(user, study_id, places)) if with_names else (),
        with_names,
    )  # fmt: skip


def _by_name(person: Person) -> tuple[str, str]:
    return person.name, person.key


def _specimens(user: Any, study_id: UUID) -> tuple[PooledSpecimen, ...]:
    rows = pooled_specimens(user, study_id).order_by("case__code", "row", "column", "pk").values_list(
        "pk", "case", "case__code", "slide__marker", "row", "column"
    )  # fmt: skip
    return tuple(
        PooledSpecimen(pk, case, _label(code, place_of(row, column)), marker)
        for pk, case, code, marker, row, column in rows
    )


def _label(code: str, place: str | None) -> str:
    return code if place is None else f"{code} · {place}"


def _qa_grades(user: Any, study_id: UUID, specimens: Container[UUID]) -> list[str]:
    reviews = administered_qa_reviews(user).filter(state=QaReview.State.READ, round__specimen__slide__study=study_id)
    rows = reviews.order_by("pk").values_list("round__specimen", "grade")
    return [grade for specimen, grade in rows if specimen in specimens]


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _readings(user: Any, study_id: UUID, places: Mapping[UUID, int]) -> list[Said]:
    shown = pooled_readings(user, study_id)
    amended = {
        reading: (scoreable, _number(value), category)
        for reading, scoreable, value, category in Amendment.objects.filter(counts=True, reading__in=shown)
        .order_by("number")
        .values_list("reading", "scoreable", "value", "category")
    }
    seconds_open = Cast(KeyTextTransform("seconds_open", "details"), FloatField())
    rows = shown.order_by("created_at", "pk").values_list(
        "pk", "specimen", "reader", "purpose", "stage", "assignment__session__series", "scheme", "scoreable", "value",
        "category", TruncDate("created_at", tzinfo=UTC), seconds_open,
    )  # fmt: skip
    names: dict[UUID, str] = {}
    said = []
    for pk, specimen, reader, purpose, stage, series, scheme, scoreable, value, category, signed_on, seconds in rows:
        place = places.get(specimen)
        if place is None:
            continue  # it has begun to be read again since the first query
        scored, number, name = amended.get(pk, (scoreable, _number(value), category)) if amended else (
            scoreable, _number(value), category
        )  # fmt: skip
        person = names.get(reader) or names.setdefault(reader, str(reader))
        said.append(Said(place, person, purpose, stage, series, scheme, scored, number, name, signed_on, seconds))
    return said


def _own_and_one_other(readings: list[Said], own: str, specimens: Sequence[PooledSpecimen]) -> list[Said]:
    """The viewer's own readings, and of each specimen the readings of one other person."""
    chosen: dict[int, tuple[bytes, str]] = {}
    for said in readings:
        if said.person != own and said.purpose == Purpose.PRIMARY:
            mark = hashlib.sha256(specimens[said.specimen].id.bytes + said.person.encode()).digest()
            chosen[said.specimen] = min((mark, said.person), chosen.get(said.specimen, (mark, said.person)))
    return [
        said._replace(person=ME if said.person == own else OTHERS)
        for said in readings
        if said.person in (own, chosen[said.specimen][1] if said.specimen in chosen else own)
    ]


def _results(user: Any, study_id: UUID, places: Mapping[UUID, int]) -> list[Found]:
    rows = pooled_results(user, study_id).order_by("run__finished_at", "pk").values_list(
        "run__specimen", "run__algorithm", "run__algorithm_version", "run__preset", "scheme", "scoreable", "value",
        "category",
    )  # fmt: skip
    return [
        Found(places[specimen], algorithm, version, preset, scheme, scoreable, _number(value), category)
        for specimen, algorithm, version, preset, scheme, scoreable, value, category in rows
        if specimen in places
    ]


def _consensuses(user: Any, study_id: UUID, places: Mapping[UUID, int]) -> dict[int, Decided]:
    rows = pooled_consensuses(user, study_id).order_by("-round__series").values_list(
        "specimen", "scheme", "scoreable", "value", "category", "kind"
    )  # fmt: skip
    return {
        places[specimen]: Decided(scheme, scoreable, _number(value), category, kind)
        for specimen, scheme, scoreable, value, category, kind in rows
        if specimen in places
    }
