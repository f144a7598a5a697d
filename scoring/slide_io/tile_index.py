"""Where the stored JPEG tiles of a slide lie in its file, so that serving one needs no decoder.

Layout of ``tiles.idx`` (little-endian): magic ``DTIX0001``, u32 length of a JSON header, the header, then at the
header's offsets a JPEG head (SOI, Adobe APP14, quantisation and Huffman tables) and u64 offset + u32 length per tile,
row by row. Length 0: this tile is not stored in a form that may be passed on, and is decoded instead.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scoring.slide_io.convert import replacing
from scoring.slide_io.errors import INTERNAL, SlideError
from scoring.slide_io.limits import Limits
from scoring.slide_io.process import Decoder
from scoring.slide_io.sniff import sniff

MAGIC = b"DTIX0001"
ENTRY = struct.Struct("<QI")
_MAX_HEADER = 1 << 20
_MAX_INDEX_BYTES = 1 << 30
MAX_TILE_BYTES = 16 << 20


@dataclass(frozen=True)
class StoredLevel:
    """A level's grid. ``head`` is put before each stored tile (whose first two bytes, SOI, are left out)."""

    width_px: int
    height_px: int
    tile_width_px: int
    tile_height_px: int
    columns: int
    rows: int
    head: bytes
    entries_at: int | None


class TileIndex:
    """A loaded index: memory-mapped, a few KB resident whatever the slide's size."""

    def __init__(self, path: Path) -> None:
        """Read and check ``path``.

        Raises:
            SlideError: the file is missing or is no index.
        """
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_header()
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            raise SlideError(INTERNAL, "The tile index is missing or damaged; ingest the slide again.") from error

    @classmethod
    def load(cls, path: Path) -> TileIndex:
        return cls(path)

    def _read_header(self) -> None:
        if self._map[:8] != MAGIC:
            raise ValueError("magic")
        (length,) = struct.unpack_from("<I", self._map, 8)
        if length > _MAX_HEADER:
            raise ValueError("header")
        header = json.loads(self._map[12 : 12 + length])
        self.sha256 = str(header["sha256"])
        self.source_bytes = int(header["source_bytes"])
        self.levels = tuple(self._level(level) for level in header["levels"])

    def _level(self, level: dict[str, Any]) -> StoredLevel:
        columns, rows, entries_at = int(level["columns"]), int(level["rows"]), level["entries_at"]
        head_at, head_length = level["head"]
        if entries_at is not None and entries_at + columns * rows * ENTRY.size > len(self._map):
            raise ValueError("entries")
        return StoredLevel(
            width_px=int(level["width_px"]),
            height_px=int(level["height_px"]),
            tile_width_px=int(level["tile_width_px"]),
            tile_height_px=int(level["tile_height_px"]),
            columns=columns,
            rows=rows,
            head=bytes(self._map[head_at : head_at + head_length]),
            entries_at=entries_at,
        )

    def find(self, level: int, column: int, row: int) -> tuple[int, int] | None:
        """(offset, length) in the slide's file of the tile's JPEG data, or None where it must be decoded.

        Raises:
            IndexError: there is no such tile.
        """
        if level < 0 or column < 0 or row < 0:
            raise IndexError("There is no tile at a negative place.")
        grid = self.levels[level]
        if column >= grid.columns or row >= grid.rows:
            raise IndexError(f"Level {level} has {grid.columns} × {grid.rows} tiles; got column {column}, row {row}.")
        if grid.entries_at is None:
            return None
        offset, length = ENTRY.unpack_from(self._map, grid.entries_at + (row * grid.columns + column) * ENTRY.size)
        return (offset, length) if length else None

    def stored_levels(self) -> Sequence[int]:
        return [number for number, level in enumerate(self.levels) if level.entries_at is not None]

    def close(self) -> None:
        self._map.close()


def build_tile_index(path: Path, target: Path, *, sha256: str = "", limits: Limits | None = None) -> TileIndex:
    """Find the stored JPEG tiles of ``path`` in a capped child and write ``target`` (all or nothing).

    A format without stored JPEG tiles gets an index of levels only: its tiles are decoded.

    Raises:
        SlideError: the slide is refused.
    """
    limits = limits or Limits()
    found = sniff(Path(path).resolve(), limits)
    target = Path(target).resolve()
    with replacing(target) as temporary:
        decoder = Decoder(found, limits, writable=[temporary.parent], written_bytes=_MAX_INDEX_BYTES)
        try:
            seconds = limits.convert_seconds
            decoder.ask("index", seconds=seconds, cpu_seconds=int(seconds), target=str(temporary), sha256=sha256)
        finally:
            decoder.kill()
    return TileIndex(target)
