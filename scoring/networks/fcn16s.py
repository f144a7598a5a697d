"""FCN-16s (Long et al. 2015): VGG-16 made convolutional; the scores of stride 32 and of stride 16 are added and
enlarged.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from scoring.networks.blocks import Segmenter, conv_relu, initialise

VGG16_DEPTHS = (2, 2, 3, 3, 3)


class Fcn16s(Segmenter):
    """Five VGG-16 blocks of ``widths``, then two layers of ``head_width`` (7x7 and 1x1, dropout .5).

    The learnt enlargement by 2 starts as bilinear; the last one, by 16, is bilinear and fixed, as published.
    """

    stride = 32

    def __init__(self, in_channels: int, widths: Sequence[int], head_width: int, *, batch_norm: bool = False) -> None:
        super().__init__()
        blocks: list[nn.Module] = []
        inputs = in_channels
        for width, depth in zip(widths, VGG16_DEPTHS, strict=True):
            layers: list[nn.Module] = []
            for _ in range(depth):
                layers.append(conv_relu(inputs, width, batch_norm=batch_norm))
                inputs = width
            blocks.append(nn.Sequential(*layers, nn.MaxPool2d(2)))
        self.blocks = nn.ModuleList(blocks)
        self.classifier = nn.Sequential(
            conv_relu(inputs, head_width, 7, dropout=0.5),
            conv_relu(head_width, head_width, 1, dropout=0.5),
            nn.Conv2d(head_width, 1, 1),
        )
        self.score_of_16 = nn.Conv2d(widths[3], 1, 1)
        self.up = nn.ConvTranspose2d(1, 1, 4, stride=2, padding=1, bias=False)
        initialise(self)
        nn.init.zeros_(self.score_of_16.weight)
        _make_bilinear(self.up)

    def logits(self, images: Tensor) -> Tensor:
        features = images
        shallow = features
        for number, block in enumerate(self.blocks):
            features = block(features)
            if number == 3:
                shallow = features
        fused = self.up(self.classifier(features)) + self.score_of_16(shallow)
        return functional.interpolate(fused, scale_factor=16, mode="bilinear", align_corners=False)


def _make_bilinear(up: nn.ConvTranspose2d) -> None:
    """Weights of a 4x4, stride 2 up-convolution that interpolates linearly."""
    line = up.weight.new_tensor([0.25, 0.75, 0.75, 0.25])
    up.weight.data.copy_((line[:, None] * line[None, :])[None, None])
