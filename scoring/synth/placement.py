"""Puts cells into a layout: candidates by tissue, thinned so that nuclei hardly overlap, with their outlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from scoring.synth.scene import CELL, WAVES, Cells, Kind, Layout, Tissue
from scoring.synth.tiers import Tier
from scoring.types import Mask

_OVERSAMPLING = 6.0


@dataclass(frozen=True)
class Population:
    """Nuclei of one kind in one tissue. Lengths in µm; ``radius`` is the geometric mean of the semi-axes."""

    tissue: Tissue
    kind: Kind
    per_mm2: float
    radius: float
    radius_sd: float
    aspect: tuple[float, float]
    irregularity: float
    h_od: tuple[float, float]


def populations(rng: np.random.Generator) -> list[Population]:
    """What lives where in one specimen; grade 1–3 makes tumour nuclei larger and more varied."""
    grade = int(rng.integers(3))
    scale, spread = (1.0, 1.15, 1.32)[grade], (0.10, 0.15, 0.22)[grade]
    radius = 4.3 * scale * rng.uniform(0.92, 1.08)
    density = rng.uniform(5000, 8000) / scale**1.4
    tumour_h = rng.uniform(0.2, 0.42)
    lymphocytes = float(rng.choice((60, 300, 900)))
    varied, tumour_range = 0.6 + 0.35 * grade, (0.75 * tumour_h, 1.3 * tumour_h)
    fibroblasts = rng.uniform(500, 1500)
    tumour, inflamed = Kind.TUMOUR, Kind.LYMPHOCYTE
    return [
        Population(Tissue.TUMOUR, tumour, density, radius, spread * radius, (1.0, 1.5), varied, tumour_range),
        Population(Tissue.TUMOUR, inflamed, 0.25 * lymphocytes, 2.9, 0.3, (1.0, 1.15), 0.5, (0.45, 0.8)),
        Population(Tissue.STROMA, Kind.FIBROBLAST, fibroblasts, 3.2, 0.45, (2.2, 5.0), 0.8, (0.28, 0.6)),
        Population(Tissue.STROMA, inflamed, lymphocytes, 2.9, 0.3, (1.0, 1.2), 0.5, (0.45, 0.8)),
        Population(Tissue.LYMPHOID, inflamed, 10000, 2.9, 0.3, (1.0, 1.2), 0.5, (0.45, 0.85)),
        Population(Tissue.EPITHELIUM, Kind.EPITHELIUM, 9000, 3.7, 0.4, (1.1, 2.0), 0.5, (0.25, 0.5)),
        Population(Tissue.FAT, Kind.FIBROBLAST, 25, 2.6, 0.3, (2.0, 4.0), 0.7, (0.3, 0.6)),
        Population(Tissue.NECROSIS, inflamed, 250, 2.6, 0.4, (1.0, 1.4), 1.2, (0.4, 0.8)),
    ]


def place(rng: np.random.Generator, layout: Layout, tier: Tier) -> Cells:
    """All cells of a scene without their stains (``dab_od`` 0), numbered 1..n."""
    parts = [_candidates(rng, layout, population) for population in populations(rng)]
    parts.append(_endothelium(rng, layout))
    cells: Cells = np.concatenate(parts)
    kept = _inside(layout, cells)
    cells = cells[kept][rng.permutation(int(kept.sum()))]
    _orient(rng, layout, cells)
    cells = cells[_deep_enough(layout, cells)]
    cells = cells[_thin(cells, rng.uniform(*tier.overlap))]
    cells = _reduced(rng, layout, cells)
    cells["number"] = np.arange(1, len(cells) + 1)
    cells["area_um2"] = areas_um2(cells)
    return cells


def _shaped(
    rng: np.random.Generator, x: npt.NDArray[np.floating], y: npt.NDArray[np.floating], population: Population
) -> Cells:
    n = len(x)
    cells: Cells = np.zeros(n, dtype=CELL)
    cells["x_um"], cells["y_um"], cells["kind"] = x, y, population.kind
    sizes = population.radius * np.exp(rng.normal(0, population.radius_sd / population.radius, n))
    cells["radius_um"] = np.clip(sizes, 0.6 * population.radius, 1.7 * population.radius)
    low, high = population.aspect
    cells["aspect"] = low + (high - low) * rng.beta(1.6, 2.2, n)
    order = np.arange(2, 2 + WAVES)
    cells["wave"] = rng.normal(0, 0.2 / order**1.5 * population.irregularity, (n, WAVES))
    cells["phase"] = rng.uniform(0, 2 * np.pi, (n, WAVES))
    cells["h_od"] = rng.uniform(*population.h_od, n)
    cells["rim"] = rng.uniform(0.1, 0.45, n)
    vesicular = population.kind in (Kind.TUMOUR, Kind.EPITHELIUM)
    for k, chance in enumerate((0.55, 0.2) if vesicular else (0.0, 0.0)):
        there = rng.random(n) < chance
        turn, reach = rng.uniform(0, 2 * np.pi, n), rng.uniform(0, 0.5, n)
        cells["nucleoli"][:, k] = np.stack(
            [reach * np.cos(turn), reach * np.sin(turn), there * rng.uniform(0.13, 0.26, n)], axis=1
        )
    return cells


def _candidates(rng: np.random.Generator, layout: Layout, population: Population) -> Cells:
    where = np.argwhere(layout.tissue == population.tissue)
    wanted = population.per_mm2 * len(where) * layout.pitch_um**2 / 1e6
    n = int(rng.poisson(wanted * (_OVERSAMPLING if population.per_mm2 > 2000 else 1.0)))
    if len(where) == 0 or n == 0:
        return np.zeros(0, dtype=CELL)
    spots = (where[rng.integers(0, len(where), n)] + rng.random((n, 2))) * layout.pitch_um
    return _shaped(rng, spots[:, 1], spots[:, 0], population)


def _endothelium(rng: np.random.Generator, layout: Layout) -> Cells:
    """Flat nuclei on the walls of vessels."""
    vessel = layout.tissue == Tissue.VESSEL
    near = np.zeros_like(vessel)
    for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
        near |= np.roll(vessel, shift, axis)
    wall = np.argwhere(near & (layout.tissue == Tissue.STROMA))
    chosen = wall[rng.random(len(wall)) < 0.12]
    spots = (chosen + rng.random(chosen.shape)) * layout.pitch_um
    flat = Population(Tissue.VESSEL, Kind.ENDOTHELIUM, 0, 2.8, 0.3, (2.0, 3.6), 0.6, (0.3, 0.6))
    return _shaped(rng, spots[:, 1], spots[:, 0], flat)


def _inside(layout: Layout, cells: Cells) -> Mask:
    height, width = (n * layout.pitch_um for n in layout.tissue.shape)
    x, y = cells["x_um"], cells["y_um"]
    margin = 1.2 * cells["radius_um"] * np.sqrt(cells["aspect"])
    on_grid = (x > 0) & (y > 0) & (x < width) & (y < height)
    return np.asarray(on_grid & (layout.at(layout.inside_um, x, y) > margin))


def _direction(grid: npt.NDArray[np.float32], layout: Layout, cells: Cells) -> npt.NDArray[np.float64]:
    """Angle of a grid's gradient at cells."""
    dy, dx = (np.asarray(part, dtype=np.float32) for part in np.gradient(grid))
    return np.asarray(
        np.arctan2(layout.at(dy, cells["x_um"], cells["y_um"]), layout.at(dx, cells["x_um"], cells["y_um"]))
    )


