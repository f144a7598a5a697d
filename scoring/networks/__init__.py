"""The networks of the H-score system in plain torch (Liu et al. 2019), by name and preset.

Segmentation networks give one logit per pixel, (B, C, H, W) -> (B, 1, H, W); regression networks a standardised score,
(B,) of (H - 150) / 100. Preset ``paper`` has the published (or, where the paper is silent, reconstructed) widths,
``cpu`` thin ones for two processor cores. All are built in ``channels_last``, many times faster on a processor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal

import torch
from torch import nn

from scoring.networks.alexnet import AlexNet
from scoring.networks.blocks import Segmenter, fold, parameters
from scoring.networks.fcn16s import Fcn16s
from scoring.networks.ram_cnn import RamCnn, SingleCnn
from scoring.networks.res18_unet import Res18UNet
from scoring.networks.resnet18 import ResNet18
from scoring.networks.segnet import SegNet
from scoring.networks.unet import UNet
from scoring.types import ScoringError

Preset = Literal["paper", "cpu"]
PRESETS: Final = ("paper", "cpu")
H_OFFSET: Final = 150.0
H_SCALE: Final = 100.0
"""Regression networks give (H - H_OFFSET) / H_SCALE."""

_VGG_PAPER = (64, 128, 256, 512, 512)
_VGG_CPU = (8, 16, 32, 64, 64)

_THIN: Final = {"batch_norm": True, "pooled": True}

_BUILDERS: Final[dict[tuple[str, str], Callable[..., nn.Module]]] = {
    ("nuclei-unet", "paper"): partial(UNet, in_channels=1, widths=(64, 128, 256, 512, 1024)),
    ("nuclei-unet", "cpu"): partial(UNet, in_channels=1, widths=(8, 16, 32, 64), batch_norm=True),
    ("tumour-unet", "paper"): partial(UNet, in_channels=3, widths=(32, 64, 128, 256, 512)),
    ("tumour-unet", "cpu"): partial(UNet, in_channels=3, widths=(8, 16, 32, 64, 128), batch_norm=True),
    ("fcn-16s", "paper"): partial(Fcn16s, in_channels=3, widths=_VGG_PAPER, head_width=4096),
    ("fcn-16s", "cpu"): partial(Fcn16s, in_channels=3, widths=_VGG_CPU, head_width=128, batch_norm=True),
    ("segnet", "paper"): partial(SegNet, in_channels=3, widths=_VGG_PAPER),
    ("segnet", "cpu"): partial(SegNet, in_channels=3, widths=_VGG_CPU),
    ("res18-unet", "paper"): partial(Res18UNet, in_channels=3, widths=(64, 128, 256, 512)),
    ("res18-unet", "cpu"): partial(Res18UNet, in_channels=3, widths=(16, 32, 64, 128)),
    ("ram-cnn", "paper"): partial(RamCnn, width=16),
    ("ram-cnn", "cpu"): partial(RamCnn, width=8, **_THIN),
    ("ra-cnn", "paper"): partial(SingleCnn, in_channels=2, width=16),
    ("ra-cnn", "cpu"): partial(SingleCnn, in_channels=2, width=8, **_THIN),
    ("rgb-cnn", "paper"): partial(SingleCnn, in_channels=3, width=16),
    ("rgb-cnn", "cpu"): partial(SingleCnn, in_channels=3, width=8, **_THIN),
    ("alexnet", "paper"): partial(AlexNet, in_channels=3, widths=(64, 192, 384, 256, 256), hidden=4096),
    ("alexnet", "cpu"): partial(AlexNet, in_channels=3, widths=(16, 48, 96, 64, 64), hidden=256, batch_norm=True),
    ("resnet-18", "paper"): partial(ResNet18, in_channels=3, widths=(64, 128, 256, 512)),
    ("resnet-18", "cpu"): partial(ResNet18, in_channels=3, widths=(16, 32, 64, 128)),
}
NAMES: Final = tuple(dict.fromkeys(name for name, _ in _BUILDERS))


def build(name: str, preset: str = "cpu", **changes: object) -> nn.Module:
    """A new network with random weights (of torch's generator), in ``channels_last``, ready to train.

    ``changes`` override the preset's arguments, e.g. ``in_channels=1``. Raises ScoringError for an unknown name or
    preset.
    """
    try:
        make = _BUILDERS[name, preset]
    except KeyError:
        raise ScoringError(
            f"No network {name!r} with preset {preset!r}; networks: {', '.join(NAMES)}; presets: {', '.join(PRESETS)}."
        ) from None
    module = make(**changes)
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # in place; the stub lacks this form
    return module


__all__ = ["H_OFFSET", "H_SCALE", "NAMES", "PRESETS", "Preset", "Segmenter", "build", "fold", "parameters"]
