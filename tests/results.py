"""Results made of drawn cells, for tests of what shows them: a real cell file in the store, and the rows for it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import numpy as np

from scoring.cells import RECORD, CellFile, CellWriter, Records
from scoring.types import CLASS_NAMES
from tests import factories
from webapp.runs import storage
from webapp.runs.models import Result, Run


def draw_cells(count: int, *, width_px: float, height_px: float, seed: int = 1) -> Records:
    """So many round nuclei of all classes, evenly spread; the same for the same seed."""
    chance = np.random.default_rng(seed)
    cells = np.zeros(count, RECORD)
    cells["x_px"] = chance.uniform(0, width_px * 0.9999, count)
    cells["y_px"] = chance.uniform(0, height_px * 0.9999, count)
    cells["area_um2"] = chance.uniform(20, 80, count)
    cells["dab_od"] = chance.uniform(0, 1, count)
    cells["class"] = np.digitize(cells["dab_od"], (0.15, 0.35, 0.65))
    cells["tumour"] = -1
    cells["radii"] = chance.integers(60, 100, (count, 16))
    return cells


def write_cells(path: Path, cells: Records, *, columns: int, rows: int, tile_px: float) -> str:
    """Write them as the pipeline does, tile by tile; returns the file's SHA-256."""
    writer = CellWriter(path, um_per_px=0.5, origin_x_px=0, origin_y_px=0, tile_px=tile_px, columns=columns, rows=rows)
    column = (cells["x_px"] // tile_px).astype(int)
    row = (cells["y_px"] // tile_px).astype(int)
    number = row * columns + column
    order = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[order], np.arange(columns * rows + 1))
    for tile in range(columns * rows):
        part = cells[order[starts[tile] : starts[tile + 1]]]
        if len(part):
            writer.append(tile % columns, tile // columns, part)
    return writer.finish()


def done_run(*, cells: int = 500, columns: int = 8, rows: int = 4, tile_px: float = 256, **fields: Any) -> Run:
    """A run that is done, with a result of so many drawn cells; ``fields`` are the run's."""
    run: Run = factories.RunFactory(done=True, **fields)
    unfinished = storage.unfinished_path(uuid.uuid4(), 1)
    drawn = draw_cells(cells, width_px=columns * tile_px, height_px=rows * tile_px)
    sha256 = write_cells(unfinished, drawn, columns=columns, rows=rows, tile_px=tile_px)
    counts = CellFile(unfinished).counts()
    storage.publish(unfinished, sha256)
    shares = {name: 100 * counts[name] / max(cells, 1) for name in CLASS_NAMES}
    result: Result = factories.ResultFactory(
        run=run,
        value=str(round(shares["weak"] + 2 * shares["moderate"] + 3 * shares["strong"], 4)),
        counts=counts,
        percentages=shares,
        cell_count=cells,
        cells_sha256=sha256,
        provenance={
            "method": "nnp", "preset": "default", "version": "1", "weights_sha256": None, "um_per_px": 0.5,
            "um_per_px_source": "file", "input_sha256": "0" * 64, "seconds": 1.0, "qc": {}, "tumour_fraction": None,
            "parameters": {},
        },
    )  # fmt: skip
    assert result.cell_count == sum(counts.values())
    return run
