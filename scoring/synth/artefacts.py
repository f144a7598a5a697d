"""Folds, blur, bubbles, dust, pen, knife lines, red cells and mucus: drawn once per scene in µm, applied to stain
amounts at any magnification, each with its mask. None of them is a nucleus and none changes the truth.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import cv2
import numpy as np

from scoring.synth.noise import texture
from scoring.synth.scene import Scene, Tissue, Window
from scoring.synth.tiers import tier_of
from scoring.types import FloatMap, Mask

Amounts = dict[str, FloatMap]


@dataclass(frozen=True)
class Artefact(ABC):
    """One artefact; ``seed`` draws its details."""

    seed: int
    defocus_um: float = 0.0
    name: ClassVar[str]

    @abstractmethod
    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        """Changes the amounts in place and returns where."""

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self.seed, *self.name.encode()])


def _grid(window: Window) -> tuple[FloatMap, FloatMap]:
    x = window.x_um + (np.arange(window.width_px, dtype=np.float32) + 0.5) * window.um_per_px
    y = window.y_um + (np.arange(window.height_px, dtype=np.float32) + 0.5) * window.um_per_px
    return x[None, :], y[:, None]


def _line(rng: np.random.Generator, window: Window, scene: Scene, bend_um: float) -> tuple[FloatMap, FloatMap]:
    """Signed distance from a wavy line through the middle half of the scene, and position along it."""
    x, y = _grid(window)
    turn = rng.uniform(0, np.pi)
    cx, cy = rng.uniform(0.25, 0.75, 2) * (scene.width_um, scene.height_um)
    along = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn)
    across = -(x - cx) * np.sin(turn) + (y - cy) * np.cos(turn)
    for length in (90.0, 260.0):
        across = across + bend_um * rng.normal() * np.sin(along / length + rng.uniform(0, 6.28))
    return across.astype(np.float32), along.astype(np.float32)


def _layer(amounts: Amounts, name: str, window: Window) -> FloatMap:
    return amounts.setdefault(name, np.zeros(window.shape, dtype=np.float32))


class Fold(Artefact):
    """A band of 15–60 µm in which a second layer of tissue lies over the first."""

    name = "fold"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        across, along = _line(rng, window, scene, 14.0)
        half = rng.uniform(7.5, 30) * np.clip(1.2 - np.abs(along) / rng.uniform(150, 400), 0, 1)
        weight = 1 / (1 + np.exp(np.clip((np.abs(across) - half) / 1.5, -30, 30)))
        shift = rng.uniform(12, 30, 2) / window.um_per_px * rng.choice((-1, 1), 2)
        matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        for stain in ("haematoxylin", "dab"):
            under = amounts[stain]
            over = cv2.warpAffine(under, matrix, (window.width_px, window.height_px), borderMode=cv2.BORDER_CONSTANT)
            over = cv2.GaussianBlur(over, (0, 0), 1.5 / window.um_per_px)
            amounts[stain] = (under + weight * (0.5 * over + 0.12 * (under > 0.02))).astype(np.float32)
        return np.asarray(weight > 0.5)


class Blur(Artefact):
    """A part out of focus."""

    name = "blur"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        across, _ = _line(rng, window, scene, 30.0)
        x, y = _grid(window)
        cx, cy = rng.uniform(0.15, 0.85, 2) * (scene.width_um, scene.height_um)
        if rng.random() < 0.5:
            return np.asarray(across > rng.uniform(20, 120))
        return np.asarray(np.hypot(x - cx, y - cy) < rng.uniform(50, 140))


class Bubble(Artefact):
    """Rings of air bubbles under the cover slip: a dark edge, a slightly brighter inside."""

    name = "bubble"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        x, y = _grid(window)
        mask = np.zeros(window.shape, dtype=bool)
        dark = _layer(amounts, "black", window)
        for _ in range(int(rng.integers(1, 4))):
            cx, cy = rng.uniform(0.1, 0.9, 2) * (scene.width_um, scene.height_um)
            radius = rng.uniform(20, 90)
            distance = np.hypot(x - cx, y - cy)
            width = rng.uniform(1.5, 5)
            dark += rng.uniform(0.2, 0.7) * np.exp(-(((distance - radius) / width) ** 2))
            mask |= distance < radius + 2 * width
            inside = distance < radius
            for stain in ("haematoxylin", "dab"):
                amounts[stain] = np.where(inside, amounts[stain] * np.float32(0.85), amounts[stain])
        return mask


class Dust(Artefact):
    """Dark specks and a fibre."""

    name = "dust"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        x, y = _grid(window)
        dark = _layer(amounts, "black", window)
        added = np.zeros_like(dark)
        for _ in range(int(rng.integers(3, 15))):
            cx, cy = rng.uniform(0, 1, 2) * (scene.width_um, scene.height_um)
            distance = np.hypot((x - cx) * rng.uniform(0.6, 1.6), y - cy)
            added += rng.uniform(0.3, 1.2) / (1 + np.exp(np.clip((distance - rng.uniform(1, 5)) / 0.5, -30, 30)))
        across, along = _line(rng, window, scene, 25.0)
        reach = rng.uniform(20, 90)
        added += 0.6 * np.exp(-((across / 1.2) ** 2)) / (1 + np.exp(np.clip((np.abs(along) - reach) / 2, -30, 30)))
        dark += added
        return np.asarray(added > 0.1)


class Pen(Artefact):
    """A stroke of marker ink near the rim."""

    name = "pen"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        across, along = _line(rng, window, scene, 20.0)
        push = rng.choice((-1, 1)) * rng.uniform(0.25, 0.42) * scene.width_um
        half = rng.uniform(20, 60)
        edge = 1 / (1 + np.exp(np.clip((np.abs(across - push) - half) / 3, -30, 30)))
        streak = 1 + 0.15 * np.sin(across / 4 + rng.uniform(0, 6.28)) + 0.1 * texture("cloud", window, self.seed)
        ink = str(rng.choice(("black", "blue_ink", "green_ink")))
        layer = _layer(amounts, ink, window)
        layer += (rng.uniform(0.3, 1.2) * edge * np.maximum(streak, 0)).astype(np.float32)
        return np.asarray((edge > 0.5) & (along > -1e9))


class Knife(Artefact):
    """Fine parallel scores of a nicked blade: thinner tissue."""

    name = "knife"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        across, _ = _line(rng, window, scene, 1.0)
        score = np.zeros(window.shape, dtype=np.float32)
        for _ in range(int(rng.integers(1, 5))):
            score = np.maximum(score, np.exp(-(((across - rng.uniform(-120, 120)) / rng.uniform(1, 2.5)) ** 2)))
        for stain in ("haematoxylin", "dab"):
            amounts[stain] = (amounts[stain] * (1 - 0.75 * score)).astype(np.float32)
        return np.asarray(score > 0.5)


class RedCells(Artefact):
    """Red cells in vessels and, sometimes, poured into stroma: grey-green, refractile, without haematoxylin."""

    name = "red_cells"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        layout = scene.layout
        pool = layout.tissue == Tissue.VESSEL
        if rng.random() < 0.3:
            spill = (layout.haze > rng.uniform(1.2, 1.9)) & np.isin(
                layout.tissue, (Tissue.STROMA, Tissue.LUMEN, Tissue.VESSEL)
            )
            pool = pool | spill
        spots = np.argwhere(pool)
        layer = _layer(amounts, "red_cell", window)
        mask = np.zeros(window.shape, dtype=bool)
        if len(spots) == 0:
            return mask
        wanted = min(int(len(spots) * layout.pitch_um**2 / 45.0), 4000)
        chosen = (spots[rng.integers(0, len(spots), wanted)] + rng.random((wanted, 2))) * layout.pitch_um
        colour = rng.uniform(0.10, 0.28)
        for (y, x), radius in zip(chosen, rng.uniform(2.4, 3.6, wanted), strict=True):
            _stamp(layer, mask, window, float(x), float(y), float(radius), colour)
        for stain in ("haematoxylin", "dab"):
            free = (mask & (amounts["haematoxylin"] < 0.2)).astype(np.float32)
            amounts[stain] = (amounts[stain] * (1 - 0.8 * free)).astype(np.float32)
        return mask


def _stamp(layer: FloatMap, mask: Mask, window: Window, x: float, y: float, radius: float, od: float) -> None:
    """One red cell: a disc with a bright middle and a dark refractile rim."""
    cx, cy = (float(v) for v in window.to_px(x, y))
    reach = int(radius / window.um_per_px) + 3
    j0, i0 = max(int(cx) - reach, 0), max(int(cy) - reach, 0)
    j1, i1 = min(int(cx) + reach + 1, window.width_px), min(int(cy) + reach + 1, window.height_px)
    if j0 >= j1 or i0 >= i1:
        return
    dx = (np.arange(j0, j1, dtype=np.float32) - cx) * window.um_per_px
    dy = (np.arange(i0, i1, dtype=np.float32) - cy) * window.um_per_px
    distance = np.hypot(dx[None, :], dy[:, None])
    disc = 1 / (1 + np.exp(np.clip((distance - radius) / 0.3, -30, 30)))
    ring = np.exp(-(((distance - radius + 0.3) / 0.55) ** 2))
    there = np.s_[i0:i1, j0:j1]
    np.maximum(layer[there], (od * (0.55 * disc + 1.2 * ring)).astype(np.float32), out=layer[there])
    mask[there] |= distance < radius


class Mucus(Artefact):
    """Pale secretion and debris in lumens."""

    name = "mucus"

    def apply(self, amounts: Amounts, window: Window, scene: Scene) -> Mask:
        rng = self._rng()
        lumen = scene.layout.share((Tissue.LUMEN,), window, 2.0)
        body = np.maximum(texture("cloud", window, self.seed) + 0.3 + 0.3 * texture("grain", window, self.seed), 0)
        amount = lumen * body
        amounts["haematoxylin"] = (amounts["haematoxylin"] + rng.uniform(0.02, 0.1) * amount).astype(np.float32)
        amounts["dab"] = (amounts["dab"] + rng.uniform(0.0, 0.12) * amount).astype(np.float32)
        return np.asarray(amount > 0.3)


def draw(scene: Scene) -> list[Artefact]:
    """The artefacts of a scene, each by its tier's chance; red cells and mucus belong to tissue and are common."""
    tier = tier_of(scene.tier)
    rng = np.random.default_rng([scene.seed, 31])
    found: list[Artefact] = []
    draws = [(kind, rng.random(), int(rng.integers(2**31)), rng.uniform(*tier.blur_um)) for kind in
             (Mucus, RedCells, Fold, Blur, Knife, Bubble, Dust, Pen)]  # fmt: skip
    for kind, chance, seed, blur in draws:
        common = kind in (RedCells, Mucus)
        limit = min(1.0, tier.artefact_chance * 8) if common else tier.artefact_chance
        limit *= 0.35 if kind is Pen else 1.0
        if chance < limit:
            found.append(kind(seed, blur if kind is Blur else 0.0))
    return found
