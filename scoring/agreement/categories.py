"""Categories: confusion of two readers, kappas, and agreement of many readers with gaps. Always on the whole scale:
categories that nobody chose count as well, or weights would mean something else.
"""

from __future__ import annotations

import numpy as np

from scoring.agreement.statistic import TINY, Counted, Numbers, Places
from scoring.types import ScoringError

WEIGHTS = ("none", "linear", "quadratic")


def weights_of(kind: str, categories: int) -> Numbers:
    """(K, K) agreement weights, 1 on the diagonal: none, linear 1 - |i - j|/(K - 1), quadratic 1 - (i - j)²/(K - 1)²
    (Cohen 1968; Fleiss & Cohen 1973)."""
    places = np.arange(categories)
    apart = np.abs(places[:, None] - places[None, :]) / max(categories - 1, 1)
    if kind == "none":
        return np.eye(categories)
    if kind == "linear":
        return np.asarray(1 - apart)
    if kind == "quadratic":
        return np.asarray(1 - apart**2)
    raise ScoringError(f"Weights are {', '.join(WEIGHTS)}; received {kind!r}.")


def confusion(first: Numbers, second: Numbers, categories: int) -> Numbers:
    """(K, K) how often the first reader said i where the second said j."""
    cells = np.zeros((categories, categories))
    np.add.at(cells, (first.astype(int), second.astype(int)), 1)
    return cells


def count_kappa(first: Numbers, second: Numbers, items: Places, categories: int, weights: str = "none") -> Counted:
    """Of Cohen's κ = (p_o - p_e)/(1 - p_e) (Cohen 1960), weighted (Cohen 1968)."""
    chosen = weights_of(weights, categories)

    def reduce(sums: Numbers) -> Numbers:
        table = sums.reshape(-1, categories, categories)
        share = table / table.sum(axis=(1, 2))[:, None, None]
        observed = (share * chosen).sum(axis=(1, 2))
        expected = np.einsum("di,dj,ij->d", share.sum(axis=2), share.sum(axis=1), chosen)
        return np.where(1 - expected > TINY, (observed - expected) / (1 - expected), np.nan)

    rows = _cells(first, second, categories)
    return Counted(rows, reduce, items, "both readers used the same single category")


def count_specific(first: Numbers, second: Numbers, items: Places, categories: int, category: int) -> Counted:
    """Of the specific agreement on one category, 2 n_cc / (n_c. + n_.c): of a positive one the average positive
    agreement, of a negative one the average negative agreement (Cicchetti & Feinstein 1990)."""

    def reduce(sums: Numbers) -> Numbers:
        table = sums.reshape(-1, categories, categories)
        both = table[:, category, :].sum(axis=1) + table[:, :, category].sum(axis=1)
        return np.where(both > 0, 2 * table[:, category, category] / both, np.nan)

    return Counted(_cells(first, second, categories), reduce, items, "neither reader used this category")


def count_sensitivity(said: Numbers, truth: Numbers, items: Places, positive: frozenset[int]) -> Counted:
    """Of the share of truly positive items that are said to be positive; ``positive``: the categories that are. Of the
    other categories it is the specificity (of what is truly none of these, the share said to be none)."""
    true = np.isin(truth, list(positive))
    rows = np.column_stack([true, true & np.isin(said, list(positive))]).astype(np.float64)

    def reduce(sums: Numbers) -> Numbers:
        return np.where(sums[:, 0] > 0, sums[:, 1] / np.maximum(sums[:, 0], 1), np.nan)

    return Counted(rows, reduce, items, "no item is truly of these categories")


def _cells(first: Numbers, second: Numbers, categories: int) -> Numbers:
    rows = np.zeros((len(first), categories * categories))
    rows[np.arange(len(first)), first.astype(int) * categories + second.astype(int)] = 1
    return rows


def counts_of(values: Numbers, categories: int) -> Numbers:
    """(n, K) how many readers put each item in each category; gaps count nowhere."""
    places = np.arange(categories)
    return np.asarray((values[:, :, None] == places).sum(axis=1), dtype=np.float64)


def count_fleiss(values: Numbers, items: Places, categories: int) -> Counted:
    """Of Fleiss' κ (Fleiss 1971), over items that two or more readers read. Where their number differs, as generalised
    by Gwet 2014: shares of pairs by item, shares of categories over all readings."""
    counts, kept = _several(counts_of(values, categories), items)
    m = counts.sum(axis=1)
    agreed = (counts * (counts - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1)

    def reduce(sums: Numbers) -> Numbers:
        observed = sums[:, 1] / sums[:, 0]
        shares = sums[:, 2:] / sums[:, 2:].sum(axis=1)[:, None]
        expected = (shares**2).sum(axis=1)
        return np.where(1 - expected > TINY, (observed - expected) / (1 - expected), np.nan)

    rows = np.column_stack([np.ones_like(m), agreed, counts])
    return Counted(rows, reduce, kept, "every reading is of one category")


def count_gwet(values: Numbers, items: Places, categories: int, weights: str = "none") -> Counted:
    """Of Gwet's AC1 (no weights; Gwet 2008) and AC2 (Gwet 2014), with gaps. Categories' shares are over
    all items, pairs over those that two or more readers read."""
    chosen = weights_of(weights, categories)
    counts = counts_of(values, categories)
    m = counts.sum(axis=1)
    read = m > 0
    counts, m, kept = counts[read], m[read], items[read]
    several = m > 1
    agreed = (counts * (counts @ chosen - 1)).sum(axis=1) / np.maximum(m * (m - 1), 1)
    shares = counts / m[:, None]
    whole = float(chosen.sum())

    def reduce(sums: Numbers) -> Numbers:
        observed = np.where(sums[:, 1] > 0, sums[:, 2] / np.maximum(sums[:, 1], 1), np.nan)
        pi = sums[:, 3:] / sums[:, 0][:, None]
        expected = whole / (categories * (categories - 1)) * (pi * (1 - pi)).sum(axis=1)
        return np.where(1 - expected > TINY, (observed - expected) / (1 - expected), np.nan)

    rows = np.column_stack([np.ones_like(m), several, np.where(several, agreed, 0), shares])
    return Counted(rows, reduce, kept, "no item was read by two readers")


def _several(counts: Numbers, items: Places) -> tuple[Numbers, Places]:
    kept = counts.sum(axis=1) > 1
    return counts[kept], items[kept]
