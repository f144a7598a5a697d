"""Cuts on 510 · I_la: the curve gives the counted H-score, the search finds the cuts that made the labels."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.evaluation.thresholds import Cuts, curve, fit, h_score
from scoring.hscore import RULES, from_amounts
from scoring.types import ScoringError


def test_the_curve_gives_what_counting_gives():
    values = np.random.default_rng(0).uniform(0, 510, 400)
    counts = np.bincount(RULES["paper-fitted"].classify(values), minlength=4)
    assert h_score(curve(values)[None], Cuts(100, 140))[0] == pytest.approx(float(from_amounts(counts).value))


def test_values_on_a_cut_belong_to_the_stronger_class():
    assert h_score(curve(np.array([100.0, 140.0, 255.0, 255.5]))[None], Cuts(100, 140))[0] == (3 + 2 + 1 + 0) * 25


def test_the_search_finds_the_cuts_that_made_the_labels():
    rng = np.random.default_rng(1)
    curves = np.stack([curve(rng.normal(rng.uniform(40, 300), 60, 500).clip(0, 510)) for _ in range(30)])
    found = fit(curves, h_score(curves, Cuts(88, 151)))
    assert (found.strong, found.moderate) == (88, 151)
    assert found.mae == pytest.approx(0, abs=1e-6)
    assert found.cores == 30


def test_of_equal_cuts_the_nearest_to_the_start_is_taken():
    nothing = np.zeros((3, 256))  # every cut gives 0
    found = fit(nothing, [0, 0, 0])
    assert (found.strong, found.moderate) == (100, 140)


def test_a_core_without_nuclei_scores_nothing():
    assert curve(np.zeros(0)).tolist() == [0] * 256


def test_curves_and_labels_must_match():
    with pytest.raises(ScoringError, match="curve of 256"):
        fit(np.zeros((2, 256)), [1.0])