def _orient(rng: np.random.Generator, layout: Layout, cells: Cells) -> None:
    """Fibroblasts along the fibres, epithelium round a lumen radially and columnar, the rest in loose agreement."""
    n = len(cells)
    along = _direction(layout.potential_um, layout, cells) + np.pi / 2
    radial = _direction(layout.lumen_um, layout, cells)
    lumen = layout.at(layout.lumen_um, cells["x_um"], cells["y_um"])
    glandular = np.isin(cells["kind"], (Kind.TUMOUR, Kind.EPITHELIUM)) & (lumen < 22)
    spindle = np.isin(cells["kind"], (Kind.FIBROBLAST, Kind.ENDOTHELIUM))
    free = layout.at(layout.expression, cells["x_um"], cells["y_um"]) * 1.5 + rng.normal(0, 0.7, n)
    cells["angle_rad"] = np.where(
        glandular, radial + rng.normal(0, 0.2, n), np.where(spindle, along + rng.normal(0, 0.25, n), free)
    )
    cells["aspect"] = np.where(glandular, np.maximum(cells["aspect"], rng.uniform(1.2, 2.2, n)), cells["aspect"])


def _deep_enough(layout: Layout, cells: Cells) -> Mask:
    """Not into a lumen."""
    lumen = layout.at(layout.lumen_um, cells["x_um"], cells["y_um"])
    radial = np.isin(cells["kind"], (Kind.TUMOUR, Kind.EPITHELIUM))
    return np.asarray(~radial | (lumen > cells["radius_um"] * np.sqrt(cells["aspect"]) + 0.5))


