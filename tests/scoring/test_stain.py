"""Optical density and deconvolution against the printed matrices and scikit-image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.color import separate_stains

from scoring import stain
from scoring.stain import DAB, HAEMATOXYLIN, stain_basis
from scoring.types import ScoringError
from tests.scoring.painting import paint


def test_cross_completion_gives_the_printed_inverse():
    basis = stain_basis()
    printed = np.array([[-0.689, 1.200, -0.636], [0.024, 0.685, 0.710], [1.509, -0.918, -0.302]])  # DAB, H, R
    ours = basis.unmix[:, [1, 0, 2]] * np.array([1, 1, -1])  # the residual's sign is free
    assert ours == pytest.approx(printed, abs=2e-3)
    assert np.linalg.cond(basis.matrix) == pytest.approx(3.0, abs=0.1)


def test_landini_completion_gives_its_printed_row():
    basis = stain_basis(completion="landini")
    assert basis.residual == pytest.approx((0.711, 0.423, 0.562), abs=2e-3)
    assert np.linalg.cond(basis.matrix) == pytest.approx(6.4, abs=0.1)


def test_the_paper_vectors_come_from_its_sample_colours():
    for colour, vector in (((89, 75, 182), HAEMATOXYLIN), ((187, 109, 57), DAB)):
        direction = 1 - np.array(colour) / 255
        assert direction / np.linalg.norm(direction) == pytest.approx(vector, abs=3e-3)


def test_amounts_are_six_times_scikit_images_unit():
    rng = np.random.default_rng(1)
    rgb = rng.integers(1, 256, (40, 40, 3), dtype=np.uint8)
    basis = stain_basis()
    theirs = separate_stains(rgb, np.linalg.inv(basis.matrix))
    assert 6 * theirs == pytest.approx(np.maximum(stain.unmix(rgb, basis), 0), abs=2e-4)


def test_black_is_clipped_to_one():
    assert stain.optical_density(np.zeros((1, 1, 3), np.uint8))[0, 0, 0] == pytest.approx(2.4065, abs=1e-4)


def test_white_has_no_density_and_brighter_is_negative():
    density = stain.optical_density(np.full((1, 1, 3), 255, np.uint8), (240.0, 240.0, 240.0))
    assert (density < 0).all()


@given(st.floats(0, 1.2), st.floats(0, 1.2))
def test_composed_amounts_are_found_again(h, dab):
    basis = stain_basis(i0=(245.0, 243.0, 240.0))
    rgb = stain.compose(np.array([[[h, dab, 0]]], np.float32), basis)
    if rgb.min() > 25:  # below that a byte is too coarse to compare with
        assert stain.unmix(rgb, basis)[0, 0, :2] == pytest.approx((h, dab), abs=0.05)


def test_channel_image_is_dark_where_strong():
    assert stain.channel_image(np.array([[0.0, 1.0, 5.0]], np.float32)).tolist() == [[255, 26, 0]]


def test_luminance_is_bt601():
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 90, 200]]], np.uint8)
    assert stain.luminance(rgb)[0] == pytest.approx([76.245, 149.685, 29.07, 78.321], abs=1e-3)


def test_i0_is_the_white_of_unstained_glass():
    field = paint((1, 0, 0, 1), white=(228.0, 231.0, 225.0))
    assert stain.estimate_i0(field.rgb) == pytest.approx((228, 231, 225), abs=4)


def test_i0_stays_255_where_nothing_is_unstained():
    assert stain.estimate_i0(np.full((50, 50, 3), (120, 60, 40), np.uint8)) == stain.WHITE


def test_haematoxylin_of_the_slide_is_found():
    truth = np.array([0.63, 0.63, 0.45]) / np.linalg.norm([0.63, 0.63, 0.45])
    field = paint((1, 0, 0, 1), haematoxylin=tuple(truth))
    found = stain.estimate_haematoxylin(field.rgb, stain.estimate_i0(field.rgb))
    assert found is not None
    assert np.degrees(np.arccos(np.dot(found, truth))) < 3


def test_haematoxylin_is_not_guessed_from_brown():
    amounts = np.zeros((60, 60, 3), np.float32)
    amounts[..., 1] = 0.6
    brown = stain.compose(amounts, stain_basis())
    assert stain.estimate_haematoxylin(brown, stain.WHITE) is None


def test_bending_changes_nothing_for_standard_vectors_and_nothing_blue():
    blue = np.array([[[0.8, 0.0, 0.0], [0.5, 0.4, 0.0]]], np.float32)
    assert stain.bend(blue, stain_basis()) is blue
    adapted = stain_basis((0.63, 0.63, 0.45))
    bent = stain.bend(blue, adapted)
    assert bent[0, 0, 1] == 0
    assert bent[0, 1, 1] == pytest.approx(0.4 + adapted.bend * 0.4)


def test_macenko_finds_both_vectors_of_a_mixed_field_and_refuses_a_single_stain():
    field = paint((2, 0, 1, 1), haze_od=0.0)
    found = stain.estimate_vectors(field.rgb, stain.estimate_i0(field.rgb))
    assert found is not None
    for vector, truth in zip(found, (HAEMATOXYLIN, DAB), strict=True):
        cosine = np.dot(vector, truth) / np.linalg.norm(truth)
        assert np.degrees(np.arccos(min(1.0, cosine))) < 15
    blue = paint((1, 0, 0, 0), haze_od=0.0)
    assert stain.estimate_vectors(blue.rgb, stain.estimate_i0(blue.rgb)) is None


def test_pink_is_eosin_and_brown_and_blue_are_not():
    assert stain.eosin_share(np.full((20, 20, 3), (230, 140, 190), np.uint8), stain.WHITE) == 1.0
    field = paint((1, 1, 1, 1))
    assert stain.eosin_share(field.rgb, stain.estimate_i0(field.rgb)) < 0.01


def test_equal_vectors_are_refused():
    with pytest.raises(ScoringError, match="almost the same"):
        stain_basis(DAB, DAB)
