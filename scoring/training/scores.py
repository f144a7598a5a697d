"""Learning H-scores: maps of whole cores and of mosaics, turned and shifted, labelled by readers (section IV-B)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from scoring import histoscore
from scoring.networks import H_OFFSET, H_SCALE
from scoring.networks.ram_cnn import RamCnn
from scoring.training import augment, labels
from scoring.training.loop import Batch
from scoring.training.losses import score_loss
from scoring.training.maps import Map
from scoring.training.mosaic import Mosaics
from scoring.types import FloatMap

MOSAIC: Final = 0.5
SHIFT_BALANCING, SHIFT = 0.10, 0.05
"""The paper shifts by 5 % (IV-B) and by 10 % (IV-C): 10 % with its label augmentation, 5 % without."""
_MAX_VALIDATION: Final = 40


@dataclass(frozen=True)
class ScoreTask:
    """A :class:`scoring.training.loop.Task`. ``maps`` and their ``h_scores`` (mean of two readers); ``fill`` is glass.

    With ``augmented`` labels, cores come as often as :func:`labels.copies` says, else equally often.
    """

    maps: Sequence[Map]
    h_scores: npt.NDArray[np.float64]
    held_out: Sequence[Map]
    held_out_h: npt.NDArray[np.float64]
    fill: int
    size: int
    seed: int
    augmented: bool = True
    mosaics: Mosaics | None = None
    _plan: tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]] = field(init=False)

    def __post_init__(self) -> None:
        if self.augmented:
            drawn = labels.plan(self.h_scores, np.random.default_rng([self.seed, 7]))
        else:
            drawn = (np.arange(len(self.maps)), self.h_scores)
        object.__setattr__(self, "_plan", drawn)

    def batch(self, step: int) -> Batch:
        """``size`` maps (B, C, 512, 512) in 0..1, channels_last, and their standardised scores (B,)."""
        rng = np.random.default_rng([self.seed, step])
        pairs = [self._pair(step * self.size + place, rng) for place in range(self.size)]
        stack = torch.from_numpy(np.stack([seen for seen, _ in pairs])).permute(0, 3, 1, 2)
        scores = torch.tensor([(h - H_OFFSET) / H_SCALE for _, h in pairs], dtype=torch.float32)
        return stack, scores

    def _pair(self, number: int, rng: np.random.Generator) -> tuple[Map, float]:
        """The ``number``-th sample of the run: epochs over the plan, each shuffled anew."""
        indices, wanted = self._plan
        epoch, place = divmod(number, len(indices))
        copy = int(np.random.default_rng([self.seed, 11, epoch]).permutation(len(indices))[place])
        core, label = int(indices[copy]), float(wanted[copy])
        seen = self.maps[core]
        if self.mosaics is not None and rng.random() < MOSAIC:
            mosaic = self.mosaics.draw(core, rng)
            if mosaic is not None:
                seen, read = mosaic
                label = float(labels.draw(read, 1, rng)[0]) if self.augmented else read
        shift = SHIFT_BALANCING if self.augmented else SHIFT
        return augment.moved(np.asarray(seen), rng, shift=shift, fill=(float(self.fill),) * 3), label

    def loss(self, module: nn.Module, batch: Batch) -> Tensor:
        """Eq. 10."""
        maps, scores = batch
        return score_loss(said(module, maps.to(torch.float32).div_(255)), scores)

    def validate(self, module: nn.Module) -> dict[str, float]:
        """Mean absolute error of H, and correlation where there are at least three, on at most 40 held-out cores."""
        chosen = self.held_out[:_MAX_VALIDATION]
        if not chosen:
            return {}
        found = np.array([histoscore.predict_h(module, columns(module, each)) for each in chosen])
        truth = self.held_out_h[: len(chosen)]
        figures = {"mae": float(np.abs(found - truth).mean())}
        if len(chosen) > 2 and found.std() > 0 and truth.std() > 0:
            figures["pearson"] = float(np.corrcoef(found, truth)[0, 1])
        return figures


def said(module: nn.Module, seen: Tensor) -> Tensor:
    """Standardised scores (B,) of maps (B, C, H, W) in 0..1; RAM-CNN takes its two columns apart."""
    # contiguous: a convolution of every other value in memory takes a quarter longer
    inputs = [seen[:, :1].contiguous(), seen[:, 1:].contiguous()] if isinstance(module, RamCnn) else [seen]
    scores: Tensor = module(*inputs)
    return scores


def columns(module: nn.Module, map_: Map) -> tuple[FloatMap, ...]:
    """A map as the inputs of a network, float32 0..1."""
    seen = np.asarray(map_, dtype=np.float32) / np.float32(255)
    return (seen[..., 0], seen[..., 1]) if isinstance(module, RamCnn) else (seen,)


def start_at_mean(module: nn.Module, h_scores: npt.NDArray[np.float64]) -> None:
    """Give the last layer the training mean as bias and small weights, so that training begins at the mean."""
    last = [layer for layer in module.modules() if isinstance(layer, nn.Linear)][-1]
    nn.init.normal_(last.weight, std=0.01)
    nn.init.constant_(last.bias, float((h_scores.mean() - H_OFFSET) / H_SCALE))
