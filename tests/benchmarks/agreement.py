"""All statistics of 5000 specimens read by two, with 2000 bootstrap samples each; beside scipy's bootstrap of one of
them (Lin's concordance), vectorised, on the same numbers."""

from __future__ import annotations

import time

import numpy as np
from scipy import stats

from scoring.agreement import Ratings, Scale, analyse

ITEMS = 5000


def run() -> list[dict[str, object]]:
    """Seconds of everything that a scale allows."""
    rng = np.random.default_rng(1)
    truth = rng.uniform(0, 300, ITEMS)
    numbers = np.clip(truth[:, None] + rng.normal(0, 20, (ITEMS, 2)), 0, 300)
    grades = np.floor(numbers / 75.1)
    peer = _scipys_concordance(numbers)
    interval = _seconds(numbers, Scale("interval"))
    ordinal = _seconds(grades, Scale("ordinal", ("0", "1+", "2+", "3+")))
    return [
        _figure(f"{name}, {ITEMS} items × 2 readers, 2000 samples", seconds, peer)
        for name, seconds in (("agreement of numbers", interval), ("agreement of categories", ordinal))
    ]


def _seconds(values: np.ndarray, scale: Scale) -> float:
    ratings = Ratings(tuple(map(str, range(ITEMS))), ("A", "B"), values, scale)
    started = time.perf_counter()
    analyse(ratings)
    return time.perf_counter() - started


def _scipys_concordance(numbers: np.ndarray) -> float:
    def ccc(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
        ma, mb = a.mean(axis=axis, keepdims=True), b.mean(axis=axis, keepdims=True)
        cov = ((a - ma) * (b - mb)).mean(axis=axis)
        return 2 * cov / (a.var(axis=axis) + b.var(axis=axis) + ((ma - mb) ** 2).squeeze(axis))

    started = time.perf_counter()
    stats.bootstrap(
        (numbers[:, 0], numbers[:, 1]), ccc, paired=True, vectorized=True, n_resamples=2000, method="percentile",
        batch=200, rng=np.random.default_rng(0),
    )  # fmt: skip
    return time.perf_counter() - started


def _figure(name: str, value: float, peer: float) -> dict[str, object]:
    return {
        "name": name, "value": value, "unit": "s", "peer": "scipy.stats.bootstrap of one statistic", "peer_value": peer,
        "ratio": peer / value,
    }  # fmt: skip
