"""Slides are hostile: everything native that looks at one runs in an expendable, capped child process.

The parent side (this package without ``child``) imports neither OpenSlide nor tifffile nor Pillow, so that the web
process stays small and cannot be brought down by a file.
"""

from scoring.slide_io.checksum import sha256_of
from scoring.slide_io.convert import convert_to_pyramid
from scoring.slide_io.errors import SlideError
from scoring.slide_io.limits import Limits
from scoring.slide_io.reader import SlideReader, open_slide
from scoring.slide_io.tile_index import TileIndex, build_tile_index
from scoring.slide_io.types import Level, SlideInfo

__all__ = [
    "Level",
    "Limits",
    "SlideError",
    "SlideInfo",
    "SlideReader",
    "TileIndex",
    "build_tile_index",
    "convert_to_pyramid",
    "open_slide",
    "sha256_of",
]
