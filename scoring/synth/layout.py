"""Where which tissue lies: nests, sheets, cords or glands of tumour in stroma, with fat, lymphoid tissue, normal ducts,
vessels and necrosis, inside a core's wavy rim or over a whole field.
"""

from __future__ import annotations

import cv2
import numpy as np

from scoring.synth.noise import random_field
from scoring.synth.scene import Layout, Tissue
from scoring.types import FloatMap, Mask

PITCH_UM = 2.0
CORE_RADIUS_UM = 300.0
_PATTERNS = ("nests", "sheets", "cords", "glands")


def make_layout(
    rng: np.random.Generator, width_um: float, height_um: float, *, core: bool, tumour_share: float
) -> Layout:
    """A layout of a core (disc of 600 ± 30 µm in the middle) or of a field full of tissue.

    Args:
        rng: everything random.
        width_um: width of the scene.
        height_um: height of the scene.
        core: whether there is a rim; otherwise tissue reaches the edges.
        tumour_share: wanted share of tissue that is tumour, 0..1.
    """
    shape = (round(height_um / PITCH_UM), round(width_um / PITCH_UM))
    inside = _rim(rng, shape) if core else np.full(shape, 1000.0, dtype=np.float32)
    ground = inside > 0
    tissue = np.full(shape, Tissue.STROMA, dtype=np.uint8)
    bulk = random_field(rng, shape, rng.uniform(60, 160) / PITCH_UM)
    _fat(rng, tissue, ground)
    _tumour(rng, tissue, ground, tumour_share, bulk)
    _lymphoid(rng, tissue, ground)
    _ducts(rng, tissue, ground)
    _vessels(rng, tissue, ground)
    tissue[~ground] = Tissue.GLASS
    hollow = np.isin(tissue, (Tissue.LUMEN,))
    lumen_um = np.asarray(
        cv2.distanceTransform((~hollow).astype(np.uint8), cv2.DIST_L2, 5) * PITCH_UM
        if hollow.any()
        else np.full(shape, 1e3),
        dtype=np.float32,
    )
    return Layout(
        PITCH_UM,
        tissue,
        inside,
        _potential(rng, tissue),
        lumen_um,
        random_field(rng, shape, 80 / PITCH_UM),
        random_field(rng, shape, rng.uniform(50, 200) / PITCH_UM),
    )


def _polar(shape: tuple[int, int], x: float, y: float) -> tuple[FloatMap, FloatMap]:
    """Distance (µm) and angle of every grid point from a point (µm)."""
    dy, dx = np.ogrid[: shape[0], : shape[1]]
    dx, dy = (dx + 0.5) * PITCH_UM - x, (dy + 0.5) * PITCH_UM - y
    return np.hypot(dx, dy).astype(np.float32), np.arctan2(dy, dx).astype(np.float32)


def _wavy(rng: np.random.Generator, angle: FloatMap, orders: int, size: float) -> FloatMap:
    """1 + sum of harmonics 2..orders of an angle, amplitudes falling with the order."""
    wave = np.ones_like(angle)
    for k in range(2, orders + 1):
        wave += rng.normal(0, size / k) * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
    return wave


def _rim(rng: np.random.Generator, shape: tuple[int, int]) -> FloatMap:
    """Distance to the rim of a core: wavy, sometimes torn or with a missing sector."""
    x, y = shape[1] * PITCH_UM / 2 + rng.normal(0, 5), shape[0] * PITCH_UM / 2 + rng.normal(0, 5)
    distance, angle = _polar(shape, x, y)
    radius = np.clip(CORE_RADIUS_UM + rng.uniform(-30, 15), 0, min(x, y) - 6)
    inside = radius * _wavy(rng, angle, 14, 0.03) - distance
    rough = random_field(rng, shape, 5) * 2.0 + random_field(rng, shape, 16) * 3.0
    inside = inside + rough.astype(np.float32)
    if rng.random() < 0.1:  # a missing sector
        cut, _ = _polar(shape, x + radius * np.cos(t := rng.uniform(0, 6.28)), y + radius * np.sin(t))
        inside = np.minimum(inside, cut - rng.uniform(0.3, 0.7) * radius + 3 * rough)
    for _ in range(rng.poisson(0.5)):  # tears
        crack = np.abs(random_field(rng, shape, 70)) * 70 * PITCH_UM
        reach, _ = _polar(shape, *(rng.uniform(0.2, 0.8, 2) * np.array(shape[::-1]) * PITCH_UM))
        inside = np.minimum(inside, crack - rng.uniform(2, 7) + np.maximum(reach - rng.uniform(60, 150), 0) + rough)
    return np.asarray(inside, dtype=np.float32)


