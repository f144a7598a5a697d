"""Outlines to pixels: which nucleus owns a pixel and how deep the pixel lies in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.synth.placement import outline_radii
from scoring.synth.scene import Cells, Window
from scoring.types import FloatMap, Labels

OUTSIDE_UM = -50.0
_ANGLES = 128
_BATCH_PIXELS = 2_000_000


@dataclass(frozen=True)
class Nuclei:
    """Pixels of nuclei. ``owner``: index + 1 of the nucleus that reaches deepest, also in the soft margin outside;
    ``depth_um``: distance inside its outline (negative outside); ``other_um``: depth in the second nucleus of an
    overlap; ``nucleolus``: 0..1.
    """

    owner: Labels
    depth_um: FloatMap
    other_um: FloatMap
    nucleolus: FloatMap


def rasterise(cells: Cells, window: Window, margin_um: float = 2.5) -> Nuclei:
    """All nuclei that touch a window. Work is proportional to the nuclei's boxes, in batches of one box size."""
    shape = window.shape
    owner = np.zeros(shape, dtype=np.int32)
    depth = np.full(shape, OUTSIDE_UM, dtype=np.float32)
    other = np.full(shape, OUTSIDE_UM, dtype=np.float32)
    nucleolus = np.zeros(shape, dtype=np.float32)
    if len(cells) == 0:
        return Nuclei(owner, depth, other, nucleolus)
    radii = outline_radii(cells, np.arange(_ANGLES) * (2 * np.pi / _ANGLES))
    x, y = window.to_px(cells["x_um"], cells["y_um"])
    half = np.ceil((radii.max(axis=1) + margin_um) / window.um_per_px).astype(np.int64)
    half = (half + 3) // 4 * 4  # few sizes of box
    left, top = np.round(x).astype(np.int64) - half, np.round(y).astype(np.int64) - half
    seen = (left < shape[1]) & (top < shape[0]) & (left + 2 * half >= 0) & (top + 2 * half >= 0)
    for size in np.unique(half[seen]):
        members = np.flatnonzero(seen & (half == size))
        batch = max(1, _BATCH_PIXELS // int(2 * size + 1) ** 2)
        for start in range(0, len(members), batch):
            chosen = members[start : start + batch]
            offsets = np.arange(2 * size + 1, dtype=np.float32)
            dx = (offsets[None, :] + (left[chosen] - x[chosen])[:, None]).astype(np.float32) * window.um_per_px
            dy = (offsets[None, :] + (top[chosen] - y[chosen])[:, None]).astype(np.float32) * window.um_per_px
            rho = np.hypot(dx[:, None, :], dy[:, :, None])
            turn = np.arctan2(dy[:, :, None], dx[:, None, :]) - cells["angle_rad"][chosen, None, None]
            place = np.mod(turn * (_ANGLES / (2 * np.pi)), _ANGLES)
            lower = np.minimum(place.astype(np.int32), _ANGLES - 1)
            share = place - lower
            table = radii[chosen]
            row = np.arange(len(chosen))[:, None, None]
            edge = table[row, lower] * (1 - share) + table[row, (lower + 1) % _ANGLES] * share
            inside = (edge - rho).astype(np.float32)
            spots = _nucleoli(cells[chosen], dx, dy)
            for k, index in enumerate(chosen):
                _paste(
                    int(index), int(left[index]), int(top[index]), inside[k], spots[k], owner, depth, other, nucleolus
                )
    return Nuclei(owner, depth, other, nucleolus)


def _nucleoli(cells: Cells, dx: FloatMap, dy: FloatMap) -> FloatMap:
    """Soft spots (0..1) in the boxes of cells."""
    spots = np.zeros((len(cells), dy.shape[1], dx.shape[1]), dtype=np.float32)
    radius = cells["radius_um"]
    for k in range(2):
        size = cells["nucleoli"][:, k, 2] * radius
        there = np.flatnonzero(size > 0)
        ex = dx[there] - (cells["nucleoli"][there, k, 0] * radius[there])[:, None]
        ey = dy[there] - (cells["nucleoli"][there, k, 1] * radius[there])[:, None]
        steep = (1.2 / size[there])[:, None] ** 2
        spots[there] += np.exp(-(ey**2) * steep)[:, :, None] * np.exp(-(ex**2) * steep)[:, None, :]
    return spots


def _paste(
    index: int,
    left: int,
    top: int,
    inside: FloatMap,
    spots: FloatMap,
    owner: Labels,
    depth: FloatMap,
    other: FloatMap,
    nucleolus: FloatMap,
) -> None:
    """One nucleus into the maps; where two overlap the deeper one owns the pixel."""
    j0, i0 = max(left, 0), max(top, 0)
    j1, i1 = min(left + inside.shape[1], owner.shape[1]), min(top + inside.shape[0], owner.shape[0])
    if j0 >= j1 or i0 >= i1:
        return
    there = np.s_[i0:i1, j0:j1]
    own = inside[i0 - top : i1 - top, j0 - left : j1 - left]
    before = depth[there]
    wins = own > before
    other[there] = np.maximum(other[there], np.minimum(own, before))
    np.copyto(before, own, where=wins)
    np.copyto(owner[there], index + 1, where=wins)
    np.copyto(nucleolus[there], spots[i0 - top : i1 - top, j0 - left : j1 - left], where=wins)
