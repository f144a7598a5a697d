"""Agreement of people with each other, beside that of algorithms with their mean: what is shown of one marker.

No database, no HTTP. Every statistic carries its n and 95 % interval; the specimens of one case are drawn together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Final

import numpy as np

from scoring.agreement import (
    FORMS,
    Ratings,
    Resamples,
    Scale,
    compare,
    count_alpha,
    count_fleiss,
    count_gwet,
    count_icc,
    count_mae,
    describe,
    pair_json,
    pooled_pairs,
    shown,
    sloping_limits,
)
from scoring.agreement.statistic import Counted, Numbers, Places
from scoring.cards import CARDS
from webapp.agreement.results.pool import Found, Pool, Said
from webapp.agreement.results.scales import GROUPS, NUMBERS, group_labels, has_numbers
from webapp.agreement.results.table import Filters, Table, row_means, table_of
from webapp.agreement.results.versions import latest_results, value_of, versions_of

#: Of more readers than these make, the pairs are not told one by one.
MOST_PAIRS: Final = 45
MOST_DRAWN: Final = 800


def cockpit_of(pool: Pool, filters: Filters, kinds: Mapping[tuple[str, str], Sequence[Said]]) -> dict[str, Any]:
    """People with each other, algorithms with their mean, pair by pair, and marker by marker.

    Args:
        kinds: the readings by marker and scheme.

    Returns:
        Plain data; ``points`` name specimens by their place in ``specimens``.
    """
    table = table_of(pool, filters, kinds.get((filters.marker, filters.scheme), []))
    drawn = _drawn(table)
    human = _human(table, drawn)
    algorithms = [_algorithm(table, pool, drawn, found) for found in latest_results(pool.results, filters.scheme)]
    algorithms = [block for block in algorithms if block["n"]]
    return {
        "specimens": [
            {"id": pool.specimens[specimen].id, "name": pool.specimens[specimen].label} for specimen in drawn
        ],
        "n_specimens": len(table.specimens),
        "n_cases": len(np.unique(table.cases)),
        "n_readings": int(np.isfinite(table.values if has_numbers(table.scheme) else table.categories).sum()),
        "categories": list(table.scale.categories) if table.scale else [],
        "human": human,
        "algorithms": algorithms,
        "pairs": _pairs(table),
        "by_marker": _by_marker(pool, filters, kinds, table),
        "versions": versions_of(table, pool),
    }  # fmt: skip


Drawn = Mapping[int, int]
"""Specimens that are drawn, with their places in the answer's list."""


def _drawn(table: Table) -> Drawn:
    """All, or as many as a person can tell apart, picked at random; the same ones in every plot."""
    specimens = np.array(table.specimens, dtype=np.int64)
    if len(specimens) > MOST_DRAWN:
        chosen = np.random.default_rng(0).choice(len(specimens), MOST_DRAWN, replace=False)
        specimens = specimens[np.sort(chosen)]
    return {int(specimen): place for place, specimen in enumerate(specimens)}


def _human(table: Table, drawn: Drawn) -> dict[str, Any]:
    block: dict[str, Any] = {"first": "First reader", "second": "Second reader", "statistics": {}, "n": 0}
    if len(table.people) == 2:
        block |= {"first": table.people[0].name, "second": table.people[1].name}
    for scale in table.scales:
        ratings = table.ratings(scale)
        first, second, items = pooled_pairs(ratings)
        _add(block, (block["first"], block["second"]), first, second, items, scale, table, drawn)
        block["statistics"] |= _together(ratings, scale, table.drawn)
    return block


def _together(ratings: Ratings, scale: Scale, drawn: Resamples) -> dict[str, Any]:
    """What all readers come to together, gaps or not."""
    if len(ratings.readers) < 2:
        return {}
    items = np.arange(len(ratings.items), dtype=np.int64)
    values, size = ratings.values, len(scale.categories)
    if scale.is_numeric:
        found = _iccs(ratings)
        found["alpha_interval"] = count_alpha(values, items, "interval")
    else:
        found = {
            "fleiss_kappa": count_fleiss(values, items, size),
            "gwet_ac1": count_gwet(values, items, size),
            "gwet_ac2": count_gwet(values, items, size, "quadratic"),
            "alpha_ordinal": count_alpha(values, items, "ordinal"),
        }
    return {name: shown(describe(counted, drawn)) for name, counted in found.items()}