def _tumour(rng: np.random.Generator, tissue: np.ndarray, ground: Mask, share: float, bulk: FloatMap) -> None:
    """Tumour of one of four growth patterns over the given share of the ground."""
    if share <= 0:
        return
    pattern = str(rng.choice(_PATTERNS, p=(0.4, 0.2, 0.2, 0.2)))
    shape = tissue.shape
    if pattern == "cords":
        fine = random_field(rng, shape, rng.uniform(18, 40) / PITCH_UM)
        score = -np.abs(fine + 0.25 * random_field(rng, shape, 10 / PITCH_UM)) + 0.25 * bulk
    elif pattern == "sheets":
        score = bulk + 0.25 * random_field(rng, shape, 25 / PITCH_UM)
    else:
        fine = random_field(rng, shape, rng.uniform(25, 70) / PITCH_UM)
        score = fine + 0.6 * bulk + 0.12 * random_field(rng, shape, 8 / PITCH_UM)
    cut = np.quantile(score[ground], 1 - share)
    where = (score > cut) & ground
    tissue[where] = Tissue.TUMOUR
    depth = cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, 5) * PITCH_UM
    if pattern == "glands":
        hole = random_field(rng, shape, rng.uniform(12, 24) / PITCH_UM)
        tissue[where & (depth > rng.uniform(10, 18)) & (hole > rng.uniform(0.4, 1.0))] = Tissue.LUMEN
    if rng.random() < 0.2:  # necrosis deep in the nests
        dead = random_field(rng, shape, 30 / PITCH_UM)
        tissue[where & (depth > rng.uniform(30, 60)) & (dead > 0.2)] = Tissue.NECROSIS


def _free(tissue: np.ndarray, ground: Mask) -> Mask:
    return np.asarray((tissue == Tissue.STROMA) & ground)


