"""Versions of algorithms beside each other: on the same specimens, and month by month. No database, no HTTP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, Final

import numpy as np

from scoring.agreement import Counted, Resamples, bland_altman, count_icc, count_mae, describe, shown
from scoring.agreement.statistic import Numbers, Places
from webapp.agreement.results.pool import Found, Pool
from webapp.agreement.results.table import Table, month_text, row_means

#: Of more versions than these make, the pairs are not told.
MOST_PAIRS: Final = 15


def latest_results(results: Iterable[Found], scheme: str) -> list[tuple[str, dict[int, Found]]]:
    """Each version of an algorithm with its latest result of each specimen."""
    found: dict[str, dict[int, Found]] = {}
    for result in results:
        if result.scheme == scheme:
            found.setdefault(result.key, {})[result.specimen] = result
    return sorted(found.items())


def value_of(result: Found | None) -> float:
    """The number; NaN where there is none."""
    return np.nan if result is None or not result.scoreable or result.value is None else result.value


def versions_of(table: Table, pool: Pool) -> dict[str, Any]:
    """``pairs``: each two versions on the specimens that both have scored, with the difference of their errors against
    the readers' mean; ``months``: each version's error by the month in which the readers signed."""
    mean = row_means(table.values)
    values = {
        key: np.array([value_of(results.get(specimen)) for specimen in table.specimens], dtype=np.float64)
        for key, results in latest_results(pool.results, table.scheme)
    }
    values = {key: said for key, said in values.items() if np.isfinite(said).any()}
    pairs = list(combinations(values, 2))
    return {
        "pairs": [
            _pair(one, other, values[one], values[other], mean, table.drawn)
            for one, other in (pairs if len(pairs) <= MOST_PAIRS else [])
        ],
        "months": _months(table, pool, values, mean),
    }


def _pair(one: str, other: str, first: Numbers, second: Numbers, mean: Numbers, drawn: Resamples) -> dict[str, Any]:
    items = np.nonzero(np.isfinite(first) & np.isfinite(second) & np.isfinite(mean))[0].astype(np.int64)
    a, b, truth = first[items], second[items], mean[items]
    limits = bland_altman(a, b, items, drawn)
    return {
        "first": one, "second": other, "n": len(items),
        "mae_first": shown(describe(count_mae(a, truth, items), drawn)),
        "mae_second": shown(describe(count_mae(b, truth, items), drawn)),
        "more_error": shown(describe(_difference_of_errors(a, b, truth, items), drawn)),
        "bias": shown(limits.bias),
        "icc2": shown(describe(count_icc(np.column_stack([a, b]), items, "icc2"), drawn)),
    }  # fmt: skip


def _difference_of_errors(first: Numbers, second: Numbers, truth: Numbers, items: Places) -> Counted:
    r"""Of the mean of \|first - truth\| - \|second - truth\|: above 0 where the first errs more."""
    apart = np.abs(first - truth) - np.abs(second - truth)
    rows = np.stack([np.ones_like(apart), apart], axis=1)
    return Counted(rows, lambda sums: sums[:, 1] / sums[:, 0], items, "there is no item")


def _months(table: Table, pool: Pool, values: Mapping[str, Numbers], mean: Numbers) -> list[dict[str, Any]]:
    wanted = set(table.specimens)
    signed: dict[int, tuple[int, int]] = {}
    for said in pool.readings:
        if said.specimen in wanted and said.scheme == table.scheme:
            month = said.signed_on.year, said.signed_on.month
            signed[said.specimen] = min(month, signed.get(said.specimen, month))
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, specimen in enumerate(table.specimens):
        rows[signed[specimen]].append(row)
    found = []
    for key, numbers in values.items():
        for month, places in sorted(rows.items()):
            items = np.array([row for row in places if np.isfinite(numbers[row]) and np.isfinite(mean[row])], np.int64)
            if len(items):
                a, b = numbers[items], mean[items]
                found.append({
                    "key": key, "month": month_text(month), "n": len(items),
                    "mae": shown(describe(count_mae(a, b, items), table.drawn)),
                    "bias": shown(bland_altman(a, b, items, table.drawn).bias),
                })  # fmt: skip
    return found
