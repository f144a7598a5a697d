"""Dearray a slide or a plain picture, read at a low level through the capped decoder."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from scoring.dearray.array import Array, find_cores
from scoring.slide_io import SlideReader
from scoring.types import ByteImage, ScoringError

VERSION = "1"
OVERVIEW_PX = 2048
"""Longer side of the overview that is dearrayed: a 0.6 mm core on a slide of 50 mm has a radius of 12 px."""
STRIP_PIXELS = 16_000_000


def dearray_slide(reader: SlideReader, progress: Callable[[float], None] | None = None) -> Array:
    """The array on a slide, in level-0 px; without cores where none is found. ``progress`` is told the share done.

    Raises:
        SlideError: the slide cannot be read.
        ScoringError: the slide has no level small enough to be looked at as a whole.
    """
    tell = progress or (lambda _done: None)
    overview, factor = read_overview(reader)
    tell(0.4)
    array = find_cores(overview)
    tell(0.95)
    return array.scaled(factor, reader.info.width_px, reader.info.height_px)


def read_overview(reader: SlideReader) -> tuple[ByteImage, float]:
    """RGB of the whole slide, longer side at most ``OVERVIEW_PX``, and level-0 px per px of it.

    Read from the smallest level that is large enough, in strips: the lowest level of some slides is large.
    """
    info = reader.info
    longest = max(info.width_px, info.height_px)
    factor = max(1.0, longest / OVERVIEW_PX)
    usable = [k for k, level in enumerate(info.levels) if level.downsample <= factor * 1.001]
    number = max(usable, key=lambda k: info.levels[k].downsample)
    level = info.levels[number]
    if level.width_px * level.height_px > 64 * STRIP_PIXELS:
        raise ScoringError(
            "The slide has no small level to be looked at as a whole. Convert it to a pyramid, or export an overview."
        )
    width, height = max(1, round(info.width_px / factor)), max(1, round(info.height_px / factor))
    overview = np.empty((height, width, 3), dtype=np.uint8)
    rows_at_once = max(1, int(STRIP_PIXELS / level.width_px / level.height_px * height))
    for top in range(0, height, rows_at_once):
        bottom = min(height, top + rows_at_once)
        first, last = round(top * level.height_px / height), round(bottom * level.height_px / height)
        strip = reader.read_region(0, round(first * level.downsample), number, level.width_px, max(1, last - first))
        if strip.shape[:2] == (bottom - top, width):
            overview[top:bottom] = strip
        else:
            overview[top:bottom] = cv2.resize(strip, (width, bottom - top), interpolation=cv2.INTER_AREA)
    return overview, info.width_px / width
