"""The cell file: every nucleus of a result, grouped by tile so that a view box reads only what it shows.

Layout: as :mod:`scoring.sealed` says, with ``DCELLS01``; the body is records of :data:`RECORD` in the order of the
tiles (row by row). The header's ``index`` gives the first record of every tile and closes with the count; a cell
belongs to the tile that holds its centroid. All coordinates are level-0 px. Needs numpy only.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scoring.sealed import SealedFileError, seal, unseal
from scoring.types import CLASS_NAMES, ScoringError

MAGIC = b"DCELLS01"
RECORD = np.dtype(
    [
        ("x_px", "<f4"),
        ("y_px", "<f4"),
        ("area_um2", "<f4"),
        ("dab_od", "<f4"),
        ("class", "u1"),
        ("tumour", "i1"),
        ("radii", "<u2", (16,)),
    ]
)
"""Centroid; area; mean DAB (OD10); class 0..3; tumour -1 unknown, 0, 1; 16 radii in 1/8 level-0 px, angle k * 22.5°
from +x to +y.
"""

Records = npt.NDArray[np.void]
_HASH = np.uint64(0x9E3779B97F4A7C15)


class CellFileError(SealedFileError):
    """Not a cell file, or a damaged one."""


class Selection(NamedTuple):
    """Cells of a view box. ``total`` lie in the box; ``records`` are all of them or, when ``truncated``, an even
    share.
    """

    records: Records
    total: int
    truncated: bool


class Density(NamedTuple):
    """Counts (rows, columns, 4) of bins ``bin_px`` wide from the file's origin."""

    bin_px: float
    counts: npt.NDArray[np.uint32]


