"""Gaussian random fields, and periodic noise tiles fixed in µm so that a texture is the same at any magnification."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from scoring.synth.scene import Window
from scoring.types import FloatMap

TILE_PX = 1024


def random_field(rng: np.random.Generator, shape: tuple[int, int], length: float) -> FloatMap:
    """Gaussian random field, mean 0, SD 1, Gaussian correlation of ``length`` cells; made at a coarser grid where the
    length allows.
    """
    step = max(1, int(length / 4))
    coarse = (shape[0] // step + 8, shape[1] // step + 8)
    noise = rng.standard_normal(coarse).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), max(length / step / 2, 0.5), borderType=cv2.BORDER_REFLECT)
    smooth = (smooth - smooth.mean()) / (smooth.std() + 1e-6)
    large = cv2.resize(smooth, (coarse[1] * step, coarse[0] * step), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(large[2 * step : 2 * step + shape[0], 2 * step : 2 * step + shape[1]])


_BANDS = {
    # shortest and longest wavelength (µm), elongation along the second axis, pitch (µm)
    "fine": (0.7, 2.2, 1.0, 0.25),
    "coarse": (1.8, 6.0, 1.0, 0.25),
    "grain": (0.8, 3.0, 1.0, 0.25),
    "edge": (3.5, 14.0, 1.0, 0.25),
    "foam": (4.5, 16.0, 1.0, 0.25),
    "cloud": (10.0, 60.0, 1.0, 1.0),
    "fibre": (1.6, 12.0, 9.0, 0.25),
    "strand": (0.9, 4.0, 12.0, 0.25),
}


@cache
def tile(kind: str, um_per_px: float | None = None) -> FloatMap:
    """A periodic noise tile, mean 0, SD 1, 1024² at its own pitch, or averaged to about ``um_per_px``.

    Kinds: ``fine`` and ``coarse`` chromatin, ``grain`` and ``foam`` of cytoplasm, ``edge`` of outlines, ``cloud``,
    ``fibre`` and ``strand`` (both long along the second axis).
    """
    shortest, longest, elongation, pitch = _BANDS[kind]
    if um_per_px is not None:
        side = max(16, round(TILE_PX * pitch / um_per_px))
        method = cv2.INTER_AREA if side < TILE_PX else cv2.INTER_CUBIC
        scaled = cv2.resize(tile(kind), (side, side), interpolation=method)
        scaled.setflags(write=False)
        return np.asarray(scaled)
    rng = np.random.default_rng([len(kind), *kind.encode()])
    spectrum = np.fft.rfft2(rng.standard_normal((TILE_PX, TILE_PX)))
    fy = np.fft.fftfreq(TILE_PX, pitch)[:, None]
    fx = np.fft.rfftfreq(TILE_PX, pitch)[None, :] * elongation
    frequency = np.hypot(fx, fy)
    passband = np.exp(-((frequency * shortest) ** 2)) * (1 - np.exp(-((frequency * longest) ** 2)))
    made = np.fft.irfft2(spectrum * passband, s=(TILE_PX, TILE_PX)).astype(np.float32)
    made = np.ascontiguousarray((made - made.mean()) / made.std())
    made.setflags(write=False)
    return made


def texture(kind: str, window: Window, seed: int) -> FloatMap:
    """A noise tile laid over a window, shifted and turned over by ``seed``; fixed in scene coordinates, so that
    neighbouring windows meet.
    """
    rng = np.random.default_rng([seed, *kind.encode()])
    scaled = tile(kind, window.um_per_px)
    side = len(scaled)
    pitch = TILE_PX * _BANDS[kind][3] / side
    shift, flips = rng.random(2) * side, rng.integers(0, 2, 3)
    column = ((window.x_um + (np.arange(window.width_px) + 0.5) * window.um_per_px) / pitch + shift[0]).astype(np.int64)
    row = ((window.y_um + (np.arange(window.height_px) + 0.5) * window.um_per_px) / pitch + shift[1]).astype(np.int64)
    source = scaled.T if flips[2] else scaled
    column, row = column % side, row % side
    if flips[0]:
        column = side - 1 - column
    if flips[1]:
        row = side - 1 - row
    return np.ascontiguousarray(source[row][:, column])


def flow_texture(kind: str, potential_um: FloatMap, window: Window, seed: int) -> FloatMap:
    """A noise tile drawn out along the level lines of a potential (µm): fibres that follow the tissue."""
    rng = np.random.default_rng([seed, 7, *kind.encode()])
    dx, dy, turn = rng.uniform(0, TILE_PX), rng.uniform(0, TILE_PX), rng.uniform(0, 2 * np.pi)
    pitch = np.float32(_BANDS[kind][3])
    x = window.x_um + (np.arange(window.width_px, dtype=np.float32) + 0.5) * np.float32(window.um_per_px)
    y = window.y_um + (np.arange(window.height_px, dtype=np.float32) + 0.5) * np.float32(window.um_per_px)
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    along = (c * x / pitch + np.float32(dx + 1e5))[None, :] + (s * y / pitch)[:, None]
    across = potential_um / pitch + np.float32(dy + 1e5)
    place = ((across.astype(np.int32) % TILE_PX) * TILE_PX) + along.astype(np.int32) % TILE_PX
    return np.asarray(np.take(tile(kind).ravel(), place))
