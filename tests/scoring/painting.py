"""Painted fields with a known answer: nuclei of chosen DAB on pale ground, blurred, noisy, under a scanner's white."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from scoring.stain import HAEMATOXYLIN, Vector, compose, stain_basis

CLASS_DAB = (0.02, 0.25, 0.5, 1.0)
"""DAB (OD10) in the middle of each class of ``duoscope-1``."""


@dataclass(frozen=True)
class Field:
    """The picture and its truth: centres (n, 2: x, y in px) and classes (n)."""

    rgb: np.ndarray
    centres_px: np.ndarray
    classes: np.ndarray
    um_per_px: float

    @property
    def counts(self) -> list[int]:
        return np.bincount(self.classes, minlength=4).tolist()

    @property
    def h_score(self) -> float:
        return 100 * float(self.classes.mean())


def paint(
    shares: tuple[float, float, float, float],
    *,
    seed: int = 0,
    size_px: int = 512,
    um_per_px: float = 0.5,
    radius_um: float = 4.0,
    spacing_um: float = 14.0,
    dab_gain: float = 1.0,
    haematoxylin: Vector = HAEMATOXYLIN,
    haze_od: float = 0.03,
    membrane: bool = False,
    white: Vector = (243.0, 242.0, 240.0),
) -> Field:
    """Nuclei on a jittered lattice, so that none touch. ``membrane`` puts the DAB in a ring around a blue nucleus."""
    rng = np.random.default_rng(seed)
    step, radius = spacing_um / um_per_px, radius_um / um_per_px
    places = np.arange(step, size_px - step * 0.8, step)
    x, y = (axis.ravel() for axis in np.meshgrid(places, places))
    centres = np.stack([x, y], axis=1) + rng.uniform(-0.1, 0.1, (len(x), 2)) * step
    wanted = np.round(np.cumsum(shares) / sum(shares) * len(centres)).astype(int)
    classes = np.searchsorted(wanted, np.arange(len(centres)), side="right")
    rng.shuffle(classes)
    amounts = np.zeros((size_px, size_px, 3), dtype=np.float32)
    amounts[..., 0], amounts[..., 1] = 0.05, haze_od
    yy, xx = np.mgrid[0:size_px, 0:size_px]
    for (cx, cy), kind in zip(centres, classes, strict=True):
        stretch, angle = rng.uniform(1.0, 1.25), rng.uniform(0, np.pi)
        # Only the window around a nucleus is touched: three radii hold its ring, too.
        reach = int(3 * radius) + 2
        window = (
            slice(max(0, int(cy) - reach), int(cy) + reach + 1),
            slice(max(0, int(cx) - reach), int(cx) + reach + 1),
        )
        here = amounts[window]
        dx, dy = xx[window] - cx, yy[window] - cy
        along, across = dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)
        away = np.hypot(along / stretch, across * stretch) / radius
        body = np.clip((1.05 - away) * radius / 2 + 0.5, 0, 1)
        dab = CLASS_DAB[kind] * dab_gain
        here[..., 0] = np.maximum(here[..., 0], 0.42 * body)
        if membrane:
            ring = np.clip(1 - np.abs(away - 1.5) / 0.35, 0, 1)
            here[..., 1] = np.maximum(here[..., 1], dab * ring)
        else:
            here[..., 1] = np.maximum(here[..., 1], dab * body)
    basis = stain_basis(haematoxylin, i0=white)
    rgb = cv2.GaussianBlur(compose(amounts, basis), (0, 0), 0.3 / um_per_px)
    noisy = np.clip(rgb + rng.normal(0, 1.5, rgb.shape), 0, 255).astype(np.uint8)
    # A strip of bare glass, as every slide has.
    noisy[:, : max(4, size_px // 64)] = np.asarray(white, dtype=np.uint8)
    return Field(noisy, centres, classes.astype(int), um_per_px)