def _iccs(ratings: Ratings) -> dict[str, Counted]:
    """Intraclass correlations need every reader's number of every item. Where three or more readers left gaps (each
    specimen goes to some of them) they are of the pairs of readings, as if of two readers."""
    read = np.isfinite(ratings.values).sum(axis=1)
    values, items = ratings.values, np.arange(len(ratings.items), dtype=np.int64)
    if values.shape[1] > 2 and np.any((read > 1) & (read < values.shape[1])):
        first, second, items = pooled_pairs(ratings)
        values = np.column_stack([first, second])
    return {form: count_icc(values, items, form) for form in FORMS}


def _algorithm(table: Table, pool: Pool, drawn: Drawn, found: tuple[str, Mapping[int, Found]]) -> dict[str, Any]:
    """An algorithm beside the mean of the readers (numbers) and their consensus (categories)."""
    name, results = found
    any_of = next(iter(results.values()))
    card = CARDS.get(any_of.algorithm)
    title = card.name if card else any_of.algorithm
    block: dict[str, Any] = {
        "key": name, "algorithm": any_of.algorithm, "version": any_of.version, "preset": any_of.preset,
        "first": title, "second": "Mean of the readers" if pool.with_names else "Mean of both",
        "statistics": {}, "n": 0,
    }  # fmt: skip
    places = {category: place for place, category in enumerate(table.scale.categories)} if table.scale else {}
    said, categories, truth = (np.full(len(table.specimens), np.nan) for _ in range(3))
    for row, specimen in enumerate(table.specimens):
        result, decided = results.get(specimen), pool.consensuses.get(specimen)
        if result is not None and result.scoreable:
            said[row] = np.nan if result.value is None else result.value
            categories[row] = places.get(result.category, np.nan)
        if decided is not None and decided.scoreable and decided.scheme == table.scheme:
            truth[row] = places.get(decided.category, np.nan)
    for scale in table.scales:
        first, second = (said, row_means(table.values)) if scale.is_numeric else (categories, truth)
        both = np.nonzero(np.isfinite(first) & np.isfinite(second))[0].astype(np.int64)
        names = (title, block["second"] if scale.is_numeric else "Consensus of the readers")
        _add(block, names, first[both], second[both], both, scale, table, drawn)
        if scale.is_numeric:
            pairs = np.column_stack([first, second])[both]
            for form in ("icc1", "icc2", "icc3"):
                block["statistics"][form] = shown(describe(count_icc(pairs, both, form), table.drawn))
    return block


def _add(
    block: dict[str, Any], names: tuple[str, str], first: Numbers, second: Numbers, items: Places, scale: Scale,
    table: Table, drawn: Drawn,
) -> None:  # fmt: skip
    """Two series' statistics, and what is drawn of them."""
    found = pair_json(compare(names, first, second, items, scale, table.drawn), scale)
    if scale.is_numeric:
        block["n"] = len(first)
        block["n_specimens"] = len(np.unique(items))
        block["points"] = _points(first, second, items, table, drawn)
        block["groups"] = _groups(table, first, second, items)
        sloping = sloping_limits(first, second)
        block["sloping"] = None if sloping is None else _line_ends(sloping, (first + second) / 2)
        block["bland_altman"] = found["bland_altman"]
        block["statistics"] |= {name: found[name] for name in ("mae", "sd", "pearson", "ccc")}
        return
    block["n"] = block["n"] or len(first)
    block["n_specimens"] = block.get("n_specimens") or len(np.unique(items))
    block["confusion"] = {"first": names[0], "second": names[1], **found["confusion"]}
    block["specific_agreement"] = found["specific_agreement"]
    kappas = ("kappa", "kappa_linear", "kappa_quadratic")
    block["statistics"] |= {name: found[name] for name in kappas if name in found}


