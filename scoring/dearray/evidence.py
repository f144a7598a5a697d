"""How much each pixel of an overview looks like tissue, softly: dark dirt must not weigh more than pale tissue."""

from __future__ import annotations

import cv2
import numpy as np

from scoring.types import ByteImage, FloatMap, Mask

FAINT_OD, CLEAR_OD = 0.008, 0.025
"""Absorbance (OD10) between which tissue is taken for the more certain."""
FAINT_DETAIL, CLEAR_DETAIL = 1.0, 3.0
"""Grey levels of fine detail, of 255. Bubbles and dirt out of focus are as dark as tissue but smooth."""
OF_SMOOTH = 0.35
"""How much a smooth dark pixel counts, of 1."""
NOISE_LIMITS = 5.0
"""Standard deviations of the bare glass below which nothing counts."""


LONG = 0.25
"""What reaches the picture's edge and is longer than this share of the shorter side is the rim of the glass."""


def tissue_evidence(rgb: ByteImage) -> FloatMap:
    """0 (bare glass) to 1 (tissue) for every pixel of an RGB overview of some 10 to 100 µm/px."""
    glass = _glass(rgb)
    smooth = cv2.GaussianBlur(rgb.astype(np.float32), (0, 0), 1.0)
    od = -np.log10(np.maximum(smooth, 1.0) / glass)
    absorbed = np.maximum(np.maximum(od[..., 0], od[..., 1]), od[..., 2])
    floor = max(FAINT_OD, NOISE_LIMITS * _spread_of_glass(absorbed))
    dark = np.clip((absorbed - floor) / (floor * (CLEAR_OD / FAINT_OD - 1)), 0, 1)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 2.0)
    detail = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), 2.0))
    sharp = np.clip((detail - FAINT_DETAIL) / (CLEAR_DETAIL - FAINT_DETAIL), 0, 1)
    evidence = np.asarray(dark * (OF_SMOOTH + (1 - OF_SMOOTH) * sharp), dtype=np.float32)
    evidence[_rims(dark > 0.5)] = 0
    return evidence


def _rims(dark: Mask) -> Mask:
    count, islands, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    height, width = dark.shape
    left, top, wide, high = (
        stats[:, k] for k in (cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)
    )
    at_edge = (left == 0) | (top == 0) | (left + wide == width) | (top + high == height)
    rim = at_edge & (np.maximum(wide, high) > LONG * min(height, width))
    rim[0] = False
    if count <= 1 or not rim.any():
        return np.zeros(dark.shape, dtype=bool)
    return np.asarray(cv2.dilate(rim[islands].astype(np.uint8), np.ones((7, 7), np.uint8)) > 0)


def _glass(rgb: ByteImage) -> FloatMap:
    """The commonest bright value of each channel: most of an array's overview is bare."""
    values = []
    for channel in range(3):
        counts = np.bincount(rgb[..., channel].ravel(), minlength=256).astype(np.float64)
        counts = np.convolve(counts, np.ones(5), "same")
        counts[: max(1, int(np.percentile(rgb[..., channel], 50) * 0.8))] = 0
        values.append(int(counts.argmax()))
    return np.maximum(np.array(values, dtype=np.float32), 1.0)


def _spread_of_glass(absorbed: FloatMap) -> float:
    """Standard deviation of bare glass, from the pixels brighter than its commonest value."""
    brighter = absorbed[absorbed < 0]
    return float(np.sqrt(np.mean(np.square(brighter)))) if brighter.size > absorbed.size // 100 else 0.0
