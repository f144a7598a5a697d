"""The truth of a set of cells."""

import numpy as np
import pytest

from scoring.synth import CELL, Kind, truth_of


def cells(*classes, kind=Kind.TUMOUR):
    made = np.zeros(len(classes), dtype=CELL)
    made["cls"], made["kind"] = classes, kind
    return made


def test_h_is_the_sum_of_classes_times_percentages():
    truth = truth_of(cells(0, 1, 2, 3))
    assert truth.h_score == 150
    assert truth.percentages == {"negative": 25, "weak": 25, "moderate": 25, "strong": 25}
    assert truth.percent_positive == 75
    assert truth.allred == 7  # more than two thirds, 5, and moderate on average, 2


def test_only_tumour_counts():
    mixed = np.concatenate([cells(0, 0), cells(3, 3, 3, kind=Kind.LYMPHOCYTE)])
    assert truth_of(mixed).h_score == 0
    assert truth_of(mixed).allred == 0
    assert truth_of(mixed).tumour_cells == 2


@pytest.mark.parametrize("without", [cells(), cells(3, kind=Kind.EPITHELIUM)])
def test_without_tumour_there_is_no_score(without):
    assert truth_of(without).h_score is None
    assert truth_of(without).tumour_cells == 0
