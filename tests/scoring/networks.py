"""A weights folder for tests: U-Nets set by hand so that what is dark is a nucleus, regression networks at random."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from scoring import networks, weights

REGRESSIONS = ("ram-cnn", "ra-cnn", "rgb-cnn", "alexnet", "resnet-18")
DARK = 0.25
"""Absorbed share of light from which a pixel is called nucleus."""


def make_weights(folder: Path, *, names: tuple[str, ...] = REGRESSIONS, tumour_from: float = DARK) -> Path:
    """Nuclei are where a quarter of the light is absorbed, tumour nuclei where ``tumour_from`` of the red is."""
    torch.manual_seed(0)
    thin = {"widths": (2, 2), "batch_norm": False}
    for name, level in (("nuclei-unet", DARK), ("tumour-unet", tumour_from)):
        weights.save(darkness_unet(name, level, **thin), name, folder, network=name, preset="cpu", kwargs=thin)
    for name in names:
        plain = name.removesuffix("-paper")
        representation = "paper" if plain != name else "inverted"
        narrow = {"width": 2} if plain.endswith("a-cnn") or plain in ("ram-cnn", "rgb-cnn") else {}
        module = networks.build(plain, "cpu", **narrow)
        weights.save(module, name, folder, network=plain, preset="cpu", kwargs=narrow, representation=representation)
    return folder


def darkness_unet(name: str, level: float, **changes: object) -> nn.Module:
    """A U-Net whose logit is 60 * (1 - x - level) of the first channel, passed along the shallowest skip."""
    module = networks.build(name, "cpu", **changes)
    with torch.no_grad():
        for values in module.parameters():
            values.zero_()
        convolutions = [part for part in module.modules() if isinstance(part, nn.Conv2d)]
        shallow = [part for part in convolutions if part.kernel_size == (3, 3)]
        for convolution in (*shallow[:2], *shallow[-2:]):
            convolution.weight[0, 0, 1, 1] = 1
        shallow[0].weight[0, 0, 1, 1] = -1
        shallow[0].bias[0] = 1
        head = convolutions[-1]
        head.weight[0, 0, 0, 0] = 60
        head.bias[0] = -60 * level
    return module
