"""Nuclei of an H-DAB image by seeded watershed, every nucleus with its mean DAB and outline.

1. Evidence: the red absorbance that haematoxylin and DAB together explain (`0.65 H + 0.27 DAB`). Nuclei carry the
counterstain
   under the brown, so this sees blue and brown nuclei alike and cytoplasmic haze, mucus and red cells hardly.
2. Mask: evidence above a threshold that follows the neighbourhood's mean between a floor and a ceiling; opened, holes
filled. 3. Watershed by steepest ascent on smoothed (distance to the edge + evidence): every pixel climbs to its
maximum; a
   maximum that does not stand out by ``prominence_um`` joins the neighbour across its highest pass (the seeds are
   what is left).
4. Area limits in µm², then mean DAB (OD10), mean luminance and a 16-ray outline per nucleus.

Every step looks a bounded way around a pixel, so tiles with a halo give what the whole image gives.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scoring.geometry import OUTLINE_COS, OUTLINE_SIN, OUTLINE_VERTICES
from scoring.types import FloatMap, Labels, Mask, ScoringError

HALO_UM = 48.0
"""How far a nucleus's outline may depend on its surroundings; tiles are read this much wider."""

_NEIGHBOURS = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0))


@dataclass(frozen=True)
class NucleusParameters:
    """Lengths in µm, areas in µm², evidence in OD10."""

    smooth_um: float = 0.3
    floor_od: float = 0.13
    ceiling_od: float = 0.55
    neighbourhood_um: float = 8.0
    contrast: float = 0.7
    offset_od: float = 0.05
    open_um: float = 0.9
    seed_smooth_um: float = 0.5
    evidence_weight_um: float = 8.0
    prominence_um: float = 0.2
    min_area_um2: float = 8.0
    max_area_um2: float = 250.0
    max_hole_um2: float = 20.0
    max_residual: float = 0.045
    pale_dab_od: float = 0.45


@dataclass(frozen=True)
class Nuclei:
    """n nuclei of one image. Positions and radii are in pixels of that image, pixel centres at integers."""

    labels: Labels
    x_px: npt.NDArray[np.float64]
    y_px: npt.NDArray[np.float64]
    area_um2: npt.NDArray[np.float64]
    dab_od: npt.NDArray[np.float64]
    radii_px: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.x_px)


def find_nuclei(amounts: FloatMap, um_per_px: float, parameters: NucleusParameters | None = None) -> Nuclei:
    """Nuclei of stain amounts (height x width x 3: H, DAB, R in OD10) at ``um_per_px``."""
    settings = parameters or NucleusParameters()
    if not 0 < um_per_px < 5:
        raise ScoringError(f"um_per_px must be between 0 and 5 µm/px; received {um_per_px}.")
    evidence = nuclear_evidence(amounts, um_per_px, settings)
    return _instances(nuclear_mask(evidence, um_per_px, settings), evidence, amounts, um_per_px, settings)


def nuclei_of(mask: Mask, amounts: FloatMap, um_per_px: float, parameters: NucleusParameters | None = None) -> Nuclei:
    """Nuclei of a mask found elsewhere (a network's): watershed, limits and measures of :func:`find_nuclei`."""
    settings = parameters or NucleusParameters()
    evidence = nuclear_evidence(amounts, um_per_px, settings)
    return _instances(mask, evidence, amounts, um_per_px, settings)


def _instances(
    mask: Mask, evidence: FloatMap, amounts: FloatMap, um_per_px: float, settings: NucleusParameters
) -> Nuclei:
    labels = split(mask, evidence, um_per_px, settings)
    labels = keep(labels, amounts, um_per_px, settings)
    return measure(labels, amounts[..., 1], um_per_px)


def mostly_inside(labels: Labels, mask: Mask) -> Mask:
    """For every label 1..n whether more than half of its pixels lie in ``mask``; n values."""
    total = np.bincount(labels.ravel())
    inner = np.bincount(labels[mask], minlength=len(total))
    return np.asarray(2 * inner[1:] > total[1:])


def nuclear_evidence(amounts: FloatMap, um_per_px: float, settings: NucleusParameters) -> FloatMap:
    """Red absorbance explained by H and DAB (OD10), smoothed."""
    positive = np.maximum(amounts[..., :2], 0)
    evidence = 0.65 * positive[..., 0] + 0.268 * positive[..., 1]
    return _smooth(evidence.astype(np.float32), settings.smooth_um / um_per_px)


