"""The positive control of a staining run: a strongly stained HER2 field under the run's own gain and light."""

from __future__ import annotations

import numpy as np

from scoring.synth.her2 import Batch, Her2Sample, make_her2_field
from scoring.synth.membrane import Pattern
from scoring.types import ScoringError

INTENSE_SHARE = (0.85, 1.0)


def make_control(
    seed: int,
    batch: Batch,
    *,
    tier: str = "realistic",
    um_per_px: float = 0.5,
    size_px: tuple[int, int] = (540, 960),
    intense_share: float | None = None,
) -> Her2Sample:
    """A control field in which ``intense_share`` of the tumour cells (85–100 % when None) were made to be 3+.

    ``batch``: the run of the patients' fields it belongs to. A failed control is one with a low share, or a run whose
    gain is low. Raises ScoringError for a share outside 0..1.
    """
    rng = np.random.default_rng([seed, 0xC0])
    share = float(rng.uniform(*INTENSE_SHARE)) if intense_share is None else intense_share
    if not 0 <= share <= 1:
        raise ScoringError(f"intense_share lies between 0 and 1; received {intense_share}.")
    mix = np.zeros(5)
    mix[[Pattern.COMPLETE, Pattern.FAINT]] = 0.7 * (1 - share), 0.3 * (1 - share)
    mix[Pattern.INTENSE] = share
    return make_her2_field(seed, mix=mix, batch=batch, tier=tier, um_per_px=um_per_px, size_px=size_px)
