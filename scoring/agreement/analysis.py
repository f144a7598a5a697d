"""Everything the scale allows of one table of readings: of all readers together, and of each pair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from scoring.agreement.categories import confusion, count_fleiss, count_gwet, count_kappa, count_specific
from scoring.agreement.icc import FORMS, count_icc
from scoring.agreement.krippendorff import count_alpha
from scoring.agreement.ratings import Ratings, Scale
from scoring.agreement.series import (
    BlandAltman,
    Correlation,
    bland_altman,
    count_ccc,
    count_mae,
    count_pearson,
    count_sd,
    pearson,
)
from scoring.agreement.statistic import Numbers, Places, Resamples, Statistic, describe
from scoring.types import ScoringError

MOST_PAIRS = 200
"""Of more readers than these make, all together are told, and no pairs."""


@dataclass(frozen=True)
class PairAgreement:
    """Two readers on the items that both read. ``confusion``: (K, K), the first reader's categories down."""

    first: str
    second: str
    n: int
    statistics: Mapping[str, Statistic]
    limits: BlandAltman | None = None
    confusion: Numbers | None = None
    by_category: Mapping[str, Statistic] = field(default_factory=dict)


@dataclass(frozen=True)
class Agreement:
    """All readers together, and pair by pair (left out where there are too many)."""

    ratings: Ratings
    statistics: Mapping[str, Statistic]
    pairs: tuple[PairAgreement, ...]
    pairs_left_out: int = 0


def analyse(ratings: Ratings, resamples: Resamples | None = None) -> Agreement:
    """Every statistic that the scale allows.

    Args:
        resamples: of the table's items; made from its clusters when None.

    Raises:
        ScoringError: there are fewer than two readers.
    """
    if len(ratings.readers) < 2:
        raise ScoringError(f"Agreement needs two readers; there is {', '.join(ratings.readers) or 'none'}.")
    drawn = resamples or Resamples(len(ratings.items), clusters=ratings.clusters)
    pairs = list(combinations(range(len(ratings.readers)), 2))
    told = pairs if len(pairs) <= MOST_PAIRS else []
    return Agreement(
        ratings,
        _together(ratings, drawn),
        tuple(_pair(ratings, first, second, drawn) for first, second in told),
        len(pairs) - len(told),
    )


def _together(ratings: Ratings, drawn: Resamples) -> dict[str, Statistic]:
    values, items, kind = ratings.values, np.arange(len(ratings.items), dtype=np.int64), ratings.scale.kind
    found = {"krippendorff_alpha": describe(count_alpha(values, items, kind), drawn)}
    if ratings.scale.is_numeric:
        return found | {form: describe(count_icc(values, items, form), drawn) for form in FORMS}
    categories = len(ratings.scale.categories)
    if categories < 2:
        return found
    found["fleiss_kappa"] = describe(count_fleiss(values, items, categories), drawn)
    found["gwet_ac1"] = describe(count_gwet(values, items, categories), drawn)
    if kind == "ordinal":
        found["gwet_ac2"] = describe(count_gwet(values, items, categories, "quadratic"), drawn)
    return found


def _pair(ratings: Ratings, first: int, second: int, drawn: Resamples) -> PairAgreement:
    both = np.isfinite(ratings.values[:, [first, second]]).all(axis=1)
    items: Places = np.nonzero(both)[0].astype(np.int64)
    a, b = ratings.values[items, first], ratings.values[items, second]
    return compare((ratings.readers[first], ratings.readers[second]), a, b, items, ratings.scale, drawn)


def pooled_pairs(ratings: Ratings) -> tuple[Numbers, Numbers, Places]:
    """All pairs of readers of each item put under each other: (m,) first values, (m,) second values, (m,) items. Of two
    readers the one who stands first in the table is the first."""
    first, second, items = [], [], []
    for a, b in combinations(range(len(ratings.readers)), 2):
        both = np.nonzero(np.isfinite(ratings.values[:, [a, b]]).all(axis=1))[0]
        first.append(ratings.values[both, a])
        second.append(ratings.values[both, b])
        items.append(both.astype(np.int64))
    if not items:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64)
    return np.concatenate(first), np.concatenate(second), np.concatenate(items)


