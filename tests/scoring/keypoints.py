"""Key points of EndoNuke's ``pair_*_points.png``: discs of one radius that overlap, recovered where rims show."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

UM_PER_PX = 100 / 344
"""The tiles are 100 µm wide."""
RADIUS_PX = 13.5
"""Radius of the isolated discs of pair_0."""


def disc_centres(points: Path) -> np.ndarray:
    """Centres (n, 2: x, y in px) of the discs. A disc wholly hidden under others cannot be found."""
    picture = cv2.imread(str(points)).astype(int)
    mask = picture.max(axis=2) - picture.min(axis=2) > 120  # discs are vivid, the background is grey
    inner = np.pad(mask, 40, constant_values=False)
    distance = ndimage.distance_transform_edt(np.pad(mask, 40, mode="edge"))
    radius = RADIUS_PX
    candidates = np.argwhere((distance >= radius - 1.0) & inner)
    rim = inner & ~ndimage.binary_erosion(np.pad(mask, 40, mode="edge"))
    rows, columns = np.nonzero(rim)
    centres = []
    left = np.stack([rows, columns], axis=1).astype(float)
    while len(left) and len(candidates):
        away = cdist(candidates, left)
        score = (np.abs(away - (radius - 0.5)) < 0.9).sum(axis=1)
        best = int(score.argmax())
        if score[best] < 5:
            break
        centres.append(candidates[best])
        centre = candidates[best][None]
        candidates = candidates[cdist(candidates, centre)[:, 0] >= 4]
        left = left[np.abs(cdist(centre, left)[0] - (radius - 0.5)) >= 1.3]
    found = np.array(centres, dtype=float).reshape(-1, 2) - 40
    return found[:, ::-1]


def f1(truth_px: np.ndarray, found_px: np.ndarray, limit_px: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of one-to-one matches within ``limit_px`` (optimal assignment)."""
    if not len(truth_px) or not len(found_px):
        return 0.0, 0.0, 0.0
    away = cdist(truth_px, found_px)
    a, b = linear_sum_assignment(np.where(away <= limit_px, away, 1e6))
    hits = int((away[a, b] <= limit_px).sum())
    precision, recall = hits / len(found_px), hits / len(truth_px)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)
