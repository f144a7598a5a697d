"""Cells of a result as the viewer reads them: by view box, or as a density raster. Little-endian, level-0 px."""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np

from scoring.cells import CellFile, Density, Selection
from webapp.core.errors import Unavailable
from webapp.runs.models import Result
from webapp.runs.storage import cells_path

CELLS_LIMIT = 20_000
MAX_CELLS_LIMIT = 50_000
MAX_BINS = 1024


def cells_of(result: Result) -> CellFile:
    """The result's cell file, mapped, not loaded.

    Raises:
        Unavailable: the file is not in the result store.
    """
    try:
        return _mapped(result.cells_sha256)
    except FileNotFoundError as error:
        raise Unavailable(
            "The cells of this result are not in the result store at present.", code="no_cells"
        ) from error


def box_bytes(selection: Selection) -> bytes:
    """``DCEL``, u32 count, u32 total in the box, then column by column: f4 x, y, dab_od, area_um2; u1 class; i1 tumour;
    zeros up to a multiple of 4; u2 radii (16 a cell, eighths of a px)."""
    records = selection.records
    parts = [b"DCEL", struct.pack("<II", len(records), selection.total)]
    parts += [np.ascontiguousarray(records[name]).tobytes() for name in ("x_px", "y_px", "dab_od", "area_um2")]
    parts += [records["class"].tobytes(), records["tumour"].tobytes()]
    parts.append(bytes(-sum(map(len, parts)) % 4))
    parts.append(np.ascontiguousarray(records["radii"]).tobytes())
    return b"".join(parts)


def density_bytes(density: Density, origin_x_px: float, origin_y_px: float) -> bytes:
    """``DDEN``, u32 rows, u32 columns, f4 bin_px, f4 origin x, f4 origin y, u4 counts (rows, columns, 4 classes)."""
    rows, columns, _ = density.counts.shape
    head = struct.pack("<4sIIfff", b"DDEN", rows, columns, density.bin_px, origin_x_px, origin_y_px)
    return head + np.ascontiguousarray(density.counts, dtype="<u4").tobytes()


@lru_cache(maxsize=32)
def _mapped(sha256: str) -> CellFile:
    # Content-addressed: what lies under an address never changes.
    return CellFile(cells_path(sha256))
