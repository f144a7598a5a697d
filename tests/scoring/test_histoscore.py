"""Stain-intensity maps in a frame, and the number a network makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from scoring import histoscore, lamt, networks, stain
from scoring.types import ScoringError

RNG = np.random.default_rng(0)


def test_description_is_equation_8_on_the_papers_stains():
    rgb = RNG.integers(1, 256, (40, 50, 3), dtype=np.uint8)
    dab = stain.unmix(rgb, stain.stain_basis())[..., 1]
    expected = lamt.intensity_description(dab, stain.luminance(rgb))
    found = histoscore.describe(rgb, stain.WHITE)
    assert found.shape == (40, 50)
    assert np.mean(np.abs(found - expected) > 1e-4) < 0.001  # a value may fall on a threshold


def test_description_orders_brown_before_blue():
    basis = stain.stain_basis()
    amounts = np.array([[[0.2, 1.5, 0], [0.2, 0.6, 0], [0.2, 0.3, 0], [0.2, 0.0, 0], [1.2, 0.0, 0]]], np.float32)
    found = histoscore.describe(stain.compose(amounts, basis), stain.WHITE)[0]
    assert (np.diff(found) > 0).all()
    assert found[2] < 0.5 < found[3]


def test_a_yellowish_lamp_changes_nothing():
    white = (245.0, 240.0, 214.0)
    amounts = RNG.uniform(0, 0.8, (30, 30, 3)).astype(np.float32) * np.array([1, 1, 0], np.float32)
    pictures = [stain.compose(amounts, stain.stain_basis(i0=i0)) for i0 in (stain.WHITE, white)]
    one, other = (histoscore.describe(*pair) for pair in zip(pictures, (stain.WHITE, white), strict=True))
    assert np.mean(np.abs(one - other) > 0.02) < 0.02


def test_masked_maps_show_background_as_zero():
    description = np.array([[0.0, 0.5, 1.0]], np.float32)
    everywhere = np.ones((1, 3), bool)
    assert histoscore.masked(description, everywhere, "paper").tolist() == [[0, 0.5, 1]]
    assert histoscore.masked(description, everywhere, "inverted") == pytest.approx(np.array([[1, 0.575, 0.15]]))
    for representation in ("paper", "inverted"):
        assert not histoscore.masked(description, ~everywhere, representation).any()
    with pytest.raises(ScoringError, match="'paper' or 'inverted'; received 'negative'"):
        histoscore.masked(description, everywhere, "negative")


def test_a_full_frame_is_averaged_two_by_two():
    values = RNG.random((1024, 1024), dtype=np.float32)
    expected = values.reshape(512, 2, 512, 2).mean(axis=(1, 3))
    assert np.allclose(histoscore.framed(values, 0.0), expected, atol=1e-6)


def test_a_smaller_field_lies_in_the_middle_of_its_background():
    found = histoscore.framed(np.full((700, 800), 0.5, np.float32), 1.0)
    assert found[256, 256] == 0.5
    assert (found[:, :56] == 1).all()
    assert (found[:81] == 1).all()
    assert (found == 0.5).mean() == pytest.approx(700 * 800 / 1024**2, abs=0.01)


def test_a_small_field_fills_the_frame_with_its_mirror_images():
    field = RNG.random((200, 300), dtype=np.float32)
    found = histoscore.framed(field, 9.0)
    assert found.max() <= 1
    assert found.mean() == pytest.approx(field.mean(), abs=0.02)
    assert histoscore.is_small(200, 1000)
    assert not histoscore.is_small(615, 1024)


def test_what_does_not_fit_the_frame_is_refused():
    for shape in ((1025, 10), (10, 1025), (0, 10)):
        with pytest.raises(ScoringError, match="1 to 1024 px"):
            histoscore.framed(np.zeros(shape, np.float32), 0.0)


class _Corner(nn.Module):
    """(H - 150) / 100 from the upper left quarter: not the same however the map lies."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, 0, :256, :256].mean(dim=(1, 2))


def test_the_score_is_the_mean_of_all_eight_views():
    x = np.zeros((512, 512), np.float32)
    x[:256, 256:] = 1.0
    assert histoscore.predict_h(_Corner(), [x], views=1) == 150
    assert histoscore.predict_h(_Corner(), [x], views=8) == pytest.approx(150 + 100 / 4)


def test_the_score_stays_between_0_and_300():
    for value, expected in ((-9.0, 0), (9.0, 300)):
        assert histoscore.predict_h(_Corner(), [np.full((512, 512), value, np.float32)]) == expected


@pytest.mark.parametrize(
    ("name", "channels"), [("ram-cnn", (1, 1)), ("ra-cnn", (2,)), ("rgb-cnn", (3,)), ("alexnet", (3,))]
)
def test_every_network_takes_its_maps(name, channels):
    torch.manual_seed(0)
    module = networks.build(name, "cpu").eval()
    inputs = [RNG.random((512, 512, count), dtype=np.float32) for count in channels]
    turned = [np.ascontiguousarray(np.rot90(each)) for each in inputs]
    value = histoscore.predict_h(module, inputs)
    assert 0 <= value <= 300
    assert histoscore.predict_h(module, turned) == pytest.approx(value, abs=0.01)


def test_other_numbers_of_views_are_refused():
    with pytest.raises(ScoringError, match="1 or 8; received 4"):
        histoscore.predict_h(_Corner(), [np.zeros((512, 512), np.float32)], views=4)
