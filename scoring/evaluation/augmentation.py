"""Labels before and after distributed label augmentation (Fig. 6), by the functions that training uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scoring.training import labels as dla

SEED = 0


def augmented(scores: Sequence[float]) -> tuple[list[int], list[float]]:
    """Copies S_d of each core, and all labels after augmentation."""
    rng = np.random.default_rng(SEED)
    copies = [int(count) for count in dla.copies(np.asarray(scores, dtype=np.float64))]
    drawn = [dla.draw(score, count, rng) for score, count in zip(scores, copies, strict=True)]
    return copies, [float(value) for values in drawn for value in values]
