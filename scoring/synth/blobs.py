"""Quick flat nuclei in px: scattered places, wavy outlines, a label image, and smooth noise.

The general-nuclei pictures use these; tissue with cells of known kind is :mod:`scoring.synth.scene`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from scoring.types import FloatMap, Labels, Mask

_ANGLES = np.linspace(0, 2 * np.pi, 32, endpoint=False)
_SUBPIXEL = 16  # cv2 takes vertices in 1/16 px with shift=4


@dataclass
class Blobs:
    """``n`` star-shaped outlines. ``centres_px`` n x 2 (x, y); the others n. ``aspect`` is length over width."""

    centres_px: npt.NDArray[np.float64]
    radii_px: npt.NDArray[np.float64]
    aspect: npt.NDArray[np.float64]
    angle: npt.NDArray[np.float64]
    irregularity: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.radii_px)

    @classmethod
    def at(cls, centres_px: npt.NDArray[np.float64], radii_px: npt.NDArray[np.float64]) -> Blobs:
        """Round ones, to be given aspect and angle."""
        n = len(radii_px)
        return cls(centres_px.reshape(n, 2), radii_px, np.ones(n), np.zeros(n), np.full(n, 0.6))

    @classmethod
    def joined(cls, parts: Sequence[Blobs]) -> Blobs:
        """All of them in one, in order (later ones lie on top)."""
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("centres_px", "radii_px", "aspect", "angle", "irregularity")
            )
        )

    def outlines(self, rng: np.random.Generator) -> npt.NDArray[np.float64]:
        """n x 32 x 2 vertices in px: an ellipse times 1 + sum over k = 2..6 of a_k cos(k t + phase)."""
        n = len(self)
        waves = np.ones((n, len(_ANGLES)))
        for k in range(2, 7):
            height = rng.normal(0, 0.09 / k, n) * self.irregularity
            waves += height[:, None] * np.cos(k * _ANGLES + rng.uniform(0, 2 * np.pi, n)[:, None])
        long, short = self.radii_px * np.sqrt(self.aspect), self.radii_px / np.sqrt(self.aspect)
        u, v = long[:, None] * waves * np.cos(_ANGLES), short[:, None] * waves * np.sin(_ANGLES)
        c, s = np.cos(self.angle)[:, None], np.sin(self.angle)[:, None]
        return np.stack([u * c - v * s, u * s + v * c], axis=2) + self.centres_px[:, None]


def scatter(
    rng: np.random.Generator,
    size_px: int,
    count: int,
    *,
    radius_px: tuple[float, float],
    gap: float = 1.0,
    where: Mask | None = None,
) -> Blobs:
    """At most ``count`` places in the square (a margin of one radius beyond it), each ``gap`` times the sum of the two
    radii from every other; mean and standard deviation of the radius in ``radius_px``. ``where`` limits the centres.
    """
    mean, spread = radius_px
    tries = rng.uniform(-mean, size_px + mean, (3 * count, 2))
    radii = np.clip(rng.normal(mean, spread, 3 * count), 0.5 * mean, 1.8 * mean)
    if where is not None:
        at = np.clip(tries.astype(int), 0, size_px - 1)
        allowed = where[at[:, 1], at[:, 0]]
        tries, radii = tries[allowed], radii[allowed]
    kept = np.empty((count, 3))
    n = 0
    for (x, y), radius in zip(tries, radii, strict=True):
        if n == count:
            break
        near = kept[:n]
        reach = gap * (near[:, 2] + radius)
        if np.any((near[:, 0] - x) ** 2 + (near[:, 1] - y) ** 2 < reach**2):
            continue
        kept[n] = x, y, radius
        n += 1
    found = Blobs.at(kept[:n, :2].copy(), kept[:n, 2].copy())
    found.angle[:] = rng.uniform(0, np.pi, n)
    found.aspect[:] = rng.uniform(1.0, 1.25, n)
    return found


def ring_of(
    rng: np.random.Generator, centre_px: npt.NDArray[np.float64], outer_px: float, *, nucleus_px: float
) -> tuple[Blobs, npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """A gland cut across: its crown of radially long nuclei, and the outlines (1/16 px) of its wall and its lumen."""
    waves = 1 + sum(rng.normal(0, 0.16 / k) * np.cos(k * _ANGLES + rng.uniform(0, 2 * np.pi)) for k in (2, 3, 4))
    stretch, turn = rng.uniform(1.0, 1.7), rng.uniform(0, np.pi)

    def outline(share: float, angles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        radius = share * outer_px * np.interp(angles, _ANGLES, waves, period=2 * np.pi)
        u, v = radius * np.cos(angles) * np.sqrt(stretch), radius * np.sin(angles) / np.sqrt(stretch)
        return np.stack([u * np.cos(turn) - v * np.sin(turn), u * np.sin(turn) + v * np.cos(turn)], axis=1) + centre_px

    n = max(6, int(2 * np.pi * outer_px * 0.85 / (nucleus_px * rng.uniform(1.35, 2.0))))
    angles = np.sort(np.linspace(0, 2 * np.pi, n, endpoint=False) + rng.normal(0, 0.6 / n, n))
    depth = 1 - (nucleus_px * rng.uniform(1.3, 2.4, n)) / outer_px
    places = np.stack([outline(float(d), np.array([a]))[0] for d, a in zip(depth, angles, strict=True)])
    inward = centre_px - places
    crown = Blobs.at(places, np.clip(rng.normal(nucleus_px, 0.12 * nucleus_px, n), 1.5, None))
    crown.aspect[:] = rng.uniform(1.3, 2.6, n)
    crown.angle[:] = np.arctan2(inward[:, 1], inward[:, 0]) + rng.normal(0, 0.15, n)
    lumen = float(rng.uniform(0.1, 0.45))
    edges = [np.rint(outline(share, _ANGLES) * _SUBPIXEL).astype(np.int32) for share in (1.0, lumen)]
    return crown, edges[0], edges[1]


def label_image(blobs: Blobs, rng: np.random.Generator, size_px: int) -> Labels:
    """0 outside, i + 1 within blob i; later ones cover earlier ones."""
    labels = np.zeros((size_px, size_px), np.int32)
    for number, outline in enumerate(np.rint(blobs.outlines(rng) * _SUBPIXEL).astype(np.int32), start=1):
        cv2.fillPoly(labels, [outline], number, shift=4)
    return labels


def beads(
    rng: np.random.Generator, blobs: Blobs, size_px: int, *, per_blob: tuple[int, int], radius: tuple[float, float]
) -> FloatMap:
    """Small bright discs within the blobs (nucleoli, chromatin dots), 0..1; ``radius`` in radii of the blob."""
    field = np.zeros((size_px, size_px), np.float32)
    counts = rng.integers(per_blob[0], per_blob[1] + 1, len(blobs))
    owner = np.repeat(np.arange(len(blobs)), counts)
    away = blobs.radii_px[owner] * 0.65 * np.sqrt(rng.random(len(owner)))
    turn = rng.uniform(0, 2 * np.pi, len(owner))
    x = blobs.centres_px[owner, 0] + away * np.cos(turn)
    y = blobs.centres_px[owner, 1] + away * np.sin(turn)
    radii = blobs.radii_px[owner] * rng.uniform(*radius, len(owner))
    for cx, cy, r in np.rint(np.stack([x, y, radii], axis=1) * _SUBPIXEL).astype(int).tolist():
        cv2.circle(field, (cx, cy), max(r, 8), 1.0, -1, cv2.LINE_8, 4)
    return np.asarray(cv2.GaussianBlur(field, (0, 0), 0.6), np.float32)


def smooth_noise(rng: np.random.Generator, size_px: int, scale_px: float) -> FloatMap:
    """Smooth Gaussian noise of about unit variance with features ``scale_px`` wide, ``size_px`` square."""
    coarse = max(4, round(size_px / max(scale_px, 1.0)) + 3)
    seeds = rng.standard_normal((coarse, coarse), dtype=np.float32)
    wide = cv2.resize(seeds, None, fx=size_px / (coarse - 3), fy=size_px / (coarse - 3), interpolation=cv2.INTER_CUBIC)
    offset = (wide.shape[0] - size_px) // 2
    return np.asarray(1.4 * wide[offset : offset + size_px, offset : offset + size_px], np.float32)
