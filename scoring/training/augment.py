"""Random changes of training images, in numpy and OpenCV: how the same tissue could also have been cut, stained and
scanned. Every function takes the generator that decides.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from scoring import stain
from scoring.stain import Vector
from scoring.types import ByteImage, FloatMap

LN10 = float(np.log(10))
_BASIS = stain.stain_basis()


def crop(
    image: ByteImage,
    bits: npt.NDArray[np.uint8],
    centre: tuple[float, float],
    side: int,
    white: Vector,
    rng: np.random.Generator,
) -> tuple[ByteImage, npt.NDArray[np.uint8]]:
    """A square of ``side`` px around ``centre`` (x, y), turned and mirrored; outside the image glass (``white``).

    Half of the crops are turned by right angles only (nothing interpolated), half by any angle at 0.9..1.1 of the
    scale.
    """
    if rng.random() < 0.5:
        left, top = (round(c - side / 2) for c in centre)
        window = _window(image, left, top, side, side, white)
        mask = _window(bits, left, top, side, side, (0.0,))
    else:
        scale = float(np.exp(rng.uniform(-0.1, 0.1)))
        angle = float(rng.uniform(0, 360))
        reach = int(np.ceil(side * 0.7072 / scale)) + 2
        left, top = (int(c) - reach for c in centre)
        turn = cv2.getRotationMatrix2D((reach + centre[0] % 1, reach + centre[1] % 1), angle, scale)
        turn[:, 2] += side / 2 - reach
        size = (side, side)
        window = cv2.warpAffine(_window(image, left, top, 2 * reach, 2 * reach, white), turn, size)
        cut = _window(bits, left, top, 2 * reach, 2 * reach, (0.0,))
        mask = cv2.warpAffine(cut, turn, size, flags=cv2.INTER_NEAREST)
    return dihedral(window, mask, int(rng.integers(8)))


def _window(
    image: npt.NDArray[np.uint8], left: int, top: int, width: int, height: int, fill: tuple[float, ...]
) -> npt.NDArray[np.uint8]:
    """A copy of a rectangle that may reach beyond the image."""
    rows, columns = image.shape[:2]
    out = np.empty((height, width, *image.shape[2:]), dtype=np.uint8)
    y0, y1 = max(0, top), min(rows, top + height)
    x0, x1 = max(0, left), min(columns, left + width)
    if (y1 - y0, x1 - x0) != (height, width):
        out[:] = np.asarray(fill if image.ndim == 3 else fill[0], dtype=np.float64).astype(np.uint8)
    if y1 > y0 and x1 > x0:
        out[y0 - top : y1 - top, x0 - left : x1 - left] = image[y0:y1, x0:x1]
    return out


def dihedral(
    image: npt.NDArray[np.uint8], mask: npt.NDArray[np.uint8], view: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """View 0..7 of the eight turned and mirrored ones, of both alike."""
    if view >= 4:
        image, mask = image[:, ::-1], mask[:, ::-1]
    return np.rot90(image, view % 4), np.rot90(mask, view % 4)


def restain(rgb: ByteImage, i0: Vector, rng: np.random.Generator) -> FloatMap:
    """Transmittance I / I0 (height x width x 3, not clipped) as if stained again: H and DAB amounts scaled, stain
    vectors turned a little; residual kept.
    """
    density = cv2.LUT(rgb, stain.od_table(i0)[None])
    gains = np.exp(rng.normal(0, (0.22, 0.22, 0.1)))
    rows = _BASIS.matrix + rng.normal(0, 0.025, (3, 3))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    change = (_BASIS.unmix.astype(np.float64) * gains) @ rows
    scaled = cv2.transform(density, (-LN10 * change.T).astype(np.float32))
    return np.asarray(cv2.exp(scaled), dtype=np.float32)


def rescan(light: FloatMap, rng: np.random.Generator) -> FloatMap:
    """Transmittance 0..1 as another scanner would give it: white balance, gamma, focus or sharpening, noise, JPEG.

    height x width x 3 (or x 1); lengths of blurs in px.
    """
    channels = light.shape[2] if light.ndim == 3 else 1
    gain = 1 + rng.normal(0, 0.02, channels) + rng.normal(0, 0.02)
    out = np.clip(light * gain.astype(np.float32), 0, 1.1)
    if rng.random() < 0.3:
        out = cv2.pow(out, float(np.exp(rng.normal(0, 0.1))))
    kind = rng.random()
    if kind < 0.35:
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.3, 1.1)))
    elif kind < 0.4:
        out = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(1.1, 2.5)))
    elif kind < 0.6:
        soft = cv2.GaussianBlur(out, (0, 0), float(rng.uniform(0.7, 1.3)))
        amount = float(rng.uniform(0.2, 1.0))
        out = cv2.addWeighted(out, 1 + amount, soft, -amount, 0)
    if rng.random() < 0.5:
        out = out + rng.standard_normal(out.shape, dtype=np.float32) * np.float32(rng.uniform(0.003, 0.025))
    if rng.random() < 0.3:
        quality = int(rng.integers(40, 96))
        bytes_ = np.clip(out * 240, 0, 255).astype(np.uint8)
        packed = cv2.imencode(".jpg", bytes_, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        unpacked = np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), dtype=np.float32)
        out = unpacked.reshape(out.shape) / np.float32(240)
    return np.clip(out, 0, 1).astype(np.float32, copy=False)


def moved(
    image: npt.NDArray[np.uint8], rng: np.random.Generator, *, shift: float, fill: Vector | tuple[float, ...]
) -> npt.NDArray[np.uint8]:
    """Turned and shifted by up to ``shift`` of the side each way; mirrored half the time.

    uint8 height x width x 1..4; ``fill`` comes in at the edges. Half of the (square) images are turned by right angles
    and shifted by whole px, so that nothing is interpolated – what is scored later is not either –, half by any angle.
    """
    height, width = image.shape[:2]
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
    if height == width and rng.random() < 0.5:
        turned = np.rot90(image, int(rng.integers(4)))
        left, top = (round(float(part) * width) for part in rng.uniform(-shift, shift, 2))
        return _window(turned, left, top, width, height, tuple(fill)[: image.shape[2]])
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), float(rng.uniform(0, 360)), 1.0)
    turn[:, 2] += rng.uniform(-shift, shift, 2) * (width, height)
    out = cv2.warpAffine(image, turn, (width, height), borderValue=fill)
    return np.asarray(out, dtype=np.uint8).reshape(image.shape)
