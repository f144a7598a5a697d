"""Probability maps: what a network sees, whole or in windows, at its own scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from scoring import segmentation
from scoring.stain import luminance
from scoring.types import ScoringError
from tests.scoring.networks import darkness_unet

WHITE = (240.0, 230.0, 220.0)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (97, 150, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def local() -> nn.Module:
    """A network that looks one pixel around."""
    torch.manual_seed(0)
    return nn.Conv2d(3, 1, 3, padding=1, padding_mode="reflect").eval()


def test_transmittance_is_of_the_slides_white_and_at_most_one(picture):
    seen = segmentation.prepare_rgb(picture, WHITE)
    assert seen.dtype == np.float32
    assert np.allclose(seen, np.minimum(picture / np.array(WHITE), 1), atol=1e-6)


def test_grey_is_luminance_of_transmittance(picture):
    assert np.allclose(segmentation.prepare_grey(picture, (255.0,) * 3) * 255, luminance(picture), atol=1e-3)
    assert segmentation.prepare_grey(np.full((4, 4, 3), 240, np.uint8), (240.0,) * 3) == pytest.approx(1)


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (97, 150), (33, 7)])
def test_every_pixel_gets_a_probability(picture, local, shape):
    x = segmentation.prepare_rgb(picture[: shape[0], : shape[1]], WHITE)
    for sliding in (False, True):
        found = segmentation.predict(local, x, sliding=sliding)
        assert found.shape == shape
        assert ((found >= 0) & (found <= 1)).all()


def test_sliding_windows_give_what_one_pass_gives_where_a_network_looks_near(picture, local):
    x = segmentation.prepare_rgb(np.tile(picture, (4, 3, 1)), WHITE)
    whole, sliding = (segmentation.predict(local, x, sliding=sliding) for sliding in (False, True))
    # A window's rim, where the network sees its reflection, weighs next to nothing.
    assert np.abs(whole - sliding)[1:-1, 1:-1].max() < 1e-3


def test_probability_is_the_sigmoid_of_the_logit():
    module = nn.Conv2d(1, 1, 1).eval()
    nn.init.constant_(module.weight, 4.0)
    nn.init.constant_(module.bias, -2.0)
    grey = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    assert segmentation.predict(module, grey) == pytest.approx(1 / (1 + np.exp(2 - 4 * grey)), abs=1e-6)


@pytest.mark.parametrize("um_per_px", [0.25, 0.5, 0.65, 0.9])
def test_a_mask_lies_where_the_nucleus_lies_at_any_scale(um_per_px):
    size, centre, radius = round(130 / um_per_px), (80 / um_per_px, 60 / um_per_px), 20 / um_per_px
    yy, xx = np.mgrid[:size, :size]
    inside = np.hypot(xx + 0.5 - centre[0], yy + 0.5 - centre[1]) < radius
    rgb = np.where(inside[..., None], 100, 240).astype(np.uint8).repeat(3, axis=2)
    for name in ("nuclei-unet", "tumour-unet"):
        found = segmentation.find_mask(
            darkness_unet(name, 0.3, batch_norm=False).eval(), rgb, um_per_px, (240.0,) * 3, grey=name == "nuclei-unet"
        )
        assert found.shape == inside.shape
        assert np.count_nonzero(found ^ inside) / np.count_nonzero(inside) < 0.06


def test_a_picture_of_no_pixels_is_refused(local):
    for shape in ((0, 5, 3), (5,), (1, 3, 5, 5)):
        with pytest.raises(ScoringError, match="height x width"):
            segmentation.predict(local, np.zeros(shape, np.float32))
