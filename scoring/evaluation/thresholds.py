"""Luminance cuts of NAP and NNP, fitted by grid search (reconstruction: the paper's cuts are lost).

With the share F(t) of nuclei (or of nuclear area) whose stain intensity 510 · I_la is at most t, the H-score is
1 · weak + 2 · moderate + 3 · strong = 100 · (F(255) + F(t_moderate) + F(t_strong)); so one curve of 256 values says
what any two cuts would give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.types import ScoringError

Curve = npt.NDArray[np.float64]
"""F(0..255) of one core; all 0 where it holds nothing."""

START = (100, 140)
"""Where the search starts; of equally good cuts the nearest to these is taken."""
POSITIVE = 255
"""Largest intensity that is DAB-positive (Liu et al. 2019, Eq. 8)."""


@dataclass(frozen=True)
class Cuts:
    """Strong up to ``strong``, moderate up to ``moderate``, weak up to 255. ``mae`` on the cores they were fitted to,
    None for cuts that were not fitted.
    """

    strong: int
    moderate: int
    mae: float | None = None
    cores: int = 0


def curve(intensities: npt.NDArray[np.floating]) -> Curve:
    """Share of ``intensities`` (510 · I_la, any shape) at or below each whole number 0..255."""
    values = np.asarray(intensities).ravel()
    if values.size == 0:
        return np.zeros(POSITIVE + 1)
    bins = np.clip(np.ceil(values), 0, POSITIVE + 1).astype(np.int64)
    return np.asarray(np.cumsum(np.bincount(bins, minlength=POSITIVE + 2))[: POSITIVE + 1] / values.size)


def h_score(curves: npt.NDArray[np.float64], cuts: Cuts) -> npt.NDArray[np.float64]:
    """H-scores (n,) of curves (n, 256)."""
    return np.asarray(100 * (curves[:, POSITIVE] + curves[:, cuts.moderate] + curves[:, cuts.strong]))


def fit(curves: npt.NDArray[np.float64], labels: npt.ArrayLike) -> Cuts:
    """The cuts strong < moderate <= 255 of least mean absolute error; every pair is tried.

    ``curves`` (n, 256) and ``labels`` (n,) of the training cores.
    """
    wanted = np.asarray(labels, dtype=np.float64)
    if curves.shape != (len(wanted), POSITIVE + 1) or len(wanted) == 0:
        raise ScoringError(f"Fitting cuts needs a curve of 256 per label; received {curves.shape}, {len(wanted)}.")
    found: list[tuple[float, float, int, int]] = []
    for moderate in range(1, POSITIVE + 1):
        scores = 100 * (curves[:, POSITIVE, None] + curves[:, moderate, None] + curves[:, :moderate])
        errors = np.abs(scores - wanted[:, None]).mean(axis=0)
        least = errors.min()
        for strong in np.flatnonzero(errors <= least + 1e-9):
            away = float(np.hypot(strong - START[0], moderate - START[1]))
            found.append((round(float(errors[strong]), 9), away, int(strong), moderate))
    error, _, strong_cut, moderate_cut = min(found)
    return Cuts(strong_cut, moderate_cut, error, len(wanted))
