"""Invariances: each change does what it says, and the table says who passed."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import stain
from scoring.evaluation.invariance import GAINS, VARIANTS, Changes, changes, table, with_gain
from tests.scoring.painting import paint


def _amounts(rgb):
    return stain.unmix(rgb, stain.stain_basis(i0=stain.estimate_i0(rgb)))


@pytest.mark.parametrize(("channel", "name"), [(0, "haematoxylin"), (1, "dab")])
def test_a_gain_multiplies_one_stain(channel, name):
    rgb = paint((0, 1, 0, 0), size_px=160).rgb
    before, after = _amounts(with_gain(rgb)), _amounts(with_gain(rgb, **{name: 1.2}))
    stained = (before[..., 0] > 0.2) & (before[..., 1] > 0.1)
    ratio = after[stained] / before[stained]
    assert np.median(ratio[:, channel]) == pytest.approx(1.2, abs=0.04)
    assert np.median(ratio[:, 1 - channel]) == pytest.approx(1.0, abs=0.04)


def test_a_score_of_the_mean_stain_is_turned_freely_and_rises_with_dab():
    rgb = paint((1, 1, 1, 1), size_px=160).rgb
    found = changes(rgb, lambda picture: 100 * float(_amounts(picture)[..., 1].mean()))
    assert found.by_variant["turned by 90°"] == pytest.approx(0, abs=1e-3)
    assert found.monotone
    assert list(found.by_gain) == sorted(found.by_gain)


def test_what_cannot_be_scored_is_left_out():
    found = changes(paint((1, 0, 0, 0), size_px=96).rgb, lambda picture: None)
    assert set(found.by_variant.values()) == {None}
    assert found.monotone is None
    made = table({"none": [found]})
    assert [row[2] for row in made.rows] == ["0"] * (len(VARIANTS) + 1)


def test_the_table_counts_those_within():
    deltas = [{variant.name: value for variant in VARIANTS} for value in (1.0, 4.0, 12.0)]
    rising, falling = tuple(range(len(GAINS))), (50.0, 40.0, 30.0, 20.0, 10.0)
    made = table({"x": [Changes(delta, gains) for delta, gains in zip(deltas, (rising, rising, falling), strict=True)]})
    turned = dict(zip(made.columns, made.rows[0], strict=True))
    assert (turned["median |ΔH|"], turned["largest |ΔH|"], turned["within"]) == ("4.0", "12.0", "2 of 3")
    assert made.rows[-1][-1] == "2 of 3"
