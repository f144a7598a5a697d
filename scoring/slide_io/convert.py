"""Turn a plain image, or a slide without small levels, into a tiled JPEG pyramid that OpenSlide reads."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scoring.slide_io.limits import Limits
from scoring.slide_io.process import Decoder
from scoring.slide_io.sniff import sniff

QUALITY = 90
TILE_PX = 256


def convert_to_pyramid(
    source: Path, target: Path, *, limits: Limits | None = None, um_per_px: float | None = None, quality: int = QUALITY
) -> None:
    """Write ``target`` (tiled TIFF, JPEG ``quality``, 256 px tiles) from ``source``, in a capped child; all or nothing.

    ``um_per_px`` is written into the resolution tags. Transparency becomes white, EXIF orientation is applied.

    Raises:
        SlideError: the source is refused (see ``open_slide``), or needs more time or space than allowed.
    """
    limits = limits or Limits()
    found = sniff(Path(source).resolve(), limits)
    with replacing(Path(target).resolve()) as temporary:
        # JPEG tiles are smaller than their pixels; noise at quality 90 stays below 3 bytes a pixel.
        space = 3 * limits.max_convert_pixels
        decoder = Decoder(found, limits, writable=[temporary.parent], written_bytes=space)
        try:
            seconds = limits.convert_seconds
            decoder.ask(
                "convert",
                seconds=seconds,
                cpu_seconds=int(seconds),
                target=str(temporary),
                tile_px=TILE_PX,
                quality=quality,
                um_per_px=um_per_px,
            )
        finally:
            decoder.kill()


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """A folder-private temporary file that becomes ``target`` (synced, then renamed) if the block ends well.

    It lies in a folder of its own, the only one that the writing child may touch.
    """
    folder = target.parent / f".{target.name}.{uuid.uuid4().hex}"
    folder.mkdir()
    temporary = folder / "part"
    try:
        yield temporary
        sync(temporary)
        os.replace(temporary, target)
        sync(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
        folder.rmdir()


def sync(path: Path) -> None:
    """Flush a file or folder to the disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