def compare(
    names: tuple[str, str], first: Numbers, second: Numbers, items: Places, scale: Scale, drawn: Resamples
) -> PairAgreement:
    """Everything the scale allows of two series.

    Args:
        first, second: (m,) numbers, or places in the scale's categories.
        items: (m,) the item of each, of the table that ``drawn`` is of; an item may occur more than once.
    """
    if scale.is_numeric:
        limits = bland_altman(first, second, items, drawn)
        return PairAgreement(*names, len(items), _numbers(first, second, items, drawn), limits)
    size = len(scale.categories)
    found: dict[str, Statistic] = {}
    if size > 1:
        found["kappa"] = describe(count_kappa(first, second, items, size), drawn)
        if scale.kind == "ordinal":
            for weights in ("linear", "quadratic"):
                found[f"kappa_{weights}"] = describe(count_kappa(first, second, items, size, weights), drawn)
    specific = {
        name: describe(count_specific(first, second, items, size, place), drawn)
        for place, name in enumerate(scale.categories)
    }
    return PairAgreement(
        *names, len(items), found, confusion=confusion(first, second, size), by_category=specific
    )  # fmt: skip


def _numbers(a: Numbers, b: Numbers, items: Places, drawn: Resamples) -> dict[str, Statistic]:
    # Fisher's interval knows neither clusters nor items that occur more than once.
    is_plain = drawn.clusters is None and len(np.unique(items)) == len(items)
    correlation = pearson(a, b) if is_plain else describe(count_pearson(a, b, items), drawn)
    return {
        "mae": describe(count_mae(a, b, items), drawn),
        "sd": describe(count_sd(a, b, items), drawn),
        "pearson": correlation,
        "ccc": describe(count_ccc(a, b, items), drawn),
    }


def as_json(agreement: Agreement) -> dict[str, Any]:
    """Plain data: ``n_items``, ``readers``, each statistic as {value, ci95, n}, and ``pairs``. With two readers their
    statistics stand at the top as well."""
    ratings = agreement.ratings
    answer: dict[str, Any] = {
        "n_items": len(ratings.items),
        "n_readings": int(np.isfinite(ratings.values).sum()),
        "readers": list(ratings.readers),
        "scale": ratings.scale.kind,
    }
    if not ratings.scale.is_numeric:
        answer["categories"] = list(ratings.scale.categories)
    if ratings.clusters is not None:
        answer["n_clusters"] = len(np.unique(ratings.clusters))
    answer |= {name: shown(found) for name, found in agreement.statistics.items()}
    answer["pairs"] = [pair_json(pair, ratings.scale) for pair in agreement.pairs]
    if agreement.pairs_left_out:
        answer["pairs_left_out"] = agreement.pairs_left_out
    if len(ratings.readers) == 2:
        answer |= {name: found for name, found in answer["pairs"][0].items() if name not in ("readers", "n")}
    return answer


def shown(found: Statistic) -> dict[str, Any]:
    """One statistic as plain data; ``undefined`` says why value or interval is null."""
    answer: dict[str, Any] = {
        "value": found.value,
        "ci95": None if found.ci95 is None else list(found.ci95),
        "n": found.n,
    }
    if found.undefined_reason:
        answer["undefined"] = found.undefined_reason
    if isinstance(found, Correlation) and found.p is not None:
        answer["p"] = found.p
    return answer


def pair_json(pair: PairAgreement, scale: Scale) -> dict[str, Any]:
    """Two readers as plain data."""
    answer: dict[str, Any] = {"readers": [pair.first, pair.second], "n": pair.n}
    answer |= {name: shown(found) for name, found in pair.statistics.items()}
    limits = pair.limits
    if limits is not None:
        answer["bland_altman"] = {
            "bias": shown(limits.bias), "lower": shown(limits.lower), "upper": shown(limits.upper)
        }  # fmt: skip
    if pair.confusion is not None:
        counts = pair.confusion.astype(int).tolist()
        answer["confusion"] = {"categories": list(scale.categories), "counts": counts}
        answer["specific_agreement"] = {name: shown(found) for name, found in pair.by_category.items()}
    return answer
