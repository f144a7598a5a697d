"""Res18-UNet: the encoder is ResNet-18, the decoder U-Net's (Liu et al. 2019 name it without details: wiring and
decoder widths are a reconstruction).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from scoring.networks.blocks import Segmenter, conv_relu, initialise
from scoring.networks.resnet18 import stages


class Res18UNet(Segmenter):
    """Skips from the stem (stride 2) and the first three stages (4, 8, 16); the deepest features have stride 32.

    A decoder block doubles the resolution by a 2x2 up-convolution and has two 3x3 convolutions; the last works at full
    resolution without a skip.
    """

    stride = 32

    def __init__(self, in_channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.stem = conv_relu(in_channels, widths[0], 7, stride=2, batch_norm=True)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.stages = stages(widths)
        last = max(8, widths[0] // 2)
        outputs = [widths[2], widths[1], widths[0], widths[0], last]
        skips = [widths[2], widths[1], widths[0], widths[0], 0]
        inputs = [widths[3], *outputs[:-1]]
        self.ups = nn.ModuleList(nn.ConvTranspose2d(i, o, 2, stride=2) for i, o in zip(inputs, outputs, strict=True))
        self.decoders = nn.ModuleList(
            nn.Sequential(conv_relu(o + s, o, batch_norm=True), conv_relu(o, o, batch_norm=True))
            for o, s in zip(outputs, skips, strict=True)
        )
        self.head = nn.Conv2d(last, 1, 1)
        initialise(self)

    def logits(self, images: Tensor) -> Tensor:
        features = self.stem(images)
        skips: list[Tensor] = [features]
        features = self.pool(features)
        for stage in self.stages:
            features = stage(features)
            skips.append(features)
        skips.pop()
        for up, decoder in zip(self.ups, self.decoders, strict=True):
            features = up(features)
            features = decoder(torch.cat([skips.pop(), features], dim=1) if skips else features)
        logits: Tensor = self.head(features)
        return logits
