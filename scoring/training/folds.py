"""Cross-validation: "leave 5 out" of 105 cores (Liu et al. 2019, section IV-C)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scoring.types import ScoringError

Fold = npt.NDArray[np.intp]
"""Indices of the cores of one test set, ascending."""


def disjoint(count: int, folds: int = 21, *, seed: int = 0) -> list[Fold]:
    """A random partition of ``count`` cores into ``folds`` test sets as equal as can be: every core is tested once."""
    if not 2 <= folds <= count:
        raise ScoringError(f"{count} cores cannot be parted into {folds} folds; 2 to {count} can be had.")
    order = np.random.default_rng(seed).permutation(count)
    return [np.sort(part) for part in np.array_split(order, folds)]


def random(count: int, folds: int = 21, *, leave_out: int = 5, seed: int = 0) -> list[Fold]:
    """``folds`` test sets of ``leave_out`` cores, each drawn anew: the paper's words, by which cores may repeat."""
    if not 1 <= leave_out < count:
        raise ScoringError(f"{leave_out} of {count} cores cannot be left out; 1 to {count - 1} can.")
    rng = np.random.default_rng(seed)
    return [np.sort(rng.choice(count, leave_out, replace=False)) for _ in range(folds)]
