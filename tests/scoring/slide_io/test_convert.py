"""Plain images become pyramids: right way up, in the right colours, all or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import openslide
import pytest
from PIL import Image

from scoring.slide_io import Limits, SlideError, convert_to_pyramid, open_slide
from tests.scoring.slide_io import samples


def _shown(path: Path, tmp_path: Path) -> tuple[Image.Image, openslide.OpenSlide]:
    target = tmp_path / "pyramid.tif"
    convert_to_pyramid(path, target, um_per_px=0.29)
    slide = openslide.OpenSlide(target)
    return slide.read_region((0, 0), 0, slide.dimensions).convert("RGB"), slide


def _difference(shown: Image.Image, expected: np.ndarray) -> float:
    return float(np.abs(np.asarray(shown).astype(int) - expected.astype(int)).mean())


def test_a_pyramid_whose_pixels_and_levels_are_the_images(tmp_path: Path) -> None:
    image = samples.pixels(1500, 2100)
    Image.fromarray(image).save(tmp_path / "field.png")
    shown, slide = _shown(tmp_path / "field.png", tmp_path)
    assert _difference(shown, image) < 5
    assert slide.level_dimensions == ((2100, 1500), (1050, 750), (525, 375), (262, 187))
    assert float(slide.properties["openslide.mpp-x"]) == pytest.approx(0.29, rel=1e-3)
    last = slide.read_region((0, 0), 1, (1050, 750)).convert("RGB")
    mean = image[:1500, :2100].reshape(750, 2, 1050, 2, 3).mean(axis=(1, 3))
    assert _difference(last, mean) < 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["field.png", "pyramid.tif"]


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "CMYK"])
def test_colour_models(tmp_path: Path, mode: str) -> None:
    rgb = Image.fromarray(samples.pixels(300, 400))
    image = rgb.quantize(256) if mode == "P" else rgb.convert(mode)
    if "A" in mode:
        image.putalpha(Image.linear_gradient("L").resize((400, 300)))
        white = Image.new("RGBA", image.size, "white")
        expected = np.asarray(Image.alpha_composite(white, image.convert("RGBA")).convert("RGB"))
    else:
        expected = np.asarray(image.convert("RGB"))
    path = tmp_path / ("i.tif" if mode == "CMYK" else "i.png")
    image.save(path)
    assert _difference(_shown(path, tmp_path)[0], expected) < 6


def test_exif_orientation_is_applied(tmp_path: Path) -> None:
    image = samples.pixels(300, 400)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    Image.fromarray(image).save(tmp_path / "i.png", exif=exif)
    assert _difference(_shown(tmp_path / "i.png", tmp_path)[0], np.rot90(image, -1)) < 5


@pytest.mark.parametrize(("mode", "says"), [("1", "black-and-white"), ("I;16", "more than 8 bits")])
def test_images_without_stain_colours_are_refused(tmp_path: Path, mode: str, says: str) -> None:
    size = (300, 300)
    image = Image.new("1", size) if mode == "1" else Image.fromarray(np.zeros(size, np.uint16))
    image.save(tmp_path / "i.png")
    with pytest.raises(SlideError, match=says) as caught:
        convert_to_pyramid(tmp_path / "i.png", tmp_path / "pyramid.tif")
    assert caught.value.code == "unsupported"
    assert os.listdir(tmp_path) == ["i.png"]


def test_a_large_single_level_is_converted_in_bands(tmp_path: Path) -> None:
    image = np.tile(samples.pixels(500, 510), (9, 9, 1))
    path = samples.write_pyramid(tmp_path / "flat.tif", image, levels=1, compression="deflate")
    limits = Limits(max_overview_px=4096)
    with open_slide(path, checksum=False, limits=limits) as reader:
        assert not reader.info.has_overview
    convert_to_pyramid(path, tmp_path / "pyramid.tif")
    with open_slide(tmp_path / "pyramid.tif", checksum=False) as reader:
        assert reader.info.has_overview
        region = reader.read_region(4000, 3900, 0, 500, 500)
        assert np.abs(region.astype(int) - image[3900:4400, 4000:4500].astype(int)).mean() < 5


def test_beyond_the_limit_of_conversion(tmp_path: Path) -> None:
    path = samples.write_pyramid(tmp_path / "flat.tif", samples.pixels(1000, 1000), levels=1)
    with pytest.raises(SlideError) as caught:
        convert_to_pyramid(path, tmp_path / "pyramid.tif", limits=Limits(max_convert_pixels=999_999))
    assert caught.value.code == "too_large"
    assert os.listdir(tmp_path) == ["flat.tif"]
