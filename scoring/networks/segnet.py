"""SegNet (Badrinarayanan et al. 2017): VGG-16's convolutions; the decoder puts values back where the maxima were."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from torch import Tensor, nn

from scoring.networks.blocks import Segmenter, conv_relu, initialise
from scoring.networks.fcn16s import VGG16_DEPTHS


class SegNet(Segmenter):
    """Five encoder blocks of ``widths`` with batch normalisation, max-pooling with indices, mirrored decoder."""

    stride = 32

    def __init__(self, in_channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        encoders: list[nn.Module] = []
        decoders: list[nn.Module] = []
        inputs = in_channels
        for number, (width, depth) in enumerate(zip(widths, VGG16_DEPTHS, strict=True)):
            encoders.append(_block([inputs, *[width] * depth]))
            decoders.append(_block([*[width] * depth, inputs if number else width]))
            inputs = width
        self.encoders = nn.ModuleList(encoders)
        self.decoders = nn.ModuleList(reversed(decoders))
        self.pool = nn.MaxPool2d(2, return_indices=True)
        self.unpool = nn.MaxUnpool2d(2)
        self.head = nn.Conv2d(widths[0], 1, 3, padding=1)
        initialise(self)

    def logits(self, images: Tensor) -> Tensor:
        places: list[Tensor] = []
        features = images
        for encoder in self.encoders:
            features, indices = self.pool(encoder(features))
            places.append(indices)
        for decoder in self.decoders:
            features = decoder(self.unpool(features, places.pop()))
        logits: Tensor = self.head(features)
        return logits


def _block(widths: Sequence[int]) -> nn.Sequential:
    return nn.Sequential(*(conv_relu(*pair, batch_norm=True) for pair in itertools.pairwise(widths)))
