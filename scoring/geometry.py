"""Plane geometry on arrays. Coordinates say their frame in the name; angles go from +x towards +y (down)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scoring.types import Mask, Region

OUTLINE_VERTICES = 16
OUTLINE_UNIT_PX = 1 / 8
"""Outlines are stored as radii in eighths of a level-0 pixel."""

_ANGLES = np.arange(OUTLINE_VERTICES) * (2 * np.pi / OUTLINE_VERTICES)
OUTLINE_COS = np.cos(_ANGLES)
OUTLINE_SIN = np.sin(_ANGLES)


def inside(region: Region, x_px: npt.ArrayLike, y_px: npt.ArrayLike) -> Mask:
    """Which points lie in the region. The upper and left edges belong to it, the lower and right do not."""
    x, y = np.asarray(x_px, dtype=np.float64), np.asarray(y_px, dtype=np.float64)
    if region.shape == "circle":
        half_width, half_height = region.width_px / 2, region.height_px / 2
        across = (x - region.x_px - half_width) / half_width
        down = (y - region.y_px - half_height) / half_height
        return np.asarray(across**2 + down**2 <= 1.0)
    return np.asarray(
        (x >= region.x_px)
        & (y >= region.y_px)
        & (x < region.x_px + region.width_px)
        & (y < region.y_px + region.height_px)
    )


def outline_vertices(
    x_px: npt.NDArray[np.floating], y_px: npt.NDArray[np.floating], radii_px: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Vertices (n, 16, 2) of outlines given by centres (n,) and radii (n, 16)."""
    x = np.asarray(x_px, dtype=np.float64)[:, None] + radii_px * OUTLINE_COS
    y = np.asarray(y_px, dtype=np.float64)[:, None] + radii_px * OUTLINE_SIN
    return np.stack([x, y], axis=-1)


def polygon_area(vertices: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Area of polygons (..., k, 2), by the shoelace formula; positive whatever the direction."""
    x, y = vertices[..., 0].astype(np.float64), vertices[..., 1].astype(np.float64)
    signed = np.sum(x * np.roll(y, -1, axis=-1) - np.roll(x, -1, axis=-1) * y, axis=-1)
    return np.asarray(np.abs(signed) / 2)
