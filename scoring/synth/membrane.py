"""HER2: membranes of tumour cells in a scene, and what of them can be seen (scoring specification, section 9.2).

Cells share borders: their territories are an additively weighted Voronoi diagram of the nuclei, bent by noise and
ending a few µm from the nucleus where there is no neighbour. On a shared border the stronger cell's stain counts fully
and the weaker one's by 0.6: without that, rings of strong cells break where they meet weak ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
import numpy.typing as npt

from scoring.synth.noise import texture
from scoring.synth.scene import Cells, Kind, Scene, Window
from scoring.types import FloatMap, Labels

ANGLES = 64
BINS = 36
FAR_UM = 1e3
NEIGHBOUR_SHARE = 0.6
VISIBLE_OD = 0.04
"""Least contrast to the cell's own cytoplasm that a reader sees as a line."""
FAINT_OD, INTENSE_OD = 0.12, 0.55
"""Mean visible contrast from which complete staining is 2+, and from which any staining is intense."""
SOME, COMPLETE = 0.20, 0.97
"""Coverage of the perimeter from which a cell counts as stained, and as completely stained."""
_NOMINAL_PSF_UM = 0.4
_SIGMA_PER_WIDTH = 0.4247
"""Gaussian cross-section: full width at half height to standard deviation."""


class Pattern(IntEnum):
    """What a cell's membrane looks like, by what is visible."""

    NONE = 0
    FAINT = 1
    COMPLETE = 2
    INTENSE = 3
    INTENSE_INCOMPLETE = 4


WIDTH_UM = {Pattern.NONE: 0.64, Pattern.FAINT: 0.64, Pattern.COMPLETE: 1.0, Pattern.INTENSE: 2.14,
            Pattern.INTENSE_INCOMPLETE: 1.9}  # fmt: skip
"""Full width of the precipitate (Scheel 2018 for 1+, 2+, 3+)."""
VISIBLE_RANGE_OD = {Pattern.NONE: (0.04, 0.09), Pattern.FAINT: (0.06, 0.18), Pattern.COMPLETE: (0.18, 0.50),
                    Pattern.INTENSE: (0.62, 1.2), Pattern.INTENSE_INCOMPLETE: (0.62, 1.1)}  # fmt: skip


@dataclass(frozen=True)
class Membranes:
    """How the cells of a scene are stained, one row a tumour cell. ``index``: into ``scene.cells``.

    ``painted``: the intended :class:`Pattern`; ``od`` (n x ANGLES): DAB of the line at each angle, before optics and
    gain; ``width_um``, ``blush`` (cytoplasm as a share of the line's mean).
    """

    index: npt.NDArray[np.int64]
    painted: npt.NDArray[np.uint8]
    od: FloatMap
    width_um: FloatMap
    blush: FloatMap


@dataclass(frozen=True)
class Territories:
    """Who owns each pixel. ``first``, ``second``: row in ``Membranes`` + 1 of the nearest and next cell, 0 for none.
    ``inside_um``: distance to the owner's border, negative beyond it; ``other_um``: to the next cell's border.
    """

    first: Labels
    second: Labels
    inside_um: FloatMap
    other_um: FloatMap
    first_bin: FloatMap
    second_bin: FloatMap


