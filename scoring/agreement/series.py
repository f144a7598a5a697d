"""Two series of numbers: mean absolute error, spread of the error, correlation, concordance, limits of agreement.

The first three are the figures of Liu et al. 2019, section IV-D (MAE, SD, CC with its P). All are functions of sums
over items.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from scoring.agreement.statistic import DRAWS, TINY, Counted, Numbers, Places, Resamples, Statistic, describe
from scoring.types import ScoringError

_NORMAL_975 = 1.959963984540054
_FLAT = 1e-12
"""Spread, relative to the largest value, below which a series counts as constant."""


@dataclass(frozen=True)
class Correlation(Statistic):
    """Pearson's r as ``value``; ``p`` tests r = 0, two-sided."""

    p: float | None = None


@dataclass(frozen=True)
class BlandAltman:
    """``bias`` is the mean of first minus second; ``lower`` and ``upper`` the 95 % limits of agreement (Bland & Altman
    1986), each with its own interval."""

    bias: Statistic
    lower: Statistic
    upper: Statistic


@dataclass(frozen=True)
class SlopingLimits:
    """Limits of agreement that change with the size of what is read (Bland & Altman 1999, section 3.2): at mean A the
    bias is ``b0 + b1 A`` and the limits lie ``1.96 √(π/2) (c0 + c1 A)`` about it, never less than nothing."""

    b0: float
    b1: float
    c0: float
    c1: float
    n: int

    def at(self, mean: npt.ArrayLike) -> tuple[Numbers, Numbers, Numbers]:
        """(bias, lower, upper) at means of any shape, in the readers' unit."""
        size = np.asarray(mean, dtype=np.float64)
        bias = self.b0 + self.b1 * size
        reach = _NORMAL_975 * np.sqrt(np.pi / 2) * np.maximum(self.c0 + self.c1 * size, 0)
        return bias, bias - reach, bias + reach


def mae(scores: npt.ArrayLike, reference: npt.ArrayLike, *, seed: int = 0, draws: int = DRAWS) -> Statistic:
    """Mean absolute error of two series of one length (n,), in their unit (Willmott & Matsuura 2005).

    Interval: bootstrap percentiles over items (Efron & Tibshirani 1993, chapter 13); needs two items.
    """
    first, second = _pair(scores, reference)
    return describe(count_mae(first, second, _all(first)), Resamples(len(first), seed=seed, draws=draws))


def sd_of_signed_error(
    scores: npt.ArrayLike, reference: npt.ArrayLike, *, seed: int = 0, draws: int = DRAWS
) -> Statistic:
    """Standard deviation (n - 1) of ``scores - reference``, in their unit.

    Liu et al. 2019 do not say of what their SD is; that of the signed error is a reconstruction. Interval as in
    :func:`mae`.
    """
    first, second = _pair(scores, reference)
    return describe(count_sd(first, second, _all(first)), Resamples(len(first), seed=seed, draws=draws))


def pearson(scores: npt.ArrayLike, reference: npt.ArrayLike) -> Correlation:
    """Pearson's correlation with two-sided P (t distribution, n - 2) and Fisher's interval tanh(atanh r ± 1.96/√(n-3))
    (Fisher 1921); the interval needs four items.
    """
    first, second = _pair(scores, reference)
    n = len(first)
    if n < 3:
        return Correlation(None, None, n, f"a correlation needs 3 items; there are {n}")
    for name, series in (("scores", first), ("reference values", second)):
        if _is_flat(series):
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


def count_mae(first: Numbers, second: Numbers, items: Places) -> Counted:
    """Of the mean absolute error."""
    error = np.abs(first - second)
    rows = np.stack([np.ones_like(error), error], axis=1)
    return Counted(rows, lambda sums: sums[:, 1] / sums[:, 0], items, "there is no item")


def count_sd(first: Numbers, second: Numbers, items: Places) -> Counted:
    """Of the standard deviation (n - 1) of first minus second."""
    rows = _moments_of(first - second)
    return Counted(rows, lambda sums: np.sqrt(_variance(sums)), items, "it needs two items", needed=2)


def count_pearson(first: Numbers, second: Numbers, items: Places) -> Counted:
    """Of Pearson's correlation, where its interval is to be of the bootstrap (clusters)."""

    def reduce(sums: Numbers) -> Numbers:
        _, _, va, vb, cov = _second_moments(sums)
        scale = np.sqrt(va * vb)
        return np.where(scale > TINY, cov / scale, np.nan)

    return Counted(_cross(first, second), reduce, items, _flat_why(first, second), needed=3)


