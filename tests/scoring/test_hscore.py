"""Class rules and the H-score of amounts."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.hscore import RULES, from_amounts, measure_field
from scoring.nuclei import NucleusParameters
from scoring.stain import estimate_i0, stain_basis
from scoring.types import ScoringError
from tests.scoring.painting import paint


@pytest.mark.parametrize(
    ("rule", "values", "classes"),
    [
        ("duoscope-1", [-1, 0.1499, 0.15, 0.3499, 0.35, 0.6499, 0.65, 3], [0, 0, 1, 1, 2, 2, 3, 3]),
        ("qupath", [0.19, 0.2, 0.39, 0.4, 0.59, 0.6], [0, 1, 1, 2, 2, 3]),
        ("paper-fitted", [0, 100, 101, 140, 141, 255, 256, 510], [3, 3, 2, 2, 1, 1, 0, 0]),
        ("paper-ppc", [89, 90, 166, 167, 242, 243], [3, 2, 2, 1, 1, 0]),
        ("paper-ihc-profiler", [60, 61, 120, 121, 180, 181], [3, 2, 2, 1, 1, 0]),
    ],
)
def test_rules_at_their_cuts(rule, values, classes):
    assert RULES[rule].classify(np.array(values, float)).tolist() == classes


@given(st.lists(st.integers(0, 10**5), min_size=4, max_size=4).filter(any))
def test_percentages_add_up_and_agree_with_the_value(counts):
    score = from_amounts(counts)
    shares = score.percentages
    assert sum(shares.values()) == pytest.approx(100)
    assert float(score.value) == pytest.approx(shares["weak"] + 2 * shares["moderate"] + 3 * shares["strong"], abs=1e-4)


def test_the_marker_decides_the_category():
    assert from_amounts([95, 5, 0, 0], "ER").category == "low positive"
    assert from_amounts([95, 5, 0, 0], "PR").category == "positive"
    assert from_amounts([95, 5, 0, 0]).category == ""


def test_nothing_counted_is_refused():
    with pytest.raises(ScoringError):
        from_amounts([0, 0, 0, 0])


@pytest.mark.parametrize("rule", list(RULES))
def test_darker_dab_never_lowers_a_class_share(rule):
    """The H-score rises, or stays, with the DAB gain."""
    scores = []
    for gain in (0.5, 1.0, 1.5, 2.0):
        field = paint((1, 1, 1, 1), dab_gain=gain)
        basis = stain_basis(i0=estimate_i0(field.rgb))
        cells = measure_field(field.rgb, basis, 0.5, RULES[rule], NucleusParameters())
        scores.append(from_amounts(np.bincount(cells.classes, minlength=4)).value)
    assert scores == sorted(scores)
    assert scores[0] < scores[-1]


@pytest.mark.parametrize("rule", list(RULES))
def test_class_areas_of_a_nucleus_add_up_to_its_area(rule):
    field = paint((1, 1, 1, 1))
    cells = measure_field(field.rgb, stain_basis(), 0.5, RULES[rule], NucleusParameters())
    assert cells.class_area_um2.sum(axis=1) == pytest.approx(cells.nuclei.area_um2)


def test_a_field_without_nuclei_is_empty_not_an_error():
    for rule in RULES.values():
        cells = measure_field(np.full((50, 50, 3), 250, np.uint8), stain_basis(), 0.5, rule, NucleusParameters())
        assert (len(cells.classes), cells.class_area_um2.shape) == (0, (0, 4))


def test_value_is_exact():
    assert from_amounts([1, 1, 1, 0]).value == Decimal(100)
    assert from_amounts([2, 1, 0, 0]).value == Decimal("33.3333")
