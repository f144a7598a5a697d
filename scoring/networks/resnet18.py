"""ResNet-18 (He et al. 2016), and its residual stages for Res18-UNet."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional

from scoring.networks.blocks import conv_relu, initialise


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and the shortcut, projected where the shape changes."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.residual = nn.Sequential(
            conv_relu(inputs, outputs, stride=stride, batch_norm=True),
            conv_relu(outputs, outputs, batch_norm=True, relu=False),
        )
        same = stride == 1 and inputs == outputs
        self.shortcut: nn.Module = (
            nn.Identity() if same else conv_relu(inputs, outputs, 1, stride=stride, batch_norm=True, relu=False)
        )

    def forward(self, features: Tensor) -> Tensor:
        return functional.relu(self.residual(features) + self.shortcut(features), inplace=True)


def stages(widths: Sequence[int]) -> nn.ModuleList:
    """The four stages of two blocks each; all but the first halve the resolution."""
    made: list[nn.Module] = []
    inputs = widths[0]
    for number, width in enumerate(widths):
        made.append(nn.Sequential(BasicBlock(inputs, width, 2 if number else 1), BasicBlock(width, width, 1)))
        inputs = width
    return nn.ModuleList(made)


class ResNet18(nn.Module):
    """(B, C, H, W) -> (B,): one linear output after global average pooling."""

    def __init__(self, in_channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.stem = conv_relu(in_channels, widths[0], 7, stride=2, batch_norm=True)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.stages = stages(widths)
        self.head = nn.Linear(widths[-1], 1)
        initialise(self)

    def forward(self, images: Tensor) -> Tensor:
        """Standardised score, (H - 150) / 100."""
        features = self.pool(self.stem(images))
        for stage in self.stages:
            features = stage(features)
        score: Tensor = self.head(features.mean(dim=(2, 3)))[:, 0]
        return score