def _points(first: Numbers, second: Numbers, items: Places, table: Table, drawn: Drawn) -> list[list[float]]:
    """Of the specimens that are drawn: the place in the answer's list, both values."""
    place = np.array([drawn.get(specimen, -1) for specimen in table.specimens], dtype=np.int64)[items]
    chosen = place >= 0
    points: list[list[float]] = np.column_stack([place, first, second])[chosen].round(4).tolist()
    return points


def _line_ends(sloping: Any, means: Numbers) -> dict[str, Any]:
    ends = np.array([means.min(), means.max()])
    bias, lower, upper = sloping.at(ends)
    return {"mean": ends.tolist(), "bias": bias.tolist(), "lower": lower.tolist(), "upper": upper.tolist()}


def _groups(table: Table, first: Numbers, second: Numbers, items: Places) -> list[dict[str, Any]]:
    """The mean absolute error by the size of what is read (mean of the two)."""
    bounds = GROUPS.get(table.scheme)
    if bounds is None:
        return []
    place = np.clip(np.digitize((first + second) / 2, bounds) - 1, 0, len(bounds) - 2)
    found = []
    for number, label in enumerate(group_labels(table.scheme)):
        chosen = place == number
        counted = count_mae(first[chosen], second[chosen], items[chosen])
        found.append({"group": label, "mae": shown(describe(counted, table.drawn))})
    return found


def _pairs(table: Table) -> list[dict[str, Any]]:
    """Each two readers by themselves; none where there are too many to tell."""
    pairs = list(combinations(range(len(table.people)), 2))
    if not 1 < len(pairs) <= MOST_PAIRS:
        return []
    found = []
    for one, other in pairs:
        told: dict[str, Any] = {"readers": [table.people[one].key, table.people[other].key]}
        told |= {"first": table.people[one].name, "second": table.people[other].name, "n": 0}
        for scale in table.scales:
            values = (table.values if scale.is_numeric else table.categories)[:, [one, other]]
            both = np.nonzero(np.isfinite(values).all(axis=1))[0].astype(np.int64)
            compared = compare(
                (told["first"], told["second"]), values[both, 0], values[both, 1], both, scale, table.drawn
            )
            told["n"] = max(told["n"], len(both))
            told |= {name: shown(each) for name, each in compared.statistics.items()}
            if compared.limits is not None:
                told["bias"] = shown(compared.limits.bias)
                told["icc2"] = shown(describe(count_icc(values[both], both, "icc2"), table.drawn))
        found.append(told)
    return found


def _by_marker(
    pool: Pool, filters: Filters, kinds: Mapping[tuple[str, str], Sequence[Said]], shown_table: Table
) -> list[dict[str, Any]]:
    """The error on each marker of the study, of people and of each algorithm (Liu et al. 2019, table V)."""
    found = []
    for (marker, scheme), readings in sorted(kinds.items()):
        if not has_numbers(scheme):
            continue
        is_shown = (marker, scheme) == (filters.marker, filters.scheme)
        table = shown_table if is_shown else table_of(pool, Filters(marker, scheme, filters.pair), readings)
        first, second, items = pooled_pairs(table.ratings(NUMBERS))
        line: dict[str, Any] = {"marker": marker, "scheme": scheme}
        line["human"] = shown(describe(count_mae(first, second, items), table.drawn))
        line["algorithms"] = []
        for name, results in latest_results(pool.results, scheme):
            said = np.array([value_of(results.get(specimen)) for specimen in table.specimens])
            mean = row_means(table.values)
            both = np.nonzero(np.isfinite(said) & np.isfinite(mean))[0].astype(np.int64)
            if len(both):
                counted = count_mae(said[both], mean[both], both)
                line["algorithms"].append({"key": name, "mae": shown(describe(counted, table.drawn))})
        found.append(line)
    return found
