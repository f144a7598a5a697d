"""The vector scene of a synthetic specimen: tissue on a coarse grid and every cell, in µm, before any magnification."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import cv2
import numpy as np
import numpy.typing as npt

from scoring.types import FloatMap

WAVES = 5
"""Harmonics k = 2..6 of an outline."""


class Kind(IntEnum):
    """What a nucleus belongs to; only tumour counts towards a score."""

    TUMOUR = 0
    LYMPHOCYTE = 1
    FIBROBLAST = 2
    EPITHELIUM = 3
    ENDOTHELIUM = 4


class Tissue(IntEnum):
    """What the layout's grid holds."""

    GLASS = 0
    STROMA = 1
    TUMOUR = 2
    EPITHELIUM = 3
    LUMEN = 4
    FAT = 5
    LYMPHOID = 6
    NECROSIS = 7
    VESSEL = 8


CELL = np.dtype(
    [
        ("number", "<i4"),
        ("x_um", "<f4"),
        ("y_um", "<f4"),
        ("area_um2", "<f4"),
        ("kind", "u1"),
        ("cls", "u1"),
        ("dab_od", "<f4"),
        ("h_od", "<f4"),
        ("radius_um", "<f4"),
        ("aspect", "<f4"),
        ("angle_rad", "<f4"),
        ("wave", "<f4", (WAVES,)),
        ("phase", "<f4", (WAVES,)),
        ("edge_um", "<f4"),
        ("rim", "<f4"),
        ("chromatin", "<f4"),
        ("nucleoli", "<f4", (2, 3)),
    ]
)
"""One nucleus. ``number`` is its value in ``labels`` (1..n); centre in µm from the scene's upper left corner; ``cls``
0 negative, 1 weak, 2 moderate, 3 strong by :data:`CLASS_CUTS_OD` on ``dab_od``, the mean DAB (OD10) painted in the
nucleus; ``h_od`` mean haematoxylin.

Outline: ``r(t) = ellipse(t; radius_um, aspect, angle_rad) * (1 + sum_k wave[k-2] * cos(k t + phase[k-2]))`` with
``radius_um`` the geometric mean of the semi-axes and t counted from ``angle_rad``. ``edge_um``: width of the soft
edge; ``rim``: how much darker the membrane is; ``chromatin``: contrast of the texture; ``nucleoli``: (dx, dy, r) in
radii, r = 0 for none.
"""

Cells = npt.NDArray[np.void]
CLASS_CUTS_OD = (0.15, 0.35, 0.65)
"""Least mean nuclear DAB (OD10) of weak, moderate and strong: the rule ``duoscope-1``."""


@dataclass(frozen=True)
class Window:
    """A pixel grid laid on the scene: upper left corner in µm, then pixels."""

    x_um: float
    y_um: float
    um_per_px: float
    width_px: int
    height_px: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in px."""
        return self.height_px, self.width_px

    def to_px(self, x_um: npt.ArrayLike, y_um: npt.ArrayLike) -> tuple[FloatMap, FloatMap]:
        """Scene µm to px; the centre of the first pixel is 0."""
        x = (np.asarray(x_um, dtype=np.float32) - self.x_um) / self.um_per_px - 0.5
        y = (np.asarray(y_um, dtype=np.float32) - self.y_um) / self.um_per_px - 0.5
        return x, y


@dataclass(frozen=True)
class Layout:
    """Tissue on a grid of ``pitch_um``; ``grid[i, j]`` lies at ``((j + .5) pitch, (i + .5) pitch)``.

    ``tissue``: uint8 of :class:`Tissue`. ``inside_um``: distance to the specimen's rim, positive inside.
    ``potential_um``: fibres run along its level lines. ``lumen_um``: distance to the nearest lumen. ``haze``: slowly
    varying, mean 0, SD 1. ``expression``: likewise, patches in which cells express alike.
    """

    pitch_um: float
    tissue: npt.NDArray[np.uint8]
    inside_um: FloatMap
    potential_um: FloatMap
    lumen_um: FloatMap
    haze: FloatMap
    expression: FloatMap

    def sample(self, grid: FloatMap, window: Window) -> FloatMap:
        """A float grid bilinearly at every pixel of a window."""
        scale = window.um_per_px / self.pitch_um
        matrix = np.array(
            [
                [scale, 0, (window.x_um + 0.5 * window.um_per_px) / self.pitch_um - 0.5],
                [0, scale, (window.y_um + 0.5 * window.um_per_px) / self.pitch_um - 0.5],
            ],
            dtype=np.float64,
        )
        return np.asarray(
            cv2.warpAffine(
                np.asarray(grid, dtype=np.float32),
                matrix,
                (window.width_px, window.height_px),
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )

    def at(self, grid: FloatMap, x_um: npt.ArrayLike, y_um: npt.ArrayLike) -> FloatMap:
        """A grid's value at points (nearest)."""
        rows, columns = grid.shape
        j = np.clip((np.asarray(x_um) / self.pitch_um).astype(np.int64), 0, columns - 1)
        i = np.clip((np.asarray(y_um) / self.pitch_um).astype(np.int64), 0, rows - 1)
        return np.asarray(grid[i, j])

    def share(self, kinds: tuple[Tissue, ...], window: Window, soften_um: float = 2.0) -> FloatMap:
        """Soft membership (0..1) of some tissues at every pixel."""
        mask = np.isin(self.tissue, kinds).astype(np.float32)
        return self.sample(cv2.GaussianBlur(mask, (0, 0), max(soften_um / self.pitch_um, 0.3)), window)


@dataclass(frozen=True)
class Scene:
    """One specimen: a core on glass, or a field full of tissue. Everything follows from ``seed``, ``tier``, ``marker``
    and the size.
    """

    width_um: float
    height_um: float
    layout: Layout
    cells: Cells
    marker: str
    tier: str
    seed: int
    traits: dict[str, float] = field(default_factory=dict)
    """Numbers drawn once per specimen that painting needs: haze_od, leak, granularity, stroma_h_od, …"""

    def window(self, um_per_px: float, size_px: tuple[int, int] | None = None) -> Window:
        """A window centred on the scene; ``size_px`` (height, width), by default the whole scene."""
        height, width = size_px or (round(self.height_um / um_per_px), round(self.width_um / um_per_px))
        return Window(
            (self.width_um - width * um_per_px) / 2, (self.height_um - height * um_per_px) / 2, um_per_px, width, height
        )

    def tumour(self) -> Cells:
        """The tumour cells."""
        return np.asarray(self.cells[self.cells["kind"] == Kind.TUMOUR])
