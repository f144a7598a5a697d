"""Results made of drawn cells, for tests of what shows them: a real cell file in the store, and the rows for it."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from scoring.cells import RECORD, CellFile, CellWriter, Records
from scoring.layers import LayerWriter
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


def draw_layers(*, columns: int = 2, rows: int = 1, work_px: int = 8) -> dict[tuple[int, int], bytes]:
    """A PNG for every tile but the last: grey levels in red, a nuclei mask in green, a tumour mask in blue."""
    drawn = {}
    for number in range(columns * rows - 1):
        rgb = np.zeros((work_px, work_px, 3), np.uint8)
        rgb[..., 0] = 40 * number + np.arange(work_px)
        rgb[2:6, 2:6, 1] = 255
        rgb[2:4, 2:6, 2] = 255
        picture = io.BytesIO()
        Image.fromarray(rgb).save(picture, "PNG")
        drawn[number % columns, number // columns] = picture.getvalue()
    return drawn


def write_layers(path: Path, tiles: dict[tuple[int, int], bytes], **header: Any) -> str:
    """Write them as the pipeline does; returns the file's SHA-256."""
    grid = {"um_per_px": 0.5, "origin_x_px": 0, "origin_y_px": 0, "tile_px": 1024, "work_px": 8, "columns": 2,
            "rows": 1, "representation": "inverted"}  # fmt: skip
    with LayerWriter(path, {**grid, **header}) as writer:
        for (column, row), png in tiles.items():
            writer.append(column, row, png)
        return writer.finish()


def done_run(*, cells: int = 500, columns: int = 8, rows: int = 4, tile_px: float = 256, layers: bool = False,
             provenance: dict[str, Any] | None = None, **fields: Any) -> Run:  # fmt: skip
    """A run that is done, with a result of so many drawn cells (and drawn layers); ``fields`` are the run's."""
    run: Run = factories.RunFactory(done=True, **fields)
    unfinished = storage.unfinished_path(uuid.uuid4(), 1)
    drawn = draw_cells(cells, width_px=columns * tile_px, height_px=rows * tile_px)
    sha256 = write_cells(unfinished, drawn, columns=columns, rows=rows, tile_px=tile_px)
    counts = CellFile(unfinished).counts()
    storage.publish(unfinished, sha256)
    layers_sha256 = ""
    if layers:
        unfinished = storage.unfinished_path(uuid.uuid4(), 1, "layers")
        layers_sha256 = write_layers(unfinished, draw_layers())
        storage.publish(unfinished, layers_sha256)
    shares = {name: 100 * counts[name] / max(cells, 1) for name in CLASS_NAMES}
    result: Result = factories.ResultFactory(
        run=run,
        value=str(round(shares["weak"] + 2 * shares["moderate"] + 3 * shares["strong"], 4)),
        counts=counts,
        percentages=shares,
        cell_count=cells,
        cells_sha256=sha256,
        layers_sha256=layers_sha256,
        provenance={
            "method": "nnp", "preset": "default", "version": "1", "weights_sha256": None, "um_per_px": 0.5,
            "um_per_px_source": "file", "input_sha256": "0" * 64, "seconds": 1.0, "qc": {}, "tumour_fraction": None,
            "parameters": {}, **(provenance or {}),
        },
    )  # fmt: skip
    assert result.cell_count == sum(counts.values())
    return run
