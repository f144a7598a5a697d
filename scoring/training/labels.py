"""Distributed label augmentation (Liu et al. 2019, section IV-B): more copies of rare H-scores, each copy labelled near
its core's score.

That a copy's label follows Eq. 11 and that copies balance the label histogram is the paper's; the weights of the
balance and its limits are a reconstruction (Fig. 6 alone shows them).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from scoring.types import ScoringError

SIGMA: Final = 0.9
REACH: Final = 2.0
"""Labels stay within ±2 of the core's."""
COPIES_PER_CORE: Final = 53.14
"""5314 copies of 100 training cores."""
LEAST_COPIES, MOST_COPIES = 10, 200
BIN: Final = 10
H_MAX: Final = 300

Scores = npt.NDArray[np.float64]


def distribution(h_score: float) -> tuple[npt.NDArray[np.int64], Scores]:
    """Integer labels within ±2 of an H-score (and 0..300) and their probabilities (Eq. 11, renormalised)."""
    if not 0 <= h_score <= H_MAX:
        raise ScoringError(f"An H-score is 0 to {H_MAX}; received {h_score}.")
    labels = np.arange(np.ceil(h_score - REACH), np.floor(h_score + REACH) + 1)
    labels = labels[(labels >= 0) & (labels <= H_MAX)]
    density = np.exp(-((labels - h_score) ** 2) / (2 * SIGMA**2))
    return labels.astype(np.int64), density / density.sum()


def draw(h_score: float, count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """``count`` labels for copies of a core."""
    labels, probabilities = distribution(h_score)
    drawn: npt.NDArray[np.int64] = rng.choice(labels, size=count, p=probabilities)
    return drawn


def copies(h_scores: Scores, total: int | None = None) -> npt.NDArray[np.int64]:
    """Copies S_d of every core: ``total`` shared out by 1 / (cores in the same ten of H-score), held within 10..200.

    ``total`` defaults to the paper's 5314 per 100 cores.
    """
    scores = np.asarray(h_scores, dtype=np.float64)
    if len(scores) == 0:
        return np.zeros(0, dtype=np.int64)
    wanted = round(COPIES_PER_CORE * len(scores)) if total is None else total
    bins = np.minimum(scores // BIN, H_MAX // BIN - 1).astype(np.int64)
    weight = 1.0 / np.bincount(bins)[bins]
    shared = np.clip(np.rint(wanted * weight / weight.sum()), LEAST_COPIES, MOST_COPIES)
    return np.asarray(shared, dtype=np.int64)


def plan(h_scores: Scores, rng: np.random.Generator, total: int | None = None) -> tuple[npt.NDArray[np.int64], Scores]:
    """The augmented set: index of the core and label of every copy."""
    repeated = copies(h_scores, total)
    drawn = [draw(float(h), int(n), rng) for h, n in zip(h_scores, repeated, strict=True)]
    index: npt.NDArray[np.int64] = np.repeat(np.arange(len(repeated)), repeated)
    return index, np.concatenate(drawn).astype(np.float64)
