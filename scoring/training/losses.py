"""Losses of Liu et al. 2019: Dice (Eq. 9) for masks, mean squared error (Eq. 10) for scores."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

EPSILON = 1.0
"""Keeps Eq. 9 defined, and its gradient finite, where a crop holds no foreground (reconstruction)."""


def dice_loss(logits: Tensor, truth: Tensor, *, over: Literal["batch", "image"] = "batch") -> Tensor:
    """Eq. 9: -(2 Σωτ + ε) / (Σω + Στ + ε), between -1 (perfect) and 0; ω = sigmoid(logits), τ = truth in 0..1.

    Both (B, 1, H, W). ``over="batch"`` sums over all images of a batch, so that a false nucleus in an empty crop costs
    what it costs elsewhere; ``"image"`` takes the mean of each image's own (the paper does not say which).
    """
    predicted = torch.sigmoid(logits)
    axes = (0, 1, 2, 3) if over == "batch" else (1, 2, 3)
    both = (predicted * truth).sum(axes)
    either = predicted.sum(axes) + truth.sum(axes)
    return -((2 * both + EPSILON) / (either + EPSILON)).mean()


def score_loss(predicted: Tensor, truth: Tensor) -> Tensor:
    """Eq. 10 on standardised scores (H - 150) / 100: the same minimum, a convenient step size."""
    return (predicted - truth).square().mean()
