"""Dearraying against circles placed by hand: pairs are one to one, empty circles do not count."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.dearray import Array, Core
from scoring.evaluation import dearray
from scoring.types import ScoringError
from tests import shared_data
from tests.scoring.arrays import draw_array


def _picture(*circles: tuple[int, int]) -> np.ndarray:
    picture = np.full((120, 240, 3), 243, np.uint8)
    for centre in circles:
        cv2.circle(picture, centre, 18, (190, 180, 200), -1)
    return picture


def test_recall_counts_circles_with_tissue_and_precision_what_was_found() -> None:
    labels = np.array([[40.0, 60.0, 20.0], [100.0, 60.0, 20.0], [160.0, 60.0, 20.0]])
    found = Array((Core(44, 60, 18, 1, 1, True), Core(42, 60, 18, 1, 2, True), Core(162, 60, 18, 1, 3, False)))
    one = dearray.match("A", _picture((40, 60), (160, 60)), labels, found)
    assert one.holds.tolist() == [True, False, True]
    assert one.pairs.tolist() == [[0, 1]]
    assert one.errors.tolist() == [0.1]
    assert (one.recall, one.precision, one.held_out) == (0.5, 0.5, True)


def test_the_table_keeps_development_and_held_out_pictures_apart(tmp_path: Path) -> None:
    for seed, name in enumerate(("158867", "another")):
        drawn = draw_array(seed, rows=4, blocks=(5,))
        cv2.imwrite(str(tmp_path / f"{name}.png"), drawn.rgb[..., ::-1])
        labels = [{"x": float(x), "y": float(y), "radius": drawn.radius_px} for x, y in drawn.places.values()]
        (tmp_path / f"{name}.json").write_text(json.dumps(labels))
    answer = dearray.evaluate(tmp_path, tmp_path / "out", tmp_path / "out" / "report.md")
    assert [(row["picture"], row["use"]) for row in answer["pictures"]] == [
        ("158867", "development"),
        ("another", "held out"),
        ("all", "development"),
        ("all", "held out"),
    ]
    assert {(row["recall"], row["precision"]) for row in answer["pictures"]} == {("100.0 %", "100.0 %")}
    assert "158867" in (tmp_path / "out" / "dearray.csv").read_text()


def test_a_folder_without_labelled_overviews_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match="--real"):
        dearray.pictures_in(tmp_path)
    (tmp_path / "a.json").write_text('{"x": 1}')
    cv2.imwrite(str(tmp_path / "a.png"), _picture())
    with pytest.raises(ScoringError, match="no list of circles"):
        dearray.measure(tmp_path / "a.png")


def test_cores_of_real_arrays_are_found_where_people_see_them() -> None:
    data = shared_data()
    if data is None:
        pytest.skip("the folder of real data is absent")
    matches = [dearray.measure(path) for path in dearray.pictures_in(data)]
    assert len(matches) == 10
    for held_out in (False, True):
        chosen = [one for one in matches if one.held_out is held_out]
        found = sum(len(one.found) for one in chosen)
        holding = sum(int(one.holds.sum()) for one in chosen)
        errors = np.concatenate([one.errors for one in chosen])
        assert sum(one.recall * one.holds.sum() for one in chosen) / holding >= 0.95
        assert sum(len(one.pairs) for one in chosen) / found >= 0.95
        assert np.percentile(errors, 50) <= 0.15
        assert np.percentile(errors, 95) <= 0.35
