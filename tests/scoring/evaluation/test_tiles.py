"""Nuclei on real tiles: key points are read off the discs, matches are one to one, tiles keep their use."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scoring.evaluation import tiles
from scoring.evaluation.keypoints import RADIUS_PX, disc_centres, f1
from scoring.types import ScoringError
from tests import shared_data


def test_discs_are_found_where_they_overlap(tmp_path):
    centres = np.array([[60.0, 60.0], [72.0, 66.0], [150.0, 90.0]])
    yy, xx = np.mgrid[0:200, 0:220]
    picture = np.full((200, 220, 3), 128, np.uint8)
    for x, y in centres:
        picture[np.hypot(xx - x, yy - y) <= RADIUS_PX] = (255, 0, 0)
    cv2.imwrite(str(tmp_path / "points.png"), picture)
    found = disc_centres(tmp_path / "points.png")
    assert len(found) == 3
    assert f1(centres, found, 3.0)[2] == 1


def test_matches_are_one_to_one():
    truth = np.array([[0.0, 0.0], [10.0, 0.0]])
    assert f1(truth, np.array([[0.5, 0.0], [1.0, 0.0]]), 2.0) == (0.5, 0.5, 0.5)
    assert f1(truth, truth[::-1], 2.0)[2] == 1
    assert f1(truth, np.zeros((0, 2)), 2.0) == (0, 0, 0)


def test_a_folder_without_tiles_is_refused(tmp_path):
    with pytest.raises(ScoringError, match="--real"):
        tiles.folder_of_tiles(tmp_path)


def test_use_and_counts_of_every_tile_are_stated():
    points = np.array([[5.0, 5.0], [50.0, 50.0]])
    matches = [tiles.TileMatch(number, np.zeros((60, 60, 3), np.uint8), points, points, 1, 1, 1) for number in (3, 0)]
    made = tiles.table({"watershed": matches})
    assert [row[:5] for row in made.rows] == [
        ["watershed", "pair_0", "development", "2", "2"],
        ["watershed", "pair_3", "held out", "2", "2"],
    ]


def test_real_tiles_and_their_key_points_are_there():
    data = shared_data()
    if data is None:
        pytest.skip("the folder of real data is absent")
    folder = tiles.folder_of_tiles(data)
    assert all((folder / name).is_file() for name in tiles.DISTINCT)
    assert tiles.match(folder, 2, disc_centres(folder / "pair_2_points.png")).f1 == 1
