"""Nuclei and tumour nuclei as probability maps of U-Nets (Liu et al. 2019, section III-B).

Networks see transmitted light, I / I0 clipped to 1, at about :data:`WORK_UM_PER_PX`: one channel of luminance for all
nuclei (the paper trains on mixed stains), three of colour for tumour nuclei. A map comes from one fully convolutional
pass; ``sliding`` takes the paper's windows of 224 px instead, blended by a raised cosine (the blend is a
reconstruction).
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import nn

from scoring import devices
from scoring.stain import Vector
from scoring.tiling import resample
from scoring.types import ByteImage, FloatMap, Mask, ScoringError

WORK_UM_PER_PX = 0.65
"""Pixel size at which the networks are trained."""
WINDOW_PX = 224
STRIDE_PX = 112
THRESHOLD = 0.5
_SAME_SCALE = (0.9, 1.12)
"""Training varies the pixel size by a tenth: within that nothing is resampled."""
_GRAIN_PX = 16
_BATCH = 8
_BT601 = np.array([[0.299, 0.587, 0.114]], dtype=np.float32)


def prepare_rgb(rgb: ByteImage, i0: Vector) -> FloatMap:
    """Transmittance min(I / I0, 1) per channel, height x width x 3."""
    values = np.arange(256, dtype=np.float64)[:, None] / np.asarray(i0, dtype=np.float64)
    return np.asarray(cv2.LUT(rgb, np.minimum(values, 1).astype(np.float32)[None]), dtype=np.float32)


def prepare_grey(rgb: ByteImage, i0: Vector) -> FloatMap:
    """BT.601 luminance of :func:`prepare_rgb`, height x width."""
    return np.asarray(cv2.transform(prepare_rgb(rgb, i0), _BT601), dtype=np.float32)


def find_mask(
    module: nn.Module, rgb: ByteImage, um_per_px: float, i0: Vector, *, grey: bool = False, sliding: bool = False
) -> Mask:
    """Where a network's probability reaches :data:`THRESHOLD`; a picture of another scale is resampled to the
    networks' and its map back.
    """
    height, width = rgb.shape[:2]
    ratio = um_per_px / WORK_UM_PER_PX
    seen = rgb
    if not _SAME_SCALE[0] <= ratio <= _SAME_SCALE[1]:
        seen = resample(rgb, max(1, round(width * ratio)), max(1, round(height * ratio)))
    found = predict(module, prepare_grey(seen, i0) if grey else prepare_rgb(seen, i0), sliding=sliding)
    if seen is not rgb:
        found = np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.float32)
    return np.asarray(found >= THRESHOLD)


def predict(module: nn.Module, x: FloatMap, *, sliding: bool = False) -> FloatMap:
    """Probability 0..1 for every pixel of ``x`` (height x width, or height x width x channels); height x width.

    Raises ScoringError for an empty picture or another number of axes.
    """
    if x.ndim not in (2, 3) or 0 in x.shape:
        raise ScoringError(f"A network sees a picture of height x width (x channels); received {x.shape}.")
    picture = x if x.ndim == 3 else x[..., None]
    with torch.inference_mode():
        return _blended(module, picture) if sliding else _whole(module, picture)


def _whole(module: nn.Module, x: FloatMap) -> FloatMap:
    height, width = x.shape[:2]
    padded = _reflected(x, 0, -height % _GRAIN_PX, 0, -width % _GRAIN_PX)
    return _probability(module, padded[None])[0, :height, :width]


def _blended(module: nn.Module, x: FloatMap) -> FloatMap:
    """Windows of 224 px every 112 px, also half outside, so that every pixel is seen away from a window's rim."""
    height, width = x.shape[:2]
    rows, columns = -(-height // STRIDE_PX) + 1, -(-width // STRIDE_PX) + 1
    below, beside = rows * STRIDE_PX - height, columns * STRIDE_PX - width
    padded = _reflected(x, STRIDE_PX, below, STRIDE_PX, beside)
    ramp = np.sin((np.arange(WINDOW_PX) + 0.5) * (np.pi / WINDOW_PX)) ** 2  # sums to 1 with its neighbours
    weight = np.outer(ramp, ramp).astype(np.float32)
    total = np.zeros(padded.shape[:2], dtype=np.float32)
    corners = [(row * STRIDE_PX, column * STRIDE_PX) for row in range(rows) for column in range(columns)]
    for first in range(0, len(corners), _BATCH):
        batch = corners[first : first + _BATCH]
        windows = np.stack([padded[top : top + WINDOW_PX, left : left + WINDOW_PX] for top, left in batch])
        for (top, left), found in zip(batch, _probability(module, windows), strict=True):
            total[top : top + WINDOW_PX, left : left + WINDOW_PX] += weight * found
    return total[STRIDE_PX : STRIDE_PX + height, STRIDE_PX : STRIDE_PX + width]


def _reflected(x: FloatMap, above: int, below: int, left: int, right: int) -> FloatMap:
    """``np.pad`` by reflection; a picture smaller than the margin is reflected again and again."""
    return np.pad(x, ((above, below), (left, right), (0, 0)), mode="symmetric") if above + below + left + right else x


def _probability(module: nn.Module, batch: FloatMap) -> FloatMap:
    """Sigmoid of the logits of pictures (n, height, width, channels); n x height x width."""
    # A stack of pictures with channels last is what torch calls channels_last: no copy.
    x = torch.from_numpy(np.ascontiguousarray(batch)).permute(0, 3, 1, 2).to(devices.of(module))
    return np.asarray(torch.sigmoid(module(x)[:, 0]).cpu().numpy(), dtype=np.float32)
