"""Compose field-of-view tiles into one labelled sheet.

Every tile keeps its own pixels: tiles are placed on a white sheet, never resampled, so that a score of the sheet is a
score of the original fields.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

# Grey so pale that no stain threshold takes a label for tissue (OD10 0.11).
_LABEL_RGB = (196, 196, 196)
_SHEET_RGB = (246, 246, 246)


@dataclass(frozen=True)
class Place:
    """Where a tile lies on the sheet, in level-0 px."""

    label: str
    x_px: int
    y_px: int
    width_px: int
    height_px: int


def compose(
    tiles: Sequence[tuple[str, NDArray[np.uint8]]], *, columns: int, gutter_px: int = 48
) -> tuple[NDArray[np.uint8], list[Place]]:
    """Lay ``(label, H×W×3 uint8)`` tiles out in rows of ``columns``; returns the sheet and each tile's place."""
    if not tiles:
        raise ValueError("A sheet needs at least one tile; got none.")
    cell_h = max(tile.shape[0] for _, tile in tiles) + gutter_px
    cell_w = max(tile.shape[1] for _, tile in tiles) + gutter_px
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * cell_w + gutter_px, rows * cell_h + gutter_px), _SHEET_RGB)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=20)
    places = []
    for number, (label, tile) in enumerate(tiles):
        x = gutter_px + (number % columns) * cell_w
        y = gutter_px + (number // columns) * cell_h
        sheet.paste(Image.fromarray(tile), (x, y))
        draw.text((x, y - 28), label, fill=_LABEL_RGB, font=font)
        places.append(Place(label, x, y, tile.shape[1], tile.shape[0]))
    return np.asarray(sheet), places
