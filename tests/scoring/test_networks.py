"""The networks: sizes as published or reconstructed, shapes, any image size, folding changes nothing."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from scoring import networks
from scoring.networks.blocks import ByteDropout
from scoring.types import ScoringError

SEGMENTERS = ("nuclei-unet", "tumour-unet", "fcn-16s", "segnet", "res18-unet")
COLOUR = ("rgb-cnn", "alexnet", "resnet-18")


def channels(name: str) -> int:
    return 1 if name == "nuclei-unet" else 3


@pytest.mark.parametrize(
    ("name", "millions"),
    [
        ("nuclei-unet", 31.03),  # Ronneberger et al. 2015 with one output
        ("tumour-unet", 7.76),
        ("fcn-16s", 134.27),  # VGG-16 with convolutional classifier
        ("segnet", 29.47),
        ("res18-unet", 14.34),
        ("ram-cnn", 2.40),  # scoring.md 4.6
        ("ra-cnn", 2.38),
        ("rgb-cnn", 2.38),
        ("alexnet", 57.01),
        ("resnet-18", 11.18),
    ],
)
def test_paper_widths_have_the_published_number_of_parameters(name: str, millions: float) -> None:
    with torch.device("meta"):
        assert networks.parameters(networks.build(name, "paper")) / 1e6 == pytest.approx(millions, abs=0.006)


def test_thin_networks_fit_two_megabytes_in_half_precision() -> None:
    assert all(networks.parameters(networks.build(name, "cpu")) < 1_000_000 for name in networks.NAMES)


@pytest.mark.parametrize("name", SEGMENTERS)
@pytest.mark.parametrize(("height", "width"), [(64, 96), (97, 131), (224, 40), (9, 7)])
def test_masks_come_in_the_size_of_the_image(name: str, height: int, width: int) -> None:
    module = networks.build(name).eval()
    with torch.inference_mode():
        logits = module(torch.rand(2, channels(name), height, width))
    assert logits.shape == (2, 1, height, width)
    assert torch.isfinite(logits).all()


@pytest.mark.parametrize("name", ["nuclei-unet", "segnet"])
def test_what_is_far_away_does_not_change_a_mask(name: str) -> None:
    """One pass over a field gives in its middle what a pass over a larger field gives there."""
    torch.manual_seed(3)
    module = networks.build(name).eval()
    image = torch.rand(1, channels(name), 512, 512)
    other = image.clone()
    other[..., :32, :32] = 0
    with torch.inference_mode():
        assert torch.allclose(module(image)[..., 400:, 400:], module(other)[..., 400:, 400:], atol=1e-5)


@pytest.mark.parametrize("preset", networks.PRESETS)
def test_scores_are_one_number_an_image(preset: str) -> None:
    maps = torch.rand(2, 1, 512, 512)
    with torch.inference_mode():
        assert networks.build("ram-cnn", preset).eval()(maps, maps).shape == (2,)
        assert networks.build("ra-cnn", preset).eval()(maps.repeat(1, 2, 1, 1)).shape == (2,)


@pytest.mark.parametrize("name", COLOUR)
def test_rivals_take_the_picture(name: str) -> None:
    with torch.inference_mode():
        assert networks.build(name).eval()(torch.rand(2, 3, 512, 512)).shape == (2,)


def test_the_columns_of_ram_cnn_have_weights_of_their_own() -> None:
    torch.manual_seed(0)
    module = networks.build("ram-cnn").eval()
    first, second = torch.rand(2, 1, 1, 512, 512).unbind()
    with torch.inference_mode():
        assert not torch.allclose(module(first, second), module(second, first))


def test_networks_are_built_channels_last() -> None:
    module = networks.build("tumour-unet")
    weight = next(layer.weight for layer in module.modules() if isinstance(layer, nn.Conv2d))
    assert weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("name", ["segnet", "res18-unet", "fcn-16s", "resnet-18"])
def test_folding_normalisation_leaves_the_function(name: str) -> None:
    torch.manual_seed(1)
    module = networks.build(name)
    image = torch.rand(2, 3, 64, 64)
    for _ in range(3):
        module(image)  # gives the running statistics values of their own
    module.eval()
    with torch.no_grad():
        before = module(image)
        networks.fold(module)
        after = module(image)
    assert not any(isinstance(layer, nn.BatchNorm2d) for layer in module.modules())
    assert torch.allclose(before, after, atol=1e-3 * float(before.abs().max()))


def test_dropout_drops_its_share_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    ones = torch.ones(4, 8, 64, 64).contiguous(memory_format=torch.channels_last)
    dropout = ByteDropout(0.1)
    dropped = dropout(ones)
    assert float((dropped == 0).float().mean()) == pytest.approx(26 / 256, abs=0.005)
    assert float(dropped.mean()) == pytest.approx(1, abs=0.01)
    assert torch.equal(dropout.eval()(ones), ones)


@pytest.mark.parametrize(("name", "preset"), [("vgg", "cpu"), ("ram-cnn", "huge")])
def test_an_unknown_network_is_refused_with_the_known_ones(name: str, preset: str) -> None:
    with pytest.raises(ScoringError, match=r"tumour-unet.*paper"):
        networks.build(name, preset)
