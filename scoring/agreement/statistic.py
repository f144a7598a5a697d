"""What a statistic is made of: counted per item, reduced from sums over items. So one matrix product gives a statistic
on every bootstrap sample, and whatever is added up over items gets its interval in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import stats

from scoring.types import ScoringError

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Reduce = Callable[[Numbers], Numbers]

DRAWS = 2000
"""Bootstrap samples of an interval."""
MOST_UNDEFINED = 0.05
"""Share of bootstrap samples that may be undefined (one category alone, say) before there is no interval."""
TINY = 1e-12


@dataclass(frozen=True)
class Statistic:
    """One figure over ``n`` items. ``value`` or ``ci95`` (lower, upper) is None where undefined, with the reason."""

    value: float | None
    ci95: tuple[float, float] | None
    n: int
    undefined_reason: str = ""


@dataclass(frozen=True)
class Counted:
    """A statistic before it is computed.

    Attributes:
        rows: (m, f) what each of the m items adds to f sums.
        reduce: (d, f) sums to (d,) values; NaN where undefined.
        items: (m,) which of the table's items the rows are.
        why: the reason where the value is undefined.
        needed: the fewest items.
    """

    rows: Numbers
    reduce: Reduce
    items: Places
    why: str
    needed: int = 1


@dataclass(frozen=True)
class Resamples:
    """Bootstrap samples of the ``n`` items of a table, the same for every statistic of it.

    With ``clusters`` (n,) (the patient of each core, say) whole clusters are drawn, because their items are no
    independent evidence (Davison & Hinkley 1997). Of more than ``blocks`` items or clusters, these are dealt at random
    into so many blocks, and blocks are drawn: random groups (Wolter 2007, chapter 2) have the same spread in
    expectation, for a fraction of the work.
    """

    n: int
    clusters: Places | None = None
    seed: int = 0
    draws: int = DRAWS
    method: str = "percentile"
    blocks: int | None = None

    def __post_init__(self) -> None:
        if self.method not in ("percentile", "bca"):
            raise ScoringError(f"An interval is of percentiles or bca; received {self.method!r}.")
        if self.clusters is not None and self.clusters.shape != (self.n,):
            raise ScoringError(f"Every one of {self.n} items has a cluster; received shape {self.clusters.shape}.")

    @cached_property
    def groups(self) -> Places:
        """(n,) the number of what each item is drawn with, from 0: its cluster or block; each its own otherwise."""
        clusters = np.arange(self.n) if self.clusters is None else np.unique(self.clusters, return_inverse=True)[1]
        found = int(clusters.max()) + 1 if self.n else 0
        if self.blocks is None or found <= self.blocks:
            return clusters.astype(np.int64)
        dealt = np.random.default_rng(self.seed).permutation(found) % self.blocks
        return dealt[clusters].astype(np.int64)

    @cached_property
    def weights(self) -> Numbers:
        """(draws, groups) how often each group is in each sample."""
        groups = int(self.groups.max()) + 1 if self.n else 0
        drawn = bootstrap_items(groups, seed=self.seed, draws=self.draws)
        drawn += groups * np.arange(self.draws)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=self.draws * groups).reshape(self.draws, groups)
        return counts.astype(np.float64)

    def sums(self, counted: Counted) -> Numbers:
        """(draws, f) the statistic's sums in each sample."""
        groups = self.groups[counted.items]
        if len(groups) <= self.weights.shape[1] and len(groups) == len(np.unique(groups)):
            return np.asarray(self.weights[:, groups] @ counted.rows)
        return np.asarray(self.weights @ _sums_by(groups, counted.rows, self.weights.shape[1]))


def _sums_by(groups: Places, rows: Numbers, count: int) -> Numbers:
    """(count, f) the rows of each group added up."""
    columns = [np.bincount(groups, weights=column, minlength=count) for column in rows.T]
    return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def bootstrap_items(n: int, *, seed: int = 0, draws: int = DRAWS) -> Places:
    """Items drawn with replacement: (draws, n) indices, the same for one seed and n."""
    return np.random.default_rng(seed).integers(0, n, size=(draws, n))


def describe(counted: Counted, resamples: Resamples) -> Statistic:
    """The statistic with its bootstrap interval.

    Percentiles (Efron & Tibshirani 1993, chapter 13) or bias-corrected and accelerated (BCa; the same, chapter 14, with
    the acceleration of the jackknife over items or clusters).
    """
    n = len(counted.items)
    if n < counted.needed:
        needed = f"{counted.needed} items are" if counted.needed > 1 else "an item is"
        return Statistic(None, None, n, f"at least {needed} needed; there {'is' if n == 1 else 'are'} {n}")
    with np.errstate(all="ignore"):
        value = float(counted.reduce(counted.rows.sum(axis=0)[None])[0])
        if not np.isfinite(value):
            return Statistic(None, None, n, counted.why)
        groups = resamples.groups[counted.items]
        if groups.min() == groups.max():
            unit = "item" if resamples.clusters is None else "cluster"
            return Statistic(value, None, n, f"an interval needs 2 {unit}s; there is 1")
        drawn = counted.reduce(resamples.sums(counted))
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(drawn):
        share = 1 - len(defined) / len(drawn)
        return Statistic(value, None, n, f"no interval: undefined in {share:.0%} of the bootstrap samples")
    levels = [2.5, 97.5] if resamples.method == "percentile" else _bca(value, defined, counted, groups)
    lower, upper = np.percentile(defined, levels)
    return Statistic(value, (float(lower), float(upper)), n)


def _bca(value: float, drawn: Numbers, counted: Counted, groups: Places) -> list[float]:
    """The percentiles to take, of Efron & Tibshirani 1993, equations 14.9, 14.14 and 14.15."""
    below = (np.mean(drawn < value) + np.mean(drawn <= value)) / 2  # ties count half
    bias = stats.norm.ppf(np.clip(below, 1e-6, 1 - 1e-6))
    labels, places = np.unique(groups, return_inverse=True)
    sums = _sums_by(places, counted.rows, len(labels))
    with np.errstate(all="ignore"):
        without = counted.reduce(counted.rows.sum(axis=0) - sums)
    spread = without[np.isfinite(without)]
    off = spread.mean() - spread if len(spread) else np.zeros(1)
    square = float((off**2).sum())
    acceleration = float((off**3).sum()) / (6 * square**1.5) if square > TINY else 0.0
    levels = []
    for z in stats.norm.ppf([0.025, 0.975]):
        moved = bias + (bias + z) / (1 - acceleration * (bias + z))
        levels.append(float(100 * stats.norm.cdf(moved)))
    return levels
