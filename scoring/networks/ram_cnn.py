"""RAM-CNN, RA-CNN and RGB-CNN (Liu et al. 2019, section III-C).

Table I of the paper is not recoverable; layers and widths are a reconstruction from what the text says: two branches
with weights of their own, joined after the second convolution-pooling block, ReLU, linear output; RA-CNN and RGB-CNN
"the same as a single pipeline". Two more things are ours, and the ``cpu`` preset's alone: batch normalisation, and the
mean over the last 8 x 8 places in place of flattening them. An H-score is a ratio of amounts and does not depend on
where in the core they lie: on 275 synthetic cores the loss after 100 steps was .21 with both, .60 with the mean alone
and .65 after 150 steps with neither.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from scoring.networks.blocks import conv_relu, initialise

SIDE_PX = 512
"""Flattening fixes the input's size; the score is defined at it."""


def _branch(in_channels: int, width: int, batch_norm: bool) -> nn.Sequential:
    return nn.Sequential(
        conv_relu(in_channels, width, 5, relu=False, batch_norm=batch_norm),
        _pool(),
        conv_relu(width, 2 * width, relu=False, batch_norm=batch_norm),
        _pool(),
    )


def _pool() -> nn.Sequential:
    """The ReLU after the pooling instead of before it: the same function on a quarter of the values."""
    return nn.Sequential(nn.MaxPool2d(2), nn.ReLU(inplace=True))


class _Trunk(nn.Sequential):
    """From the joined features at 1/4 of the side to the score."""

    def __init__(self, inputs: int, width: int, dropout: float, *, batch_norm: bool, pooled: bool) -> None:
        outputs = (4 * width, 4 * width, 8 * width, 8 * width)
        layers: list[nn.Module] = []
        for output in outputs:
            layers += [conv_relu(inputs, output, relu=False, batch_norm=batch_norm), _pool()]
            inputs = output
        side = SIDE_PX // 2**6
        if pooled:
            layers.append(nn.AdaptiveAvgPool2d(1))
            side = 1
        hidden = 16 * width
        super().__init__(
            *layers,
            nn.Flatten(),
            nn.Linear(inputs * side * side, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, 1),
        )


class RamCnn(nn.Module):
    """Two columns: SINI and SITI, each (B, 1, 512, 512) -> (B,). ``width`` is that of the first convolution (16: 2.40 M
    parameters).
    """

    def __init__(
        self, width: int = 16, *, dropout: float = 0.0, batch_norm: bool = False, pooled: bool = False
    ) -> None:
        super().__init__()
        self.nuclei = _branch(1, width, batch_norm)
        self.tumour = _branch(1, width, batch_norm)
        self.trunk = _Trunk(4 * width, width, dropout, batch_norm=batch_norm, pooled=pooled)
        initialise(self)

    def forward(self, sini: Tensor, siti: Tensor) -> Tensor:
        """Standardised score, (H - 150) / 100."""
        score: Tensor = self.trunk(torch.cat([self.nuclei(sini), self.tumour(siti)], dim=1))[:, 0]
        return score


class SingleCnn(nn.Module):
    """One column: (B, C, 512, 512) -> (B,); RA-CNN with SINI and SITI as two channels, RGB-CNN with the image."""

    def __init__(
        self,
        in_channels: int,
        width: int = 16,
        *,
        dropout: float = 0.0,
        batch_norm: bool = False,
        pooled: bool = False,
    ) -> None:
        super().__init__()
        self.branch = _branch(in_channels, width, batch_norm)
        self.trunk = _Trunk(2 * width, width, dropout, batch_norm=batch_norm, pooled=pooled)
        initialise(self)

    def forward(self, images: Tensor) -> Tensor:
        """Standardised score, (H - 150) / 100."""
        score: Tensor = self.trunk(self.branch(images))[:, 0]
        return score
