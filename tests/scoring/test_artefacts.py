"""Parts out of focus and folds, found in tissue where they were made."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from scoring import artefacts, stain
from tests.scoring.painting import paint

GLASS = (243.0, 242.0, 240.0)


def _red(rgb: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(stain.optical_density(rgb, GLASS)[..., 0])


@pytest.mark.parametrize("um_per_px", [0.5, 0.65])
@pytest.mark.parametrize("shares", [(1, 0, 0, 0), (1, 1, 1, 1), (0, 0, 0, 1)])
def test_half_a_field_out_of_focus_is_seen_whatever_the_stain(um_per_px, shares):
    rgb = paint(shares, um_per_px=um_per_px, size_px=400).rgb
    soft = cv2.GaussianBlur(rgb, (0, 0), 2.5 / um_per_px)
    rgb[:, 200:] = soft[:, 200:]
    found = artefacts.focus(_red(rgb), um_per_px)
    assert found.blurred[:, 260:].mean() > 0.8
    assert found.blurred[:, 20:140].mean() < 0.02
    assert not (found.blurred & ~found.judged).any()


def test_glass_is_not_judged():
    glass = np.full((200, 200, 3), 242, np.uint8)
    assert not artefacts.focus(_red(glass), 0.5).judged.any()


def test_a_band_of_double_tissue_is_a_fold_and_nuclei_are_not():
    rgb = paint((1, 1, 1, 0), size_px=600, um_per_px=0.65).rgb
    tissue = np.ones(rgb.shape[:2], bool)
    assert not artefacts.folds(rgb, 0.65, tissue, GLASS).any()
    band = np.zeros(tissue.shape, bool)
    band[280:320, 100:500] = True
    rgb[band] = (rgb[band] * 0.4).astype(np.uint8)
    found = artefacts.folds(rgb, 0.65, tissue, GLASS)
    assert found[band].mean() > 0.5
    assert found[~cv2.dilate(band.astype(np.uint8), np.ones((9, 9))).astype(bool)].mean() < 0.01


def test_folds_are_not_sought_where_pixels_are_too_coarse():
    assert artefacts.folds(np.full((9, 9, 3), 200, np.uint8), 20.0, np.ones((9, 9), bool), GLASS) is None
    assert not artefacts.folds(np.full((9, 9, 3), 200, np.uint8), 1.0, np.zeros((9, 9), bool), GLASS).any()
