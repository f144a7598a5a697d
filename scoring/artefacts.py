"""What spoils tissue before it is scored: parts out of focus and folds. Both are reconstructions: the paper lists the
causes of failure, not how to find them.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from scoring.stain import Vector, optical_density
from scoring.types import ByteImage, FloatMap, Mask

FINE_UM, MIDDLE_UM, COARSE_UM = 0.5, 1.2, 3.5
"""Scales between which detail is compared."""
PATCH_UM = 40.0
MIN_FOCUS_RATIO = 0.1
"""Fine over coarse detail. Measured on 40 synthetic cores: .10 to .68 in focus, .04 to .12 where defocus is painted;
on real ER and PR tiles .21 and above.
"""
MIN_DETAIL_OD = 0.007
"""Below it a patch is too even for its focus to be told."""
LARGEST_FOLD_UM_PER_PX = 4.0


class Focus(NamedTuple):
    """``judged``: where there is detail enough to tell; ``blurred``: where that is out of focus."""

    judged: Mask
    blurred: Mask


def focus(red_od: FloatMap, um_per_px: float) -> Focus:
    """Focus around every pixel of a picture of red absorbance (OD10, height x width).

    Energy of differences of Gaussians in µm, so that neither the pixel size nor the strength of stain matters: fine
    detail (0.5 to 1.2 µm) over coarse (1.2 to 3.5 µm), each averaged over 40 µm.
    """
    fine, middle, coarse = (_smooth(red_od, sigma / um_per_px) for sigma in (FINE_UM, MIDDLE_UM, COARSE_UM))
    size = max(3, round(PATCH_UM / um_per_px) | 1)
    detail, shape = (
        cv2.boxFilter(np.square(one - other), cv2.CV_32F, (size, size), borderType=cv2.BORDER_REFLECT)
        for one, other in ((fine, middle), (middle, coarse))
    )
    judged = shape > np.float32(MIN_DETAIL_OD**2)
    return Focus(judged, judged & (detail < np.float32(MIN_FOCUS_RATIO) * shape))


def folds(rgb: ByteImage, um_per_px: float, tissue: Mask, i0: Vector) -> Mask | None:
    """Where tissue lies double: long dark bands without pale gaps between nuclei. None where pixels are too coarse to
    see one.

    Finds 8 of 14 synthetic folds (those over dense tissue) and calls at most .2 % of the tissue of cores without one
    a fold.
    """
    if um_per_px > LARGEST_FOLD_UM_PER_PX:
        return None
    if not tissue.any():
        return np.zeros(tissue.shape, bool)
    density = cv2.transform(optical_density(rgb, i0), np.full((1, 3), 1 / 3, np.float32))
    palest = cv2.erode(_smooth(density, 1.5 / um_per_px), _disc(3.0 / um_per_px))
    dense = _smooth(palest, 2.0 / um_per_px)
    typical = np.percentile(dense[tissue], (50, 95))
    band = (dense > max(float(typical[1]), 2.0 * float(typical[0]), 0.2)) & tissue
    return _elongated(band, um_per_px)


def _elongated(mask: Mask, um_per_px: float) -> Mask:
    """Parts of at least 60 µm length and thrice as long as wide."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    kept = np.zeros(count, dtype=bool)
    for number in range(1, count):
        if stats[number, cv2.CC_STAT_AREA] * um_per_px**2 < 800:
            continue
        rows, columns = np.nonzero(parts == number)
        (_, (wide, high), _) = cv2.minAreaRect(np.stack([columns, rows], axis=1).astype(np.float32))
        long, short = max(wide, high) + 1, min(wide, high) + 1
        kept[number] = long * um_per_px >= 60 and long >= 3 * short
    return np.asarray(kept[parts])


def _smooth(values: FloatMap, sigma_px: float) -> FloatMap:
    size = 2 * int(np.ceil(3 * sigma_px)) + 1
    return np.asarray(cv2.GaussianBlur(values, (size, size), sigma_px, borderType=cv2.BORDER_REFLECT), dtype=np.float32)


def _disc(radius_px: float) -> npt.NDArray[np.uint8]:
    reach = max(1, round(radius_px))
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(shape, dtype=np.uint8)
