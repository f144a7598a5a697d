"""What a slide may cost. Everything beyond is refused at identification, before a pixel is decoded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one slide and of the process that decodes it."""

    max_side_px: int = 300_000
    max_pixels: int = 40_000_000_000
    max_tile_px: int = 4096
    max_levels: int = 32
    max_metadata_bytes: int = 1 << 20
    max_properties: int = 2000
    max_plain_pixels: int = 100_000_000
    """A plain image is decoded whole in memory: 100 megapixels are 400 MB in Pillow."""
    max_convert_pixels: int = 2_000_000_000
    """A slide without small levels is read in bands to make them; beyond this it is refused."""
    max_overview_px: int = 4096
    """A slide whose smallest level is larger than this a side has no overview and is converted."""
    max_region_pixels: int = 64_000_000
    max_folder_files: int = 20_000

    address_space_bytes: int = 1500 << 20
    open_seconds: float = 20.0
    """Wall clock for identification."""
    cpu_seconds: int = 10
    """Processor time of one request, before its size is added."""
    seconds_per_megapixel: float = 1.0
    convert_seconds: float = 1800.0
    deaths: int = 3
    """After this many deaths of its decoder a slide is quarantined."""
