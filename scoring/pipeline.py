"""Score a slide, or a region of it, tile by tile in bounded memory; every nucleus goes to the cell file.

A cell belongs to the tile whose core holds its centroid, so none counts twice. White, stain vectors and tissue are
learnt once, from an overview, and hold for every tile. Cancelling is looked at before every tile; nothing is left
behind then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from scoring import qc, weights
from scoring.cells import CellWriter
from scoring.frames import LAYER_LEGEND, TileFrame, layer_png
from scoring.layers import LayerWriter
from scoring.registry import find_scorer
from scoring.scorer import MeasuredTile, Preparation, Scorer, Sums, Verdict
from scoring.tiling import (
    Grid,
    Reader,
    Tile,
    best_level,
    even_core,
    grid_over,
    read_overview,
    read_tile,
    resample,
    work_factor,
)
from scoring.types import CLASS_NAMES, ByteImage, Cancelled, Mask, Region, ScoreResult, ScoringError

CORE_WORK_PX = 1024
OVERVIEW_PX = 1024
SAMPLE_WORK_PX = 256
SAMPLES = 16
_NO_TUMOUR_NETWORK = "No tumour network ran: all nuclei were counted."


def _nothing(done: int, total: int, phase: str) -> None:
    """Progress that nobody follows."""


def _never() -> bool:
    return False


@dataclass(frozen=True)
class _Writers:
    """Where a result goes; ``layers`` only if they were asked for."""

    cells: CellWriter
    layers: LayerWriter | None


def score(
    reader: Reader,
    *,
    card: str,
    cells_path: Path,
    um_per_px: float,
    layers_path: Path | None = None,
    preset: str = "default",
    parameters: Mapping[str, object] | None = None,
    region: Region | None = None,
    progress: Callable[[int, int, str], None] = _nothing,
    cancelled: Callable[[], bool] = _never,
    core_work_px: int = CORE_WORK_PX,
    weights_folder: Path = weights.FOLDER,
) -> ScoreResult:
    """Score ``region`` (level-0 px; the whole slide when None), write its cells and, where asked, its layers.

    ``core_work_px`` is the largest tile, ``weights_folder`` where trained networks lie. Raises ScoringError for input
    the caller must change and Cancelled when asked to stop; in neither case a file appears. A field that cannot be
    scored is a result with ``scoreable`` False and its reason.
    """
    if not (np.isfinite(um_per_px) and um_per_px > 0):
        raise ScoringError(f"µm/px must be a positive number; received {um_per_px}. State it for this slide.")
    scorer = find_scorer(card, preset, parameters or {}, weights_folder)
    area = _bounds(reader, region)
    grid = _grid(reader, scorer, area, um_per_px, core_work_px)
    work_um_per_px = um_per_px * grid.factor
    with ExitStack() as stack:
        writers = _writers(stack, grid, um_per_px, cells_path, layers_path)
        refusal = qc.too_coarse(um_per_px, scorer.card.max_um_per_px)
        preparation: Preparation | None = None
        sums = Sums()
        if refusal:
            verdict = Verdict(
                None, "", None, False, refusal, {"flags": [asdict(qc.Flag("too-coarse", "refuse", refusal))]}
            )
        else:
            preparation = _score_tiles(
                reader, scorer, grid, area, region, work_um_per_px, sums, writers, progress, cancelled
            )
            area_mm2 = area[2] * area[3] * (um_per_px / 1000) ** 2
            place = "field" if region is not None and region.shape == "rectangle" else "core"
            verdict = scorer.conclude(sums, preparation, area_mm2, place)
        if cancelled():
            raise Cancelled
        counts = writers.cells.counts()
        layers = writers.layers.finish() if writers.layers is not None and sums.tissue_px else None
        digest = writers.cells.finish()
    finds_tumour = scorer.finds_tumour and preparation is not None
    return ScoreResult(
        scheme=scorer.card.scheme,
        method=scorer.card.key,
        version=scorer.card.version,
        preset=preset,
        value=verdict.value,
        category=verdict.category,
        scoreable=verdict.scoreable,
        reason=verdict.reason,
        counts=counts,
        percentages=verdict.percentages,
        tumour_fraction=round(sums.tumour_fraction, 6) if finds_tumour else None,
        qc=verdict.qc,
        cell_count=sum(counts.values()),
        cells_sha256=digest,
        um_per_px=um_per_px,
        parameters={**scorer.provenance(preparation, sums), "work_um_per_px_used": work_um_per_px},
        weights_sha256=scorer.weights_sha256,
        rule=verdict.rule,
        limits=(*(() if scorer.finds_tumour else (_NO_TUMOUR_NETWORK,)), *scorer.card.limits, scorer.card.research_use),
        tumour_counts=dict(zip(CLASS_NAMES, sums.tumour_counts.tolist(), strict=True)) if finds_tumour else None,
        windows=tuple(sums.windows),
        layers_sha256=layers,
    )


def _grid(reader: Reader, scorer: Scorer, area: tuple[int, int, int, int], um_per_px: float, core_work_px: int) -> Grid:
    factor = work_factor(um_per_px, scorer.work_um_per_px)
    if scorer.window_px is not None:
        core_work_px = even_core(area[2], area[3], factor, min(core_work_px, scorer.window_px))
    return grid_over(
        *area,
        factor=factor,
        core_work_px=core_work_px,
        halo_work_px=int(np.ceil(scorer.halo_um / (um_per_px * factor))),
        clip=(0, 0, int(reader.info.width_px), int(reader.info.height_px)),
    )


def _writers(stack: ExitStack, grid: Grid, um_per_px: float, cells_path: Path, layers_path: Path | None) -> _Writers:
    place: dict[str, Any] = {
        "um_per_px": um_per_px,
        "origin_x_px": grid.origin_x_px,
        "origin_y_px": grid.origin_y_px,
        "tile_px": grid.tile_px,
        "columns": grid.columns,
        "rows": grid.rows,
    }
    cells = stack.enter_context(CellWriter(cells_path, **place))
    layers = None
    if layers_path is not None:
        header = {**place, "work_px": grid.core_work_px, "legend": LAYER_LEGEND}
        layers = stack.enter_context(LayerWriter(layers_path, header))
    return _Writers(cells, layers)


def _bounds(reader: Reader, region: Region | None) -> tuple[int, int, int, int]:
    """Whole level-0 px that hold the region, within the slide."""
    width, height = int(reader.info.width_px), int(reader.info.height_px)
    if region is None:
        return 0, 0, width, height
    left, top = max(0, int(np.floor(region.x_px))), max(0, int(np.floor(region.y_px)))
    right = min(width, int(np.ceil(region.x_px + region.width_px)))
    bottom = min(height, int(np.ceil(region.y_px + region.height_px)))
    if right <= left or bottom <= top:
        raise ScoringError(f"The region lies outside the slide of {width} x {height} px.")
    return left, top, right - left, bottom - top


def _score_tiles(
    reader: Reader,
    scorer: Scorer,
    grid: Grid,
    area: tuple[int, int, int, int],
    region: Region | None,
    work_um_per_px: float,
    sums: Sums,
    writers: _Writers,
    progress: Callable[[int, int, str], None],
    cancelled: Callable[[], bool],
) -> Preparation:
    if cancelled():
        raise Cancelled
    progress(0, len(grid), "overview")
    overview, scale = read_overview(reader, area, OVERVIEW_PX)
    preparation = scorer.prepare(overview, work_um_per_px / grid.factor * scale)
    tissue = preparation.tissue.tissue
    preparation = scorer.adapt(preparation, _samples(reader, grid, area, scale, tissue))
    around = region or Region(*area)
    for done, tile in enumerate(grid):
        if cancelled():
            raise Cancelled
        progress(done, len(grid), "scoring")
        if not _has_tissue(tissue, area, scale, tile):
            continue
        rgb, left_px, top_px = read_tile(reader, grid, tile)
        if rgb.size:
            frame = TileFrame(left_px, top_px, grid, tile, around, tissue, area, scale)
            _score_tile(scorer, grid, tile, frame, rgb, work_um_per_px, preparation, sums, writers)
    progress(len(grid), len(grid), "writing")
    return preparation


def _score_tile(
    scorer: Scorer,
    grid: Grid,
    tile: Tile,
    frame: TileFrame,
    rgb: ByteImage,
    work_um_per_px: float,
    preparation: Preparation,
    sums: Sums,
    writers: _Writers,
) -> None:
    cells = scorer.measure(rgb, work_um_per_px, preparation)
    records = frame.records(cells)
    counted = frame.counted(records, *rgb.shape[:2])
    shown = scorer.needs_maps or writers.layers is not None
    maps = scorer.maps(rgb, cells, preparation) if shown else None
    scorer.add(sums, MeasuredTile(rgb, work_um_per_px, cells, counted, maps), preparation)
    writers.cells.append(tile.column, tile.row, records[counted.nuclei])
    if writers.layers is not None and maps is not None:
        writers.layers.append(tile.column, tile.row, layer_png(maps, counted, grid.core_work_px))


def _samples(reader: Reader, grid: Grid, area: tuple[int, int, int, int], scale: float, tissue: Mask) -> ByteImage:
    """Pixels of tissue at the work scale from up to 16 windows spread evenly over it: the same on every run."""
    rows, columns = np.nonzero(tissue)
    if len(rows) == 0:
        return np.zeros((0, 1, 3), dtype=np.uint8)
    side_px = SAMPLE_WORK_PX * grid.factor
    windows = {
        (int(columns[k] * scale // side_px), int(rows[k] * scale // side_px))
        for k in np.linspace(0, len(rows) - 1, SAMPLES).astype(int)
    }
    level, downsample = best_level(reader.info.levels, grid.factor)
    picked = []
    for column, row in sorted(windows, key=lambda window: (window[1], window[0])):
        left, top = area[0] + int(column * side_px), area[1] + int(row * side_px)
        wide = min(int(side_px), area[0] + area[2] - left)
        high = min(int(side_px), area[1] + area[3] - top)
        size = (max(1, int(wide / downsample)), max(1, int(high / downsample)))
        window = reader.read_region(left, top, level, *size)
        picked.append(resample(window, max(1, int(wide / grid.factor)), max(1, int(high / grid.factor))).reshape(-1, 3))
    return np.concatenate(picked)[:, None]


def _has_tissue(tissue: Mask, area: tuple[int, int, int, int], scale: float, tile: Tile) -> bool:
    left, top = int((tile.x_px - area[0]) / scale), int((tile.y_px - area[1]) / scale)
    reach = int(np.ceil(tile.size_px / scale)) + 1
    return bool(tissue[max(0, top - 1) : top + reach, max(0, left - 1) : left + reach].any())
