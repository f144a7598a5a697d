"""Agreement: the textbook's figures, intervals that hold them, and words instead of NaN."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy import stats

from scoring.agreement import (
    Resamples,
    count_sensitivity,
    describe,
    mae,
    pearson,
    sd_of_signed_error,
    sloping_limits,
)
from scoring.types import ScoringError

A, B = [10.0, 20.0, 40.0, 100.0], [12.0, 15.0, 50.0, 91.0]


@pytest.fixture(autouse=True)
def _warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_values_by_hand():
    assert mae(A, B).value == (2 + 5 + 10 + 9) / 4
    assert sd_of_signed_error(A, B).value == pytest.approx(np.sqrt(((-2.5) ** 2 + 4.5**2 + 10.5**2 + 8.5**2) / 3))
    assert mae(A, B).n == 4


def test_correlation_is_scipys():
    rng = np.random.default_rng(3)
    x = rng.normal(size=60)
    y = 0.6 * x + rng.normal(size=60)
    ours, theirs = pearson(x, y), stats.pearsonr(x, y)
    assert ours.value == pytest.approx(theirs.statistic)
    assert ours.p == pytest.approx(theirs.pvalue)
    assert ours.ci95 == pytest.approx(tuple(theirs.confidence_interval(0.95)))


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(1)
    truth = np.sqrt(2 / np.pi)  # mean of |N(0, 1)|
    held = 0
    for trial in range(200):
        found = mae(rng.normal(size=80), np.zeros(80), seed=trial, draws=400).ci95
        held += found[0] <= truth <= found[1]
    assert 0.88 <= held / 200 <= 0.99


def test_intervals_are_the_same_for_a_seed_only():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=30), rng.normal(size=30)
    assert mae(x, y, seed=5) == mae(x, y, seed=5)
    assert mae(x, y, seed=5).ci95 != mae(x, y, seed=6).ci95


def test_what_is_undefined_says_why():
    assert (mae([], []).value, mae([], []).n) == (None, 0)
    assert mae([1], [3]).value == 2
    assert mae([1], [3]).ci95 is None
    assert "2 items" in mae([1], [3]).undefined_reason
    assert sd_of_signed_error([1], [3]).value is None
    assert "3 items" in pearson([1, 2], [1, 2]).undefined_reason
    flat = pearson([5, 5, 5, 5], [1, 2, 3, 4])
    assert (flat.value, flat.p, flat.ci95) == (None, None, None)
    assert "all 4 scores are 5" in flat.undefined_reason
    assert pearson([1, 2, 4], [1, 2, 3]).ci95 is None


def test_perfect_agreement():
    assert mae(A, A).ci95 == (0, 0)
    assert sd_of_signed_error(A, A).value == 0
    perfect = pearson(A, A)
    assert (perfect.value, perfect.p) == (pytest.approx(1), 0)
    assert perfect.ci95 == pytest.approx((1, 1))
    assert pearson(A, [-a for a in A]).value == pytest.approx(-1)


@pytest.mark.parametrize(("first", "second"), [([1, 2], [1]), ([[1, 2]], [[1, 2]]), ([1, np.nan], [1, 2])])
def test_series_that_do_not_match_are_refused(first, second):
    with pytest.raises(ScoringError):
        mae(first, second)


def test_limits_that_widen_with_what_is_read():
    rng = np.random.default_rng(6)
    size = rng.uniform(20, 300, 4000)
    half = rng.normal(0, 0.05 * size) / 2
    found = sloping_limits(size + half + 1, size - half - 1)
    bias, lower, upper = found.at([50, 250])
    assert bias == pytest.approx([2, 2], abs=0.6)
    assert upper - bias == pytest.approx([1.96 * 0.05 * 50, 1.96 * 0.05 * 250], rel=0.06)
    assert lower - bias == pytest.approx(-(upper - bias))
    assert found.n == 4000
    assert sloping_limits([5, 5, 5], [5, 5, 5]) is None
    assert sloping_limits([1, 2], [1, 3]) is None


def test_sensitivity_and_specificity_are_those_of_the_counts():
    truth = np.array([1.0, 1, 1, 0, 0, 0, 0])
    said = np.array([1.0, 1, 0, 0, 0, 0, 1])
    items = np.arange(7)
    found = describe(count_sensitivity(said, truth, items, frozenset({1})), Resamples(7))
    assert (found.value, found.n) == (2 / 3, 7)
    assert describe(count_sensitivity(said, truth, items, frozenset({0})), Resamples(7)).value == 3 / 4
    none = describe(count_sensitivity(said, truth, items, frozenset({2})), Resamples(7))
    assert none.undefined_reason == "no item is truly of these categories"
