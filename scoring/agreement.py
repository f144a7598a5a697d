"""How far two series of scores agree: mean absolute error, spread of the error, correlation.

The three figures of Liu et al. 2019, section IV-D (MAE, SD, CC with its P). Every figure carries its number of items
and a 95 % interval; what cannot be computed is None with the reason in words, never NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from scoring.types import ScoringError

Numbers = npt.NDArray[np.float64]

DRAWS = 2000
"""Bootstrap samples of an interval."""
_NORMAL_975 = 1.959963984540054
_FLAT = 1e-12
"""Spread, relative to the largest value, below which a series counts as constant."""


@dataclass(frozen=True)
class Statistic:
    """One figure over ``n`` items. ``value`` or ``ci95`` (lower, upper) is None where undefined, with the reason."""

    value: float | None
    ci95: tuple[float, float] | None
    n: int
    undefined_reason: str = ""


@dataclass(frozen=True)
class Correlation(Statistic):
    """Pearson's r as ``value``; ``p`` tests r = 0, two-sided."""

    p: float | None = None


def mae(scores: npt.ArrayLike, reference: npt.ArrayLike, *, seed: int = 0, draws: int = DRAWS) -> Statistic:
    """Mean absolute error of two series of one length (n,), in their unit (Willmott & Matsuura 2005).

    Interval: bootstrap percentiles over items (Efron & Tibshirani 1993, chapter 13); needs two items.
    """
    first, second = _pair(scores, reference)
    return _described(np.abs(first - second), lambda rows: np.asarray(rows.mean(axis=-1)), 1, seed, draws)


def sd_of_signed_error(
    scores: npt.ArrayLike, reference: npt.ArrayLike, *, seed: int = 0, draws: int = DRAWS
) -> Statistic:
    """Standard deviation (n - 1) of ``scores - reference``, in their unit.

    Liu et al. 2019 do not say of what their SD is; that of the signed error is a reconstruction. Interval as in
    :func:`mae`.
    """
    first, second = _pair(scores, reference)
    return _described(first - second, lambda rows: np.asarray(rows.std(axis=-1, ddof=1)), 2, seed, draws)


def pearson(scores: npt.ArrayLike, reference: npt.ArrayLike) -> Correlation:
    """Pearson's correlation with two-sided P (t distribution, n - 2) and Fisher's interval tanh(atanh r ± 1.96/√(n-3))
    (Fisher 1921); the interval needs four items.
    """
    first, second = _pair(scores, reference)
    n = len(first)
    if n < 3:
        return Correlation(None, None, n, f"a correlation needs 3 items; there are {n}")
    for name, series in (("scores", first), ("reference values", second)):
        if np.ptp(series) <= _FLAT * max(1.0, float(np.abs(series).max())):
            return Correlation(None, None, n, f"all {n} {name} are {series[0]:g}")
    a, b = first - first.mean(), second - second.mean()
    r = float(np.clip(a @ b / np.sqrt((a @ a) * (b @ b)), -1, 1))
    if 1 - abs(r) < _FLAT:
        return Correlation(r, (r, r), n, p=0.0)
    p = float(2 * stats.t.sf(abs(r) * np.sqrt((n - 2) / (1 - r * r)), n - 2))
    if n < 4:
        return Correlation(r, None, n, f"Fisher's interval needs 4 items; there are {n}", p)
    reach = _NORMAL_975 / np.sqrt(n - 3)
    return Correlation(r, (float(np.tanh(np.arctanh(r) - reach)), float(np.tanh(np.arctanh(r) + reach))), n, p=p)


def bootstrap_items(n: int, *, seed: int = 0, draws: int = DRAWS) -> npt.NDArray[np.int64]:
    """Items drawn with replacement: (draws, n) indices, the same for one seed and n."""
    return np.random.default_rng(seed).integers(0, n, size=(draws, n))


def _described(
    items: Numbers, statistic: Callable[[Numbers], Numbers], needed: int, seed: int, draws: int
) -> Statistic:
    """The statistic of ``items`` (n,) with its bootstrap interval."""
    n = len(items)
    if n < needed:
        return Statistic(None, None, n, f"at least {needed} items are needed; there are {n}")
    value = float(statistic(items))
    if n < 2:
        return Statistic(value, None, n, f"an interval needs 2 items; there is {n}")
    drawn = statistic(items[bootstrap_items(n, seed=seed, draws=draws)])
    lower, upper = np.percentile(drawn, [2.5, 97.5])
    return Statistic(value, (float(lower), float(upper)), n)


def _pair(scores: npt.ArrayLike, reference: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    first, second = np.asarray(scores, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ScoringError(
            f"Agreement needs two series of one length; received shapes {first.shape} and {second.shape}."
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ScoringError("Agreement needs finite numbers; leave items without a score out of both series.")
    return first, second
