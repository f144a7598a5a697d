"""Tissue and pen."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.stain import estimate_i0
from scoring.tissue import find_pen, find_tissue
from tests import shared_data
from tests.scoring.painting import paint


def _real(name: str) -> np.ndarray:
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared data folder is absent")
    return cv2.cvtColor(cv2.imread(str(Path(folder) / name)), cv2.COLOR_BGR2RGB)


def _find(rgb: np.ndarray, um_per_px: float = 0.5):
    return find_tissue(rgb, um_per_px, estimate_i0(rgb))


def test_glass_is_not_tissue():
    assert _find(np.full((200, 200, 3), 255, np.uint8)).tissue_share == 0
    assert _find(np.full((200, 200, 3), 241, np.uint8)).tissue_share == 0


def test_tissue_beside_glass_is_found_where_it_is():
    rgb = np.full((300, 600, 3), 243, np.uint8)
    rgb[:, 300:] = paint((1, 1, 1, 1), size_px=300).rgb
    found = _find(rgb).tissue
    assert found[:, :280].mean() < 0.02
    assert found[20:270, 330:570].mean() > 0.9


@pytest.mark.parametrize("colour", [(40, 160, 130), (30, 140, 60), (200, 20, 30), (20, 60, 200)])
def test_ink_is_pen_and_not_tissue(colour):
    rgb = np.full((300, 300, 3), 245, np.uint8)
    rgb[100:200] = colour
    found = _find(rgb)
    assert found.pen[110:190].mean() > 0.95
    assert found.tissue[100:200].mean() < 0.05


@pytest.mark.parametrize("shares", [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (1, 1, 1, 1)])
def test_stained_tissue_is_never_pen(shares):
    assert find_pen(paint(shares).rgb, 0.5).mean() == 0


@pytest.mark.parametrize(
    "name", ["no-tissue", "no-tissue2", "almost-white-1", "almost-white-ihc", "no-tissue-green-pen", "no-tissue-line"]
)
def test_empty_real_fields_hold_hardly_any_tissue(name):
    assert _find(_real(f"pen-and-empty/{name}.png")).tissue_share < 0.05


def test_a_single_speck_is_dust():
    rgb = np.full((300, 300, 3), 245, np.uint8)
    rgb[100:106, 100:106] = (60, 40, 30)
    assert _find(rgb).tissue_share == 0


@pytest.mark.parametrize("number", range(5))
def test_er_tiles_are_tissue_without_pen(number):
    found = _find(_real(f"er-pr-tiles/endonuke_0{number}.png"), 0.29)
    assert found.tissue_share > 0.7
    assert found.pen_share == 0
