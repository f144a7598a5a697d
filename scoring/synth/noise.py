"""Gaussian random fields, and periodic noise tiles fixed in µm so that a texture is the same at any magnification."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from scoring.synth.scene import Window
from scoring.types import FloatMap

TILE_PX = 1024
TILE_UM = 0.25
"""Pitch of the noise tiles: fine enough for 0.29 µm/px."""


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


@cache
def tile(kind: str) -> FloatMap:
    """A periodic noise tile (``TILE_PX``², pitch ``TILE_UM``), mean 0, SD 1: ``fine`` and ``coarse`` chromatin,
    ``grain`` of cytoplasm, ``cloud``, ``fibre`` (long along the second axis), ``strand`` (finer).
    """
    bands = {  # passband wavelengths in µm (shortest, longest), elongation
        "fine": (0.7, 2.2, 1.0),
        "coarse": (1.8, 6.0, 1.0),
        "grain": (0.8, 3.0, 1.0),
        "cloud": (10.0, 60.0, 1.0),
        "fibre": (1.6, 12.0, 9.0),
        "strand": (0.9, 4.0, 12.0),
        "sweep": (30.0, 200.0, 1.0),
    }
    shortest, longest, elongation = bands[kind]
    rng = np.random.default_rng([len(kind), *kind.encode()])
    spectrum = np.fft.rfft2(rng.standard_normal((TILE_PX, TILE_PX)))
    fy = np.fft.fftfreq(TILE_PX, TILE_UM)[:, None]
    fx = np.fft.rfftfreq(TILE_PX, TILE_UM)[None, :] * elongation
    frequency = np.hypot(fx, fy)
    passband = np.exp(-((frequency * shortest) ** 2)) * (1 - np.exp(-((frequency * longest) ** 2)))
    made = np.fft.irfft2(spectrum * passband, s=(TILE_PX, TILE_PX)).astype(np.float32)
    made = np.ascontiguousarray((made - made.mean()) / made.std())
    made.setflags(write=False)
    return made


def texture(kind: str, window: Window, seed: int) -> FloatMap:
    """A noise tile laid over a window, turned and shifted by ``seed`` in scene coordinates."""
    rng = np.random.default_rng([seed, *kind.encode()])
    turn, dx, dy = rng.uniform(0, 2 * np.pi), rng.uniform(0, TILE_PX), rng.uniform(0, TILE_PX)
    c, s = np.cos(turn), np.sin(turn)
    x0, y0 = window.x_um + window.um_per_px / 2, window.y_um + window.um_per_px / 2
    scale = window.um_per_px / TILE_UM
    matrix = np.array(
        [
            [c * scale, -s * scale, (c * x0 - s * y0) / TILE_UM + dx],
            [s * scale, c * scale, (s * x0 + c * y0) / TILE_UM + dy],
        ]
    )
    return np.asarray(
        cv2.warpAffine(
            tile(kind),
            matrix,
            (window.width_px, window.height_px),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_WRAP,
        )
    )


def flow_texture(kind: str, potential_um: FloatMap, window: Window, seed: int) -> FloatMap:
    """A noise tile drawn out along the level lines of a potential (µm): fibres that follow the tissue."""
    rng = np.random.default_rng([seed, 7, *kind.encode()])
    dx, dy, turn = rng.uniform(0, TILE_PX), rng.uniform(0, TILE_PX), rng.uniform(0, 2 * np.pi)
    x = window.x_um + (np.arange(window.width_px, dtype=np.float32) + 0.5) * window.um_per_px
    y = window.y_um + (np.arange(window.height_px, dtype=np.float32) + 0.5) * window.um_per_px
    along = np.cos(turn) * x[None, :] + np.sin(turn) * y[:, None]
    return np.asarray(
        cv2.remap(
            tile(kind),
            (along / TILE_UM + dx).astype(np.float32),
            (potential_um / TILE_UM + dy).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )
    )
