"""Labels before and after distributed label augmentation (Fig. 6), by the functions that training uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoring.training import labels

SEED = 0


def augmented(scores: Sequence[float]) -> tuple[list[int], list[float]]:
    """Copies S_d of each core, and all labels after augmentation."""
    drawn = labels.plan(np.asarray(scores, dtype=np.float64), np.random.default_rng(SEED))[1]
    return labels.copies(np.asarray(scores, dtype=np.float64)).tolist(), drawn.tolist()
