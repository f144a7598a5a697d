"""Cores are found and numbered whatever the array's turn, skew, gaps and blocks; the drawn arrays say what is right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.dearray import Array, dearray_slide, find_cores
from scoring.dearray.slides import OVERVIEW_PX, read_overview
from scoring.slide_io import open_slide
from scoring.synth.tma import write_tma
from tests.scoring.arrays import Drawn, draw_array

ROOT = Path(__file__).resolve().parents[2]


def _assert_found(array: Array, drawn: Drawn) -> None:
    """Every core is there under its row and column, within half a radius, and nothing else is."""
    found = {(core.row, core.column): core for core in array.cores if core.present}
    assert set(found) == drawn.present
    errors = [np.hypot(*(drawn.places[site] - (core.x_px, core.y_px))) for site, core in found.items()]
    assert max(errors) < 0.5 * drawn.radius_px
    assert np.median(errors) < 0.1 * drawn.radius_px
    radii = {core.radius_px for core in array.cores}
    assert len(radii) == 1
    assert radii.pop() == pytest.approx(drawn.radius_px, rel=0.15)


@pytest.mark.parametrize("angle_deg", [-15, -7, 0, 7, 15])
@pytest.mark.parametrize("skew", [-0.08, 0.08])
def test_a_turned_and_skewed_array_with_a_fifth_missing(angle_deg: float, skew: float) -> None:
    drawn = draw_array(int(angle_deg) % 100, angle_deg=angle_deg, skew=skew, missing=0.2)
    array = find_cores(drawn.rgb)
    _assert_found(array, drawn)
    assert (array.rows, array.columns) == (7, 9)


@pytest.mark.parametrize("angle_deg", [-10, 0, 10])
def test_two_blocks_share_rows_and_number_columns_on(angle_deg: float) -> None:
    drawn = draw_array(5, rows=6, blocks=(5, 4), angle_deg=angle_deg, missing=0.15)
    array = find_cores(drawn.rgb)
    _assert_found(array, drawn)
    assert (array.rows, array.columns) == (6, 9)


@pytest.mark.parametrize("radius_px", [8.0, 40.0])
@pytest.mark.parametrize("pitch", [(2.2, 2.2), (3.6, 2.6), (2.5, 3.4)])
def test_cores_of_any_size_and_spacing(radius_px: float, pitch: tuple[float, float]) -> None:
    drawn = draw_array(11, rows=5, blocks=(6,), radius_px=radius_px, pitch=pitch, drift=0.04)
    _assert_found(find_cores(drawn.rgb), drawn)


def test_empty_places_inside_the_grid_are_named_where_they_are() -> None:
    drawn = draw_array(8, missing=0.25)
    array = find_cores(drawn.rgb)
    empty = {(core.row, core.column): core for core in array.cores if not core.present}
    assert set(empty) == set(drawn.places) - drawn.present
    assert len(empty) > 5
    for site, core in empty.items():
        assert np.hypot(*(drawn.places[site] - (core.x_px, core.y_px))) < 0.5 * drawn.radius_px


def test_a_turned_picture_turns_the_grid() -> None:
    drawn = draw_array(2, rows=5, blocks=(7,))
    upright = {(core.row, core.column) for core in find_cores(drawn.rgb).cores}
    turned = find_cores(np.ascontiguousarray(np.rot90(drawn.rgb, 2)))
    assert {(6 - core.row, 8 - core.column) for core in turned.cores} == upright
    assert find_cores(drawn.rgb) == find_cores(drawn.rgb)


@pytest.mark.parametrize(
    "picture",
    [
        np.full((200, 300, 3), 243, np.uint8),
        np.zeros((200, 300, 3), np.uint8),
        np.full((1, 1, 3), 128, np.uint8),
        np.full((3, 500, 3), 240, np.uint8),
    ],
    ids=["glass", "black", "a pixel", "a strip"],
)
def test_what_holds_no_array_gives_none(picture: np.ndarray) -> None:
    assert find_cores(picture) == Array(())


def test_noise_and_one_smear_are_no_grid() -> None:
    rng = np.random.default_rng(0)
    noise = np.clip(rng.normal(243, 2, (300, 400, 3)), 0, 255).astype(np.uint8)
    cv2.line(noise, (390, 0), (385, 299), (30, 30, 30), 6)
    assert find_cores(noise).cores == ()


def test_a_large_slide_is_read_at_a_low_level(tmp_path: Path) -> None:
    drawn = draw_array(4, rows=5, blocks=(6,), radius_px=24.0)
    large = cv2.resize(drawn.rgb, None, fx=8, fy=8, interpolation=cv2.INTER_LINEAR)
    cv2.imwrite(str(tmp_path / "large.tif"), large[..., ::-1])
    with open_slide(tmp_path / "large.tif", checksum=False) as reader:
        overview, factor = read_overview(reader)
        array = dearray_slide(reader)
    assert max(overview.shape) == OVERVIEW_PX
    assert factor == pytest.approx(max(large.shape) / OVERVIEW_PX, rel=0.01)
    places = {site: (place + 0.5) * 8 for site, place in drawn.places.items()}
    _assert_found(array, Drawn(large, places, drawn.present, 8 * drawn.radius_px))


def test_a_synthetic_array_of_cores(tmp_path: Path) -> None:
    places = write_tma(tmp_path, 12, 7)
    with open_slide(tmp_path / "tma.tif", checksum=False) as reader:
        array = dearray_slide(reader)
    found = {(core.row, core.column): core for core in array.cores if core.present}
    assert {(place.row, place.column) for place in places if place.present} <= set(found)
    for place in places:
        if place.present:
            core = found[place.row, place.column]
            assert np.hypot(core.x_px - place.x_px, core.y_px - place.y_px) < 0.35 * place.radius_px


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scoring", "dearray", *map(str, arguments)],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip


def test_the_command_prints_the_contract(tmp_path: Path) -> None:
    drawn = draw_array(6, rows=4, blocks=(5,), missing=0.2)
    path = tmp_path / "array.png"
    cv2.imwrite(str(path), drawn.rgb[..., ::-1])
    done = _run(path, "--um-per-px", 20)
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    common = {"method", "preset", "version", "weights_sha256", "um_per_px", "um_per_px_source", "input_sha256"}
    assert set(answer) == common | {"seconds", "cores", "rows", "columns"}
    assert (answer["rows"], answer["columns"]) == (4, 5)
    assert (answer["um_per_px"], answer["um_per_px_source"]) == (20, "command line")
    assert len(answer["cores"]) == 20
    assert set(answer["cores"][0]) == {"x_px", "y_px", "radius_px", "row", "column", "present"}
    present = {(core["row"], core["column"]) for core in answer["cores"] if core["present"]}
    assert present == drawn.present
    written = _run(path, "--out", tmp_path / "cores.json")
    assert (written.returncode, written.stdout) == (0, "")
    again = json.loads((tmp_path / "cores.json").read_text())
    assert again["cores"] == answer["cores"]
    assert (again["um_per_px"], again["um_per_px_source"]) == (None, None)


def test_input_that_cannot_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"not an image")
    cv2.imwrite(str(tmp_path / "glass.png"), np.full((200, 300, 3), 243, np.uint8))
    for name in ("broken.png", "glass.png", "absent.png"):
        done = _run(tmp_path / name, "--out", tmp_path / "cores.json")
        assert (done.returncode, done.stdout) == (2, "")
        assert len(done.stderr.strip().splitlines()) == 1
        assert name in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["broken.png", "glass.png"]