def nuclear_mask(evidence: FloatMap, um_per_px: float, settings: NucleusParameters) -> Mask:
    """Pixels darker than their neighbourhood, opened by ``open_um`` and without small holes."""
    size = max(3, round(2 * settings.neighbourhood_um / um_per_px) | 1)
    around = cv2.boxFilter(evidence, cv2.CV_32F, (size, size), borderType=cv2.BORDER_REFLECT)
    threshold = np.clip(settings.contrast * around + settings.offset_od, settings.floor_od, settings.ceiling_od)
    mask = (evidence > threshold).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, disc(settings.open_um / um_per_px))
    return fill_holes(mask.astype(bool), settings.max_hole_um2 / um_per_px**2)


def disc(radius_px: float) -> npt.NDArray[np.uint8]:
    """A filled circle as structuring element; a single pixel below half a pixel of radius."""
    reach = int(np.floor(radius_px + 0.5))
    yy, xx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(xx**2 + yy**2 <= (radius_px + 0.5) ** 2, dtype=np.uint8)


def fill_holes(mask: Mask, max_area_px: float) -> Mask:
    """Fill background islands (4-connected, not touching the border) of at most ``max_area_px``."""
    count, islands, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    if count <= 1:
        return mask
    height, width = mask.shape
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    inner = (left > 0) & (top > 0)
    inner &= (left + stats[:, cv2.CC_STAT_WIDTH] < width) & (top + stats[:, cv2.CC_STAT_HEIGHT] < height)
    hole = inner & (stats[:, cv2.CC_STAT_AREA] <= max_area_px)
    hole[0] = False
    return np.asarray(mask | hole[islands])


def split(mask: Mask, evidence: FloatMap, um_per_px: float, settings: NucleusParameters) -> Labels:
    """Seeded watershed of the mask by steepest ascent; labels 1..n."""
    distance = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5) * np.float32(um_per_px)
    relief = distance + np.float32(settings.evidence_weight_um) * np.minimum(evidence, 1.2)
    relief = _smooth(relief, settings.seed_smooth_um / um_per_px)
    relief[~mask] = -1
    return _climb(relief, mask, settings.prominence_um)


def _climb(relief: FloatMap, mask: Mask, prominence: float) -> Labels:
    """Basins of steepest ascent inside the mask, weak maxima merged across their highest pass."""
    height, width = mask.shape
    padded = np.full((height + 2, width + 2), -1, dtype=np.float32)
    padded[1:-1, 1:-1] = relief
    stride = width + 2
    flat = padded.ravel()
    pixels = np.flatnonzero(np.pad(mask, 1).ravel())
    if len(pixels) == 0:
        return np.zeros(mask.shape, dtype=np.int32)
    best, target = flat[pixels].copy(), pixels.copy()
    for dy, dx in _NEIGHBOURS:
        neighbour = pixels + dy * stride + dx
        value = flat[neighbour]
        higher = value > best
        best[higher], target[higher] = value[higher], neighbour[higher]
    rank = np.zeros(flat.size, dtype=np.int32)
    rank[pixels] = np.arange(len(pixels), dtype=np.int32)
    parent = rank[target]
    while True:
        above = parent[parent]
        if np.array_equal(above, parent):
            break
        parent = above
    peaks, basin = np.unique(parent, return_inverse=True)
    merged = _merge(flat, pixels, basin.astype(np.int32), flat[pixels[peaks]], stride, prominence)
    _kept, final = np.unique(merged[basin], return_inverse=True)
    labels = np.zeros(flat.size, dtype=np.int32)
    labels[pixels] = final + 1
    return labels.reshape(height + 2, width + 2)[1:-1, 1:-1].copy()


