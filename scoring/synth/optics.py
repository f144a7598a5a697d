"""Stain amounts to an image: stain vectors, light, lens, sensor and JPEG. Generic in the stains.

DAB scatters: its OD direction bends with the amount, ``v(a) = norm((1 - w) light + w dark)``, ``w = a / (a + 1.2)``
(measured on public tiles).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scoring.synth.scene import Window
from scoring.synth.tiers import Tier, tier_of
from scoring.types import ByteImage, FloatMap

Colour = tuple[float, float, float]
_LUT_STEPS = 2048
_LUT_OD = 4.0


@dataclass(frozen=True)
class Vector:
    """OD direction (R, G, B) of a stain at small and at large amounts; any length."""

    light: Colour
    dark: Colour | None = None

    def table(self) -> npt.NDArray[np.float32]:
        """OD of amounts 0..4 in steps of 4/2048 (2049 x 3)."""
        amount = np.linspace(0, _LUT_OD, _LUT_STEPS + 1)
        w = (amount / (amount + 1.2))[:, None]
        mixed = (1 - w) * _unit(self.light) + w * _unit(self.dark or self.light)
        mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
        return np.asarray(mixed * amount[:, None], dtype=np.float32)


def _unit(colour: Colour) -> npt.NDArray[np.float64]:
    made = np.asarray(colour, dtype=np.float64)
    return np.asarray(made / np.linalg.norm(made))


@dataclass(frozen=True)
class Optics:
    """One image's optics. ``gains`` multiply amounts by stain name. I0 in grey values 0..255."""

    vectors: dict[str, Vector]
    gains: dict[str, float]
    i0: Colour
    vignette: float
    psf_um: float
    chromatic_um: float
    photons: float
    read_noise: float
    sharpen: float
    gamma: float
    jpeg: int


_MEASURED: dict[str, tuple[tuple[Colour, Colour], tuple[Colour, Colour] | None]] = {
    # lowest and highest value of every component, light and dark
    "haematoxylin": (((0.61, 0.56, 0.27), (0.74, 0.65, 0.46)), None),
    "dab": (((0.28, 0.51, 0.70), (0.37, 0.58, 0.82)), ((0.35, 0.55, 0.62), (0.46, 0.64, 0.74))),
    "eosin": (((0.04, 0.93, 0.09), (0.12, 1.0, 0.2)), None),
}
_FIXED = {
    "red_cell": Vector((0.53, 0.51, 0.67)),
    "mucus": Vector((0.62, 0.58, 0.52)),
    "black": Vector((0.577, 0.577, 0.577)),
    "blue_ink": Vector((0.85, 0.48, 0.2)),
    "green_ink": Vector((0.80, 0.25, 0.55)),
}


def draw_optics(rng: np.random.Generator, tier_name: str) -> Optics:
    """Optics of one image, within a tier's ranges. DAB has no gain here: it belongs to the scene's truth."""
    tier = tier_of(tier_name)
    vectors = dict(_FIXED)
    for name, (light, dark) in _MEASURED.items():
        draw = _turned(_between(rng, light, tier), rng, tier)
        vectors[name] = Vector(draw, None if dark is None else _turned(_between(rng, dark, tier), rng, tier))
    base = rng.uniform(*tier.i0)
    reach = min(6.0, 0.5 * (tier.i0[1] - tier.i0[0]))
    warm, green = rng.uniform(-0.4, 1) * reach, rng.uniform(-0.4, 0.25) * reach
    i0 = np.clip(base + np.array([warm, green, -warm]), 200, 255)
    return Optics(
        vectors,
        {"haematoxylin": rng.uniform(*tier.h_gain)},
        (float(i0[0]), float(i0[1]), float(i0[2])),
        rng.uniform(*tier.vignette),
        rng.uniform(*tier.psf_um),
        rng.uniform(*tier.chromatic_um),
        rng.uniform(*tier.photons),
        rng.uniform(*tier.read_noise),
        rng.uniform(*tier.sharpen),
        rng.uniform(*tier.gamma),
        int(rng.integers(tier.jpeg[0], tier.jpeg[1] + 1)),
    )


def _between(rng: np.random.Generator, bounds: tuple[Colour, Colour], tier: Tier) -> npt.NDArray[np.float64]:
    low, high = np.asarray(bounds[0]), np.asarray(bounds[1])
    return np.asarray((low + high) / 2 + tier.vector_spread * (high - low) / 2 * rng.uniform(-1, 1, 3))


