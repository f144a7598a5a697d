"""Write a plain image, or a slide without small levels, as a tiled JPEG pyramid. Bounded memory: bands of tile rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from scoring.slide_io.errors import TOO_LARGE, SlideError
from scoring.slide_io.limits import Limits

Pixels = NDArray[np.uint8]
_SMALLEST_PX = 512
_MANY_PIXELS = 100_000_000


def write_pyramid(source: Any, target: str, request: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Write ``target``; ``request`` has tile_px, quality and um_per_px (or None). Returns the size of level 0.

    Every lower level is the mean over 2 × 2 px of the one above; over 4 × 4 px for the first of a very large image, so
    that it fits into memory.
    """
    width, height = source.sizes[0]
    if width * height > limits.max_convert_pixels:
        raise SlideError(
            TOO_LARGE,
            f"The slide has {width} × {height} pixels in one single level; without smaller levels at most "
            f"{limits.max_convert_pixels // 10**9} gigapixels can be read. Export it as a pyramidal file.",
        )
    tile, quality, um = int(request["tile_px"]), int(request["quality"]), request.get("um_per_px")
    options: dict[str, Any] = {
        "tile": (tile, tile),
        "photometric": "rgb",
        "compression": "jpeg",
        "compressionargs": {"level": quality, "outcolorspace": "ycbcr"},
        "dtype": np.uint8,
        "metadata": None,
        "software": "Duoscope",
        "maxworkers": 1,
    }
    if um:
        options |= {"resolution": (1e4 / um, 1e4 / um), "resolutionunit": "CENTIMETER"}
    step = 4 if width * height > _MANY_PIXELS else 2
    has_lower = max(width, height) > _SMALLEST_PX and min(width, height) >= step
    lower = np.empty((height // step, width // step, 3), np.uint8) if has_lower else None
    with tifffile.TiffWriter(target, bigtiff=width * height > _MANY_PIXELS) as tif:
        tif.write(_tiles(_bands(source, tile, lower, step), tile), shape=(height, width, 3), **options)
        level = lower
        options.pop("resolution", None)
        options.pop("resolutionunit", None)
        while level is not None:
            tif.write(_tiles(_rows(level, tile), tile), shape=level.shape, subfiletype=1, **options)
            level = reduced(level, 2) if max(level.shape) > _SMALLEST_PX and min(level.shape[:2]) >= 2 else None
    fd = os.open(target, os.O_RDONLY)
    os.fsync(fd)
    os.close(fd)
    return {"width_px": width, "height_px": height}


def _bands(source: Any, tile: int, lower: Pixels | None, step: int) -> Iterator[Pixels]:
    """Level-0 bands of ``tile`` rows; fills the level below on the way (``tile`` is a multiple of ``step``)."""
    width, height = source.sizes[0]
    for top in range(0, height, tile):
        rows = min(tile, height - top)
        band = np.asarray(source.read(0, top, 0, width, rows))
        if lower is not None and rows >= step:
            small = reduced(band, step)
            lower[top // step : top // step + small.shape[0]] = small
        yield band


def _rows(level: Pixels, tile: int) -> Iterator[Pixels]:
    for top in range(0, level.shape[0], tile):
        yield level[top : top + tile]


def _tiles(bands: Iterator[Pixels], tile: int) -> Iterator[Pixels]:
    """Tiles from left to right; those at the edge repeat their last pixels, so that JPEG does not ring."""
    for band in bands:
        for left in range(0, band.shape[1], tile):
            piece = band[:, left : left + tile]
            missing = (tile - piece.shape[0], tile - piece.shape[1])
            if any(missing):
                piece = np.pad(piece, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
            yield np.ascontiguousarray(piece)


def reduced(image: Pixels, step: int) -> Pixels:
    """Mean over ``step`` × ``step`` px, rounded; rows and columns left over at the edge are dropped."""
    height, width = image.shape[0] // step, image.shape[1] // step
    total = np.zeros((height, width, 3), np.uint16)
    for y in range(step):
        for x in range(step):
            total += image[y : height * step : step, x : width * step : step]
    area = step * step
    total += area // 2
    total //= area
    return total.astype(np.uint8)