def _fat(rng: np.random.Generator, tissue: np.ndarray, ground: Mask) -> None:
    """Packed vacuoles of 20–45 µm radius over a part of the ground."""
    if rng.random() > 0.4:
        return
    region = random_field(rng, tissue.shape, 140 / PITCH_UM) > rng.uniform(0.5, 1.3)
    spots = np.argwhere(region & ground)
    if len(spots) == 0:
        return
    taken = np.zeros(tissue.shape, dtype=np.uint8)
    for i, j in spots[rng.integers(0, len(spots), 400)]:
        radius = rng.uniform(18, 45) / PITCH_UM
        low_i, low_j = max(0, int(i - radius - 1)), max(0, int(j - radius - 1))
        part = taken[low_i : int(i + radius + 2), low_j : int(j + radius + 2)]
        if part.any():
            continue
        axes = (int(radius * rng.uniform(0.8, 1)), int(radius * rng.uniform(0.8, 1)))
        cv2.ellipse(taken, (int(j), int(i)), axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    tissue[(taken > 0) & ground] = Tissue.FAT


def _lymphoid(rng: np.random.Generator, tissue: np.ndarray, ground: Mask) -> None:
    if rng.random() > 0.5:
        return
    score = random_field(rng, tissue.shape, rng.uniform(25, 60) / PITCH_UM)
    tissue[(score > rng.uniform(1.0, 2.0)) & _free(tissue, ground)] = Tissue.LYMPHOID


def _ducts(rng: np.random.Generator, tissue: np.ndarray, ground: Mask) -> None:
    """Normal ducts and acini: rings of 1–2 cells round a lumen, in stroma and fat, acini in lobules."""
    if rng.random() > 0.55:
        return
    open_ground = ground & np.isin(tissue, (Tissue.STROMA, Tissue.FAT))
    spots = np.argwhere(open_ground)
    if len(spots) < 500:
        return
    area_mm2 = ground.sum() * PITCH_UM**2 / 1e6
    for i, j in spots[rng.integers(0, len(spots), 1 + rng.poisson(12 * area_mm2))]:
        lobule = rng.random() < 0.5
        places = [(j, i)] if not lobule else [(j + dx, i + dy) for dx, dy in rng.normal(0, 28 / PITCH_UM, (14, 2))]
        for x, y in places:
            outer = rng.uniform(11, 19) if lobule else rng.uniform(22, 70)
            wall = rng.uniform(8, 12) if lobule else rng.uniform(9, 17)
            _ring(rng, tissue, open_ground, x * PITCH_UM, y * PITCH_UM, outer, wall)


def _ring(
    rng: np.random.Generator, tissue: np.ndarray, allowed: Mask, x: float, y: float, outer: float, wall: float
) -> None:
    """One duct, where nothing but open ground lies."""
    reach = int(outer * 1.5 / PITCH_UM) + 2
    j0, i0 = int(x / PITCH_UM) - reach, int(y / PITCH_UM) - reach
    i1, j1 = i0 + 2 * reach, j0 + 2 * reach
    if i0 < 0 or j0 < 0 or i1 > tissue.shape[0] or j1 > tissue.shape[1]:
        return
    part, free = tissue[i0:i1, j0:j1], allowed[i0:i1, j0:j1]
    distance, angle = _polar(part.shape, x - j0 * PITCH_UM, y - i0 * PITCH_UM)
    turn, stretch = rng.uniform(0, np.pi), rng.uniform(0.65, 1.0)
    angle = angle - turn
    oval = np.hypot(np.cos(angle), np.sin(angle) / stretch) / _wavy(rng, angle, 6, 0.14)
    radius = distance * oval
    body = radius < outer
    if (body & (~free | np.isin(part, (Tissue.EPITHELIUM, Tissue.LUMEN)))).any():
        return
    part[body] = Tissue.EPITHELIUM
    part[radius < outer - wall] = Tissue.LUMEN


def _vessels(rng: np.random.Generator, tissue: np.ndarray, ground: Mask) -> None:
    """Small vessels and capillaries in stroma; their lumen is :attr:`Tissue.VESSEL`."""
    spots = np.argwhere(_free(tissue, ground))
    if len(spots) == 0:
        return
    area_mm2 = ground.sum() * PITCH_UM**2 / 1e6
    layer = np.zeros(tissue.shape, dtype=np.uint8)
    for i, j in spots[rng.integers(0, len(spots), rng.poisson(25 * area_mm2))]:
        short = rng.uniform(3, 9) / PITCH_UM
        axes = (max(1, int(short * rng.uniform(1, 4))), max(1, int(short)))
        cv2.ellipse(layer, (int(j), int(i)), axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    tissue[(layer > 0) & _free(tissue, ground)] = Tissue.VESSEL


def _potential(rng: np.random.Generator, tissue: np.ndarray) -> FloatMap:
    """Fibres run round nests and ducts, and wander elsewhere: a potential with a gradient of about 1."""
    solid = np.isin(tissue, (Tissue.TUMOUR, Tissue.EPITHELIUM, Tissue.LUMEN, Tissue.NECROSIS, Tissue.FAT))
    shape = tissue.shape
    turn = rng.uniform(0, 2 * np.pi)
    y, x = np.ogrid[: shape[0], : shape[1]]
    drift = 0.7 * PITCH_UM * (np.cos(turn) * x + np.sin(turn) * y)
    wander = drift + sum(
        random_field(rng, shape, length / PITCH_UM) * length * size for length, size in ((180.0, 0.3), (60.0, 0.16))
    )
    if solid.any():
        away = cv2.distanceTransform((~solid).astype(np.uint8), cv2.DIST_L2, 5) * PITCH_UM
        wander = wander + 25 * (1 - np.exp(-away / 25))
    return np.asarray(cv2.GaussianBlur(np.asarray(wander, dtype=np.float32), (0, 0), 3))
