"""Nuclei: painted ones are found once, touching ones are split, outlines fit, turns change nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from scoring.geometry import outline_vertices, polygon_area
from scoring.nuclei import NucleusParameters, disc, fill_holes, find_nuclei, measure
from scoring.stain import estimate_i0, stain_basis, unmix
from scoring.types import ScoringError
from tests.scoring.painting import paint


def _find(field):
    return find_nuclei(unmix(field.rgb, stain_basis(i0=estimate_i0(field.rgb))), field.um_per_px)


@pytest.mark.parametrize("um_per_px", [0.4, 0.5, 0.65])
@pytest.mark.parametrize("shares", [(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 0, 1), (1, 1, 1, 1)])
def test_every_painted_nucleus_is_found_once(shares, um_per_px):
    field = paint(shares, um_per_px=um_per_px)
    found = _find(field)
    away = cdist(field.centres_px, np.stack([found.x_px, found.y_px], axis=1)) * um_per_px
    assert len(found) == len(field.centres_px)
    assert away.min(axis=1).max() < 1.0  # µm


@pytest.mark.parametrize("radius_um", [3.0, 4.0, 6.0, 7.5])
def test_areas_are_those_painted(radius_um):
    field = paint((1, 1, 1, 1), radius_um=radius_um, spacing_um=4 * radius_um)
    assert np.median(_find(field).area_um2) == pytest.approx(np.pi * radius_um**2, rel=0.25)


def test_outlines_enclose_the_measured_area():
    found = _find(paint((1, 1, 1, 1)))
    drawn = polygon_area(outline_vertices(found.x_px, found.y_px, found.radii_px)) * 0.25
    assert drawn == pytest.approx(found.area_um2, rel=0.2)
    assert found.radii_px.shape == (len(found), 16)


def _two_discs(apart_um: float, um_per_px: float = 0.5) -> np.ndarray:
    yy, xx = np.mgrid[0:120, 0:160]
    amounts = np.zeros((120, 160, 3), np.float32)
    for centre in (80 - apart_um / um_per_px / 2, 80 + apart_um / um_per_px / 2):
        amounts[..., 0] = np.maximum(amounts[..., 0], 0.5 * (np.hypot(xx - centre, yy - 60) < 4.5 / um_per_px))
    return amounts


def test_touching_nuclei_are_split_and_one_is_not():
    assert len(find_nuclei(_two_discs(7.0), 0.5)) == 2
    assert len(find_nuclei(_two_discs(0.0), 0.5)) == 1
    assert len(find_nuclei(_two_discs(1.0), 0.5)) == 1


def test_a_vesicular_nucleus_is_one():
    yy, xx = np.mgrid[0:100, 0:100]
    away = np.hypot(xx - 50, yy - 50) * 0.5
    amounts = np.zeros((100, 100, 3), np.float32)
    amounts[..., 0] = np.where(away < 7, np.where(away < 4.5, 0.3, 0.5), 0.03)
    found = find_nuclei(amounts, 0.5)
    assert len(found) == 1
    assert found.area_um2[0] == pytest.approx(np.pi * 49, rel=0.15)


def test_specks_and_sheets_are_not_nuclei():
    amounts = np.zeros((200, 200, 3), np.float32)
    amounts[50:52, 50:52, 0] = 0.8
    amounts[100:180, 20:180, 0] = 0.6
    assert len(find_nuclei(amounts, 0.5)) == 0


def test_grey_green_rings_are_not_nuclei():
    field = paint((1, 0, 0, 0))
    amounts = unmix(field.rgb, stain_basis(i0=estimate_i0(field.rgb)))
    amounts[..., 2] += 0.09 * (amounts[..., 0] + amounts[..., 1])  # as measured on red cells
    assert len(find_nuclei(amounts, 0.5)) == 0
    assert len(find_nuclei(amounts, 0.5, NucleusParameters(max_residual=np.inf))) == len(field.centres_px)


def test_empty_pictures_have_no_nuclei():
    for shape in ((1, 1, 3), (10, 10, 3), (64, 3, 3)):
        found = find_nuclei(np.zeros(shape, np.float32), 0.5)
        assert len(found) == 0
        assert found.radii_px.shape == (0, 16)


def test_a_quarter_turn_turns_the_nuclei():
    field = paint((1, 1, 1, 1), seed=4)
    amounts = unmix(field.rgb, stain_basis(i0=estimate_i0(field.rgb)))
    straight, turned = find_nuclei(amounts, 0.5), find_nuclei(np.ascontiguousarray(np.rot90(amounts)), 0.5)
    size = amounts.shape[1]
    back = np.stack([size - 1 - turned.y_px, turned.x_px], axis=1)
    away = cdist(np.stack([straight.x_px, straight.y_px], axis=1), back)
    assert len(turned) == len(straight)
    assert away.min(axis=1).max() < 0.5


def test_holes_are_filled_by_size_and_never_at_the_border():
    mask = np.ones((40, 40), bool)
    mask[5:8, 5:8] = False
    mask[20:35, 20:35] = False
    mask[0:3, 20:23] = False
    filled = fill_holes(mask, 20)
    assert filled[5:8, 5:8].all()
    assert not filled[20:35, 20:35].any()
    assert not filled[0:3, 20:23].any()


def test_measuring_is_bookkeeping():
    labels = np.zeros((10, 10), np.int32)
    labels[2:4, 2:6], labels[7, 7] = 1, 2
    dab = np.arange(100, dtype=np.float32).reshape(10, 10)
    found = measure(labels, dab, 2.0)
    assert found.area_um2.tolist() == [32, 4]
    assert (found.x_px.tolist(), found.y_px.tolist()) == ([3.5, 7], [2.5, 7])
    assert found.dab_od.tolist() == [dab[2:4, 2:6].mean(), 77]


def test_structuring_discs_are_round():
    assert disc(0.4).shape == (1, 1)
    assert disc(2).sum() == 21


def test_a_pixel_size_that_is_none_is_refused():
    with pytest.raises(ScoringError, match="um_per_px"):
        find_nuclei(np.zeros((5, 5, 3), np.float32), 0)
