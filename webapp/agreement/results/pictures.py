"""A specimen's picture for paper, put together of the slide's stored JPEG tiles; nothing is decoded. Where a slide has
none of the right size (it must be decoded to be seen), its small picture stands in.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from scoring.slide_io import SlideError, TileIndex
from webapp.core.errors import DomainError
from webapp.slides import storage
from webapp.slides.models import Slide, Specimen

#: The least pixels of a picture's longer side, where the slide has as many.
SIDE_PX: Final = 420
MOST_TILES: Final = 30


@dataclass(frozen=True)
class Piece:
    """A JPEG and the rectangle that it covers, in level-0 px from the picture's upper left corner."""

    jpeg: bytes
    x_px: float
    y_px: float
    width_px: float
    height_px: float


@dataclass(frozen=True)
class Picture:
    """A rectangle of a slide, in level-0 px; the pieces reach beyond it."""

    width_px: float
    height_px: float
    pieces: tuple[Piece, ...]


def picture_of(specimen: Specimen) -> Picture | None:
    """The specimen with a margin; None where the slide has no picture (yet). ``specimen.slide`` is loaded."""
    slide: Slide = specimen.slide
    if not slide.width_px or not slide.height_px:
        return None
    left, top, right, bottom = _box(specimen, slide.width_px, slide.height_px)
    pieces = tuple(_stored(slide, left, top, right, bottom)) or tuple(_small(slide, left, top))
    return Picture(right - left, bottom - top, pieces) if pieces else None


def _box(specimen: Specimen, width_px: int, height_px: int) -> tuple[float, float, float, float]:
    if not specimen.radius_px or specimen.center_x_px is None or specimen.center_y_px is None:
        return 0.0, 0.0, float(width_px), float(height_px)
    x, y, reach = specimen.center_x_px, specimen.center_y_px, 1.08 * specimen.radius_px
    return max(0.0, x - reach), max(0.0, y - reach), min(width_px, x + reach), min(height_px, y + reach)


def _small(slide: Slide, left: float, top: float) -> Iterator[Piece]:
    path = storage.thumbnail_path(slide.pk)
    if path.is_file() and slide.width_px and slide.height_px:
        yield Piece(path.read_bytes(), -left, -top, slide.width_px, slide.height_px)


def _stored(slide: Slide, left: float, top: float, right: float, bottom: float) -> Iterator[Piece]:
    try:
        index = TileIndex.load(storage.index_path(slide.pk))
        path = storage.readable_path(slide)
    except (SlideError, DomainError, OSError):
        return
    side = max(right - left, bottom - top)
    fitting = [
        (slide.width_px / level.width_px, number)
        for number, level in enumerate(index.levels)
        if level.entries_at is not None and slide.width_px and side * level.width_px / slide.width_px >= SIDE_PX
    ]
    if not fitting:
        return
    scale, number = max(fitting)
    grid = index.levels[number]
    across, down = grid.tile_width_px * scale, grid.tile_height_px * scale
    columns = range(int(left // across), min(grid.columns, int(right // across) + 1))
    rows = range(int(top // down), min(grid.rows, int(bottom // down) + 1))
    if len(columns) * len(rows) > MOST_TILES:
        return
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for row in rows:
            for column in columns:
                stored = index.find(number, column, row)
                if stored is not None:
                    # The stored tile's own SOI is left out: the head begins with one.
                    data = os.pread(file, stored[1] - 2, stored[0] + 2)
                    yield Piece(grid.head + data, column * across - left, row * down - top, across, down)
    finally:
        os.close(file)
