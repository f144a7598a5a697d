"""The layer file: what the networks saw and found in a result, one lossless PNG per tile at the work scale.

Layout: as :mod:`scoring.sealed` says, with ``DLAYER01``; the body is the PNGs in row order. The header's ``index``
holds, for every tile of the grid (row by row), the first byte of its PNG and closes with the length of the body; a
tile without tissue has none. A PNG is RGB, ``work_px`` a side: red is round(255 * I_la) (low: strong brown, high:
strong blue), green is 255 inside nuclei, blue 255 inside tumour nuclei. Needs numpy only.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from scoring.sealed import SealedFileError, seal, unseal
from scoring.types import ScoringError

MAGIC = b"DLAYER01"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
REQUIRED = ("um_per_px", "origin_x_px", "origin_y_px", "tile_px", "work_px", "columns", "rows")
"""Header: µm per level-0 px; corner of the grid and width of a tile in level-0 px; PNG pixels per tile; the grid."""


class LayerFileError(SealedFileError):
    """Not a layer file, or a damaged one."""


class LayerWriter:
    """Writes a layer file tile by tile, in row order; the target appears only when ``finish`` succeeds.

    ``header`` holds at least :data:`REQUIRED`; more (``representation``, ``legend``) is kept as it is. As a context
    manager it removes its temporary files unless finished.
    """

    def __init__(self, path: Path, header: Mapping[str, Any]) -> None:
        missing = [name for name in REQUIRED if name not in header]
        if missing:
            raise ScoringError(f"A layer file's header needs {', '.join(missing)} too; received {sorted(header)}.")
        self._columns, self._rows = int(header["columns"]), int(header["rows"])
        if self._columns < 1 or self._rows < 1 or not float(header["tile_px"]) > 0 or int(header["work_px"]) < 1:
            raise ScoringError(
                "A layer file needs at least one tile of positive size; received "
                f"{self._columns} x {self._rows} of {header['tile_px']} px, {header['work_px']} px as PNG."
            )
        self._path, self._header = Path(path), dict(header)
        self._bytes = np.zeros(self._columns * self._rows, dtype=np.int64)
        self._next = 0
        self._body = tempfile.TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - lives until finish or close

    def append(self, column: int, row: int, png: bytes) -> None:
        """Add one tile's PNG. Tiles come in row order, each at most once; tiles without tissue may be left out."""
        if not (0 <= column < self._columns and 0 <= row < self._rows):
            raise ScoringError(f"Tile ({column}, {row}) lies outside the grid of {self._columns} x {self._rows} tiles.")
        number = row * self._columns + column
        if number < self._next:
            raise ScoringError(f"Tiles are appended in row order; tile ({column}, {row}) comes too late.")
        if not png.startswith(PNG_SIGNATURE):
            raise ScoringError(f"A layer is a PNG; received {len(png)} bytes that begin with {png[:8]!r}.")
        self._next = number + 1
        self._bytes[number] = len(png)
        self._body.write(png)

    def finish(self) -> str:
        """Write the file (temporary file, fsync, rename) and return its SHA-256."""
        index = np.concatenate([[0], np.cumsum(self._bytes)])
        try:
            return seal(self._path, MAGIC, {**self._header, "index": index.tolist()}, self._body)
        finally:
            self.close()

    def close(self) -> None:
        """Forget what was appended."""
        self._body.close()

    def __enter__(self) -> LayerWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class LayerFile:
    """Read-only view of a layer file: reads its header at once and a tile when asked; holds no handle.

    Raises LayerFileError on anything that is not a sound layer file.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        try:
            self.header, self._offset, body = unseal(self.path, MAGIC, "layer file")
        except SealedFileError as error:
            raise LayerFileError(str(error)) from error
        try:
            index = np.asarray(self.header.pop("index"), dtype=np.int64)
            self._columns, self._rows = int(self.header["columns"]), int(self.header["rows"])
            for name in REQUIRED:
                float(self.header[name])
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise LayerFileError(f"{self.path.name} is damaged: its header cannot be read.") from error
        sound = (
            index.shape == (self._columns * self._rows + 1,)
            and index[0] == 0
            and index[-1] == body
            and bool(np.all(np.diff(index) >= 0))
        )
        if not sound:
            raise LayerFileError(f"{self.path.name} is damaged: its header and its size disagree.")
        self._index = index

    @property
    def tiles(self) -> list[tuple[int, int]]:
        """Column and row of every tile that has a PNG, in row order."""
        present = np.flatnonzero(np.diff(self._index))
        return [(int(number % self._columns), int(number // self._columns)) for number in present]

    def tile(self, column: int, row: int) -> bytes | None:
        """The PNG of a tile; None where the grid ends or the tile has no tissue."""
        if not (0 <= column < self._columns and 0 <= row < self._rows):
            return None
        number = row * self._columns + column
        start, stop = int(self._index[number]), int(self._index[number + 1])
        if start == stop:
            return None
        handle = os.open(self.path, os.O_RDONLY)
        try:
            png = os.pread(handle, stop - start, self._offset + start)
        finally:
            os.close(handle)
        if len(png) != stop - start or not png.startswith(PNG_SIGNATURE):
            raise LayerFileError(f"{self.path.name} is damaged: tile ({column}, {row}) is not a PNG.")
        return png
