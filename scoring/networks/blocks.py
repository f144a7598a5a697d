"""Pieces that several networks share. Every convolution and its normalisation stand side by side in a ``Sequential``,
so that :func:`fold` finds them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval


def conv_relu(
    inputs: int,
    outputs: int,
    kernel: int = 3,
    *,
    stride: int = 1,
    padding: int | None = None,
    batch_norm: bool = False,
    dropout: float = 0.0,
    relu: bool = True,
) -> nn.Sequential:
    """Convolution ("same" without ``padding``), optional batch normalisation, ReLU, optional dropout (of single values,
    as in the paper).
    """
    around = kernel // 2 if padding is None else padding
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs, kernel, stride, around, bias=not batch_norm)]
    if batch_norm:
        layers.append(nn.BatchNorm2d(outputs))
    if relu:
        layers.append(nn.ReLU(inplace=True))
    if dropout > 0:
        layers.append(ByteDropout(dropout))
    return nn.Sequential(*layers)


class ByteDropout(nn.Module):
    """Dropout that draws a byte per value, eight from one draw of the generator: torch's own takes a quarter of a
    U-Net's training step on a processor. The rate is rounded to 1/256 (.1 becomes 26/256).
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.dropped = round(256 * rate)

    def forward(self, features: Tensor) -> Tensor:
        if not self.training or self.dropped == 0:
            return features
        draws = torch.empty(-(-features.numel() // 8), dtype=torch.int64, device=features.device)
        draws.random_(-(2**63), None)
        kept = torch.empty_like(features)  # keeps the memory format, so that the next line runs along memory
        flat = kept.as_strided((features.numel(),), (1,))
        flat.copy_(draws.view(torch.uint8)[: features.numel()] >= self.dropped)
        return features * kept.mul_(256 / (256 - self.dropped))


def initialise(module: nn.Module) -> None:
    """He initialisation of all convolutions and linear layers, biases 0."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def parameters(module: nn.Module) -> int:
    """Number of trainable values."""
    return sum(values.numel() for values in module.parameters())


class Segmenter(nn.Module, ABC):
    """A fully convolutional network of one logit channel: (B, C, H, W) -> (B, 1, H, W), any H and W.

    Sizes that the network's pooling does not divide are padded by reflection (by the edge where too small to reflect)
    and cut back.
    """

    stride = 16
    """H and W are padded to a multiple of this."""

    def forward(self, images: Tensor) -> Tensor:
        """Logits of the foreground for ``images`` (B, C, H, W), float."""
        height, width = images.shape[-2:]
        below, right = -height % self.stride, -width % self.stride
        if not (below or right):
            return self.logits(images)
        mode = "reflect" if below < height and right < width else "replicate"
        padded = functional.pad(images, (0, right, 0, below), mode=mode).contiguous(memory_format=torch.channels_last)
        return self.logits(padded)[..., :height, :width]

    @abstractmethod
    def logits(self, images: Tensor) -> Tensor:
        """The network proper; H and W are multiples of ``stride``."""


def fold(module: nn.Module) -> nn.Module:
    """Merge every batch normalisation into the convolution before it, in place: the same function, fewer passes over
    memory. For inference only (the module must be in evaluation mode).
    """
    for parent in [m for m in module.modules() if isinstance(m, nn.Sequential)]:
        for position in range(len(parent) - 1):
            first, second = parent[position], parent[position + 1]
            if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
                parent[position] = fuse_conv_bn_eval(first, second)
                parent[position + 1] = nn.Identity()
    return module
