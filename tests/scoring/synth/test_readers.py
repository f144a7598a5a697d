"""Simulated readers agree as the paper's two pathologists did."""

import numpy as np

from scoring.synth import CELL, Kind, make_scene, read_pair


def test_pairs_agree_as_the_pathologists_of_the_paper():
    """The paper: MAE 20.6, SD 30.6, correlation .954."""
    cores = [make_scene(seed).cells for seed in range(9000, 9100)]
    pairs = [read_pair(cells, 3 * k + turn) for k, cells in enumerate(cores) for turn in range(3)]
    scores = np.array([(a.h_score, b.h_score) for a, b in pairs if a.h_score is not None])
    difference = scores[:, 0] - scores[:, 1]
    assert 17 < np.abs(difference).mean() < 25
    assert 24 < difference.std(ddof=1) < 38
    assert np.corrcoef(scores.T)[0, 1] > 0.93


def test_a_reading_is_in_steps_of_five_and_adds_up():
    for reading in read_pair(make_scene(12, target_h=140).cells, 5):
        assert reading.h_score % 5 == 0
        assert sum(reading.percentages.values()) == 100
        assert all(value % 5 == 0 for value in reading.percentages.values())


def test_the_seed_decides_and_readers_differ():
    cells = make_scene(12, target_h=140).cells
    assert read_pair(cells, 5) == read_pair(cells, 5)
    assert len({reading.h_score for seed in range(8) for reading in read_pair(cells, seed)}) > 3


def test_without_tumour_nothing_is_read():
    stroma = np.zeros(20, dtype=CELL)
    stroma["kind"] = Kind.FIBROBLAST
    assert [reading.h_score for reading in read_pair(stroma, 1)] == [None, None]
