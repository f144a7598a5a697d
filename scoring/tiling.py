"""Overlapping tiles over a slide: every tile is read with a halo, which is cropped once, and worked on at one scale.

Frames: level-0 px (``_px``) and work px (level-0 px / ``factor``). ``factor`` is a multiple of 1/8 and tile cores are
multiples of 8 work px, so every tile begins on a whole level-0 px and resampling has the same phase in every tile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import cv2
import numpy as np

from scoring.types import ByteImage, ScoringError

_GRAIN = 8


class LevelLike(Protocol):
    """One stored level."""

    @property
    def width_px(self) -> int: ...
    @property
    def height_px(self) -> int: ...
    @property
    def downsample(self) -> float: ...


class Reader(Protocol):
    """What scoring needs of a slide: ``slide_io.SlideReader`` and :class:`ArrayReader` both do."""

    @property
    def info(self) -> Any: ...  # width_px, height_px, um_per_px, levels

    def read_region(self, x_px: int, y_px: int, level: int, width_px: int, height_px: int) -> ByteImage:
        """uint8 RGB of ``width_px x height_px`` px of ``level`` whose corner is at level-0 ``x_px, y_px``; outside is
        white.
        """
        ...


@dataclass(frozen=True)
class ArrayLevel:
    """The only level of an image in memory."""

    width_px: int
    height_px: int
    downsample: float = 1.0
    tile_width_px: int = 256
    tile_height_px: int = 256


@dataclass(frozen=True)
class ArrayInfo:
    """What is known of an image in memory."""

    width_px: int
    height_px: int
    um_per_px: float | None
    levels: tuple[ArrayLevel, ...]
    um_per_px_source: str | None = None


class ArrayReader:
    """A slide reader over an image in memory (height x width x 3, uint8)."""

    def __init__(self, rgb: ByteImage, um_per_px: float | None = None) -> None:
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
            raise ScoringError(f"An image is uint8, height x width x 3; received {rgb.dtype} {rgb.shape}.")
        self._rgb = rgb
        height, width = rgb.shape[:2]
        self.info = ArrayInfo(width, height, um_per_px, (ArrayLevel(width, height),))

    def read_region(self, x_px: int, y_px: int, level: int, width_px: int, height_px: int) -> ByteImage:
        """See :class:`Reader`."""
        if level != 0:
            raise ScoringError(f"An image in memory has level 0 only; received {level}.")
        out = np.full((height_px, width_px, 3), 255, dtype=np.uint8)
        height, width = self._rgb.shape[:2]
        left, top = max(x_px, 0), max(y_px, 0)
        right, bottom = min(x_px + width_px, width), min(y_px + height_px, height)
        if right > left and bottom > top:
            out[top - y_px : bottom - y_px, left - x_px : right - x_px] = self._rgb[top:bottom, left:right]
        return out


@dataclass(frozen=True)
class Tile:
    """One tile: its place in the grid and its core in level-0 px."""

    column: int
    row: int
    x_px: int
    y_px: int
    size_px: int


@dataclass(frozen=True)
class Grid:
    """Tiles over ``origin + (columns, rows) * tile_px``; ``factor`` level-0 px make one work px.

    ``clip`` is the part of the slide (x, y, width, height) that may be read: all of it, so that a nucleus at the edge
    of a region is seen whole.
    """

    origin_x_px: int
    origin_y_px: int
    columns: int
    rows: int
    core_work_px: int
    halo_work_px: int
    factor: float
    clip: tuple[int, int, int, int]

    @property
    def tile_px(self) -> int:
        """Side of a tile's core in level-0 px."""
        return int(self.core_work_px * self.factor)

    def __len__(self) -> int:
        return self.columns * self.rows

    def __iter__(self) -> Iterator[Tile]:
        for row in range(self.rows):
            for column in range(self.columns):
                x = self.origin_x_px + column * self.tile_px
                y = self.origin_y_px + row * self.tile_px
                yield Tile(column, row, x, y, self.tile_px)


def work_factor(um_per_px: float, target_um_per_px: float) -> float:
    """Level-0 px per work px: the multiple of 1/8 that comes nearest to the target; at least 1/2 (coarse images are
    enlarged).
    """
    if not (um_per_px > 0 and np.isfinite(um_per_px)):
        raise ScoringError(f"µm/px must be a positive number; received {um_per_px}.")
    factor = target_um_per_px / um_per_px
    if factor < 0.7:
        return 0.5
    return max(1.0, round(factor * _GRAIN) / _GRAIN)


def grid_over(
    x_px: int,
    y_px: int,
    width_px: int,
    height_px: int,
    *,
    factor: float,
    core_work_px: int,
    halo_work_px: int,
    clip: tuple[int, int, int, int] | None = None,
) -> Grid:
    """The grid whose tiles cover a rectangle. Core and halo are rounded up to multiples of 8 work px."""
    if width_px < 1 or height_px < 1:
        raise ScoringError(f"Nothing to tile: {width_px} x {height_px} px.")
    longest = int(np.ceil(max(width_px, height_px) / factor))
    core = _up(min(core_work_px, longest))
    tile_px = core * factor
    return Grid(
        x_px,
        y_px,
        int(np.ceil(width_px / tile_px)),
        int(np.ceil(height_px / tile_px)),
        core,
        _up(halo_work_px),
        factor,
        clip or (x_px, y_px, width_px, height_px),
    )


