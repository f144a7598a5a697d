"""What is known of a slide: numbers and allow-listed words only, never vendor metadata."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

UmPerPxSource = Literal["file", "given"]


@dataclass(frozen=True)
class Level:
    """One stored level of a slide. ``downsample`` is relative to level 0 (1.0 for level 0)."""

    width_px: int
    height_px: int
    downsample: float
    tile_width_px: int
    tile_height_px: int

    @property
    def columns(self) -> int:
        return -(-self.width_px // self.tile_width_px)

    @property
    def rows(self) -> int:
        return -(-self.height_px // self.tile_height_px)


@dataclass(frozen=True)
class SlideInfo:
    """Identification of a slide.

    ``um_per_px`` is None where the file does not say it (or says nonsense); ``um_per_px_source`` is "file", "given"
    (the caller said it) or None. ``sha256`` is of the file, or of the sorted files of a folder; "" where the caller
    asked for no checksum. ``is_plain`` marks an image without a pyramid (PNG, JPEG, stripped TIFF), ``has_overview``
    a slide with a level small enough to be read whole. ``notes`` are sentences for a technician.
    """

    format: str
    width_px: int
    height_px: int
    um_per_px: float | None
    um_per_px_source: UmPerPxSource | None
    objective_power: float | None
    scanner: str
    levels: tuple[Level, ...]
    size_bytes: int = 0
    sha256: str = ""
    is_plain: bool = False
    has_overview: bool = True
    notes: tuple[str, ...] = field(default=())
