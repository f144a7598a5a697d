"""Krippendorff's alpha of any number of readers with gaps (Krippendorff 2004, chapter 11; 2011)."""

from __future__ import annotations

import numpy as np

from scoring.agreement.statistic import TINY, Counted, Numbers, Places
from scoring.types import ScoringError

LEVELS = ("nominal", "ordinal", "interval", "ratio")


def count_alpha(values: Numbers, items: Places, level: str) -> Counted:
    """Of alpha = 1 - D_o/D_e with the difference function of ``level``; items that fewer than two readers read are left
    out, as there is nothing to pair."""
    if level not in LEVELS:
        raise ScoringError(f"Alpha is of {', '.join(LEVELS)}; received {level!r}.")
    paired = np.isfinite(values).sum(axis=1) > 1
    table, kept = values[paired], items[paired]
    if level == "interval":
        return _interval(table, kept)
    known, places = np.unique(table[np.isfinite(table)], return_inverse=True)
    counts = np.zeros((len(table), len(known)))
    np.add.at(counts, (np.nonzero(np.isfinite(table))[0], places), 1)
    return _by_values(counts, known, kept, level)


_SAME = "every reading is the same"


def _interval(table: Numbers, items: Places) -> Counted:
    """(x - y)², in closed form: no pair is visited."""
    moved = table - np.nanmean(table) if table.size else table
    m = np.isfinite(moved).sum(axis=1).astype(np.float64)
    first, second = np.nansum(moved, axis=1), np.nansum(moved**2, axis=1)
    within = 2 * (m * second - first**2) / np.maximum(m - 1, 1)

    def reduce(sums: Numbers) -> Numbers:
        n, s1, s2, observed = (sums[:, place] for place in range(4))
        expected = 2 * (n * s2 - s1**2)
        return np.where(expected > TINY * n, 1 - (n - 1) * observed / expected, np.nan)

    return Counted(np.column_stack([m, first, second, within]), reduce, items, _SAME)


def _by_values(counts: Numbers, known: Numbers, items: Places, level: str) -> Counted:
    """By how often each value occurs in each item. The ordinal difference is that of mid-ranks, which follow from how
    often values occur in the sample at hand; so coincidences are summed, not differences."""
    size = counts.shape[1]
    m = counts.sum(axis=1)
    share = 1 / np.maximum(m - 1, 1)
    if level == "ordinal":
        pairs = np.einsum("nc,nk,n->nck", counts, counts, share)
        diagonal = np.einsum("nc,n->nc", counts, share)
        pairs[:, np.arange(size), np.arange(size)] -= diagonal
        rows = np.concatenate([counts, pairs.reshape(len(counts), size * size)], axis=1)

        def ordinal(sums: Numbers) -> Numbers:
            n_c, o = sums[:, :size], sums[:, size:].reshape(len(sums), size, size)
            ranks = np.cumsum(n_c, axis=1) - n_c / 2
            apart = (ranks[:, :, None] - ranks[:, None, :]) ** 2
            return _alpha(n_c, (o * apart).sum(axis=(1, 2)), np.einsum("dc,dk,dck->d", n_c, n_c, apart))

        return Counted(rows, ordinal, items, _SAME)
    apart = _differences(known, level)
    observed = share * (np.einsum("nc,nk,ck->n", counts, counts, apart, optimize=True))
    rows = np.column_stack([counts, observed])

    def fixed(sums: Numbers) -> Numbers:
        n_c = sums[:, :size]
        return _alpha(n_c, sums[:, size], ((n_c @ apart) * n_c).sum(axis=1))

    return Counted(rows, fixed, items, _SAME)


def _differences(known: Numbers, level: str) -> Numbers:
    """(V, V) squared differences, 0 on the diagonal."""
    if level == "nominal":
        return np.asarray(1.0 - np.eye(len(known)))
    total = known[:, None] + known[None, :]
    apart = known[:, None] - known[None, :]
    return np.where(total > 0, (apart / np.where(total > 0, total, 1)) ** 2, 0.0)


def _alpha(n_c: Numbers, observed: Numbers, expected: Numbers) -> Numbers:
    n = n_c.sum(axis=1)
    return np.where(expected > TINY, 1 - (n - 1) * observed / np.where(expected > TINY, expected, 1), np.nan)
