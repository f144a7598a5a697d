"""Score a slide, or a region of it, tile by tile in bounded memory; every nucleus goes to the cell file.

A cell belongs to the tile whose core holds its centroid, so none counts twice. White, stain vectors and tissue are
learnt once, from an overview, and hold for every tile. Cancelling is looked at before every tile; nothing is left
behind then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from scoring import qc
from scoring.cells import RECORD, CellWriter, Records
from scoring.geometry import OUTLINE_UNIT_PX, inside
from scoring.hscore import FieldCells
from scoring.registry import Preparation, Scorer, Sums, Verdict, find_scorer
from scoring.tiling import (
    Grid,
    Reader,
    Tile,
    best_level,
    grid_over,
    read_overview,
    read_tile,
    resample,
    work_factor,
)
from scoring.types import ByteImage, Cancelled, Mask, Region, ScoreResult, ScoringError

CORE_WORK_PX = 1024
OVERVIEW_PX = 1024
SAMPLE_WORK_PX = 256
SAMPLES = 16
_NO_TUMOUR_NETWORK = "No tumour network ran: all nuclei were counted."


def _nothing(done: int, total: int, phase: str) -> None:
    """Progress that nobody follows."""


def _never() -> bool:
    return False


def score(
    reader: Reader,
    *,
    card: str,
    cells_path: Path,
    um_per_px: float,
    preset: str = "default",
    parameters: Mapping[str, object] | None = None,
    region: Region | None = None,
    progress: Callable[[int, int, str], None] = _nothing,
    cancelled: Callable[[], bool] = _never,
    core_work_px: int = CORE_WORK_PX,
) -> ScoreResult:
    """Score ``region`` (level-0 px; the whole slide when None) and write its cells.

    Raises ScoringError for input the caller must change and Cancelled when asked to stop; in neither case a file
    appears. A field that cannot be scored is a result with ``scoreable`` False and its reason.
    """
    if not (np.isfinite(um_per_px) and um_per_px > 0):
        raise ScoringError(f"µm/px must be a positive number; received {um_per_px}. State it for this slide.")
    scorer = find_scorer(card, preset, parameters or {})
    area = _bounds(reader, region)
    factor = work_factor(um_per_px, scorer.work_um_per_px)
    work_um_per_px = um_per_px * factor
    whole = (0, 0, int(reader.info.width_px), int(reader.info.height_px))
    grid = grid_over(
        *area,
        factor=factor,
        core_work_px=core_work_px,
        halo_work_px=int(np.ceil(scorer.halo_um / work_um_per_px)),
        clip=whole,
    )
    with CellWriter(
        cells_path,
        um_per_px=um_per_px,
        origin_x_px=grid.origin_x_px,
        origin_y_px=grid.origin_y_px,
        tile_px=grid.tile_px,
        columns=grid.columns,
        rows=grid.rows,
    ) as writer:
        refusal = qc.too_coarse(um_per_px)
        preparation: Preparation | None = None
        if refusal:
            verdict = Verdict(None, "", None, False, refusal, {})
        else:
            preparation, sums = _score_tiles(
                reader, scorer, grid, area, region, work_um_per_px, writer, progress, cancelled
            )
            verdict = scorer.conclude(sums, preparation)
        if cancelled():
            raise Cancelled
        counts = writer.counts()
        digest = writer.finish()
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
        tumour_fraction=None,
        qc=verdict.qc,
        cell_count=sum(counts.values()),
        cells_sha256=digest,
        um_per_px=um_per_px,
        parameters={**scorer.provenance(preparation), "work_um_per_px_used": work_um_per_px},
        weights_sha256=scorer.card.weights_sha256,
        rule=verdict.rule,
        limits=(_NO_TUMOUR_NETWORK, *scorer.card.limits, scorer.card.research_use),
    )


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
    writer: CellWriter,
    progress: Callable[[int, int, str], None],
    cancelled: Callable[[], bool],
) -> tuple[Preparation, Sums]:
    if cancelled():
        raise Cancelled
    progress(0, len(grid), "overview")
    overview, scale = read_overview(reader, area, OVERVIEW_PX)
    preparation = scorer.prepare(overview, work_um_per_px / grid.factor * scale)
    preparation = scorer.adapt(preparation, _samples(reader, grid, area, scale, preparation.tissue.tissue))
    around = region or Region(*area)
    sums = Sums()
    for done, tile in enumerate(grid):
        if cancelled():
            raise Cancelled
        progress(done, len(grid), "scoring")
        if _has_tissue(preparation.tissue.tissue, area, scale, tile):
            rgb, left_px, top_px = read_tile(reader, grid, tile)
            if rgb.size:
                frame = _Frame(left_px, top_px, grid, tile, around, preparation.tissue.tissue, area, scale)
                cells = scorer.measure(rgb, work_um_per_px, preparation)
                records = frame.records(cells)
                kept = frame.kept(records)
                scorer.add(sums, cells, kept, frame.pixels(rgb.shape[0], rgb.shape[1]), work_um_per_px)
                writer.append(tile.column, tile.row, records[kept])
    progress(len(grid), len(grid), "writing")
    return preparation, sums


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


class _Frame:
    """Where one tile's work pixels lie on the slide, and which of its cells and pixels count."""

    def __init__(
        self,
        left_px: float,
        top_px: float,
        grid: Grid,
        tile: Tile,
        region: Region,
        tissue: Mask,
        area: tuple[int, int, int, int],
        scale: float,
    ) -> None:
        self._left_px, self._top_px = left_px, top_px
        self._grid, self._tile, self._region = grid, tile, region
        self._tissue, self._area, self._scale = tissue, area, scale

    def records(self, cells: FieldCells) -> Records:
        """All cells of the tile and its halo in level-0 px (pixel i covers i..i+1)."""
        nuclei, factor = cells.nuclei, self._grid.factor
        records = np.zeros(len(nuclei), dtype=RECORD)
        records["x_px"] = self._left_px + (nuclei.x_px + 0.5) * factor
        records["y_px"] = self._top_px + (nuclei.y_px + 0.5) * factor
        records["area_um2"] = nuclei.area_um2
        records["dab_od"] = nuclei.dab_od
        records["class"] = cells.classes
        records["tumour"] = -1
        records["radii"] = np.clip(np.rint(nuclei.radii_px * (factor / OUTLINE_UNIT_PX)), 0, 65535)
        return records

    def kept(self, records: Records) -> Mask:
        """Cells whose centroid lies in the core of the tile, in the region and in tissue."""
        x, y = records["x_px"].astype(np.float64), records["y_px"].astype(np.float64)
        tile = self._tile
        column = np.floor((x - self._grid.origin_x_px) / tile.size_px)
        row = np.floor((y - self._grid.origin_y_px) / tile.size_px)
        mine = (column == tile.column) & (row == tile.row)
        return np.asarray(mine & inside(self._region, x, y) & self._in_tissue(x, y))

    def pixels(self, height: int, width: int) -> Mask:
        """Which work pixels of the tile count for the quality figures."""
        x = self._left_px + (np.arange(width) + 0.5) * self._grid.factor
        y = self._top_px + (np.arange(height) + 0.5) * self._grid.factor
        tile = self._tile
        across = (x >= tile.x_px) & (x < tile.x_px + tile.size_px)
        down = (y >= tile.y_px) & (y < tile.y_px + tile.size_px)
        counted = down[:, None] & across[None] & self._in_tissue(x[None], y[:, None])
        if self._region.shape == "circle":
            counted &= inside(self._region, x[None], y[:, None])
        else:
            counted &= inside(self._region, x, np.full(width, self._region.y_px))[None]
            counted &= inside(self._region, np.full(height, self._region.x_px), y)[:, None]
        return np.asarray(counted)

    def _in_tissue(self, x_px: np.ndarray, y_px: np.ndarray) -> Mask:
        rows, columns = self._tissue.shape
        column = np.clip(((x_px - self._area[0]) / self._scale).astype(np.int64), 0, columns - 1)
        row = np.clip(((y_px - self._area[1]) / self._scale).astype(np.int64), 0, rows - 1)
        return np.asarray(self._tissue[row, column])
