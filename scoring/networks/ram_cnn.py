"""RAM-CNN, RA-CNN and RGB-CNN (Liu et al. 2019, section III-C).

Table I of the paper is not recoverable; layers and widths are a reconstruction from what the text says: two branches
with weights of their own, joined after the second convolution-pooling block, ReLU, linear output; RA-CNN and RGB-CNN
"the same as a single pipeline".
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from scoring.networks.blocks import conv_relu, initialise

SIDE_PX = 512
"""The fully connected layer fixes the input's size."""


def _branch(in_channels: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        conv_relu(in_channels, width, 5), nn.MaxPool2d(2), conv_relu(width, 2 * width), nn.MaxPool2d(2)
    )


class _Trunk(nn.Sequential):
    """From the joined features at 1/4 of the side to the score."""

    def __init__(self, inputs: int, width: int, dropout: float) -> None:
        outputs = (4 * width, 4 * width, 8 * width, 8 * width)
        layers: list[nn.Module] = []
        for output in outputs:
            layers += [conv_relu(inputs, output), nn.MaxPool2d(2)]
            inputs = output
        side = SIDE_PX // 2**6
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

    def __init__(self, width: int = 16, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.nuclei = _branch(1, width)
        self.tumour = _branch(1, width)
        self.trunk = _Trunk(4 * width, width, dropout)
        initialise(self)

    def forward(self, sini: Tensor, siti: Tensor) -> Tensor:
        """Standardised score, (H - 150) / 100."""
        score: Tensor = self.trunk(torch.cat([self.nuclei(sini), self.tumour(siti)], dim=1))[:, 0]
        return score


class SingleCnn(nn.Module):
    """One column: (B, C, 512, 512) -> (B,); RA-CNN with SINI and SITI as two channels, RGB-CNN with the image."""

    def __init__(self, in_channels: int, width: int = 16, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.branch = _branch(in_channels, width)
        self.trunk = _Trunk(2 * width, width, dropout)
        initialise(self)

    def forward(self, images: Tensor) -> Tensor:
        """Standardised score, (H - 150) / 100."""
        score: Tensor = self.trunk(self.branch(images))[:, 0]
        return score
