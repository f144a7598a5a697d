"""LAMT: thresholds that fall with luminance, and the stain-intensity description image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scoring import lamt, stain
from scoring.types import ScoringError

MIDDLES = [(k + 0.5) * 16 for k in range(lamt.INTERVALS)]


def test_the_shipped_table_says_what_it_was_fitted_on_and_falls_with_luminance():
    table = lamt.default_table()
    assert "synthetic" in table.source
    assert "reconstruction" in table.source
    assert table.thresholds_od[0] > table.thresholds_od[-1] > 0.05


def test_intervals_are_open_below_and_closed_above():
    values = np.array([[0, 1, 16, 16.01, 240, 255]], np.float32)
    assert lamt.interval(values).tolist() == [[0, 0, 0, 1, 14, 15]]


def _seen(h: float, dab: float) -> tuple[float, float]:
    """DAB and luminance of a pixel of pure amounts, as unmixed from its bytes."""
    basis = stain.stain_basis()
    rgb = stain.compose(np.array([[[h, dab, 0]]], np.float32), basis)
    return float(stain.unmix(rgb, basis)[0, 0, 1]), float(stain.luminance(rgb)[0, 0])


def test_pure_dab_is_positive_in_every_interval_it_reaches():
    reached = set()
    for amount in np.arange(0.22, 2.4, 0.005):
        dab, light = _seen(0.0, float(amount))
        reached.add(int(lamt.interval(np.array([[light]], np.float32))[0, 0]))
        assert lamt.positive(np.array([[dab]], np.float32), np.array([[light]], np.float32)), (amount, dab, light)
    assert len(reached) >= 10


def test_dab_of_one_fifth_is_positive_at_the_luminance_it_has():
    dab, light = _seen(0.0, 0.20)
    assert lamt.positive(np.array([[max(dab, 0.20)]], np.float32), np.array([[light]], np.float32))


def test_pure_haematoxylin_up_to_one_and_a_half_is_negative_in_every_interval():
    reached = set()
    for amount in np.arange(0.0, 1.5, 0.005):
        dab, light = _seen(float(amount), 0.0)
        reached.add(int(lamt.interval(np.array([[light]], np.float32))[0, 0]))
        assert not lamt.positive(np.array([[dab]], np.float32), np.array([[light]], np.float32)), (amount, dab, light)
    assert len(reached) >= 12


@pytest.mark.parametrize("k", range(lamt.INTERVALS))
def test_each_interval_uses_its_own_threshold(k):
    limit = lamt.default_table().thresholds_od[k]
    light = np.full((1, 2), MIDDLES[k], np.float32)
    assert lamt.positive(np.array([[limit - 0.001, limit + 0.001]], np.float32), light).tolist() == [[False, True]]


def test_description_puts_brown_below_and_blue_above_one_half():
    light = np.array([[100, 100, 30, 240]], np.float32)
    dab = np.array([[0.8, 0.0, 1.5, 0.0]], np.float32)
    expected = np.array([[100, 510 - 100, 30, 510 - 240]]) / 510
    assert lamt.intensity_description(dab, light) == pytest.approx(expected)


@given(
    arrays(np.float32, (5, 7), elements=st.floats(-1, 3, width=32)),
    arrays(np.float32, (5, 7), elements=st.floats(0, 255, width=32)),
)
def test_description_stays_between_zero_and_one(dab, light):
    described = lamt.intensity_description(dab, light)
    assert described.min() >= 0
    assert described.max() <= 1


def test_fit_finds_the_boundary_of_two_separate_clouds():
    rng = np.random.default_rng(3)
    light = rng.uniform(0, 255, 60_000)
    is_dab = rng.random(60_000) < 0.4
    boundary = 0.5 - 0.3 * light / 255
    dab = boundary + np.where(is_dab, 1, -1) * np.abs(rng.normal(0.2, 0.05, 60_000))
    table = lamt.fit_table(dab, light, is_dab)
    expected = 0.5 - 0.3 * np.array(MIDDLES) / 255
    assert np.array(table.thresholds_od) == pytest.approx(expected, abs=0.06)
    assert (np.diff(table.thresholds_od) <= 0).all()


def test_fit_needs_both_kinds_and_enough_of_them():
    with pytest.raises(ScoringError, match="both kinds"):
        lamt.fit_table(np.zeros(10), np.zeros(10), np.ones(10, bool))
    with pytest.raises(ScoringError, match="label more pixels"):
        lamt.fit_table(np.zeros(10), np.zeros(10), np.arange(10) < 5)


@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 9)), min_size=1, max_size=20))
def test_pooling_gives_a_non_increasing_sequence_with_the_same_weighted_mean(pairs):
    values, weights = (np.array(column) for column in zip(*pairs, strict=True))
    pooled = lamt.non_increasing(values, weights)
    assert (np.diff(pooled) <= 1e-9).all()
    assert np.average(pooled, weights=weights) == pytest.approx(np.average(values, weights=weights), abs=1e-9)


def test_pooling_leaves_an_ordered_sequence_alone():
    assert lamt.non_increasing(np.array([3.0, 2.0, 1.0]), np.ones(3)).tolist() == [3, 2, 1]


def test_a_table_that_rises_with_luminance_is_refused():
    with pytest.raises(ScoringError, match="not increase"):
        lamt.LamtTable(tuple(np.linspace(0.1, 0.4, 16)), "wrong")
