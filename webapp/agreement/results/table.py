"""The readings of one marker as a table of specimens and readers. No database, no HTTP."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from scoring.agreement import Ratings, Resamples, Scale
from scoring.agreement.statistic import Numbers, Places
from webapp.agreement.results.pool import Person, Pool, Said
from webapp.agreement.results.scales import NUMBERS, categories_of, has_numbers
from webapp.core.errors import Invalid
from webapp.reading.models import Purpose, Reading

DRAWS: Final = 1000
BLOCKS: Final = 512


@dataclass(frozen=True)
class Filters:
    """What is shown. ``pair``: two readers' keys, or nothing for all. Days are of the signature, in UTC, both within.
    Marker and scheme are those with the most readings where they are not asked for."""

    marker: str = ""
    scheme: str = ""
    pair: tuple[str, str] | tuple[()] = ()
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Table:
    """The readings of one marker and scheme as a table of specimens and readers; NaN where nobody read or it was found
    not scoreable."""

    scheme: str
    marker: str
    specimens: tuple[int, ...]
    people: tuple[Person, ...]
    values: Numbers
    categories: Numbers
    cases: Places
    scale: Scale | None = field(default=None)

    @cached_property
    def drawn(self) -> Resamples:
        """Bootstrap samples of the specimens, those of one case together."""
        alone = len(np.unique(self.cases)) == len(self.cases)
        return Resamples(len(self.specimens), clusters=None if alone else self.cases, draws=DRAWS, blocks=BLOCKS)

    def ratings(self, scale: Scale) -> Ratings:
        """As the statistics take it."""
        items = tuple(str(specimen) for specimen in self.specimens)
        values = self.values if scale.is_numeric else self.categories
        return Ratings(items, tuple(person.name for person in self.people), values, scale)

    @property
    def scales(self) -> list[Scale]:
        """The scales there are to compare on: numbers, and the marker's categories."""
        numbers = [NUMBERS] if has_numbers(self.scheme) else []
        return [*numbers, self.scale] if self.scale is not None else numbers


def resolved(pool: Pool, asked: Filters) -> Filters:
    """The filters with marker and scheme filled in.

    Raises:
        Invalid: a reader is not one of those who read.
    """
    known = {person.key for person in pool.people}
    for key in asked.pair:
        if key not in known:
            raise Invalid(
                "There is no such reader here.", fields={"readers": "Two of the readers listed."}, code="query"
            )
    counts: dict[tuple[str, str], int] = {}
    for said in pool.readings:
        place = pool.specimens[said.specimen].marker, said.scheme
        counts[place] = counts.get(place, 0) + 1
    fitting = [
        place
        for place in sorted(counts, key=lambda place: (-counts[place], place))
        if asked.marker in ("", place[0]) and asked.scheme in ("", place[1])
    ]
    marker, scheme = fitting[0] if fitting else (asked.marker, asked.scheme)
    return Filters(marker, scheme, asked.pair, asked.since, asked.until)


def by_kind(pool: Pool, filters: Filters) -> dict[tuple[str, str], list[Said]]:
    """The readings signed on the days asked for, by marker and scheme."""
    found: dict[tuple[str, str], list[Said]] = {}
    since, until = filters.since or date.min, filters.until or date.max
    for said in pool.readings:
        if since <= said.signed_on <= until:
            found.setdefault((pool.specimens[said.specimen].marker, said.scheme), []).append(said)
    return found


def that_count(readings: Iterable[Said]) -> list[Said]:
    """Those of the first series, by a reader of the specimen, before any algorithm was shown in sequence."""
    return [said for said in readings if said.purpose == Purpose.PRIMARY and said.stage != Reading.Stage.REVISED]


def table_of(pool: Pool, filters: Filters, readings: Iterable[Said]) -> Table:
    """The readings (of the filters' marker and scheme) as a table; those of two readers alone where a pair is asked
    for."""
    counted = that_count(readings)
    wanted = filters.pair or tuple(person.key for person in pool.people)
    present = {said.person for said in counted}
    people = tuple(person for person in pool.people if person.key in wanted and person.key in present)
    columns = {person.key: place for place, person in enumerate(people)}
    counted = [said for said in counted if said.person in columns]
    read = {said.specimen for said in counted}
    specimens = tuple(sorted(read))
    rows = {specimen: place for place, specimen in enumerate(specimens)}
    names = categories_of(filters.scheme, filters.marker)
    places = {name: place for place, name in enumerate(names)}
    values, categories = np.full((2, len(specimens), len(people)), np.nan)
    for said in counted:
        at = rows[said.specimen], columns[said.person]
        if said.scoreable:
            values[at] = np.nan if said.value is None else said.value
            categories[at] = places.get(said.category, np.nan)
    cases = np.unique([pool.specimens[specimen].case.int for specimen in specimens], return_inverse=True)[1]
    scale = Scale("ordinal", names) if len(names) > 1 else None
    return Table(
        filters.scheme, filters.marker, specimens, people, values, categories, cases.astype(np.int64), scale
    )  # fmt: skip


def row_means(values: Numbers) -> Numbers:
    """(n,) the mean of each row's numbers; NaN where there is none."""
    counts = np.isfinite(values).sum(axis=1)
    return np.asarray(np.where(counts > 0, np.nansum(values, axis=1) / np.maximum(counts, 1), np.nan))


def month_text(month: tuple[int, int]) -> str:
    """A year's month: "2026-03"."""
    return f"{month[0]:04d}-{month[1]:02d}"