def draw_membranes(rng: np.random.Generator, scene: Scene, mix: npt.ArrayLike) -> Membranes:
    """Membranes for the scene's tumour cells, with shares ``mix`` of the five patterns (NONE .. INTENSE_INCOMPLETE).

    Neighbours are alike: patterns follow ``scene.layout.expression`` and a noise by rank, so the mix holds to a cell.
    """
    index = np.flatnonzero(scene.cells["kind"] == Kind.TUMOUR)
    n = len(index)
    cells = scene.cells[index]
    shares = np.asarray(mix, dtype=np.float64)
    shares = shares / shares.sum()
    latent = scene.layout.at(scene.layout.expression, cells["x_um"], cells["y_um"]).astype(np.float64)
    latent = latent + rng.normal(0, rng.uniform(0.4, 1.0), n)
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(latent, kind="stable")] = np.arange(n)
    rising = np.array([Pattern.NONE, Pattern.FAINT, Pattern.COMPLETE, Pattern.INTENSE_INCOMPLETE, Pattern.INTENSE])
    ends = np.round(np.cumsum(shares[rising]) * n)
    painted = rising[np.minimum(np.searchsorted(ends, rank, side="right"), 4)].astype(np.uint8)
    width = np.array([WIDTH_UM[Pattern(k)] for k in range(5)])[painted] * np.exp(rng.normal(0, 0.12, n))
    bounds = np.array([VISIBLE_RANGE_OD[Pattern(k)] for k in range(5)])[painted]
    # Cells of one field resemble each other more than the whole range: half of the spread is the field's.
    place = np.clip(0.5 * rng.random(5)[painted] + 0.5 * rng.random(n), 0, 1)
    visible = bounds[:, 0] + (bounds[:, 1] - bounds[:, 0]) * place
    sigma = width * _SIGMA_PER_WIDTH
    line = visible * np.hypot(sigma, _NOMINAL_PSF_UM) / sigma  # what the lens takes from a thin line
    profile = _arcs(rng, painted) * line[:, None]
    blush = rng.uniform(0, 0.3) * rng.uniform(0.5, 1.2, n)
    return Membranes(index, painted, profile.astype(np.float32), width.astype(np.float32), blush.astype(np.float32))


