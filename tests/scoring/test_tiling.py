"""Tiles: cores cover the plane once, halos are cropped once, resampling has one phase."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.tiling import ArrayReader, best_level, grid_over, read_overview, read_tile, resample, work_factor
from scoring.types import ScoringError


@given(st.floats(0.05, 2), st.sampled_from([0.5, 0.75]))
def test_work_factor_is_a_multiple_of_an_eighth_near_the_target(um_per_px, target):
    factor = work_factor(um_per_px, target)
    assert factor == 0.5 or (factor >= 1 and factor * 8 == int(factor * 8))
    if factor > 1:
        assert abs(um_per_px * factor - target) <= um_per_px / 16 + 1e-9


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_a_pixel_size_that_is_none_is_refused(bad):
    with pytest.raises(ScoringError):
        work_factor(bad, 0.5)


@settings(max_examples=60)
@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from([0.5, 1, 1.75, 2.5]), st.integers(20, 300))
def test_cores_cover_every_point_exactly_once(width, height, factor, core):
    grid = grid_over(7, 11, width, height, factor=factor, core_work_px=core, halo_work_px=24)
    seen = np.zeros((height, width), int)
    for tile in grid:
        assert tile.size_px == grid.core_work_px * factor  # a whole number of level-0 px
        x, y = tile.x_px - 7, tile.y_px - 11
        seen[y : y + tile.size_px, x : x + tile.size_px] += 1
    assert (seen == 1).all()
    assert len(list(grid)) == len(grid)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([1, 1.75, 2, 2.5]), st.integers(40, 200), st.integers(150, 500), st.integers(150, 500))
def test_tiles_show_the_pixels_of_the_whole(factor, core, width, height):
    rng = np.random.default_rng(width * height)
    reader = ArrayReader(rng.integers(0, 256, (height, width, 3), dtype=np.uint8))
    whole = grid_over(0, 0, width, height, factor=factor, core_work_px=4096, halo_work_px=32)
    picture, _, _ = read_tile(reader, whole, next(iter(whole)))
    grid = grid_over(0, 0, width, height, factor=factor, core_work_px=core, halo_work_px=32)
    for tile in grid:
        part, left, top = read_tile(reader, grid, tile)
        column, row = left / factor, top / factor
        assert column == int(column)
        expected = picture[int(row) : int(row) + part.shape[0], int(column) : int(column) + part.shape[1]]
        assert np.array_equal(part, expected)


def test_outside_the_image_is_white():
    reader = ArrayReader(np.zeros((4, 4, 3), np.uint8))
    seen = reader.read_region(-1, 2, 0, 3, 4)
    assert (seen[:, 0] == 255).all()
    assert (seen[:2, 1:] == 0).all()
    assert (seen[2:] == 255).all()


@pytest.mark.parametrize("array", [np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.uint16)])
def test_readers_take_rgb_bytes_only(array):
    with pytest.raises(ScoringError, match="uint8"):
        ArrayReader(array)


@dataclass(frozen=True)
class _Level:
    width_px: int
    height_px: int
    downsample: float


def test_the_coarsest_level_that_keeps_the_detail_is_read():
    levels = [_Level(1000, 1000, 1.0), _Level(500, 500, 2.0), _Level(250, 250, 4.0), _Level(62, 62, 16.1)]
    assert best_level(levels, 1.75) == (0, 1.0)
    assert best_level(levels, 2.0) == (1, 2.0)
    assert best_level(levels, 5.0) == (2, 4.0)
    assert best_level(levels, 20.0) == (3, 16.0)


def test_overview_is_the_area_average_of_the_whole():
    rng = np.random.default_rng(0)
    rgb = cv2.GaussianBlur(rng.integers(0, 256, (900, 1400, 3), dtype=np.uint8), (0, 0), 5)
    overview, scale = read_overview(ArrayReader(rgb), (0, 0, 1400, 900), 200)
    assert scale == 7
    assert overview.shape == (128, 200, 3)
    assert np.abs(overview.astype(int) - resample(rgb[: 128 * 7], 200, 128)).max() <= 1


def test_overview_of_a_part_begins_at_its_corner():
    rgb = np.zeros((300, 300, 3), np.uint8)
    rgb[100:200, 50:150] = 200
    overview, scale = read_overview(ArrayReader(rgb), (50, 100, 100, 100), 50)
    assert scale == 2
    assert (overview == 200).all()
