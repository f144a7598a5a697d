"""The readings of one marker as tables for programs of agreement: a row a reading, as ``python -m scoring agreement``
reads it again, and the file of iMRMC (Gallas et al. 2009).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from webapp.agreement.results.pool import Pool, Said
from webapp.agreement.results.scales import POSITIVE
from webapp.agreement.results.table import Filters, by_kind, that_count
from webapp.core.errors import Conflict

LONG_COLUMNS: Final = ("item", "reader", "value", "category", "case", "marker", "scheme")


def long_rows(pool: Pool, filters: Filters) -> Iterator[dict[str, Any]]:
    """The readings that count, a row each. ``value`` is the category where the scheme has no number; empty where it was
    not scoreable."""
    names = {person.key: person.name for person in pool.people}
    for said in _counted(pool, filters):
        specimen = pool.specimens[said.specimen]
        value: Any = said.value if said.value is not None else said.category
        yield {
            "item": str(specimen.id), "reader": names[said.person], "value": value if said.scoreable else None,
            "category": said.category or None, "case": str(specimen.case), "marker": specimen.marker,
            "scheme": said.scheme,
        }  # fmt: skip


def imrmc(pool: Pool, filters: Filters) -> Iterator[bytes]:
    """The file that iMRMC opens: readers (modality "readers") and each version of an algorithm (a modality of its own)
    against the consensus's positivity as truth. The truth is made of the same readers, which the file says.

    Raises:
        Conflict: there is no number, or not both a positive and a negative consensus.
    """
    rows = [said for said in _counted(pool, filters) if said.value is not None and said.scoreable]
    truth = {
        specimen: int(decided.category in POSITIVE[decided.scheme])
        for specimen, decided in pool.consensuses.items()
        if decided.scoreable and decided.scheme == filters.scheme and decided.category
    }
    rows = [said for said in rows if said.specimen in truth]
    cases = {specimen: number for number, specimen in enumerate(dict.fromkeys(said.specimen for said in rows), start=1)}
    positive = sum(truth[specimen] for specimen in cases)
    if not rows or positive in (0, len(cases)):
        raise Conflict(
            "iMRMC needs scores in numbers and both positive and negative consensuses; "
            f"there are {positive} positive of {len(cases)}.",
            code="no_truth",
        )
    found = [r for r in pool.results if r.specimen in cases and r.scheme == filters.scheme and r.value is not None]
    latest = {(result.key, result.specimen): result for result in found}
    readers = list(dict.fromkeys(said.person for said in rows))
    modalities = list(dict.fromkeys(key for key, _ in latest))
    names = {person.key: person.name for person in pool.people}
    yield _lines(
        f"Duoscope: {filters.marker}, {filters.scheme}. Research use only.",
        "Truth is the positivity of the readers' own consensus: it is not independent of them.",
        *(f"# case {number}: specimen {pool.specimens[specimen].id}" for specimen, number in cases.items()),
        *(f"# reader {number}: {_one_line(names[key])}" for number, key in enumerate(readers, start=1)),
        f"N0: {len(cases) - positive}", f"N1: {positive}", f"NR: {len(readers)}", f"NM: {1 + len(modalities)}",
        "BEGIN DATA:",
        *(f"-1,{number},0,{truth[specimen]}" for specimen, number in cases.items()),
    )  # fmt: skip
    yield _lines(*(f"{readers.index(said.person) + 1},{cases[said.specimen]},readers,{said.value:g}" for said in rows))
    yield _lines(
        *(
            f"1,{cases[specimen]},{_one_line(key).replace(',', ' ')},{result.value:g}"
            for (key, specimen), result in latest.items()
        )
    )  # fmt: skip


def _counted(pool: Pool, filters: Filters) -> list[Said]:
    readings = by_kind(pool, filters).get((filters.marker, filters.scheme), [])
    return [said for said in that_count(readings) if not filters.pair or said.person in filters.pair]


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
