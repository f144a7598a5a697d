"""Identification inside the decoder: limits first, then numbers and allow-listed words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from scoring.slide_io.errors import DAMAGED, TOO_LARGE, SlideError
from scoring.slide_io.limits import Limits

SCANNERS = {
    "aperio": "Aperio (Leica Biosystems)",
    "hamamatsu": "Hamamatsu",
    "mirax": "3DHISTECH",
    "leica": "Leica",
    "ventana": "Ventana (Roche)",
    "philips": "Philips",
    "generic-tiff": "",
    "dicom": "",
}
DICOM_MAKERS = ("Leica", "Hamamatsu", "3DHISTECH", "Philips", "Roche", "Ventana", "Aperio", "Olympus", "Zeiss")
VIRTUAL_TILE_PX = 256
# TIFF resolution tags are often a printer's 72 to 600 dpi: coarser than this they say nothing of a microscope.
_COARSEST_FROM_RESOLUTION_UM = 40.0
_COARSEST_UM = 1000.0


def check_size(width: int, height: int, limits: Limits) -> None:
    if width < 1 or height < 1:
        raise SlideError(DAMAGED, f"The file declares an image of {width} × {height} pixels: it is damaged.")
    if width > limits.max_side_px or height > limits.max_side_px:
        raise SlideError(
            TOO_LARGE,
            f"The image is declared as {width} × {height} pixels; a side may have at most {limits.max_side_px}.",
        )
    if width * height > limits.max_pixels:
        raise SlideError(
            TOO_LARGE,
            f"The image is declared as {width} × {height} pixels; at most {limits.max_pixels // 10**9} gigapixels "
            "are accepted.",
        )


def levels_of(slide: Any, limits: Limits) -> list[dict[str, Any]]:
    """Levels of an OpenSlide handle, checked against the limits before a pixel is read."""
    count = slide.level_count
    if not 1 <= count <= limits.max_levels:
        raise SlideError(TOO_LARGE, f"The slide declares {count} levels; at most {limits.max_levels} are accepted.")
    properties = slide.properties
    levels = []
    for index in range(count):
        width, height = slide.level_dimensions[index]
        check_size(width, height, limits)
        tile = [whole(properties.get(f"openslide.level[{index}].tile-{side}")) for side in ("width", "height")]
        if any(side is not None and side > limits.max_tile_px for side in tile):
            raise SlideError(
                TOO_LARGE,
                f"The slide declares tiles of {tile[0]} × {tile[1]} pixels; at most {limits.max_tile_px} a side are "
                "accepted. Export it with smaller tiles.",
            )
        tile_width, tile_height = tile
        levels.append(
            {
                "width_px": width,
                "height_px": height,
                "downsample": float(slide.level_downsamples[index]),
                "tile_width_px": tile_width or VIRTUAL_TILE_PX,
                "tile_height_px": tile_height or VIRTUAL_TILE_PX,
            }
        )
    return levels


def check_metadata(properties: Mapping[str, str], limits: Limits) -> None:
    if len(properties) > limits.max_properties:
        raise SlideError(TOO_LARGE, f"The slide has {len(properties)} properties; at most {limits.max_properties}.")
    size = sum(len(key) + len(value) for key, value in properties.items())
    if size > limits.max_metadata_bytes:
        raise SlideError(TOO_LARGE, f"The slide's metadata are {size >> 10} KB; at most 1024 KB are accepted.")


def whole(text: str | None) -> int | None:
    try:
        value = int(text or "")
    except ValueError:
        return None
    return value if value > 0 else None


def positive(text: str | None, largest: float) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 < value <= largest else None


def um_per_px(properties: Mapping[str, str], vendor: str) -> tuple[float | None, list[str]]:
    """Micrometres per pixel as the file says it, or None with a note that tells a technician why."""
    from_resolution = vendor == "generic-tiff"
    largest = _COARSEST_FROM_RESOLUTION_UM if from_resolution else _COARSEST_UM
    x = positive(properties.get("openslide.mpp-x"), largest)
    y = positive(properties.get("openslide.mpp-y"), largest)
    if x is None or y is None:
        return None, ["The file does not say its µm per pixel."]
    if max(x, y) > 1.05 * min(x, y):
        return None, [f"The file's pixels are not square ({x:.4g} × {y:.4g} µm): its µm per pixel is not used."]
    return round(math.sqrt(x * y), 6), []


def scanner(properties: Mapping[str, str], vendor: str) -> str:
    if vendor == "dicom":
        said = properties.get("dicom.Manufacturer", "").lower()
        return next((maker for maker in DICOM_MAKERS if maker.lower() in said), "")
    return SCANNERS.get(vendor, "")
