"""The cell file: what goes in comes out, to the last cell."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.cells import MAGIC, RECORD, CellFile, CellFileError, CellWriter
from scoring.types import CLASS_NAMES, ScoringError

GRID = {"um_per_px": 0.25, "origin_x_px": 100.0, "origin_y_px": 50.0, "tile_px": 64.0, "columns": 5, "rows": 4}


def make_cells(count: int, seed: int = 0, grid: dict = GRID) -> np.ndarray:
    rng = np.random.default_rng(seed)
    cells = np.zeros(count, RECORD)
    cells["x_px"] = grid["origin_x_px"] + rng.uniform(0, grid["columns"] * grid["tile_px"], count)
    cells["y_px"] = grid["origin_y_px"] + rng.uniform(0, grid["rows"] * grid["tile_px"], count)
    cells["area_um2"] = rng.uniform(8, 200, count)
    cells["dab_od"] = rng.uniform(-0.1, 2, count)
    cells["class"] = rng.integers(0, 4, count)
    cells["tumour"] = rng.integers(-1, 2, count)
    cells["radii"] = rng.integers(1, 300, (count, 16))
    return cells


def write(path, cells: np.ndarray, grid: dict = GRID) -> str:
    with CellWriter(path, **grid) as writer:
        column = np.floor((cells["x_px"].astype(float) - grid["origin_x_px"]) / grid["tile_px"]).astype(int)
        row = np.floor((cells["y_px"].astype(float) - grid["origin_y_px"]) / grid["tile_px"]).astype(int)
        tile = np.clip(row, 0, grid["rows"] - 1) * grid["columns"] + np.clip(column, 0, grid["columns"] - 1)
        order = np.argsort(tile, kind="stable")
        bounds = np.searchsorted(tile[order], np.arange(grid["columns"] * grid["rows"] + 1))
        for number in range(grid["columns"] * grid["rows"]):
            part = cells[order[bounds[number] : bounds[number + 1]]]
            writer.append(number % grid["columns"], number // grid["columns"], part)
        return writer.finish()


def as_set(records: np.ndarray) -> set[bytes]:
    return {record.tobytes() for record in records}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400), st.integers(0, 10_000))
def test_round_trip_keeps_every_cell(tmp_path_factory, count, seed):
    path = tmp_path_factory.mktemp("cells") / "a.cells"
    cells = make_cells(count, seed)
    write(path, cells)
    found = CellFile(path)
    assert found.count == count
    assert as_set(found.records) == as_set(cells)
    expected = np.bincount(cells["class"], minlength=4)
    assert found.counts() == dict(zip(CLASS_NAMES, expected.tolist(), strict=True))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 300), st.integers(1, 300), st.integers(0, 99))
def test_density_sums_to_the_counts(tmp_path_factory, count, max_bins, seed):
    path = tmp_path_factory.mktemp("cells") / "a.cells"
    write(path, make_cells(count, seed))
    found = CellFile(path)
    density = found.density(max_bins)
    assert max(density.counts.shape[:2]) <= max_bins
    assert density.counts.dtype == np.uint32
    assert density.counts.sum(axis=(0, 1)).tolist() == list(found.counts().values())


def test_density_bins_hold_the_cells_that_lie_in_them(tmp_path):
    cells = make_cells(500)
    write(tmp_path / "a.cells", cells)
    found = CellFile(tmp_path / "a.cells")
    bin_px, counts = found.density(20)
    across = np.clip((cells["x_px"] - 100) // bin_px, 0, counts.shape[1] - 1).astype(int)
    down = np.clip((cells["y_px"] - 50) // bin_px, 0, counts.shape[0] - 1).astype(int)
    expected = np.zeros_like(counts)
    np.add.at(expected, (down, across, cells["class"]), 1)
    assert np.array_equal(counts, expected)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 500), st.floats(0, 400), st.floats(0.5, 400), st.floats(0.5, 400))
def test_a_view_box_shows_what_lies_in_it(tmp_path_factory, x, y, width, height):
    path = tmp_path_factory.mktemp("cells") / "a.cells"
    cells = make_cells(600, 5)
    write(path, cells)
    chosen = CellFile(path).within(x, y, width, height)
    cx, cy = cells["x_px"], cells["y_px"]
    inside = (cx >= x) & (cx < x + width) & (cy >= y) & (cy < y + height)
    assert as_set(chosen.records) == as_set(cells[inside])
    assert (chosen.total, chosen.truncated) == (int(inside.sum()), False)


def test_thinning_keeps_the_same_cells_whatever_the_box(tmp_path):
    cells = make_cells(2000, 9)
    write(tmp_path / "a.cells", cells)
    found = CellFile(tmp_path / "a.cells")
    few, total, truncated = found.within(0, 0, 1000, 1000, limit=300)
    assert (len(few), total, truncated) == (300, 2000, True)
    more = found.within(0, 0, 1000, 1000, limit=900).records
    assert as_set(few) <= as_set(more)
    # Even: every quarter of the field keeps about its share.
    quarter = (few["x_px"] < 260) & (few["y_px"] < 178)
    everywhere = (cells["x_px"] < 260) & (cells["y_px"] < 178)
    assert quarter.mean() == pytest.approx(everywhere.mean(), abs=0.08)


def test_a_box_beside_the_slide_is_empty(tmp_path):
    write(tmp_path / "a.cells", make_cells(50))
    for box in ((-500, -500, 100, 100), (9000, 0, 10, 10), (100, 50, 0, 10)):
        assert CellFile(tmp_path / "a.cells").within(*box).total == 0


def test_the_checksum_is_of_the_file(tmp_path):
    import hashlib

    digest = write(tmp_path / "a.cells", make_cells(70))
    assert digest == hashlib.sha256((tmp_path / "a.cells").read_bytes()).hexdigest()
    assert digest == write(tmp_path / "b.cells", make_cells(70))


def test_the_layout_is_the_documented_one(tmp_path):
    write(tmp_path / "a.cells", make_cells(3))
    raw = (tmp_path / "a.cells").read_bytes()
    assert raw[:8] == b"DCELLS01"
    length = int.from_bytes(raw[8:12], "little")
    header = json.loads(raw[12 : 12 + length])
    assert header["count"] == 3
    assert header["index"][-1] == 3
    assert len(header["index"]) == 21
    assert len(raw) == 12 + length + 3 * 50


@pytest.mark.parametrize("cut", [0, 5, 11, 40, -1])
def test_a_cut_file_is_refused(tmp_path, cut):
    write(tmp_path / "a.cells", make_cells(20))
    raw = (tmp_path / "a.cells").read_bytes()
    (tmp_path / "b.cells").write_bytes(raw[:cut])
    with pytest.raises(CellFileError):
        CellFile(tmp_path / "b.cells")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_refuse(tmp_path_factory, noise):
    path = tmp_path_factory.mktemp("cells") / "a.cells"
    path.write_bytes(MAGIC + noise)
    with pytest.raises(CellFileError):
        CellFile(path)


def test_writing_refuses_what_would_not_agree(tmp_path):
    cells = make_cells(1)
    cells["x_px"], cells["y_px"] = 110, 60
    with CellWriter(tmp_path / "a.cells", **GRID) as writer:
        with pytest.raises(ScoringError, match="outside tile"):
            writer.append(1, 0, cells)
        with pytest.raises(ScoringError, match="outside the grid"):
            writer.append(9, 0, cells)
        bad = cells.copy()
        bad["dab_od"] = np.nan
        with pytest.raises(ScoringError, match="not a number"):
            writer.append(0, 0, bad)
        bad = cells.copy()
        bad["class"] = 7
        with pytest.raises(ScoringError, match="class"):
            writer.append(0, 0, bad)
        writer.append(0, 0, cells)
        with pytest.raises(ScoringError, match="too late"):
            writer.append(0, 0, cells)


def test_nothing_is_left_of_an_unfinished_file(tmp_path):
    with pytest.raises(KeyError), CellWriter(tmp_path / "a.cells", **GRID):
        raise KeyError
    assert os.listdir(tmp_path) == []


def test_an_existing_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.cells"
    write(path, make_cells(5))
    before = path.read_bytes()
    with CellWriter(path, **GRID):
        assert path.read_bytes() == before
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.cells"]


def test_a_million_cells_are_written_and_read_whole(tmp_path):
    grid = {**GRID, "columns": 40, "rows": 40, "tile_px": 1024.0}
    write(tmp_path / "a.cells", make_cells(1_000_000, 1, grid), grid)
    found = CellFile(tmp_path / "a.cells")
    assert found.density(256).counts.sum() == found.count == 1_000_000
    assert found.within(0, 0, 1e6, 1e6, limit=20_000).total == 1_000_000