def _merge(
    flat: FloatMap,
    pixels: npt.NDArray[np.intp],
    basin: npt.NDArray[np.int32],
    peak: FloatMap,
    stride: int,
    prominence: float,
) -> npt.NDArray[np.int32]:
    """For every basin the basin it belongs to, after weak maxima joined a higher neighbour."""
    where = np.full(flat.size, -1, dtype=np.int32)
    where[pixels] = basin
    lows, highs, passes = [], [], []
    for step in (1, stride, stride + 1, stride - 1):
        a, b = where[pixels], where[pixels + step]
        border = (b >= 0) & (a != b)
        here = pixels[border]
        a, b = a[border], b[border]
        swap = (peak[a] > peak[b]) | ((peak[a] == peak[b]) & (a < b))
        lows.append(np.where(swap, b, a))
        highs.append(np.where(swap, a, b))
        passes.append(np.minimum(flat[here], flat[here + step]))
    low, high, height = np.concatenate(lows), np.concatenate(highs), np.concatenate(passes)
    join = np.arange(len(peak), dtype=np.int32)
    weak = peak[low] - height < prominence
    low, high, height = low[weak], high[weak], height[weak]
    order = np.lexsort((peak[high], height, low))
    low, high = low[order], high[order]
    last = np.flatnonzero(np.append(low[1:] != low[:-1], True)) if len(low) else np.array([], dtype=np.intp)
    join[low[last]] = high[last]
    while True:
        above = join[join]
        if np.array_equal(above, join):
            return join
        join = above


def keep(labels: Labels, amounts: FloatMap, um_per_px: float, settings: NucleusParameters) -> Labels:
    """Drop objects outside the area limits, and pale grey-green ones (red cells, dust); labels 1..n again.

    Red cells are neither blue nor brown: a share of their absorbance above ``max_residual`` is left for the residual,
    where nuclei leave half of that. Measured on red cells .07 to .09, on nuclei below .035 (with the slide's own
    haematoxylin vector).
    """
    flat = labels.ravel()
    pixels = np.bincount(flat)
    area = pixels * um_per_px**2
    kept = (area >= settings.min_area_um2) & (area <= settings.max_area_um2)
    mean = [np.bincount(flat, amounts[..., k].ravel(), len(pixels)) / np.maximum(pixels, 1) for k in range(3)]
    if np.isfinite(settings.max_residual):
        kept &= (mean[2] <= settings.max_residual * (mean[0] + mean[1])) | (mean[1] >= settings.pale_dab_od)
    kept[:1] = False
    number = np.where(kept, np.cumsum(kept), 0).astype(np.int32)
    return np.asarray(number[labels], dtype=np.int32)


def measure(labels: Labels, dab_od: FloatMap, um_per_px: float) -> Nuclei:
    """Centroid, area, mean DAB and outline of every label."""
    count = int(labels.max(initial=0))
    rows, columns = np.nonzero(labels)
    number = labels[rows, columns]
    area = np.maximum(np.bincount(number, minlength=count + 1)[1:], 1)
    x = np.bincount(number, columns, minlength=count + 1)[1:] / area
    y = np.bincount(number, rows, minlength=count + 1)[1:] / area
    dab = np.bincount(number, dab_od[rows, columns], minlength=count + 1)[1:] / area
    radii = outline_radii(labels, x, y, area)
    return Nuclei(labels, x, y, area * um_per_px**2, dab, radii)


def outline_radii(
    labels: Labels, x_px: npt.NDArray[np.float64], y_px: npt.NDArray[np.float64], area_px: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Along 16 rays from the centroid, the farthest point still inside the nucleus (n, 16), in half-pixel steps."""
    count = len(x_px)
    radii = np.full((count, OUTLINE_VERTICES), 0.5, dtype=np.float32)
    if count == 0:
        return radii
    reach = 2.2 * np.sqrt(area_px / np.pi) + 2
    height, width = labels.shape
    own = np.arange(1, count + 1, dtype=np.int32)[:, None]
    active = np.arange(count)
    for step in np.arange(0.5, float(reach.max()) + 0.5, 0.5):
        active = active[reach[active] >= step]
        column = np.rint(x_px[active, None] + step * OUTLINE_COS).astype(np.int32)
        row = np.rint(y_px[active, None] + step * OUTLINE_SIN).astype(np.int32)
        within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        hit = labels[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)] == own[active]
        current = radii[active]
        current[hit & within] = step + 0.25
        radii[active] = current
    return radii


def _smooth(values: FloatMap, sigma_px: float) -> FloatMap:
    if sigma_px < 0.2:
        return values
    size = 2 * int(np.ceil(3 * sigma_px)) + 1
    return np.asarray(cv2.GaussianBlur(values, (size, size), sigma_px, borderType=cv2.BORDER_REFLECT), dtype=np.float32)
