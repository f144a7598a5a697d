"""What was measured on one test core, as plain data: the tables and figures are made from these alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from scoring.evaluation.cores import Core
from scoring.evaluation.thresholds import Curve
from scoring.types import Mask

GROUPS = ((0, 50), (50, 100), (100, 150), (150, 200), (200, 250), (250, 301))
"""H-score groups of Liu et al. 2019, Fig. 11: from the first bound up to below the second."""


@dataclass(frozen=True)
class Overlap:
    """Pixels of a predicted mask against the true one."""

    both: int
    predicted: int
    truth: int
    pixels: int

    @classmethod
    def of(cls, predicted: Mask, truth: Mask) -> Overlap:
        """Count the pixels of two masks of one shape."""
        return cls(
            int(np.count_nonzero(predicted & truth)),
            int(np.count_nonzero(predicted)),
            int(np.count_nonzero(truth)),
            predicted.size,
        )

    def __add__(self, other: Overlap) -> Overlap:
        return Overlap(
            self.both + other.both,
            self.predicted + other.predicted,
            self.truth + other.truth,
            self.pixels + other.pixels,
        )

    @property
    def dice(self) -> float | None:
        """2|A∩B| / (|A| + |B|); None where both are empty. Eq. 12 of the paper prints it without the 2."""
        total = self.predicted + self.truth
        return 2 * self.both / total if total else None

    @property
    def accuracy(self) -> float:
        """1 - misclassified pixels / pixels (Eq. 13)."""
        return 1 - (self.predicted + self.truth - 2 * self.both) / self.pixels


@dataclass(frozen=True)
class Measured:
    """One core: H-scores by method, intensity curves for NAP and NNP, mask overlaps by network, quality flags."""

    core: Core
    scores: Mapping[str, float]
    curves: Mapping[str, Curve] = field(default_factory=dict)
    overlaps: Mapping[str, Overlap] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    refused: str = ""
    tumour_fraction: float | None = None

    @property
    def label(self) -> float:
        """Mean of the readers; only cores with both are measured."""
        label = self.core.label
        if label is None:
            raise ValueError(f"{self.core.name} has no two readers")
        return label


@dataclass(frozen=True)
class Series:
    """Scores of one or more seeds (seeds x n) and labels (n) over the cores that have them."""

    scores: npt.NDArray[np.float64]
    labels: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.labels)


def series(measured: Sequence[Measured], keys: Sequence[str]) -> Series:
    """Scores of the methods ``keys`` (a seed each) on the cores that all of them scored."""
    held = [one for one in measured if all(key in one.scores for key in keys)]
    scores = np.array([[one.scores[key] for one in held] for key in keys], dtype=np.float64)
    return Series(scores.reshape(len(keys), len(held)), np.array([one.label for one in held], dtype=np.float64))


def group_of(label: float) -> int:
    """Index of the H-score group of a label."""
    return int(np.clip(np.searchsorted([low for low, _ in GROUPS], label, side="right") - 1, 0, len(GROUPS) - 1))


def group_name(index: int) -> str:
    """``0–49`` and so on."""
    low, high = GROUPS[index]
    return f"{low}–{high - 1}"
