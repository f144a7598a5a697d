"""Discs of one common radius in a map of evidence: a matched filter, disc against the ring around it."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from scoring.types import FloatMap

SMALLEST_PX = 5.0
LARGEST_SHARE = 1 / 3
"""Largest radius, of the picture's shorter side: more than one core fits across it."""
STEP = 1.08
FILTER_PX = 12.0
"""Radius at which the search for the radius filters: larger discs are looked for in a smaller picture."""
RING = (1.05, 1.3)
CLOSEST = 1.5
"""Distance of two discs that are both taken, in radii. Cores drift, but hardly over one another."""

Points = npt.NDArray[np.float64]


class Discs(NamedTuple):
    """``places`` (n, 2): x, y in px, the clearest first; ``strengths`` (n,): evidence inside less that around."""

    places: Points
    strengths: npt.NDArray[np.float64]


def common_radius(evidence: FloatMap) -> float | None:
    """The radius of the discs that explain most of the evidence; None where there are none.

    Each radius is worth the area of its discs by the cube of their strength: smaller discs are surrounded by evidence
    of their own core, larger ones (a whole block, say) hold bare glass.
    """
    height, width = evidence.shape
    best, worth = None, 0.0
    radius = SMALLEST_PX
    while radius <= LARGEST_SHARE * min(height, width):
        scale = min(1.0, FILTER_PX / radius)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        small = evidence if scale == 1.0 else cv2.resize(evidence, size, interpolation=cv2.INTER_AREA)
        discs = find_discs(response(small, radius * scale), radius * scale, 0.1)
        value = float(np.sum(discs.strengths**3)) * radius**2
        if value > worth:
            best, worth = radius, value
        radius *= STEP
    return best


def fitted_radius(evidence: FloatMap, places: Points, radius_px: float) -> float:
    """The radius at which evidence around the discs has fallen to half of that inside them, on the average.

    Within a third of ``radius_px``, what it was found with.
    """
    height, width = evidence.shape
    reach = int(np.ceil(1.5 * radius_px))
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    ring = np.rint(np.hypot(across, down) * 4).astype(np.int64)  # quarters of a pixel
    total, count = np.zeros(ring.max() + 1), np.zeros(ring.max() + 1)
    for x, y in np.rint(places).astype(np.int64):
        if reach <= x < width - reach and reach <= y < height - reach:
            part = evidence[y - reach : y + reach + 1, x - reach : x + reach + 1]
            total += np.bincount(ring.ravel(), part.ravel(), minlength=len(total))
            count += np.bincount(ring.ravel(), minlength=len(count))
    if not count.any():
        return radius_px
    profile = np.convolve(total, np.ones(5), "same") / np.maximum(np.convolve(count, np.ones(5), "same"), 1)
    at = np.arange(len(profile)) / 4
    inside = profile[at <= 0.6 * radius_px].mean()
    beyond = np.flatnonzero((at >= 0.75 * radius_px) & (profile <= inside / 2))
    return float(min(at[beyond[0]], 1.33 * radius_px)) if len(beyond) else radius_px


def response(evidence: FloatMap, radius_px: float) -> FloatMap:
    """Mean evidence in a disc around every pixel less that in the ring around it, -1..1; glass beyond the picture."""
    kernel = _disc(radius_px) / _disc(radius_px).sum()
    outer, inner = _disc(radius_px * RING[1]), _centred(_disc(radius_px * RING[0]), _disc(radius_px * RING[1]).shape)
    ring = np.clip(outer - inner, 0, 1)
    kernel = _centred(kernel, ring.shape) - ring / ring.sum()
    return np.asarray(cv2.filter2D(evidence, cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT), dtype=np.float32)


def find_discs(strength: FloatMap, radius_px: float, least: float) -> Discs:
    """Local maxima of a response, at least ``least`` strong and ``CLOSEST`` radii apart; the stronger one stays."""
    reach = max(1, round(radius_px * 0.5))
    window = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    rows, columns = np.nonzero((strength >= least) & (strength == cv2.dilate(strength, window)))
    order = np.argsort(-strength[rows, columns], kind="stable")
    places = np.stack([columns, rows], axis=1).astype(np.float64)[order]
    strengths = strength[rows, columns].astype(np.float64)[order]
    kept = np.ones(len(places), dtype=bool)
    for k in range(len(places)):
        if kept[k]:
            away = np.hypot(*(places[k + 1 :] - places[k]).T)
            kept[k + 1 :] &= away >= CLOSEST * radius_px
    return Discs(places[kept], strengths[kept])


def share_inside(evidence: FloatMap, place: Points, radius_px: float) -> float:
    """Share of a circle (x, y) that is more likely tissue than not."""
    height, width = evidence.shape
    x, y = place
    left, right = max(0, int(x - radius_px)), min(width, int(x + radius_px) + 2)
    top, bottom = max(0, int(y - radius_px)), min(height, int(y + radius_px) + 2)
    if left >= right or top >= bottom:
        return 0.0
    down, across = np.ogrid[top:bottom, left:right]
    inside = (across - x) ** 2 + (down - y) ** 2 <= radius_px**2
    return float((evidence[top:bottom, left:right][inside] > 0.5).sum() / (np.pi * radius_px**2))


def _disc(radius_px: float) -> FloatMap:
    """A disc with a soft edge: its area follows the radius without steps."""
    reach = int(np.ceil(radius_px + 0.5))
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(np.clip(radius_px + 0.5 - np.hypot(across, down), 0, 1), dtype=np.float32)


def _centred(kernel: FloatMap, shape: tuple[int, ...]) -> FloatMap:
    margin = (shape[0] - kernel.shape[0]) // 2
    return np.pad(kernel, margin)
