"""Words every part of scoring shares: classes of staining, regions, results. No arithmetic here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

ByteImage = npt.NDArray[np.uint8]
"""uint8 RGB, height x width x 3."""
FloatMap = npt.NDArray[np.float32]
"""float32, height x width (or the shape a docstring states)."""
Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]
"""int32, height x width: 0 background, 1..n objects."""

NOT_NUCLEI = "no scoreable tumour nuclei"
RESEARCH_USE = "Research use only. Not for diagnosis."


class ScoringError(ValueError):
    """Something the caller must change; the message says what was received and what to do."""


class Cancelled(Exception):
    """The caller asked to stop; nothing was written."""


CLASS_NAMES = ("negative", "weak", "moderate", "strong")


@dataclass(frozen=True)
class Region:
    """A rectangle, or the ellipse inscribed in it (a TMA core's circle), in level-0 px.

    ``x_px, y_px`` is the upper left corner of the rectangle.
    """

    x_px: float
    y_px: float
    width_px: float
    height_px: float
    shape: Literal["rectangle", "circle"] = "rectangle"

    def __post_init__(self) -> None:
        if not (self.width_px > 0 and self.height_px > 0):
            raise ScoringError(f"A region needs a positive size; received {self.width_px} x {self.height_px} px.")

    @classmethod
    def circle(cls, centre_x_px: float, centre_y_px: float, radius_px: float) -> Region:
        """The circle around a centre."""
        return cls(centre_x_px - radius_px, centre_y_px - radius_px, 2 * radius_px, 2 * radius_px, "circle")


@dataclass(frozen=True)
class Window:
    """One window of a specimen that a network scored: its box in level-0 px, its H-score (None where it holds no
    nuclei), its nuclei.
    """

    x_px: float
    y_px: float
    width_px: float
    height_px: float
    h_score: float | None
    tumour_nuclei: int
    nuclei: int


@dataclass(frozen=True)
class ScoreResult:
    """What a method says of one specimen, with everything needed to say it again.

    ``value`` is None exactly when ``scoreable`` is False; ``reason`` then says why in words. ``counts`` are nuclei
    and equal the cell file to the last cell. ``percentages`` are what the value was computed from: of nuclei (NNP) or
    of nuclear area (NAP). ``rule`` is the sentence that gave the category; empty without one.
    """

    scheme: str
    method: str
    version: str
    preset: str
    value: float | None
    category: str
    scoreable: bool
    reason: str
    counts: Mapping[str, int]
    percentages: Mapping[str, float] | None
    tumour_fraction: float | None
    qc: Mapping[str, Any]
    cell_count: int
    cells_sha256: str
    um_per_px: float
    parameters: Mapping[str, Any]
    weights_sha256: str | None = None
    limits: tuple[str, ...] = field(default=())
    rule: str = ""
    tumour_counts: Mapping[str, int] | None = None
    windows: tuple[Window, ...] = ()
    layers_sha256: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)