def even_core(width_px: int, height_px: int, factor: float, limit_work_px: int) -> int:
    """Core, in work px, that cuts a rectangle of level-0 px into windows of much the same size.

    Among cores from 60 % of the limit to the limit, the largest whose last row and column are filled best; a
    rectangle of more than four windows a side takes the limit, its rim being a small part of it.
    """
    wide, high = int(np.ceil(width_px / factor)), int(np.ceil(height_px / factor))
    longest = max(wide, high)
    if longest <= limit_work_px:
        return _up(longest)
    if longest > 4 * limit_work_px:
        return limit_work_px

    def filled(core: int) -> float:
        return min((length - 1) % core + 1 for length in (wide, high)) / core

    return max(range(limit_work_px, int(0.6 * limit_work_px), -_GRAIN), key=filled)


def _up(length: int) -> int:
    return max(_GRAIN, -(-length // _GRAIN) * _GRAIN)


def read_tile(reader: Reader, grid: Grid, tile: Tile) -> tuple[ByteImage, float, float]:
    """Pixels of a tile with its halo at the work scale, and the level-0 position of the upper left corner of pixel
    (0, 0).

    Only the part inside ``grid.clip`` is read, so an image's edge stays an edge whatever the tile.
    """
    grain_px = int(_GRAIN * grid.factor)
    halo_px = int(grid.halo_work_px * grid.factor)
    clip_x, clip_y, clip_width, clip_height = grid.clip
    # Steps of whole grains keep the phase of resampling the same in every tile.
    left = tile.x_px - min(halo_px, (tile.x_px - clip_x) // grain_px * grain_px)
    top = tile.y_px - min(halo_px, (tile.y_px - clip_y) // grain_px * grain_px)
    right = min(tile.x_px + tile.size_px + halo_px, clip_x + clip_width)
    bottom = min(tile.y_px + tile.size_px + halo_px, clip_y + clip_height)
    width, height = int((right - left) / grid.factor), int((bottom - top) / grid.factor)
    if width < 1 or height < 1:
        return np.zeros((0, 0, 3), dtype=np.uint8), float(left), float(top)
    level, downsample = best_level(reader.info.levels, grid.factor)
    ratio = grid.factor / downsample
    rgb = reader.read_region(
        left, top, level, max(1, int((right - left) / downsample)), max(1, int((bottom - top) / downsample))
    )
    # The slide's edge rarely falls on a whole grain: repeat its last pixels, resample whole grains, crop.
    even_width, even_height = _up(width), _up(height)
    below = max(0, round(even_height * ratio) - rgb.shape[0])
    beside = max(0, round(even_width * ratio) - rgb.shape[1])
    rgb = np.asarray(cv2.copyMakeBorder(rgb, 0, below, 0, beside, cv2.BORDER_REPLICATE), dtype=np.uint8)
    rgb = rgb[: round(even_height * ratio), : round(even_width * ratio)]
    return resample(rgb, even_width, even_height)[:height, :width], float(left), float(top)


def best_level(levels: Sequence[LevelLike], factor: float) -> tuple[int, float]:
    """The coarsest level that is no coarser than the work scale, if it divides it evenly; else level 0."""
    chosen, downsample = 0, 1.0
    for number, level in enumerate(levels):
        whole = round(level.downsample)
        if whole > downsample and whole <= factor + 1e-6 and abs(level.downsample - whole) < 0.01 * whole:
            chosen, downsample = number, float(whole)
    return chosen, downsample


def resample(rgb: ByteImage, width: int, height: int) -> ByteImage:
    """Area averages when shrinking, cubic when enlarging."""
    if rgb.shape[:2] == (height, width):
        return rgb
    shrinking = rgb.shape[1] >= width
    method = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=method), dtype=np.uint8)


def read_overview(reader: Reader, clip: tuple[int, int, int, int], max_px: int) -> tuple[ByteImage, float]:
    """A small picture of ``clip`` of at most ``max_px`` a side, and how many level-0 px one of its pixels spans.

    Reads the coarsest level that still has the detail, block by block: memory does not grow with the slide.
    """
    x, y, width, height = clip
    scale = max(1.0, float(np.ceil(max(width, height) / max_px)))
    level, downsample = 0, 1.0
    for number, candidate in enumerate(reader.info.levels):
        if downsample < candidate.downsample <= scale + 1e-6:
            level, downsample = number, float(candidate.downsample)
    columns, rows = max(1, int(width / scale)), max(1, int(height / scale))
    out = np.zeros((rows, columns, 3), dtype=np.uint8)
    step = max(1, int(2048 * downsample / scale))
    for top in range(0, rows, step):
        for left in range(0, columns, step):
            high, wide = min(step, rows - top), min(step, columns - left)
            source = (max(1, round(wide * scale / downsample)), max(1, round(high * scale / downsample)))
            block = reader.read_region(x + int(left * scale), y + int(top * scale), level, *source)
            out[top : top + high, left : left + wide] = resample(block, wide, high)
    return out, scale
