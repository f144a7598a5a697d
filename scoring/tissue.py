"""Where tissue lies in a picture: stained pixels, without pen marks, dust and lines."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scoring.types import ByteImage, Mask


@dataclass(frozen=True)
class TissueMap:
    """Two masks of one picture. ``tissue`` holds no pen."""

    tissue: Mask
    pen: Mask

    @property
    def tissue_share(self) -> float:
        """Share of the picture that is tissue, 0..1."""
        return float(self.tissue.mean())

    @property
    def pen_share(self) -> float:
        """Share of the picture under pen, 0..1."""
        return float(self.pen.mean())


def find_tissue(rgb: ByteImage, um_per_px: float, i0: tuple[float, float, float]) -> TissueMap:
    """Tissue of an H-DAB (or H&E) picture at ``um_per_px``.

    Tissue absorbs: mean absorbance over a few µm above a floor, or strongly coloured. Islands below 60 µm² are dust;
    gaps of up to 20 µm between cells belong to it.
    """
    red, green, blue = cv2.split(rgb)  # planes: reducing over the last axis is many times slower
    passed = cv2.transform(rgb.astype(np.float32), (1 / (3 * np.asarray(i0, dtype=np.float32)))[None])
    absorbed = np.float32(1) - passed
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    coloured = spread.astype(np.float32) / np.float32(255)
    sigma = max(0.5, 2.0 / um_per_px)
    absorbed = cv2.GaussianBlur(absorbed, (0, 0), sigma)
    coloured = cv2.GaussianBlur(coloured, (0, 0), sigma)
    pen = find_pen(rgb, um_per_px)
    stained = _without_small((absorbed > 0.06) & (coloured > 0.03) | (coloured > 0.08), 60 / um_per_px**2)
    closed = cv2.morphologyEx(stained.astype(np.uint8), cv2.MORPH_CLOSE, _disc(10 / um_per_px)) > 0
    return TissueMap(closed & ~pen, pen)


def find_pen(rgb: ByteImage, um_per_px: float) -> Mask:
    """Green, blue-green, pure blue and red ink: hues that neither haematoxylin, DAB nor eosin show, over more than
    400 µm².

    Ink is spread wide and saturated; a single stained cell never covers so much.
    """
    hsv = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), max(0.5, 2.0 / um_per_px)), cv2.COLOR_RGB2HSV)
    hue, saturation, value = hsv[..., 0], hsv[..., 1], hsv[..., 2]
    green = (hue >= 36) & (hue <= 98) & (saturation > 60)
    blue = (hue > 98) & (hue <= 128) & (saturation > 190) & (value > 110)
    red = ((hue <= 4) | (hue >= 170)) & (saturation > 165)
    found = _without_small(green | blue | red, 400 / um_per_px**2)
    if not found.any():
        return found
    return np.asarray(cv2.dilate(found.astype(np.uint8), _disc(8 / um_per_px)) > 0)


def tumour_region(nuclei: Mask, um_per_px: float, reach_um: float = 15.0) -> Mask:
    """Tumour as a region: the closing of its nuclei by ``reach_um`` (a disc; by distances, as it is large)."""
    if not nuclei.any():
        return nuclei
    reach = np.float32(reach_um / um_per_px)
    margin = int(np.ceil(reach)) + 1  # room to grow at the rim, which shrinking then takes back
    grown = _distance(~np.pad(nuclei, margin)) <= reach
    closed = _distance(grown) > reach
    return np.asarray(closed[margin:-margin, margin:-margin] | nuclei)


def _distance(mask: Mask) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def _disc(radius_px: float) -> npt.NDArray[np.uint8]:
    reach = max(1, round(radius_px))
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(shape, dtype=np.uint8)


def _without_small(mask: Mask, min_area_px: float) -> Mask:
    count, islands, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 1:
        return mask
    large = stats[:, cv2.CC_STAT_AREA] >= min_area_px
    large[0] = False
    return np.asarray(large[islands])
