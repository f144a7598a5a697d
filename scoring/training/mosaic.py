"""New cores from quarters of others: a few hundred whole scenes alone are learnt by heart by a fully connected layer.

The label of a mosaic is what two simulated readers say of the very cells in its quarters (ours; the paper has no such
thing). Synthetic tissue alone, whose cells are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.lib.recfunctions import repack_fields

from scoring.histoscore import FRAME_PX, MAP_PX
from scoring.segmentation import WORK_UM_PER_PX
from scoring.synth import readers
from scoring.synth.scene import Cells, Kind
from scoring.training.maps import Map

EMPTY: Final = 0.12
"""Chance that a quarter (never the first chosen) is left glass, so that small fields are seen too."""
ALIKE: Final = 0.7
"""Chance that another quarter comes from one of the cores nearest in H-score."""
NEAREST: Final = 12
LEAST_TUMOUR: Final = 30
"""Tumour nuclei below which a mosaic is not used: its score would be chance."""
_QUARTER_UM: Final = FRAME_PX / 2 * WORK_UM_PER_PX
_FIELDS: Final = ["x_um", "y_um", "kind", "cls", "dab_od"]


def read_cells(path: Path) -> Cells:
    """The cells of a synthetic core, with the fields readers need."""
    cells: Cells = repack_fields(np.load(path, allow_pickle=False)[_FIELDS])
    return cells


@dataclass(frozen=True)
class Mosaics:
    """Draws mosaics of ``maps`` (512 x 512 x channels each); ``fill`` is the value of glass."""

    maps: Sequence[Map]
    cells: Sequence[Cells]
    h_scores: npt.NDArray[np.float64]
    fill: int

    def draw(self, first: int, rng: np.random.Generator) -> tuple[Map, float] | None:
        """A map with a quarter of core ``first`` in it and the mean of two readers' H; None where too little tumour.

        Quarters are mirrored to their places, so that the rim of a core stays outside.
        """
        canvas = np.full((MAP_PX, MAP_PX, self.maps[first].shape[2]), self.fill, dtype=np.uint8)
        half = MAP_PX // 2
        order = np.argsort(np.abs(self.h_scores - self.h_scores[first]), kind="stable")[: NEAREST + 1]
        places = rng.permutation(4)
        parts = []
        for turn, place in enumerate(places):
            if turn and rng.random() < EMPTY:
                continue
            source = first
            if turn:
                source = int(rng.choice(order)) if rng.random() < ALIKE else int(rng.integers(len(self.maps)))
            row, column = divmod(int(place), 2)
            from_row, from_column = divmod(int(rng.integers(4)), 2)
            quarter = self.maps[source][from_row * half :, from_column * half :][:half, :half]
            quarter = quarter[:: 1 if row == from_row else -1, :: 1 if column == from_column else -1]
            canvas[row * half : (row + 1) * half, column * half : (column + 1) * half] = quarter
            parts.append(_placed(self.cells[source], (from_row, from_column), (row, column)))
        cells = np.concatenate(parts)
        if np.count_nonzero(cells["kind"] == Kind.TUMOUR) < LEAST_TUMOUR:
            return None
        pair = readers.read_pair(cells, int(rng.integers(2**31)))
        scores = [reading.h_score for reading in pair if reading.h_score is not None]
        return (canvas, float(np.mean(scores))) if len(scores) == 2 else None


def _placed(cells: Cells, origin: tuple[int, int], place: tuple[int, int]) -> Cells:
    """The cells of one quarter, moved and mirrored with it. Quarters are (row, column)."""
    inside = ((cells["y_um"] >= _QUARTER_UM) == origin[0]) & ((cells["x_um"] >= _QUARTER_UM) == origin[1])
    chosen: Cells = cells[inside].copy()
    for axis, name in enumerate(("y_um", "x_um")):
        offset = chosen[name] - origin[axis] * _QUARTER_UM
        if origin[axis] != place[axis]:
            offset = _QUARTER_UM - offset
        chosen[name] = offset + place[axis] * _QUARTER_UM
    return chosen