def _arcs(rng: np.random.Generator, painted: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Relative strength (about 1) of the line at every angle, 0 where there is none."""
    n = len(painted)
    turn = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    wave = np.zeros((n, ANGLES))
    for k in range(1, 7):
        wave += (rng.normal(0, 1, n) / np.sqrt(k))[:, None] * np.cos(k * turn + rng.uniform(0, 2 * np.pi, n)[:, None])
    arc = np.cos(turn + rng.uniform(0, 2 * np.pi, n)[:, None])
    coverage = np.ones(n)
    none, faint = painted == Pattern.NONE, painted == Pattern.FAINT
    coverage[none] = np.where(rng.random(int(none.sum())) < 0.3, rng.uniform(0.03, 0.17, int(none.sum())), 0.0)
    coverage[faint] = rng.uniform(0.28, 0.8, int(faint.sum()))
    gaps = (painted == Pattern.COMPLETE) & (rng.random(n) < 0.05)
    coverage[gaps] = rng.uniform(0.8, 0.95, int(gaps.sum()))  # moderate, but incomplete
    basal = painted == Pattern.INTENSE_INCOMPLETE
    coverage[basal] = rng.uniform(0.45, 0.75, int(basal.sum()))
    shape = np.where(basal[:, None], arc, wave)
    order = np.sort(shape, axis=1)
    place = np.clip(np.rint((1 - coverage) * ANGLES).astype(int), 0, ANGLES)
    cut = np.where(place == ANGLES, np.inf, order[np.arange(n), np.minimum(place, ANGLES - 1)])
    shown = shape >= cut[:, None]
    uneven = np.clip(1 + 0.14 * wave / wave.std(axis=1, keepdims=True), 0.7, 1.3) if n else wave
    return np.asarray(shown * uneven)


def territories(scene: Scene, membranes: Membranes, window: Window, seed: int) -> Territories:
    """Owner, neighbour and distances at every pixel of a window."""
    rng = np.random.default_rng([seed, 0x7E])
    shape = window.shape
    y = (window.y_um + (np.arange(shape[0], dtype=np.float32) + 0.5) * window.um_per_px)[:, None]
    x = (window.x_um + (np.arange(shape[1], dtype=np.float32) + 0.5) * window.um_per_px)[None, :]
    x = x + 0.8 * texture("cloud", window, seed + 21) + 0.14 * texture("coarse", window, seed + 22)
    y = y + 0.8 * texture("cloud", window, seed + 23) + 0.14 * texture("coarse", window, seed + 24)
    own = scene.cells[membranes.index]
    others = _bystanders(scene, own)
    sites: Cells = np.concatenate([own, others])
    radius = sites["radius_um"] * np.where(np.arange(len(sites)) < len(own), 1.15, 1.0)
    reach = np.concatenate([rng.uniform(2.0, 3.6, len(own)), np.full(len(others), 0.8)]).astype(np.float32)
    near = np.full(shape, FAR_UM, np.float32)
    next_ = near.copy()
    first, second = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    left, top = window.to_px(sites["x_um"], sites["y_um"])
    for number, (cx, cy) in enumerate(zip(left.tolist(), top.tolist(), strict=True), start=1):
        half = (float(radius[number - 1]) + 8.0) / window.um_per_px
        i0, i1 = max(0, int(cy - half)), min(shape[0], int(cy + half) + 2)
        j0, j1 = max(0, int(cx - half)), min(shape[1], int(cx + half) + 2)
        if i0 >= i1 or j0 >= j1:
            continue
        here = np.s_[i0:i1, j0:j1]
        site = sites[number - 1]
        away = np.hypot(x[here] - site["x_um"], y[here] - site["y_um"]) - radius[number - 1]
        n1, n2, f1, f2 = near[here], next_[here], first[here], second[here]
        closer = away < n1
        middle = ~closer & (away < n2)
        np.copyto(n2, n1, where=closer)
        np.copyto(f2, f1, where=closer)
        np.copyto(n1, away, where=closer)
        np.copyto(f1, number, where=closer)
        np.copyto(n2, away, where=middle)
        np.copyto(f2, number, where=middle)
    extent = np.concatenate([[0.0], reach]).astype(np.float32)
    shared = (next_ - near) / 2
    inside = np.minimum(shared, extent[first] - near)
    other = np.maximum(shared, next_ - extent[second])
    first[first > len(own)] = 0
    second[second > len(own)] = 0
    places = np.concatenate([[[0.0, 0.0]], np.stack([own["x_um"], own["y_um"]], axis=1)]).astype(np.float32)

    def angle_of(owner: Labels) -> FloatMap:
        turn = np.arctan2(y - places[owner, 1], x - places[owner, 0])
        return np.asarray(np.mod(turn / (2 * np.pi), 1.0), np.float32)

    return Territories(first, second, inside, other, angle_of(first), angle_of(second))


def _bystanders(scene: Scene, own: Cells) -> Cells:
    """Nuclei of other kinds: they take room between tumour cells, but have no stained membrane."""
    if len(own) == 0:
        return scene.cells[:0]
    others: Cells = scene.cells[scene.cells["kind"] != Kind.TUMOUR]
    return others


def paint_membranes(
    membranes: Membranes, found: Territories, window: Window, seed: int, free: FloatMap
) -> tuple[FloatMap, FloatMap]:
    """DAB (OD10, gain 1) of membranes and blush, and the owner's share of it, 0..1. ``free``: 1 outside nuclei."""
    own = _line(membranes, found.first, found.first_bin, np.abs(found.inside_um), window)
    other = _line(membranes, found.second, found.second_bin, np.abs(found.other_um), window)
    # Precipitate is not even: granules along the line.
    grain = np.clip(
        1 + 0.18 * texture("fine", window, seed + 31) + 0.12 * texture("grain", window, seed + 32), 0.3, None
    )
    line = (np.maximum(own, other) + NEIGHBOUR_SHARE * np.minimum(own, other)) * grain
    share = np.clip(own * grain / np.maximum(line, 1e-6), 0, 1)
    mean = np.concatenate([[0.0], membranes.od.mean(axis=1) * membranes.blush]).astype(np.float32)
    body = 1 / (1 + np.exp(-np.clip(found.inside_um / 0.5, -30, 30)))
    cytoplasm = mean[found.first] * body * free
    cytoplasm = cytoplasm * np.clip(1 + 0.35 * texture("grain", window, seed + 33), 0, None)
    return np.maximum(line, cytoplasm).astype(np.float32), share.astype(np.float32)


def _line(membranes: Membranes, owner: Labels, turn: FloatMap, away_um: FloatMap, window: Window) -> FloatMap:
    """A cell's line at every pixel: its strength at that angle times a Gaussian cross-section of its width."""
    strength = np.concatenate([np.zeros((1, ANGLES), np.float32), membranes.od])
    place = turn * ANGLES
    lower = np.minimum(place.astype(np.int32), ANGLES - 1)
    part = place - lower
    od = strength[owner, lower] * (1 - part) + strength[owner, (lower + 1) % ANGLES] * part
    width = np.concatenate([[0.5], membranes.width_um]).astype(np.float32)[owner]
    # Averaged over a pixel: the variances of the line and of the pixel's box add, the area stays.
    sigma = width * np.float32(_SIGMA_PER_WIDTH)
    wide = np.sqrt(sigma**2 + np.float32(window.um_per_px**2 / 12))
    return np.asarray(od * (sigma / wide) * np.exp(-0.5 * (away_um / wide) ** 2), np.float32)


@dataclass(frozen=True)
class Seen:
    """What is visible of each cell (rows as in ``Membranes``): share of its perimeter, mean contrast of that share
    (OD10), and the share of its perimeter that lies in the window at all.
    """

    coverage: FloatMap
    od: FloatMap
    in_view: FloatMap


def look(
    dab: FloatMap, share: FloatMap, found: Territories, nuclei: npt.NDArray[np.bool_], count: int, px_um: float,
    psf_um: float,
) -> Seen:  # fmt: skip
    """Measure contrast along every cell's border in the DAB field as blurred by the lens, without noise.

    Per cell and 10° the highest DAB within 0.9 µm of the border, less the mean of the cytoplasm, times the cell's own
    share (what a neighbour stains is the neighbour's); from ``VISIBLE_OD`` on it is seen.
    """
    blurred = cv2.GaussianBlur(dab, (0, 0), max(psf_um / px_um, 0.2))
    near = (found.first > 0) & (np.abs(found.inside_um) < max(0.9, 1.2 * px_um))
    deep = (found.first > 0) & (found.inside_um > 1.8) & ~nuclei
    weight = np.bincount(found.first[deep], minlength=count + 1)
    ground = np.bincount(found.first[deep], weights=blurred[deep], minlength=count + 1) / np.maximum(weight, 1)
    owner = found.first[near]
    slot = owner.astype(np.int64) * BINS + np.minimum((found.first_bin[near] * BINS).astype(np.int64), BINS - 1)
    contrast = (blurred[near] - ground[owner]) * share[near]
    highest = np.full((count + 1) * BINS, -1.0)
    np.maximum.at(highest, slot, contrast)
    highest = highest.reshape(count + 1, BINS)[1:]
    there = highest > -1.0
    seen = highest >= VISIBLE_OD
    coverage = seen.sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    od = np.where(seen, highest, 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return Seen(coverage.astype(np.float32), od.astype(np.float32), (there.mean(axis=1)).astype(np.float32))


def pattern_of(coverage: npt.ArrayLike, od: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """The :class:`Pattern` of visible staining: coverage of the perimeter 0..1, mean contrast OD10."""
    covered, strength = np.asarray(coverage), np.asarray(od)
    complete = covered >= COMPLETE
    intense = strength >= INTENSE_OD
    return np.select(
        [covered < SOME, complete & intense, intense, complete & (strength >= FAINT_OD)],
        [Pattern.NONE, Pattern.INTENSE, Pattern.INTENSE_INCOMPLETE, Pattern.COMPLETE],
        Pattern.FAINT,
    ).astype(np.uint8)


def mix_for(rng: np.random.Generator, category: str) -> npt.NDArray[np.float64]:
    """Shares of the five patterns of a slide that is meant to come out as ``category`` ("0", "1+", "2+" or "3+")."""
    base = {
        "0": (1.0, 0.05, 0.0, 0.0, 0.0),
        "1+": (0.5, 0.5, 0.04, 0.0, 0.0),
        "2+": (0.2, 0.35, 0.45, 0.02, 0.02),
        "3+": (0.06, 0.12, 0.25, 0.55, 0.05),
    }[category]
    shares = rng.dirichlet(np.maximum(np.array(base) * 14, 0.03))
    return np.asarray(shares)
