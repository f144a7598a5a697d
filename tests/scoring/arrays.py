"""Drawn overviews of tissue microarrays with a known answer: discs of stained speckle on glass, in blocks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

GLASS = 243


@dataclass(frozen=True)
class Drawn:
    """The picture; where each place lies (``places``: (row, column) to x, y in px) and which of them hold a core."""

    rgb: np.ndarray
    places: dict[tuple[int, int], np.ndarray]
    present: set[tuple[int, int]]
    radius_px: float


def draw_array(
    seed: int,
    *,
    rows: int = 7,
    blocks: tuple[int, ...] = (9,),
    radius_px: float = 16.0,
    pitch: tuple[float, float] = (2.7, 2.6),
    angle_deg: float = 0.0,
    skew: float = 0.0,
    missing: float = 0.0,
    drift: float = 0.08,
    gap: float = 1.6,
) -> Drawn:
    """Draw an array.

    Args:
        seed: everything random.
        rows: rows of every block.
        blocks: columns of each block, side by side.
        radius_px: of a core.
        pitch: steps from column to column and row to row, in radii.
        angle_deg: by which the array is turned.
        skew: by how much of the height above it a row is pushed sideways.
        missing: share of places without a core; the outermost rows and columns keep one each.
        drift: standard deviation of a core's place, in radii.
        gap: glass between blocks beyond the step, in radii.
    """
    rng = np.random.default_rng(seed)
    columns = sum(blocks)
    step_x, step_y = pitch[0] * radius_px, pitch[1] * radius_px
    block_of = np.repeat(np.arange(len(blocks)), blocks)
    turn = np.radians(angle_deg)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    flat = {
        (row + 1, column + 1): np.array(
            [column * step_x + block_of[column] * gap * radius_px + skew * row * step_y, row * step_y]
        )
        for row in range(rows)
        for column in range(columns)
    }
    places = {site: turned @ place + rng.normal(0, drift * radius_px, 2) for site, place in flat.items()}
    every = np.array(list(places.values()))
    margin = 3 * radius_px
    corner = every.min(axis=0) - margin
    places = {site: place - corner for site, place in places.items()}
    width, height = np.ceil(every.max(axis=0) - corner + margin).astype(int)
    picture = np.full((height, width, 3), GLASS, np.float32) + rng.normal(0, 0.7, (height, width, 1))
    present = {site for site in places if rng.random() >= missing}
    present |= {(1, 1), (1, columns), (rows, 1), (rows, columns)}
    for site in present:
        _core(rng, picture, places[site], radius_px)
    for _ in range(width * height // 20_000):  # dust
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        cv2.circle(picture, (int(x), int(y)), int(rng.integers(1, 3)), (140.0, 140.0, 150.0), -1)
    return Drawn(np.clip(np.rint(picture), 0, 255).astype(np.uint8), places, present, radius_px)


def _core(rng: np.random.Generator, picture: np.ndarray, place: np.ndarray, radius_px: float) -> None:
    """A disc of pale counterstain with brown or blue speckle; one in six has lost a part."""
    height, width = picture.shape[:2]
    down, across = np.mgrid[:height, :width]
    away = np.hypot(across - place[0], down - place[1])
    mask = (away <= radius_px).astype(np.float32)
    if rng.random() < 1 / 6:
        bite = place + radius_px * rng.uniform(0.6, 0.9) * _direction(rng)
        mask[np.hypot(across - bite[0], down - bite[1]) <= 0.6 * radius_px] = 0
    speckle = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 0.8)
    brown = rng.random() < 0.5
    colour = np.array([18, 25, 33] if brown else [26, 22, 14], np.float32)
    picture -= (mask * np.clip(1 + 1.2 * speckle, 0, 3))[..., None] * colour


def _direction(rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])
