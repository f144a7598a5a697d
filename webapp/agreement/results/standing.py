"""How each reader reads: positivity, time, re-reads, change over months, and what an algorithm moved.

No database, no HTTP. Rates carry Wilson's interval (Wilson 1927) and Shewhart's 3-sigma control limits about the rate
of all (p chart; Montgomery 2019, chapter 7).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import Any, Final

import numpy as np
from scipy.stats import binomtest

from scoring.agreement import Resamples, Scale, compare, count_icc, describe, pair_json, shown
from webapp.agreement.results.pool import Pool, Said
from webapp.agreement.results.scales import NUMBERS, POSITIVE, categories_of, has_numbers
from webapp.agreement.results.table import BLOCKS, DRAWS, Filters, month_text, that_count
from webapp.reading.models import Purpose, QaReview, Reading

SIGMAS: Final = 3
Differences = list[tuple[Said, float]]
_FIRST: Final = (Purpose.PRIMARY, Purpose.RE_READ)


def standing_of(pool: Pool, filters: Filters, readings: Sequence[Said]) -> dict[str, Any]:
    """Reader by reader, of the readings of one marker and scheme; and the grades of quality assurance."""
    counted = that_count(readings)
    off = _differences(counted)
    return {
        "readers": _readers(pool, filters, counted, off),
        "positive": sorted(POSITIVE[filters.scheme]) if filters.scheme else [],
        "months": _months(pool, filters, counted, off),
        "intra": _intra(pool, filters, readings),
        "aided": _aided(pool, readings),
        "qa": {grade: sum(found == grade for found in pool.qa_grades) for grade in QaReview.Grade.values},
    }


def rate(positive: int, n: int, expected: float | None = None) -> dict[str, Any]:
    """A share of n with its interval, and where ``expected`` is given the control limits about it."""
    if n == 0:
        return {"value": None, "ci95": None, "n": 0, "undefined": "nothing was read"}
    interval = binomtest(positive, n).proportion_ci(method="wilson")
    found: dict[str, Any] = {"value": positive / n, "ci95": [interval.low, interval.high], "n": n}
    if expected is not None:
        reach = SIGMAS * math.sqrt(expected * (1 - expected) / n)
        found["limits"] = [max(0.0, expected - reach), min(1.0, expected + reach)]
        found["is_out"] = not found["limits"][0] - 1e-12 <= found["value"] <= found["limits"][1] + 1e-12
    return found


def _is_positive(said: Said) -> bool:
    return said.category in POSITIVE[said.scheme]


def _readers(pool: Pool, filters: Filters, counted: Sequence[Said], off: Differences) -> list[dict[str, Any]]:
    categorised = bool(categories_of(filters.scheme, filters.marker))
    scored = [said for said in counted if said.scoreable]
    overall = sum(map(_is_positive, scored)) / len(scored) if scored and categorised else None
    found = []
    for person in pool.people:
        own = [said for said in counted if said.person == person.key]
        if not own:
            continue
        mine = [said for said in own if said.scoreable]
        seconds = [said.seconds for said in own if said.seconds]
        found.append({
            "reader": person.key,
            "name": person.name,
            "n": len(own),
            "not_scoreable": len(own) - len(mine),
            "positive": rate(sum(map(_is_positive, mine)), len(mine), overall) if categorised else None,
            "median_seconds": median(seconds) if seconds else None,
            "n_timed": len(seconds),
            "bias": _bias([difference for said, difference in off if said.person == person.key]),
        })  # fmt: skip
    return found


def _differences(counted: Iterable[Said]) -> Differences:
    """Each reading's value minus the mean of the other readers' of the same specimen."""
    by_specimen: dict[Any, list[Said]] = defaultdict(list)
    for said in counted:
        if said.scoreable and said.value is not None:
            by_specimen[said.specimen].append(said)
    found = []
    for together in by_specimen.values():
        total = sum(said.value or 0 for said in together)
        if len(together) > 1:
            for said in together:
                own = said.value or 0
                found.append((said, own - (total - own) / (len(together) - 1)))
    return found


def _bias(differences: Sequence[float]) -> dict[str, Any]:
    """Mean and its 95 % interval (normal)."""
    n = len(differences)
    if n < 2:
        return {"value": differences[0] if n else None, "ci95": None, "n": n, "undefined": "it needs two readings"}
    mean, error = float(np.mean(differences)), float(np.std(differences, ddof=1)) / math.sqrt(n)
    return {"value": mean, "ci95": [mean - 1.959964 * error, mean + 1.959964 * error], "n": n}


def _months(pool: Pool, filters: Filters, counted: Sequence[Said], off: Differences) -> list[dict[str, Any]]:
    """Each reader's difference from the others and positivity, month by month: who drifts. A month's bias is out where
    it lies more than three standard errors from that reader's own mean (x-bar chart)."""
    categorised = bool(categories_of(filters.scheme, filters.marker))
    found = []
    for person in pool.people:
        own = [(said, difference) for said, difference in off if said.person == person.key]
        values = [difference for _, difference in own]
        centre = float(np.mean(values)) if values else 0.0
        spread = float(np.std(values, ddof=1)) if len(values) > 1 else None
        by_month: dict[tuple[int, int], list[float]] = defaultdict(list)
        for said, difference in own:
            by_month[said.signed_on.year, said.signed_on.month].append(difference)
        positive: dict[tuple[int, int], list[bool]] = defaultdict(list)
        for said in counted:
            if said.person == person.key and said.scoreable:
                positive[said.signed_on.year, said.signed_on.month].append(_is_positive(said))
        shares = [each for months in positive.values() for each in months]
        overall = sum(shares) / len(shares) if shares else None
        for month in sorted({*by_month, *positive}):
            differences = by_month.get(month, [])
            line: dict[str, Any] = {"reader": person.key, "name": person.name, "month": month_text(month)}
            line["bias"] = _bias(differences)
            if spread is not None and differences:
                reach = SIGMAS * spread / math.sqrt(len(differences))
                line["bias"]["limits"] = [centre - reach, centre + reach]
                line["bias"]["is_out"] = abs(float(np.mean(differences)) - centre) > reach
            shares = positive.get(month, [])
            line["positive"] = rate(sum(shares), len(shares), overall) if categorised else None
            found.append(line)
    return found


