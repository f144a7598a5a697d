"""Synthetic microarray slides: what OpenSlide reads, what the map says, and that both agree."""

from __future__ import annotations

import csv

import cv2
import numpy as np
import pytest

from scoring.slide_io import TileIndex, build_tile_index, open_slide
from scoring.synth.pyramids import WHITE, write_pyramid
from scoring.synth.slides import Core, write_map, write_tma_slide, write_truth
from scoring.types import ScoringError
from webapp.slides.services.tma_maps import parse

PX = 128


def core(number: int) -> Core:
    tissue = np.zeros((PX, PX), np.uint8)
    cv2.circle(tissue, (PX // 2, PX // 2), 50, 1, -1)
    colour = (100 + 10 * number, 90, 60)
    rgb = np.where(tissue[..., None] > 0, colour, (230, 228, 236)).astype(np.uint8)
    return Core(f"S-{number:03d}", rgb, tissue > 0, {"h_true": 10.5 * number, "reader_a": None})


@pytest.fixture
def array(tmp_path):
    places = write_tma_slide(
        tmp_path / "tma.tif",
        map(core, range(12)),
        2.0,
        columns=4,
        rows=3,
        core_px=PX,
        pitch_um=400,
        missing=2,
        folded=1,
    )
    return tmp_path, places


def test_openslide_reads_it_with_its_pixel_size_and_levels(array):
    folder, _ = array
    with open_slide(folder / "tma.tif") as slide:
        assert slide.info.um_per_px == pytest.approx(2.0)
        assert slide.info.levels[0].tile_width_px == 256
        assert slide.info.width_px > 4 * 200 - 100
    assert [item.name for item in folder.iterdir()] == ["tma.tif"]


def test_its_tiles_are_passed_on_as_stored(array):
    folder, _ = array
    build_tile_index(folder / "tma.tif", folder / "tiles.idx")
    levels = TileIndex.load(folder / "tiles.idx").levels
    assert all(level.entries_at is not None for level in levels)


def test_every_present_core_lies_where_the_map_says(array):
    folder, places = array
    with open_slide(folder / "tma.tif") as slide:
        for number, place in enumerate(places):
            x, y = round(place.x_px), round(place.y_px)
            patch = np.asarray(slide.read_region(x - 4, y - 4, 0, 8, 8)).reshape(-1, 3).mean(axis=0)
            if place.present and not place.folded:
                # The core's own white (230, 228, 236) has become the slide's.
                assert patch == pytest.approx(
                    np.array([100 + 10 * number, 90, 60]) * WHITE / np.array([230, 228, 236]), abs=5
                )
                assert place.radius_px == pytest.approx(50, abs=1)
            elif not place.present:
                assert patch == pytest.approx([WHITE] * 3, abs=3)
    assert [(p.row, p.column) for p in places] == [(r, c) for r in (1, 2, 3) for c in (1, 2, 3, 4)]
    assert sum(not p.present for p in places) == 2
    assert sum(p.folded for p in places) == 1


def test_the_application_takes_the_map(array):
    folder, places = array
    write_map(folder / "map.csv", places)
    with open_slide(folder / "tma.tif") as slide:
        cores = parse((folder / "map.csv").read_text(), slide.info.width_px, slide.info.height_px)
    assert [(c.row, c.column, c.case, c.circle.x_px, c.is_missing) for c in cores] == [
        (p.row, p.column, p.case, p.x_px, not p.present) for p in places
    ]


def test_the_truth_names_every_core(array):
    folder, places = array
    write_truth(folder / "truth.csv", places)
    with (folder / "truth.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["case"], row["h_true"], row["reader_a"]) for row in rows] == [
        (f"S-{n:03d}", str(10.5 * n), "") for n in range(12)
    ]


def test_a_folded_core_is_darker_at_one_side_and_empty_beyond(array):
    folder, places = array
    place = next(p for p in places if p.folded)
    number = places.index(place)
    with open_slide(folder / "tma.tif") as slide:
        left, top = round(place.x_px) - 64, round(place.y_px) - 64
        picture = np.asarray(slide.read_region(left, top, 0, 128, 128)).astype(float)
    single = 90 * WHITE / 228
    assert picture[..., 1].min() < 0.6 * single, f"core {number}"
    disc = np.hypot(*(np.mgrid[0:128, 0:128] - 64)) < 48
    assert 0.02 < (picture[..., 1][disc] > 235).mean() < 0.5


def test_too_few_cores_leave_nothing_behind(tmp_path):
    with pytest.raises(ScoringError, match="has 6 places; 4 cores came"):
        write_tma_slide(tmp_path / "tma.tif", map(core, range(4)), 2.0, columns=3, rows=2, core_px=PX, pitch_um=400)
    assert list(tmp_path.iterdir()) == []


def test_a_slide_without_size_is_refused(tmp_path):
    with pytest.raises(ScoringError, match="received 0 x 5 px"):
        write_pyramid(tmp_path / "x.tif", 0, 5, lambda row, column: None, um_per_px=0.5)
