"""U-Net (Ronneberger et al. 2015) as Liu et al. 2019 (section IV-C) use it: dropout .1 after the first convolution of
every block, skip connections from the last convolution of an encoder block to the first of the decoder block.

Widths are a reconstruction (the paper says only that the tumour network is half as wide as the general one): paper
64-128-256-512-1024 and 32-...-512; cpu, for two processor cores, 8-16-32-64 and (tumour, which needs to see glands)
8-16-32-64-128.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from scoring.networks.blocks import Segmenter, conv_relu, initialise

DROPOUT = 0.1


class UNet(Segmenter):
    """Blocks of two 3x3 convolutions, max-pooling by 2, 2x2 up-convolutions, a 1x1 convolution to the logit."""

    def __init__(
        self, in_channels: int, widths: Sequence[int], *, batch_norm: bool = False, dropout: float = DROPOUT
    ) -> None:
        super().__init__()
        self.stride = 2 ** (len(widths) - 1)

        def block(inputs: int, outputs: int) -> nn.Sequential:
            return nn.Sequential(
                conv_relu(inputs, outputs, batch_norm=batch_norm, dropout=dropout),
                conv_relu(outputs, outputs, batch_norm=batch_norm),
            )

        self.encoders = nn.ModuleList(block(*pair) for pair in itertools.pairwise((in_channels, *widths)))
        descending = list(itertools.pairwise(reversed(widths)))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(deep, shallow, 2, stride=2) for deep, shallow in descending)
        self.decoders = nn.ModuleList(block(2 * shallow, shallow) for _, shallow in descending)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(widths[0], 1, 1)
        initialise(self)

    def logits(self, images: Tensor) -> Tensor:
        skips: list[Tensor] = []
        features = images
        for level, encoder in enumerate(self.encoders):
            features = encoder(self.pool(features) if level else features)
            skips.append(features)
        skips.pop()
        for up, decoder in zip(self.ups, self.decoders, strict=True):
            features = decoder(torch.cat([skips.pop(), up(features)], dim=1))
        logits: Tensor = self.head(features)
        return logits
