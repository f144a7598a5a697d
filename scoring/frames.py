"""Where one tile's work pixels lie on the slide; which of its cells and pixels count; its maps as a picture."""

from __future__ import annotations

import cv2
import numpy as np

from scoring.cells import RECORD, Records
from scoring.geometry import OUTLINE_UNIT_PX, inside
from scoring.hscore import FieldCells
from scoring.scorer import Counted, Maps
from scoring.tiling import Grid, Tile
from scoring.types import Mask, Region

LAYER_LEGEND = {
    "red": "round(255 * I_la) of the stain-intensity description image: low is strong brown, high is strong blue",
    "green": "255 inside nuclei that count",
    "blue": "255 inside tumour nuclei that count",
}


class TileFrame:
    """One tile read with its halo: ``left_px, top_px`` is the level-0 corner of its first work pixel.

    ``tissue`` is the overview's mask, ``area`` (x, y, width, height) what the overview shows, ``scale`` level-0 px per
    overview px.
    """

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
        records["tumour"] = cells.tumour
        records["radii"] = np.clip(np.rint(nuclei.radii_px * (factor / OUTLINE_UNIT_PX)), 0, 65535)
        return records

    def counted(self, records: Records, height: int, width: int) -> Counted:
        """What counts of the tile's records and of its height x width work pixels."""
        tile, factor, size = self._tile, self._grid.factor, self._grid.core_work_px
        left, top = round((tile.x_px - self._left_px) / factor), round((tile.y_px - self._top_px) / factor)
        wide, high = min(size, width - left), min(size, height - top)
        core = (slice(top, top + high), slice(left, left + wide))
        box = (float(tile.x_px), float(tile.y_px), wide * factor, high * factor)
        return Counted(self._kept(records), self._pixels(height, width), core, box)

    def _kept(self, records: Records) -> Mask:
        """Cells whose centroid lies in the core of the tile, in the region and in tissue."""
        x, y = records["x_px"].astype(np.float64), records["y_px"].astype(np.float64)
        tile = self._tile
        column = np.floor((x - self._grid.origin_x_px) / tile.size_px)
        row = np.floor((y - self._grid.origin_y_px) / tile.size_px)
        mine = (column == tile.column) & (row == tile.row)
        return np.asarray(mine & inside(self._region, x, y) & self._in_tissue(x, y))

    def _pixels(self, height: int, width: int) -> Mask:
        """Work pixels in the core of the tile, in the region and in tissue."""
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


def layer_png(maps: Maps, counted: Counted, work_px: int) -> bytes:
    """The core of a tile as :mod:`scoring.layers` wants it, ``work_px`` a side; beyond the slide: red 255."""
    core, area = counted.core, counted.area
    shown = maps.description[core]
    height, width = shown.shape
    picture = np.zeros((work_px, work_px, 3), dtype=np.uint8)  # blue, green, red: OpenCV's order
    picture[..., 2] = 255
    picture[:height, :width, 2] = np.rint(shown * 255)
    picture[:height, :width, 1] = np.where(maps.nuclei[core] & area[core], 255, 0)
    if maps.tumour is not None:
        picture[:height, :width, 0] = np.where(maps.tumour[core] & area[core], 255, 0)
    _, png = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 4])
    return png.tobytes()