def count_ccc(first: Numbers, second: Numbers, items: Places) -> Counted:
    """Of Lin's concordance correlation coefficient, 2 cov / (var a + var b + (mean a - mean b)²), with moments divided
    by n (Lin 1989; 2000)."""

    def reduce(sums: Numbers) -> Numbers:
        ma, mb, va, vb, cov = _second_moments(sums)
        scale = va + vb + (ma - mb) ** 2
        return np.where(scale > TINY, 2 * cov / scale, np.nan)

    return Counted(_cross(first, second), reduce, items, _flat_why(first, second), needed=2)


def bland_altman(first: Numbers, second: Numbers, items: Places, resamples: Resamples) -> BlandAltman:
    """Bias and limits of agreement, bias ± 1.96 SD of the differences (n - 1)."""
    rows = _moments_of(first - second)

    def limit(sign: float) -> Counted:
        def reduce(sums: Numbers) -> Numbers:
            return np.asarray(sums[:, 1] / sums[:, 0] + sign * _NORMAL_975 * np.sqrt(_variance(sums)))

        return Counted(rows, reduce, items, "it needs two items", needed=2)

    bias = Counted(rows, lambda sums: sums[:, 1] / sums[:, 0], items, "there is no item")
    return BlandAltman(*(describe(each, resamples) for each in (bias, limit(-1), limit(1))))


def sloping_limits(first: npt.ArrayLike, second: npt.ArrayLike) -> SlopingLimits | None:
    """Of two series (n,), by two regressions on the mean: of the difference, then of the size of its residuals. None
    for fewer than three items, or where the means do not vary: there is no slope to find."""
    a, b = _pair(first, second)
    size, apart = (a + b) / 2, a - b
    if len(a) < 3 or _is_flat(size):
        return None
    b1, b0 = np.polyfit(size, apart, 1)
    c1, c0 = np.polyfit(size, np.abs(apart - (b0 + b1 * size)), 1)
    return SlopingLimits(float(b0), float(b1), float(c0), float(c1), len(a))


def _moments_of(values: Numbers) -> Numbers:
    return np.stack([np.ones_like(values), values, values**2], axis=1)


def _variance(sums: Numbers) -> Numbers:
    """With n - 1, of sums of 1, x, x²."""
    n = sums[:, 0]
    spread = np.maximum(sums[:, 2] - sums[:, 1] ** 2 / n, 0)
    return np.where(n > 1, spread / np.maximum(n - 1, 1), np.nan)


def _cross(first: Numbers, second: Numbers) -> Numbers:
    """1, a, b, a², b², ab of series moved to their means, so that little is lost in the squares; and the means."""
    if not len(first):
        return np.zeros((0, 8))
    ma, mb = first.mean(), second.mean()
    a, b = first - ma, second - mb
    return np.stack([np.ones_like(a), a, b, a * a, b * b, a * b, np.full_like(a, ma), np.full_like(a, mb)], axis=1)


def _second_moments(sums: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers, Numbers]:
    """Means, variances and covariance (divided by n) of sums of :func:`_cross`."""
    n = sums[:, 0]
    a, b = sums[:, 1] / n, sums[:, 2] / n
    va, vb = np.maximum(sums[:, 3] / n - a * a, 0), np.maximum(sums[:, 4] / n - b * b, 0)
    return a + sums[:, 6] / n, b + sums[:, 7] / n, va, vb, sums[:, 5] / n - a * b


def _flat_why(first: Numbers, second: Numbers) -> str:
    for number, series in (("first", first), ("second", second)):
        if len(series) and _is_flat(series):
            return f"all {len(series)} values of the {number} reader are {series[0]:g}"
    return "the values do not vary"


def _is_flat(series: Numbers) -> bool:
    return bool(np.ptp(series) <= _FLAT * max(1.0, float(np.abs(series).max())))


def _all(series: Numbers) -> Places:
    return np.arange(len(series), dtype=np.int64)


def _pair(scores: npt.ArrayLike, reference: npt.ArrayLike) -> tuple[Numbers, Numbers]:
    first, second = np.asarray(scores, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    if first.ndim != 1 or first.shape != second.shape:
        raise ScoringError(
            f"Agreement needs two series of one length; received shapes {first.shape} and {second.shape}."
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ScoringError("Agreement needs finite numbers; leave items without a score out of both series.")
    return first, second
