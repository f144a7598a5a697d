"""AlexNet (Krizhevsky et al. 2012; the one-column form of 2014) with one linear output."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from scoring.networks.blocks import conv_relu, initialise


class AlexNet(nn.Module):
    """(B, C, H, W) -> (B,): five convolutions (the first 11x11, stride 4), average pooling to 6x6, three linear
    layers.
    """

    def __init__(
        self, in_channels: int, widths: Sequence[int], hidden: int, *, dropout: float = 0.5, batch_norm: bool = False
    ) -> None:
        super().__init__()
        first, second, third, fourth, fifth = widths
        self.features = nn.Sequential(
            conv_relu(in_channels, first, 11, stride=4, padding=2, batch_norm=batch_norm),
            nn.MaxPool2d(3, 2),
            conv_relu(first, second, 5, batch_norm=batch_norm),
            nn.MaxPool2d(3, 2),
            conv_relu(second, third, batch_norm=batch_norm),
            conv_relu(third, fourth, batch_norm=batch_norm),
            conv_relu(fourth, fifth, batch_norm=batch_norm),
            nn.MaxPool2d(3, 2),
            nn.AdaptiveAvgPool2d(6),
        )
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(dropout),
            nn.Linear(fifth * 36, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, 1),
        )
        initialise(self)

    def forward(self, images: Tensor) -> Tensor:
        """Standardised score, (H - 150) / 100."""
        score: Tensor = self.classifier(self.features(images))[:, 0]
        return score
