"""Key points of EndoNuke's ``pair_*_points.png``: discs of one radius that overlap, recovered where rims show."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from scoring.types import ScoringError

Points = npt.NDArray[np.float64]
"""n x 2: x, y in px."""

UM_PER_PX = 100 / 344
"""The tiles are 100 µm wide."""
RADIUS_PX = 13.5
"""Radius of the isolated discs of pair_0."""


def disc_centres(points: Path) -> Points:
    """Centres of the discs in a picture of key points. A disc wholly hidden under others cannot be found."""
    read = cv2.imread(str(points))
    if read is None:
        raise ScoringError(f"{points}: is not a readable picture of key points")
    picture = read.astype(int)
    mask = picture.max(axis=2) - picture.min(axis=2) > 120  # discs are vivid, the background is grey
    inner = np.pad(mask, 40, constant_values=False)
    distance = ndimage.distance_transform_edt(np.pad(mask, 40, mode="edge"))
    candidates = np.argwhere((distance >= RADIUS_PX - 1.0) & inner)
    rim = inner & ~ndimage.binary_erosion(np.pad(mask, 40, mode="edge"))
    rows, columns = np.nonzero(rim)
    left = np.stack([rows, columns], axis=1).astype(float)
    # Which rim pixels lie on the circle around which candidate; blocks keep the distances small.
    near, wide = (np.zeros((len(candidates), len(left)), bool) for _ in range(2))
    for start in range(0, len(candidates), 500):
        off = np.abs(cdist(candidates[start : start + 500], left) - (RADIUS_PX - 0.5))
        near[start : start + 500], wide[start : start + 500] = off < 0.9, off < 1.3
    score = near.sum(axis=1).astype(int)
    unexplained, free = np.ones(len(left), bool), np.ones(len(candidates), bool)
    centres = []
    while free.any():
        best = int(np.where(free, score, -1).argmax())
        if score[best] < 5:
            break
        centres.append(candidates[best])
        free &= np.hypot(*(candidates - candidates[best]).T) >= 4
        gone = wide[best] & unexplained
        score -= near[:, gone].sum(axis=1)
        unexplained &= ~gone
    found = np.array(centres, dtype=float).reshape(-1, 2) - 40
    return found[:, ::-1]


def f1(truth_px: Points, found_px: Points, limit_px: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of one-to-one matches within ``limit_px`` (optimal assignment)."""
    if not len(truth_px) or not len(found_px):
        return 0.0, 0.0, 0.0
    away = cdist(truth_px, found_px)
    a, b = linear_sum_assignment(np.where(away <= limit_px, away, 1e6))
    hits = int((away[a, b] <= limit_px).sum())
    precision, recall = hits / len(found_px), hits / len(truth_px)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)
