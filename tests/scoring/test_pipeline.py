"""Scoring whole: known answers, tiles that change nothing, regions, cancelling, real tissue."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.cells import CellFile
from scoring.geometry import inside
from scoring.pipeline import score
from scoring.tiling import ArrayReader
from scoring.types import Cancelled, Region, ScoringError
from tests import shared_data
from tests.scoring.painting import paint

TINY_TILES = 160
EVERY_NUCLEUS = {"tumour_only": "all"}
"""Painted lattices and normal endometrium are not tumour to a network; counting itself is tested here."""


def _score(rgb, tmp_path: Path, um_per_px: float = 0.5, **options):
    options.setdefault("card", "nnp")
    options.setdefault("parameters", EVERY_NUCLEUS)
    return score(ArrayReader(rgb), cells_path=tmp_path / "r.cells", um_per_px=um_per_px, **options)


def _real(name: str) -> np.ndarray:
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared data folder is absent")
    return cv2.cvtColor(cv2.imread(str(folder / name)), cv2.COLOR_BGR2RGB)


@pytest.mark.parametrize("card", ["nnp", "nap"])
@pytest.mark.parametrize("shares", [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (4, 2, 1, 1)])
def test_painted_fields_have_their_h_score(tmp_path, card, shares):
    field = paint(shares)
    result = _score(field.rgb, tmp_path, card=card)
    assert result.scoreable, result.reason
    assert list(result.counts.values()) == field.counts
    # Area counts the soft rims of nuclei one class lower.
    assert result.value == pytest.approx(field.h_score, abs=1 if card == "nnp" else 35)


def test_a_bluer_counterstain_does_not_turn_negatives_weak(tmp_path):
    field = paint((1, 1, 1, 1), haematoxylin=(0.63, 0.63, 0.45))
    assert list(_score(field.rgb, tmp_path).counts.values()) == field.counts


def test_membranous_staining_is_not_scored_and_says_why(tmp_path):
    result = _score(paint((0, 0, 1, 1), membrane=True).rgb, tmp_path)
    assert (result.value, result.scoreable, result.percentages) == (None, False, None)
    assert "no scoreable tumour nuclei" in result.reason


@pytest.mark.parametrize("um_per_px", [0.25, 0.29, 0.5])
def test_tiles_give_the_cells_of_the_whole_to_the_last_bit(tmp_path, um_per_px):
    field = paint((2, 1, 1, 1), size_px=700, um_per_px=um_per_px)
    whole = _score(field.rgb, tmp_path, um_per_px, core_work_px=4096)
    expected = {cell.tobytes() for cell in CellFile(tmp_path / "r.cells").records}
    tiled = _score(field.rgb, tmp_path, um_per_px, core_work_px=TINY_TILES)
    found = CellFile(tmp_path / "r.cells")
    assert len(found.header["index"]) > 5
    assert {cell.tobytes() for cell in found.records} == expected
    assert (tiled.value, dict(tiled.counts)) == (whole.value, dict(whole.counts))
    assert tiled.qc == whole.qc


def test_table_cells_density_and_json_agree(tmp_path):
    result = _score(paint((2, 1, 1, 1)).rgb, tmp_path, core_work_px=TINY_TILES)
    cells = CellFile(tmp_path / "r.cells")
    assert cells.counts() == dict(result.counts)
    assert cells.density(64).counts.sum(axis=(0, 1)).tolist() == list(result.counts.values())
    assert result.cell_count == cells.count == sum(result.counts.values())
    assert result.percentages == {k: pytest.approx(100 * n / cells.count) for k, n in result.counts.items()}
    json.dumps(result.as_json(), allow_nan=False)


@pytest.mark.parametrize("region", [Region(101.5, 60, 230, 300), Region.circle(256, 256, 150)])
def test_cells_outside_the_region_are_left_out(tmp_path, region):
    field = paint((1, 1, 1, 1))
    result = _score(field.rgb, tmp_path, region=region, core_work_px=TINY_TILES)
    cells = CellFile(tmp_path / "r.cells").records
    assert inside(region, cells["x_px"], cells["y_px"]).all()
    expected = inside(region, field.centres_px[:, 0] + 0.5, field.centres_px[:, 1] + 0.5).sum()
    assert result.cell_count == pytest.approx(expected, abs=2)  # centroids within a pixel of the rim


def test_two_halves_hold_the_cells_of_the_whole(tmp_path):
    field = paint((1, 1, 1, 1))
    counts = [_score(field.rgb, tmp_path, region=Region(x, 0, 256, 512)).cell_count for x in (0, 256)]
    assert sum(counts) == pytest.approx(len(field.centres_px), abs=1)


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        ("turn", 5),
        ("jpeg", 10),
    ],
)
def test_the_score_hardly_moves(tmp_path, change, limit):
    rgb = paint((1, 1, 1, 1), seed=2).rgb
    if change == "turn":
        other = np.ascontiguousarray(np.rot90(rgb))
    else:
        other = cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_COLOR)
    assert abs(_score(rgb, tmp_path).value - _score(other, tmp_path).value) < limit


def test_more_dab_never_lowers_the_score(tmp_path):
    values = [_score(paint((1, 1, 1, 1), dab_gain=gain).rgb, tmp_path).value for gain in (0.6, 1.0, 1.5, 2.0)]
    assert values == sorted(values)


def test_cancelling_leaves_nothing(tmp_path):
    calls = []

    def cancelled() -> bool:
        calls.append(1)
        return len(calls) > 4

    with pytest.raises(Cancelled):
        _score(paint((1, 1, 1, 1)).rgb, tmp_path, core_work_px=TINY_TILES, cancelled=cancelled)
    assert os.listdir(tmp_path) == []


def test_progress_counts_every_tile(tmp_path):
    seen = []
    _score(paint((1, 1, 1, 1)).rgb, tmp_path, core_work_px=TINY_TILES, progress=lambda *step: seen.append(step))
    total = seen[-1][1]
    assert seen[0] == (0, total, "overview")
    assert [done for done, _, phase in seen if phase == "scoring"] == list(range(total))
    assert seen[-1] == (total, total, "writing")


def test_too_coarse_is_a_result_with_a_reason(tmp_path):
    result = _score(paint((1, 1, 1, 1)).rgb, tmp_path, um_per_px=29.0)
    assert not result.scoreable
    assert "too coarse" in result.reason
    assert CellFile(tmp_path / "r.cells").count == 0


@pytest.mark.parametrize("um_per_px", [0, -1, float("nan")])
def test_a_pixel_size_that_is_none_is_refused(tmp_path, um_per_px):
    with pytest.raises(ScoringError, match="µm/px"):
        _score(paint((1, 1, 1, 1)).rgb, tmp_path, um_per_px=um_per_px)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("shape", [(1, 1), (10, 10), (3, 400)])
def test_tiny_pictures_are_not_scoreable(tmp_path, shape):
    result = _score(np.full((*shape, 3), 255, np.uint8), tmp_path)
    assert not result.scoreable
    assert result.cell_count == 0


def test_a_region_beside_the_slide_is_refused(tmp_path):
    with pytest.raises(ScoringError, match="outside the slide"):
        _score(paint((1, 0, 0, 0)).rgb, tmp_path, region=Region(9000, 0, 10, 10))


@pytest.mark.parametrize("number", range(5))
def test_real_er_tiles_score_high(tmp_path, number):
    result = _score(_real(f"er-pr-tiles/endonuke_0{number}.png"), tmp_path, 0.29)
    assert result.scoreable, result.reason
    assert result.value > 180
    assert result.qc["dab_haematoxylin_correlation"] > 0.4


@pytest.mark.parametrize("number", range(5))
def test_real_tiles_turned_score_the_same(tmp_path, number):
    rgb = _real(f"er-pr-tiles/endonuke_0{number}.png")
    turned = [np.ascontiguousarray(np.rot90(rgb, k)) for k in range(4)]
    values = [_score(each, tmp_path, 0.29).value for each in turned]
    assert max(values) - min(values) < 5


def test_the_colon_is_not_scored(tmp_path):
    result = _score(_real("ihc/ihc.png"), tmp_path, 0.5)
    assert (result.value, result.scoreable) == (None, False)
    assert "no scoreable tumour nuclei" in result.reason


@pytest.mark.parametrize(
    "name",
    [
        "no-tissue", "no-tissue2", "no-tissue-line", "no-tissue-green-pen", "no-tissue-red-pen", "almost-white-1",
        "almost-white-ihc", "high-nuclei-score-red-pen-level1", "medium-nuclei-score-green-pen-level1",
    ],
)  # fmt: skip
def test_pen_glass_and_other_stains_are_not_scored(tmp_path, name):
    result = _score(_real(f"pen-and-empty/{name}.png"), tmp_path)
    assert not result.scoreable
    assert result.reason
