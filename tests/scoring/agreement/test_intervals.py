"""Intervals: of items or of whole clusters, by percentiles or BCa; and none where there is none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from scipy import stats

from scoring.agreement import Resamples, count_alpha, count_kappa, count_mae, count_sd, describe
from scoring.types import ScoringError


@pytest.fixture(autouse=True)
def _warnings_are_errors() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def skewed(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.exponential(10, n), np.zeros(n)


def test_bca_is_scipys() -> None:
    a, b = skewed(40)
    ours = describe(count_sd(a, b, np.arange(40)), Resamples(40, method="bca", draws=20_000))
    theirs = stats.bootstrap(
        (a,), lambda x, axis: np.std(x, axis=axis, ddof=1), n_resamples=20_000, method="BCa", vectorized=True,
        rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    assert ours.ci95 == pytest.approx((theirs.low, theirs.high), rel=1e-9)  # of the same samples
    plain = describe(count_sd(a, b, np.arange(40)), Resamples(40, draws=20_000))
    assert ours.ci95[1] > 1.03 * plain.ci95[1]  # the skew is corrected for


def test_items_of_one_patient_are_no_independent_evidence() -> None:
    """Ten cores of each of twelve patients that err alike: the interval is that of twelve, not of 120."""
    rng = np.random.default_rng(2)
    error = np.repeat(rng.normal(0, 10, 12), 10)
    clusters = np.repeat(np.arange(12), 10)
    counted = count_mae(error, np.zeros(120), np.arange(120))
    alone, together = describe(counted, Resamples(120)), describe(counted, Resamples(120, clusters=clusters))
    assert together.value == alone.value
    assert np.ptp(together.ci95) > 2 * np.ptp(alone.ci95)
    each = np.abs(error[::10])
    twelve = describe(count_mae(each, np.zeros(12), np.arange(12)), Resamples(12))
    assert together.ci95 == pytest.approx(twelve.ci95, rel=1e-9)


def test_cluster_intervals_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(3)
    clusters = np.repeat(np.arange(40), 5)
    truth = 10 * np.sqrt(2 / np.pi)
    held = 0
    for trial in range(150):
        error = np.repeat(rng.normal(0, 10, 40), 5)
        counted = count_mae(error, np.zeros(200), np.arange(200))
        low, high = describe(counted, Resamples(200, clusters=clusters, seed=trial, draws=300)).ci95
        held += low <= truth <= high
    assert 0.87 <= held / 150 <= 0.99


def test_where_there_is_none_it_says_why() -> None:
    one = np.zeros(8)
    found = describe(count_kappa(one, one, np.arange(8), 4), Resamples(8))
    assert (found.value, found.ci95, found.undefined_reason) == (
        None,
        None,
        "both readers used the same single category",
    )
    alone = describe(count_mae(np.ones(5), one[:5], np.arange(5)), Resamples(5, clusters=np.zeros(5, dtype=int)))
    assert (alone.value, alone.ci95, alone.undefined_reason) == (1.0, None, "an interval needs 2 clusters; there is 1")
    # One item of another category: in a third of the samples it is not drawn, and kappa is undefined.
    rare = np.array([1.0] + [0.0] * 7)
    rarely = describe(count_kappa(rare, rare, np.arange(8), 2), Resamples(8))
    assert (rarely.value, rarely.ci95) == (1.0, None)
    assert "undefined in 3" in rarely.undefined_reason


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ScoringError, match="percentiles or bca"):
        Resamples(5, method="normal")
    with pytest.raises(ScoringError, match="has a cluster"):
        Resamples(5, clusters=np.zeros(4, dtype=int))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_readers_who_never_read_the_same_have_no_agreement(level: str) -> None:
    values = np.array([[np.nan, 1.0], [1.0, np.nan], [np.nan, 2.0]])
    found = describe(count_alpha(values, np.arange(3), level), Resamples(3))
    assert (found.value, found.n, found.undefined_reason) == (None, 0, "at least an item is needed; there are 0")


@pytest.mark.parametrize("in_clusters", [False, True])
def test_blocks_of_many_items_spread_as_the_items_do(in_clusters: bool) -> None:
    """Mean interval over eight tables: of 3000 items in 512 blocks as wide as of the items themselves."""
    widths: dict[int | None, list[float]] = {None: [], 512: []}
    clusters = np.repeat(np.arange(1500), 2) if in_clusters else None
    for seed in range(8):
        rng = np.random.default_rng(seed)
        error = rng.normal(0, 10, 3000) + (np.repeat(rng.normal(0, 10, 1500), 2) if in_clusters else 0)
        counted = count_sd(error, np.zeros(3000), np.arange(3000))
        for blocks, found in widths.items():
            described = describe(counted, Resamples(3000, clusters=clusters, seed=seed, draws=500, blocks=blocks))
            found.append(float(np.ptp(described.ci95)))
    assert np.mean(widths[512]) == pytest.approx(np.mean(widths[None]), rel=0.05)


def test_few_items_are_drawn_one_by_one_whatever_the_blocks() -> None:
    a, b = skewed(40)
    counted = count_mae(a, b, np.arange(40))
    assert describe(counted, Resamples(40, blocks=40)) == describe(counted, Resamples(40))


def test_a_cluster_is_never_divided_among_blocks() -> None:
    clusters = np.random.default_rng(0).integers(0, 50, 400)
    groups = Resamples(400, clusters=clusters, blocks=7).groups
    assert set(groups) == set(range(7))
    for cluster in range(50):
        assert len(set(groups[clusters == cluster])) == 1
