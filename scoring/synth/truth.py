"""What is true of a set of cells: the scores a perfect reader of the scene would give."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from scoring.schemes import allred
from scoring.synth.scene import Cells, Kind
from scoring.types import CLASS_NAMES, Mask

CLOSING_UM = 15.0


@dataclass(frozen=True)
class Truth:
    """``percentages`` of tumour nuclei by class name; ``h_score`` None and percentages 0 without tumour nuclei.
    ``tumour_fraction``: tumour region over tissue area, 0..1 (0 where only cells were given).
    """

    h_score: float | None
    percentages: dict[str, float]
    percent_positive: float
    allred: int
    tumour_fraction: float
    tumour_cells: int


def truth_of(cells: Cells) -> Truth:
    """The truth of any cells (a core, a crop, a mosaic); only tumour nuclei count."""
    counts = np.bincount(cells["cls"][cells["kind"] == Kind.TUMOUR], minlength=4)
    total = int(counts.sum())
    if total == 0:
        return Truth(None, dict.fromkeys(CLASS_NAMES, 0.0), 0.0, 0, 0.0, 0)
    percent = counts * 100.0 / total
    h = float(percent @ np.arange(4))
    positive = float(percent[1:].sum())
    average = h / positive if positive > 0 else 0.0
    points = int(allred(min(positive, 100.0), min(average, 3.0), rule="fraction").value or 0)
    return Truth(h, dict(zip(CLASS_NAMES, percent.tolist(), strict=True)), positive, points, 0.0, total)


def with_fraction(truth: Truth, tumour: Mask, tissue: Mask, um_per_px: float) -> Truth:
    """The truth with its tumour fraction: closing of the tumour nuclei by 15 µm, over the tissue's area."""
    step = max(1, round(2.0 / um_per_px))  # 2 µm is fine enough for an area of regions
    small = cv2.resize(tumour.astype(np.float32), None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA) > 0.25
    radius = max(1, round(CLOSING_UM / (um_per_px * step)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = np.pad(small.astype(np.uint8), radius)
    region = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[radius:-radius, radius:-radius]
    ground = cv2.resize(tissue.astype(np.float32), None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA) > 0.5
    return replace(truth, tumour_fraction=float((region.astype(bool) & ground).sum() / max(int(ground.sum()), 1)))
