"""A specimen's picture is its tissue: the stored tiles, in their places, at the coarsest level that is fine enough."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import openslide
import pytest
from PIL import Image

from tests import factories
from tests.scoring.slide_io import samples
from tests.webapp.slides.slide_files import ingested
from webapp.agreement.results.pictures import SIDE_PX, Picture, picture_of
from webapp.slides import storage

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return samples.write_pyramid(tmp_path / "jpeg.tif", samples.pixels(1200, 1500), levels=3)


def core(source: Path, x_px: float, y_px: float, radius_px: float) -> Any:
    return factories.SpecimenFactory(
        slide=ingested(source), core=True, center_x_px=x_px, center_y_px=y_px, radius_px=radius_px
    )


def drawn(picture: Picture, scale: float) -> np.ndarray[Any, Any]:
    """The pieces pasted where they belong, ``scale`` level-0 px to a pixel."""
    canvas = Image.new("RGB", (round(picture.width_px / scale), round(picture.height_px / scale)))
    for piece in picture.pieces:
        with Image.open(io.BytesIO(piece.jpeg)) as tile:
            assert tile.size == (round(piece.width_px / scale), round(piece.height_px / scale))
            canvas.paste(tile.convert("RGB"), (round(piece.x_px / scale), round(piece.y_px / scale)))
    return np.asarray(canvas).astype(int)


def test_a_core_is_cut_out_to_the_pixel(source: Path) -> None:
    picture = picture_of(core(source, 600, 500, 250))
    assert picture is not None
    with openslide.OpenSlide(source) as slide:
        truth = np.asarray(slide.read_region((330, 230), 0, (540, 540)).convert("RGB")).astype(int)
    assert (picture.width_px, picture.height_px) == (540, 540)
    assert np.array_equal(drawn(picture, 1), truth)


def test_a_large_core_comes_from_a_coarser_level(source: Path) -> None:
    picture = picture_of(core(source, 750, 600, 500))
    assert picture is not None
    assert picture.width_px == 1080
    assert {piece.width_px for piece in picture.pieces} == {512}  # 256 px of a level at half the size
    assert picture.width_px / 2 >= SIDE_PX


def test_a_core_at_the_edge_ends_at_the_edge(source: Path) -> None:
    picture = picture_of(core(source, 100, 1150, 250))
    assert picture is not None
    assert (picture.width_px, picture.height_px) == (370, 320)


def test_where_tiles_must_be_decoded_the_small_picture_stands_in(tmp_path: Path) -> None:
    flat = samples.write_pyramid(tmp_path / "lzw.tif", samples.pixels(1200, 1500), levels=3, compression="lzw")
    specimen = core(flat, 600, 500, 250)
    picture = picture_of(specimen)
    assert picture is not None
    (piece,) = picture.pieces
    assert piece.jpeg == storage.thumbnail_path(specimen.slide_id).read_bytes()
    assert (piece.x_px, piece.y_px, piece.width_px, piece.height_px) == (-330, -230, 1500, 1200)


def test_a_slide_without_files_has_no_picture() -> None:
    assert picture_of(factories.SpecimenFactory()) is None