def _turned(vector: npt.NDArray[np.float64], rng: np.random.Generator, tier: Tier) -> Colour:
    """Rotated by a small random angle, kept non-negative."""
    push = rng.normal(0, 1, 3)
    unit = vector / np.linalg.norm(vector)
    push -= push @ unit * unit
    angle = np.deg2rad(rng.normal(0, tier.hue_sd_deg)) if tier.hue_sd_deg else 0.0
    turned = np.maximum(np.cos(angle) * unit + np.sin(angle) * push / np.linalg.norm(push), 0.01)
    return float(turned[0]), float(turned[1]), float(turned[2])


def compose(
    amounts: Mapping[str, FloatMap], vectors: Mapping[str, Vector], gains: Mapping[str, float] | None = None
) -> FloatMap:
    """Sum of the stains' OD (height x width x 3, R G B): ``OD = sum_s v_s(a_s)``."""
    total: FloatMap | None = None
    for name, amount in amounts.items():
        step = (gains or {}).get(name, 1.0) * _LUT_STEPS / _LUT_OD
        index = np.clip(amount * step + 0.5, 0, _LUT_STEPS).astype(np.int32)
        part = vectors[name].table()[index]
        total = part if total is None else np.add(total, part, out=total)
    if total is None:
        raise ValueError("compose needs at least one stain.")
    return total


def expose(
    density: FloatMap, window: Window, optics: Optics, rng: np.random.Generator, defocus_um: FloatMap | None = None
) -> ByteImage:
    """An image of an OD field (height x width x 3)."""
    image = np.exp(density * np.float32(-np.log(10)))
    if optics.chromatic_um > 0:
        image = _chromatic(image, optics.chromatic_um / window.um_per_px, rng)
    image = cv2.GaussianBlur(image, (0, 0), max(optics.psf_um / window.um_per_px, 0.2))
    if defocus_um is not None:
        image = _defocus(image, defocus_um, window.um_per_px)
    image *= np.asarray(optics.i0, dtype=np.float32)
    if optics.vignette > 0:
        image *= _vignette(window, optics.vignette)
    if optics.sharpen > 0:
        soft = cv2.GaussianBlur(image, (0, 0), 1.0)
        image = cv2.addWeighted(image, 1 + optics.sharpen, soft, -optics.sharpen, 0)
    shot = np.sqrt(np.maximum(image, 0) * np.float32(255.0 / optics.photons) + np.float32(optics.read_noise**2))
    image += shot * rng.standard_normal(image.shape, dtype=np.float32)
    np.clip(image, 0, 255, out=image)
    bytes_ = (
        (image + 0.5).astype(np.uint8)
        if optics.gamma == 1
        else cv2.LUT((image + 0.5).astype(np.uint8), _gamma(optics.gamma))
    )
    return _jpeg(np.asarray(bytes_), optics.jpeg)


def _gamma(gamma: float) -> npt.NDArray[np.uint8]:
    values = 255.0 * (np.arange(256) / 255.0) ** gamma
    return np.asarray(np.clip(np.round(values), 0, 255), dtype=np.uint8)


def _chromatic(image: FloatMap, shift_px: float, rng: np.random.Generator) -> FloatMap:
    """Red and blue shifted apart."""
    turn = rng.uniform(0, 2 * np.pi)
    size = (image.shape[1], image.shape[0])
    for channel, sign in ((0, 1), (2, -1)):
        matrix = np.array([[1, 0, sign * shift_px * np.cos(turn)], [0, 1, sign * shift_px * np.sin(turn)]])
        image[:, :, channel] = cv2.warpAffine(
            np.ascontiguousarray(image[:, :, channel]), matrix, size, borderMode=cv2.BORDER_REPLICATE
        )
    return image


def _defocus(image: FloatMap, defocus_um: FloatMap, um_per_px: float) -> FloatMap:
    """Extra Gaussian blur that varies: between two levels of blur, linearly."""
    most = float(defocus_um.max())
    if most <= 0.05:
        return image
    share = cv2.GaussianBlur(defocus_um / most, (0, 0), 8.0 / um_per_px)
    for level in (0.5, 1.0):
        blurred = cv2.GaussianBlur(image, (0, 0), max(level * most / um_per_px, 0.2))
        part = np.clip((share - (level - 0.5)) * 2, 0, 1)[:, :, None]
        image = image * (1 - part) + blurred * part
    return np.asarray(image, dtype=np.float32)


def _vignette(window: Window, strength: float) -> FloatMap:
    y = np.linspace(-1, 1, window.height_px, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, window.width_px, dtype=np.float32)[None, :]
    return np.asarray(1 - np.float32(strength) * (x * x + y * y) / 2, dtype=np.float32)[:, :, None]


def _jpeg(image: ByteImage, quality: int) -> ByteImage:
    ok, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise RuntimeError("OpenCV could not encode a JPEG.")
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))[:, :, ::-1])