def _thin(cells: Cells, overlap: float) -> Mask:
    """Hard-core thinning: of two nuclei too close, the later in the list goes; exact greedy order, in rounds."""
    n = len(cells)
    kept = np.zeros(n, dtype=bool)
    if n == 0:
        return kept
    xy = np.stack([cells["x_um"], cells["y_um"]], axis=1).astype(np.float64)
    long = cells["radius_um"] * np.sqrt(cells["aspect"])
    pairs = cKDTree(xy).query_pairs(float(2 * long.max()), output_type="ndarray")
    apart = xy[pairs[:, 1]] - xy[pairs[:, 0]]
    distance = np.hypot(apart[:, 0], apart[:, 1])
    near = distance < overlap * (long[pairs[:, 0]] + long[pairs[:, 1]])
    pairs, apart, distance = pairs[near], apart[near], distance[near]
    first, second = pairs[:, 0], pairs[:, 1]  # query_pairs gives i < j
    angle = np.arctan2(apart[:, 1], apart[:, 0])
    clash = distance < overlap * (_reach(cells, first, angle) + _reach(cells, second, angle))
    order = np.lexsort((second[clash], first[clash]))
    first, second = first[clash][order], second[clash][order]
    undecided = np.ones(n, dtype=bool)
    while undecided.any():
        blocked = np.zeros(n, dtype=bool)
        blocked[second[undecided[first]]] = True
        chosen = undecided & ~blocked
        kept |= chosen
        undecided &= ~chosen
        undecided[second[chosen[first]]] = False
    return kept


def _reach(cells: Cells, index: npt.NDArray[np.int64], angle: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """How far a nucleus' ellipse reaches in a direction."""
    t = angle - cells["angle_rad"][index]
    aspect = cells["aspect"][index]
    return np.asarray(cells["radius_um"][index] / np.sqrt(np.cos(t) ** 2 / aspect + np.sin(t) ** 2 * aspect))


def _reduced(rng: np.random.Generator, layout: Layout, cells: Cells) -> Cells:
    """Random gaps: a share of the tumour cells goes, more where the haze field is high."""
    loose = layout.at(layout.haze, cells["x_um"], cells["y_um"])
    chance = np.clip(0.06 + 0.05 * loose, 0, 0.3)
    return np.asarray(cells[(cells["kind"] != Kind.TUMOUR) | (rng.random(len(cells)) > chance)])


def outline_radii(cells: Cells, angles: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Radius (µm) of every cell (n) at angles (m) counted from its own axis, n x m."""
    t = np.asarray(angles, dtype=np.float32)[None, :]
    aspect = cells["aspect"][:, None]
    radius = cells["radius_um"][:, None] / np.sqrt(np.cos(t) ** 2 / aspect + np.sin(t) ** 2 * aspect)
    wave = np.ones_like(radius)
    for k in range(WAVES):
        wave += cells["wave"][:, k, None] * np.cos((k + 2) * t + cells["phase"][:, k, None])
    return np.asarray(radius * wave, dtype=np.float32)


def areas_um2(cells: Cells) -> npt.NDArray[np.float32]:
    """Area inside every outline."""
    radii = outline_radii(cells, np.arange(64) * (2 * np.pi / 64))
    return np.asarray(0.5 * (radii**2).mean(axis=1) * 2 * np.pi, dtype=np.float32)