def _intra(pool: Pool, filters: Filters, readings: Sequence[Said]) -> list[dict[str, Any]]:
    """Each reader with themselves: the first series beside the next one of the same specimens."""
    said_in: dict[tuple[str, Any, int], Said] = {
        (said.person, said.specimen, said.series): said
        for said in readings
        if said.purpose in _FIRST and said.stage != Reading.Stage.REVISED
    }
    names = categories_of(filters.scheme, filters.marker)
    places = {name: place for place, name in enumerate(names)}
    found = []
    for person in pool.people:
        pairs = [
            (said, said_in[person.key, said.specimen, said.series + 1])
            for said in said_in.values()
            if said.person == person.key and (person.key, said.specimen, said.series + 1) in said_in
        ]
        pairs = [(first, second) for first, second in pairs if first.scoreable and second.scoreable]
        if not pairs:
            continue
        line: dict[str, Any] = {"reader": person.key, "name": person.name, "n": len(pairs)}
        items = np.arange(len(pairs), dtype=np.int64)
        cases = np.unique([pool.specimens[first.specimen].case.int for first, _ in pairs], return_inverse=True)[1]
        clusters = None if len(np.unique(cases)) == len(cases) else cases.astype(np.int64)
        drawn = Resamples(len(pairs), clusters=clusters, draws=DRAWS, blocks=BLOCKS)
        scales = [NUMBERS] if has_numbers(filters.scheme) else []
        for scale in [*scales, *([Scale("ordinal", names)] if len(names) > 1 else [])]:
            values = np.array([
                [said.value if scale.is_numeric else places.get(said.category, np.nan) for said in pair]
                for pair in pairs
            ], dtype=np.float64)  # fmt: skip
            told = pair_json(compare(("First", "Again"), values[:, 0], values[:, 1], items, scale, drawn), scale)
            told.pop("readers")
            line |= told
            if scale.is_numeric:
                line["icc2"] = shown(describe(count_icc(values, items, "icc2"), drawn))
        found.append(line)
    return found


def _aided(pool: Pool, readings: Sequence[Said]) -> list[dict[str, Any]]:
    """What the algorithm moved where it is shown after the unaided reading: how often the reader changed the score, and
    the category (a flip)."""
    revised = [said for said in readings if said.stage == Reading.Stage.REVISED]
    places = {(said.person, said.specimen) for said in revised}
    unaided = {
        (said.person, said.specimen): said
        for said in readings
        if (said.person, said.specimen) in places and said.stage == Reading.Stage.UNAIDED
    }
    found = []
    for person in pool.people:
        pairs = [
            (unaided[said.person, said.specimen], said)
            for said in revised
            if said.person == person.key and (said.person, said.specimen) in unaided
        ]
        if pairs:
            changed = sum(_said(before) != _said(after) for before, after in pairs)
            flipped = sum(before.category != after.category for before, after in pairs)
            found.append({
                "reader": person.key, "name": person.name, "n": len(pairs),
                "changed": rate(changed, len(pairs)), "flipped": rate(flipped, len(pairs)),
            })  # fmt: skip
    return found


def _said(reading: Said) -> tuple[bool, float | None, str]:
    return reading.scoreable, reading.value, reading.category
