"""Published tables and their published answers."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.agreement import Ratings, Scale, analyse, count_kappa, describe
from scoring.agreement.statistic import Resamples
from tests import shared_data

#: Shrout & Fleiss 1979, table 2: six targets, four judges.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
#: Krippendorff 2011 (also Wikipedia): three coders, fifteen units, gaps.
GAP = np.nan
CODERS = [
    [GAP, GAP, GAP, GAP, GAP, 3, 4, 1, 2, 1, 1, 3, 3, GAP, 3],
    [1, GAP, 2, 1, 3, 3, 4, 3, GAP, GAP, GAP, GAP, GAP, GAP, GAP],
    [GAP, GAP, 2, 1, 3, 4, 4, GAP, 2, 1, 1, 3, 3, GAP, 4],
]
#: Fleiss 1971, table 1: 30 subjects in five categories by six raters each.
FLEISS = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0],
    [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0],
    [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0],
    [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
]  # fmt: skip


def table(values: object, scale: Scale) -> Ratings:
    array = np.asarray(values, dtype=float)
    items, readers = array.shape
    return Ratings(tuple(f"i{n}" for n in range(items)), tuple(f"r{n}" for n in range(readers)), array, scale)


@pytest.mark.parametrize(
    ("form", "answer"),
    [("icc1", 0.17), ("icc2", 0.29), ("icc3", 0.71), ("icc1k", 0.44), ("icc2k", 0.62), ("icc3k", 0.91)],
)
def test_intraclass_correlations_of_shrout_and_fleiss(form: str, answer: float) -> None:
    found = analyse(table(SHROUT_FLEISS, Scale("interval"))).statistics[form]
    assert round(found.value, 2) == answer
    assert found.n == 6


@pytest.mark.parametrize(
    ("scale", "answer"),
    [
        (Scale("nominal", ("1", "2", "3", "4")), 0.691),
        (Scale("ordinal", ("1", "2", "3", "4")), 0.807),
        (Scale("interval"), 0.811),
    ],
)
def test_alpha_of_krippendorffs_three_coders(scale: Scale, answer: float) -> None:
    values = np.asarray(CODERS, dtype=float).T - (0 if scale.is_numeric else 1)
    found = analyse(table(values, scale)).statistics["krippendorff_alpha"]
    assert round(found.value, 3) == answer
    assert found.n == 12  # three units were coded once or not at all


def test_kappa_of_fleiss_thirty_patients() -> None:
    values = [[category for category, count in enumerate(row) for _ in range(count)] for row in FLEISS]
    found = analyse(table(values, Scale("nominal", tuple("ABCDE")))).statistics["fleiss_kappa"]
    assert round(found.value, 3) == 0.430


def test_weighted_kappa_of_cohen() -> None:
    """Cohen 1968, table 1: agreement weights of his own are not ours; Cohen 1960, table 1 gives kappa .492."""
    shares = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    first, second = np.repeat(np.indices((3, 3)).reshape(2, -1), shares.ravel(), axis=1).astype(float)
    items = np.arange(len(first))
    found = describe(count_kappa(first, second, items, 3), Resamples(len(first)))
    assert round(found.value, 3) == 0.492


def test_scanners_and_microscope_of_tabata() -> None:
    """Tabata 2019, table 4: (sensitivity + specificity)/2 against the truth, from the readers' data themselves."""
    folder = shared_data()
    if folder is None:
        pytest.skip("The data folder is not here.")
    import csv

    answers = {
        "scanner.A": (0.713, 0.700, 0.704, 0.691, 0.698), "scanner.B": (0.743, 0.715, 0.738, 0.726, 0.754),
        "scanner.C": (0.685, 0.631, 0.717, 0.699, 0.738), "scanner.D": (0.706, 0.648, 0.802, 0.717, 0.785),
        "microscope": (0.764, 0.778, 0.806, 0.842, 0.802),
    }  # fmt: skip
    from scoring.agreement import confusion

    with (folder / "readers" / "dfClassify20180627.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for modality, expected in answers.items():
        mine = [row for row in rows if row["modalityID"] == modality]
        truth = np.array([float(row["truth"]) for row in mine])
        for number, answer in enumerate(expected, start=1):
            said = np.array([float(row[f"observer.{number}"]) for row in mine])
            counts = confusion(truth, said, 2)
            sensitivity, specificity = counts[1, 1] / counts[1].sum(), counts[0, 0] / counts[0].sum()
            assert (sensitivity + specificity) / 2 == pytest.approx(answer, abs=6e-4), (modality, number)
