"""Optical density and colour deconvolution (Ruifrok & Johnston 2001; Liu et al. 2019, Eq. 2-4).

OD10 = -log10(max(I, 1) / I0). scikit-image's ``separate_stains`` unit is OD10 / 6 (it divides by ln(1e-6)); QuPath's
is OD10. Liu et al. print the stain matrix with a third row of zeros, which is singular; ``completion`` says how it is
filled. DAB scatters and does not obey Beer-Lambert: its hue shifts when dark (van der Loos 2008), so unmixed amounts
are a scale, not a mass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from scoring.types import ByteImage, FloatMap, ScoringError

Completion = Literal["cross", "landini"]
Vector = tuple[float, float, float]

HAEMATOXYLIN: Vector = (0.650, 0.704, 0.286)
DAB: Vector = (0.268, 0.570, 0.776)
"""Liu et al. 2019, Eq. 3 (ImageJ's "H DAB")."""

WHITE: Vector = (255.0, 255.0, 255.0)
I0_RANGE = (200.0, 255.0)


@dataclass(frozen=True)
class StainBasis:
    """Unit stain vectors and the white of a slide. ``unmix`` (3 x 3, float32) takes OD of R, G, B (a row) to H, DAB, R.

    ``bend`` is how much DAB the standard vectors would see in a unit of this haematoxylin; see :func:`bend`.
    """

    haematoxylin: Vector
    dab: Vector
    residual: Vector
    i0: Vector
    unmix: FloatMap
    bend: float = 0.0

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """Rows H, DAB, R."""
        return np.array([self.haematoxylin, self.dab, self.residual])


def stain_basis(
    haematoxylin: Vector = HAEMATOXYLIN, dab: Vector = DAB, *, completion: Completion = "cross", i0: Vector = WHITE
) -> StainBasis:
    """Complete two stain vectors to a basis.

    ``cross``: the third vector is their cross product, so that H and DAB are the least-squares solution. ``landini``:
    per colour channel sqrt(1 - h² - d²), or 0 where that is negative, then normalised (ImageJ).
    Raises ScoringError where the two vectors (nearly) coincide.
    """
    first = np.asarray(haematoxylin, dtype=np.float64)
    second = np.asarray(dab, dtype=np.float64)
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    if completion == "cross":
        third = np.cross(first, second)
    elif completion == "landini":
        third = np.sqrt(np.clip(1 - first**2 - second**2, 0, None))
    else:
        raise ScoringError(f"completion is 'cross' or 'landini'; received {completion!r}.")
    length = float(np.linalg.norm(third))
    if length < 1e-2:
        raise ScoringError("The two stain vectors are almost the same; give vectors at least 1° apart.")
    third = third / length
    matrix = np.stack([first, second, third])
    unmixing = np.linalg.inv(matrix).astype(np.float32)
    return StainBasis(_vector(first), _vector(second), _vector(third), i0, unmixing, _bend(first))


def _bend(haematoxylin: npt.NDArray[np.float64]) -> float:
    """DAB that the standard vectors (cross product) see in one unit of a haematoxylin; not below 0."""
    standard = np.array([HAEMATOXYLIN, DAB, np.cross(HAEMATOXYLIN, DAB)])
    standard /= np.linalg.norm(standard, axis=1, keepdims=True)
    return max(0.0, round(float((haematoxylin @ np.linalg.inv(standard))[1]), 6))


def _vector(values: npt.NDArray[np.float64]) -> Vector:
    return (float(values[0]), float(values[1]), float(values[2]))


def od_table(i0: Vector) -> FloatMap:
    """OD10 of every byte value for each channel: 256 x 3. A value of 0 counts as 1 (``clip1``)."""
    values = np.maximum(np.arange(256, dtype=np.float64), 1)
    return (-np.log10(values[:, None] / np.asarray(i0, dtype=np.float64))).astype(np.float32)


def optical_density(rgb: ByteImage, i0: Vector = WHITE) -> FloatMap:
    """OD10 per channel, height x width x 3. Brighter than ``i0`` is negative."""
    return np.asarray(cv2.LUT(rgb, od_table(i0)[None]), dtype=np.float32)


def unmix(rgb: ByteImage, basis: StainBasis) -> FloatMap:
    """Amounts of H, DAB and residual in OD10, height x width x 3, signed."""
    return np.asarray(cv2.transform(optical_density(rgb, basis.i0), basis.unmix.T), dtype=np.float32)


def bend(amounts: FloatMap, basis: StainBasis) -> FloatMap:
    """Amounts with DAB raised by ``basis.bend * min(H, DAB)``; nothing changes for the standard vectors.

    Dense DAB scatters and its colour turns towards haematoxylin, so with a bluer haematoxylin vector a part of it is
    unmixed as haematoxylin: at most as much as there is DAB. Blue pixels keep their (near 0) DAB, brown ones what the
    standard vectors say.
    """
    if basis.bend <= 0:
        return amounts
    bent = amounts.copy()
    shared = np.minimum(amounts[..., 0], amounts[..., 1])
    bent[..., 1] += np.float32(basis.bend) * np.maximum(shared, 0)
    return bent


def compose(amounts: FloatMap, basis: StainBasis) -> ByteImage:
    """The image that amounts of H, DAB, R (OD10, height x width x 3) would give: I0 * 10^(-a M)."""
    density = amounts @ basis.matrix.astype(np.float32)
    shown: ByteImage = np.clip(np.rint(np.asarray(basis.i0, np.float32) * 10 ** (-density)), 0, 255).astype(np.uint8)
    return shown


def channel_image(amount_od: FloatMap) -> ByteImage:
    """8-bit channel image as in ImageJ: 255 * 10^(-a); dark is strong."""
    shown: ByteImage = np.clip(np.rint(255 * 10 ** (-amount_od)), 0, 255).astype(np.uint8)
    return shown


def luminance(rgb: ByteImage) -> FloatMap:
    """BT.601 luminance of gamma-coded values, 0..255, not rounded."""
    weights = np.array([[0.299, 0.587, 0.114]], dtype=np.float32)
    return np.asarray(cv2.transform(rgb.astype(np.float32), weights), dtype=np.float32)


def estimate_i0(rgb: ByteImage, *, minimum_share: float = 0.002) -> Vector:
    """White of a slide: per channel the 99th percentile over pixels of saturation < .1, held within 200..255.

    Where fewer than ``minimum_share`` of the pixels are that pale, nothing unstained was seen and white stays 255.
    """
    red, green, blue = cv2.split(rgb)  # planes: reducing over the last axis is many times slower
    highest = np.maximum(np.maximum(red, green), blue).astype(np.int16)
    lowest = np.minimum(np.minimum(red, green), blue).astype(np.int16)
    pale = ((highest - lowest) * 10 < highest) & (highest >= int(I0_RANGE[0]) - 20)
    if np.count_nonzero(pale) < max(16, minimum_share * pale.size):
        return WHITE
    found = np.percentile(rgb[pale], 99, axis=0)
    return _vector(np.clip(found, *I0_RANGE).astype(np.float64))


def estimate_haematoxylin(rgb: ByteImage, i0: Vector) -> Vector | None:
    """The counterstain's vector on this slide: median direction of its bluest pixels; None where too few are blue.

    Blue means stained (red OD above .1) with less absorbance in blue than .78 of that in red: haematoxylin was measured
    up to .72 on real slides, and a nucleus with weak DAB is already beyond .78. Of these the bluer half counts. Trusted
    within 18° of the standard vector (measured: up to 13°).
    """
    density = optical_density(rgb.reshape(1, -1, 3), i0)[0]
    red, blue = density[:, 0], density[:, 2]
    chosen = density[(red > 0.1) & (red < 1.2) & (blue > 0.02) & (blue < 0.78 * red)]
    if len(chosen) < max(100, 0.001 * len(density)):
        return None
    ratio = chosen[:, 2] / chosen[:, 0]
    bluest = chosen[ratio <= np.median(ratio)].astype(np.float64)
    direction = np.median(bluest / np.linalg.norm(bluest, axis=1, keepdims=True), axis=0)
    if _degrees(direction, np.array(HAEMATOXYLIN)) > 18:
        return None
    return _vector(direction / np.linalg.norm(direction))


def eosin_share(rgb: ByteImage, i0: Vector) -> float:
    """Share of the stained pixels that are pink: green absorbed half as much again as red and a quarter more than blue.

    Eosin (.07, .99, .11) does that; haematoxylin, DAB and their mixtures do not.
    """
    density = optical_density(rgb.reshape(1, -1, 3), i0)[0]
    stained = density[density[:, 1] > 0.15]
    if len(stained) == 0:
        return 0.0
    pink = (stained[:, 1] > 1.5 * stained[:, 0]) & (stained[:, 1] > 1.25 * stained[:, 2])
    return float(pink.mean())


def estimate_vectors(rgb: ByteImage, i0: Vector) -> tuple[Vector, Vector] | None:
    """Haematoxylin and DAB vectors of this tissue (Macenko et al. 2009), or None where they cannot be trusted.

    Guard rails: at least 2 % of the stained pixels near each vector, 10° between them, and each within 20° of the
    standard one.
    """
    density = optical_density(rgb, i0).reshape(-1, 3)
    density = density[density.min(axis=1) > 0.065]  # 0.15 in natural-log units, as published
    if len(density) < 500:
        return None
    _, directions = np.linalg.eigh(np.cov(density.T))
    plane = directions[:, [2, 1]]
    plane = plane * np.where(plane.sum(axis=0) < 0, -1, 1)
    angles = np.arctan2(density @ plane[:, 1], density @ plane[:, 0])
    low, high = np.percentile(angles, [1, 99])
    ends = [plane @ np.array([np.cos(a), np.sin(a)]) for a in (low, high)]
    middle = (low + high) / 2
    shares = (float(np.mean(angles < middle)), float(np.mean(angles >= middle)))
    if min(shares) < 0.02 or min(float(end.min()) for end in ends) < -0.05:
        return None
    units = sorted(
        (np.clip(e, 0, None) / np.linalg.norm(np.clip(e, 0, None)) for e in ends), key=lambda v: v[2] / (v[0] + 1e-6)
    )
    if _degrees(units[0], units[1]) < 10:
        return None
    if _degrees(units[0], np.array(HAEMATOXYLIN)) > 20 or _degrees(units[1], np.array(DAB)) > 20:
        return None
    return _vector(units[0]), _vector(units[1])


def _degrees(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    cosine = float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