class CellWriter:
    """Writes a cell file tile by tile, in row order; the target appears only when ``finish`` succeeds.

    As a context manager it removes its temporary files unless finished.
    """

    def __init__(
        self,
        path: Path,
        *,
        um_per_px: float,
        origin_x_px: float,
        origin_y_px: float,
        tile_px: float,
        columns: int,
        rows: int,
        extra: dict[str, Any] | None = None,
    ) -> None:
        if columns < 1 or rows < 1 or not tile_px > 0:
            raise ScoringError(
                f"A cell file needs at least one tile of positive size; received {columns} x {rows} of {tile_px} px."
            )
        self._path = Path(path)
        self._origin = (float(origin_x_px), float(origin_y_px))
        self._tile_px, self._columns, self._rows = float(tile_px), columns, rows
        self._header = {**(extra or {}), "um_per_px": float(um_per_px), "record_bytes": RECORD.itemsize}
        self._per_tile = np.zeros(columns * rows, dtype=np.int64)
        self._counts = np.zeros(len(CLASS_NAMES), dtype=np.int64)
        self._next = 0
        self._body = tempfile.TemporaryFile(dir=self._path.parent)  # noqa: SIM115 - lives until finish or close

    def append(self, tile_column: int, tile_row: int, records: Records) -> None:
        """Add the cells of one tile. Tiles come in row order, each at most once; tiles without cells may be left
        out.
        """
        if not (0 <= tile_column < self._columns and 0 <= tile_row < self._rows):
            raise ScoringError(
                f"Tile ({tile_column}, {tile_row}) lies outside the grid of {self._columns} x {self._rows} tiles."
            )
        number = tile_row * self._columns + tile_column
        if number < self._next:
            raise ScoringError(f"Tiles are appended in row order; tile ({tile_column}, {tile_row}) comes too late.")
        if records.dtype != RECORD:
            raise ScoringError(f"Records must have the dtype cells.RECORD; received {records.dtype}.")
        if len(records) and int(records["class"].max()) >= len(CLASS_NAMES):
            raise ScoringError(f"A class lies outside 0..{len(CLASS_NAMES) - 1}.")
        for name in ("x_px", "y_px", "area_um2", "dab_od"):
            if not np.isfinite(records[name]).all():
                raise ScoringError(f"{name} holds a value that is not a number.")
        column, row = self._tile_of(records)
        if np.any(column != tile_column) or np.any(row != tile_row):
            raise ScoringError(f"A cell's centroid lies outside tile ({tile_column}, {tile_row}).")
        self._next = number + 1
        self._per_tile[number] = len(records)
        self._counts += np.bincount(records["class"], minlength=len(CLASS_NAMES))
        self._body.write(np.ascontiguousarray(records).tobytes())

    def _tile_of(self, records: Records) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        return _bin(records, self._origin, self._tile_px, self._columns, self._rows)

    def finish(self) -> str:
        """Write the file (temporary file, fsync, rename) and return its SHA-256."""
        index = np.concatenate([[0], np.cumsum(self._per_tile)])
        header = {
            **self._header,
            "count": int(index[-1]),
            "counts": {name: int(n) for name, n in zip(CLASS_NAMES, self._counts, strict=True)},
            "origin_x_px": self._origin[0],
            "origin_y_px": self._origin[1],
            "tile_px": self._tile_px,
            "columns": self._columns,
            "rows": self._rows,
            "index": index.tolist(),
        }
        try:
            return seal(self._path, MAGIC, header, self._body)
        finally:
            self.close()

    def counts(self) -> dict[str, int]:
        """Cells appended so far, by class."""
        return {name: int(n) for name, n in zip(CLASS_NAMES, self._counts, strict=True)}

    def close(self) -> None:
        """Forget what was appended."""
        self._body.close()

    def __enter__(self) -> CellWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class CellFile:
    """Read-only view of a cell file. Records are mapped, not loaded. Raises CellFileError on anything else."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        try:
            self.header, offset, body = unseal(self.path, MAGIC, "cell file")
        except SealedFileError as error:
            raise CellFileError(str(error)) from error
        try:
            self.count = int(self.header["count"])
            self._index = np.asarray(self.header["index"], dtype=np.int64)
            self._columns, self._rows = int(self.header["columns"]), int(self.header["rows"])
            self._tile_px = float(self.header["tile_px"])
            self._origin = (float(self.header["origin_x_px"]), float(self.header["origin_y_px"]))
            self._counts = {name: int(self.header["counts"][name]) for name in CLASS_NAMES}
        except (ValueError, KeyError, TypeError) as error:
            raise CellFileError(f"{self.path.name} is damaged: its header cannot be read.") from error
        steps = np.diff(self._index)
        sound = (
            len(self._index) == self._columns * self._rows + 1
            and self._index[0] == 0
            and self._index[-1] == self.count
            and bool(np.all(steps >= 0))
            and body == self.count * RECORD.itemsize
            and sum(self._counts.values()) == self.count
        )
        if not sound:
            raise CellFileError(f"{self.path.name} is damaged: its header and its size disagree.")
        self.records: Records = (
            np.memmap(self.path, RECORD, "r", offset, (self.count,)) if self.count else np.zeros(0, RECORD)
        )

    def counts(self) -> dict[str, int]:
        """Cells by class name; they add up to ``count``."""
        return dict(self._counts)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """x, y, width, height of the grid in level-0 px."""
        return (*self._origin, self._columns * self._tile_px, self._rows * self._tile_px)

    def within(self, x_px: float, y_px: float, width_px: float, height_px: float, limit: int = 20000) -> Selection:
        """Cells whose centroid lies in the box. Beyond ``limit`` a share is kept that depends on the cell alone, not
        on the box, so that panning does not make cells flicker."""
        if limit < 0:
            raise ScoringError(f"limit must not be negative; received {limit}.")
        first_column, last_column = self._span(x_px - self._origin[0], width_px, self._columns)
        first_row, last_row = self._span(y_px - self._origin[1], height_px, self._rows)
        numbers: list[npt.NDArray[np.int64]] = []
        for row in range(first_row, last_row + 1):
            start = int(self._index[row * self._columns + first_column])
            stop = int(self._index[row * self._columns + last_column + 1])
            part = self.records[start:stop]
            x, y = part["x_px"], part["y_px"]
            inside = (x >= x_px) & (x < x_px + width_px) & (y >= y_px) & (y < y_px + height_px)
            numbers.append(start + np.flatnonzero(inside))
        chosen = np.concatenate(numbers) if numbers else np.zeros(0, dtype=np.int64)
        total = len(chosen)
        if total > limit:
            order = chosen.astype(np.uint64) * _HASH
            chosen = np.sort(chosen[np.argpartition(order, limit)[:limit]]) if limit else chosen[:0]
        return Selection(np.asarray(self.records[chosen]), total, total > limit)

    def _span(self, start_px: float, length_px: float, tiles: int) -> tuple[int, int]:
        """First and last tile an interval touches; an empty range where it touches none."""
        if not length_px > 0 or start_px + length_px <= 0 or start_px >= tiles * self._tile_px:
            return 0, -1
        # f4 rounding may leave a centroid a hair beyond its tile: look one hair further.
        slack = self._tile_px * 1e-3
        first = int(max(0, (start_px - slack) // self._tile_px))
        last = int(min(tiles - 1, (start_px + length_px + slack) // self._tile_px))
        return min(first, tiles - 1), max(last, 0)

    def density(self, max_bins: int = 256) -> Density:
        """Counts by class on a grid of at most ``max_bins`` bins a side; they sum to ``counts`` to the last cell."""
        if max_bins < 1:
            raise ScoringError(f"max_bins must be at least 1; received {max_bins}.")
        _, _, width, height = self.bounds
        bin_px = max(width, height) / max_bins
        columns, rows = max(1, int(np.ceil(width / bin_px))), max(1, int(np.ceil(height / bin_px)))
        columns, rows = min(columns, max_bins), min(rows, max_bins)
        total = np.zeros(rows * columns * len(CLASS_NAMES), dtype=np.int64)
        for start in range(0, self.count, 1 << 18):
            part = self.records[start : start + (1 << 18)]
            column, row = _bin(part, self._origin, bin_px, columns, rows)
            place = (row * columns + column) * len(CLASS_NAMES) + part["class"]
            total += np.bincount(place, minlength=len(total))
        return Density(bin_px, total.reshape(rows, columns, len(CLASS_NAMES)).astype(np.uint32))


def _bin(
    records: Records, origin: tuple[float, float], size_px: float, columns: int, rows: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Column and row of every cell on a grid; rounding at the outer edges is held inside."""
    column = np.floor((records["x_px"].astype(np.float64) - origin[0]) / size_px).astype(np.int64)
    row = np.floor((records["y_px"].astype(np.float64) - origin[1]) / size_px).astype(np.int64)
    return np.clip(column, 0, columns - 1), np.clip(row, 0, rows - 1)
