"""Write tiled JPEG pyramids tile by tile, so that a whole slide needs no more memory than its first small level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import tifffile

from scoring.slide_io.convert import replacing
from scoring.types import ByteImage, ScoringError

TILE_PX = 256
STEP = 4
"""Level 1 is the mean over 4 x 4 px: it is all that is held in memory (1/16 of the slide)."""
_SMALLEST_PX = 512
WHITE = 243
"""Glass: what a scanner shows where there is nothing, all channels."""

TileSource = Callable[[int, int], ByteImage | None]
"""``(row, column)`` to a TILE_PX square of level 0, None for bare glass; asked row by row, from left to right."""


def write_pyramid(
    target: Path, width_px: int, height_px: int, tile_at: TileSource, *, um_per_px: float, quality: int = 80
) -> None:
    """Write ``target``, a tiled TIFF that OpenSlide reads and whose tiles can be passed on as stored; all or nothing.

    Sizes are rounded up to whole tiles by padding with glass. Raises ScoringError where a size is not positive.
    """
    if min(width_px, height_px) < 1 or um_per_px <= 0:
        raise ScoringError(
            f"A slide needs a positive size and µm/px; received {width_px} x {height_px} px at {um_per_px} µm/px."
        )
    columns, rows = -(-width_px // TILE_PX), -(-height_px // TILE_PX)
    small = TILE_PX // STEP
    lower = np.full((rows * small, columns * small, 3), WHITE, np.uint8)

    def level_0() -> Iterator[bytes]:
        glass = _encoded(np.full((TILE_PX, TILE_PX, 3), WHITE, np.uint8), quality)
        for row in range(rows):
            for column in range(columns):
                tile = tile_at(row, column)
                if tile is None:
                    yield glass
                    continue
                lower[row * small : (row + 1) * small, column * small : (column + 1) * small] = _reduced(tile, STEP)
                yield _encoded(tile, quality)

    with replacing(Path(target).resolve()) as temporary, tifffile.TiffWriter(temporary, bigtiff=False) as tif:
        resolution = (1e4 / um_per_px, 1e4 / um_per_px)
        _write(tif, level_0(), width_px, height_px, resolution=resolution, resolutionunit="CENTIMETER")
        level = lower[: max(height_px // STEP, 1), : max(width_px // STEP, 1)]
        while True:
            _write(tif, _tiles(level, quality), level.shape[1], level.shape[0], subfiletype=1)
            if max(level.shape) <= _SMALLEST_PX or min(level.shape[:2]) < 2:
                break
            level = _reduced(level[: level.shape[0] // 2 * 2, : level.shape[1] // 2 * 2], 2)


def _write(tif: tifffile.TiffWriter, tiles: Iterator[bytes], width_px: int, height_px: int, **tags: object) -> None:
    tif.write(
        tiles,
        shape=(height_px, width_px, 3),
        dtype=np.uint8,
        tile=(TILE_PX, TILE_PX),
        compression="jpeg",
        photometric="ycbcr",  # the tiles come encoded
        subsampling=(2, 2),
        metadata=None,
        software="Duoscope",
        **tags,
    )


def _tiles(level: ByteImage, quality: int) -> Iterator[bytes]:
    """Tiles of a level in memory; those at the edge repeat their last pixels, so that JPEG does not ring."""
    for top in range(0, level.shape[0], TILE_PX):
        for left in range(0, level.shape[1], TILE_PX):
            piece = level[top : top + TILE_PX, left : left + TILE_PX]
            missing = (TILE_PX - piece.shape[0], TILE_PX - piece.shape[1])
            yield _encoded(np.pad(piece, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge"), quality)


def _encoded(tile: ByteImage, quality: int) -> bytes:
    return bytes(
        imagecodecs.jpeg8_encode(
            np.ascontiguousarray(tile), level=quality, colorspace="rgb", outcolorspace="ycbcr", subsampling="420"
        )
    )


def _reduced(image: ByteImage, step: int) -> ByteImage:
    size = (image.shape[1] // step, image.shape[0] // step)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
