"""Slides of real tissue for tests: tiles of the shared data laid side by side, registered as if they were ingested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image

from tests import factories, shared_data
from webapp.slides.models import Slide, Specimen


def er_tile() -> np.ndarray[Any, Any]:
    """A real ER-stained tile, uint8 RGB; the test is skipped where the shared data is absent."""
    folder = shared_data()
    if folder is None:
        pytest.skip("The shared data is not here (DUOSCOPE_SHARED_DATA names its folder).")
    with Image.open(folder / "er-pr-tiles" / "endonuke_00.png") as image:
        return np.asarray(image.convert("RGB"))


def write_slide(path: Path, *, side_px: int) -> None:
    """A tiled JPEG TIFF of so many px a side, full of tissue."""
    tile = er_tile()
    times = -(-side_px // min(tile.shape[:2]))
    tissue = np.tile(tile, (times, times, 1))[:side_px, :side_px]
    with tifffile.TiffWriter(path) as writer:
        writer.write(tissue, tile=(256, 256), compression="jpeg", compressionargs={"level": 90}, photometric="rgb")


def tissue_specimen(slide_folder: Path, *, side_px: int = 512, **slide_fields: Any) -> Specimen:
    """The whole section of a slide of real tissue that lies in the slide folder."""
    slide: Slide = factories.SlideFactory(
        width_px=side_px, height_px=side_px, um_per_px="0.5", format="generic-tiff", **slide_fields
    )
    folder = slide_folder / str(slide.pk)
    folder.mkdir(parents=True)
    write_slide(folder / "source.tif", side_px=side_px)
    slide.stored_path = f"{slide.pk}/source.tif"
    slide.save()
    specimen: Specimen = factories.SpecimenFactory(slide=slide)
    return specimen
