"""Stored tiles passed on as they are: exactly OpenSlide's pixels, nothing but the picture, nothing outside the file."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path

import numpy as np
import openslide
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from scoring.slide_io import SlideError, TileIndex, build_tile_index, open_slide
from scoring.slide_io.child.jpeg import head_of, is_plain_tile
from scoring.slide_io.tile_index import ENTRY
from tests.scoring.slide_io import samples


def _tile(path: Path, index: TileIndex, level: int, column: int, row: int) -> bytes:
    found = index.find(level, column, row)
    assert found is not None
    offset, length = found
    return index.levels[level].head + path.read_bytes()[offset + 2 : offset + length]


def _decoded(jpeg: bytes) -> NDArray[np.int64]:
    with Image.open(io.BytesIO(jpeg)) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def _compare_level(path: Path, index: TileIndex, slide: openslide.OpenSlide, number: int) -> None:
    level = index.levels[number]
    step = slide.level_downsamples[number]
    for row in range(level.rows):
        for column in range(level.columns):
            x, y = column * level.tile_width_px, row * level.tile_height_px
            if not (x * step).is_integer() or not (y * step).is_integer():
                continue  # OpenSlide interpolates there
            width, height = min(level.tile_width_px, level.width_px - x), min(level.tile_height_px, level.height_px - y)
            region = slide.read_region((int(x * step), int(y * step)), number, (width, height)).convert("RGB")
            shown = _decoded(_tile(path, index, number, column, row))
            assert shown.shape == (level.tile_height_px, level.tile_width_px, 3)
            assert np.array_equal(shown[:height, :width], np.asarray(region).astype(int)), (number, column, row)


def test_every_stored_tile_of_the_real_slide_is_openslides(aperio: Path, tmp_path: Path) -> None:
    index = build_tile_index(aperio, tmp_path / "tiles.idx")
    assert list(index.stored_levels()) == [0]
    assert (index.levels[0].columns, index.levels[0].rows, index.levels[0].tile_width_px) == (10, 13, 240)
    with openslide.OpenSlide(aperio) as slide:
        _compare_level(aperio, index, slide, 0)


@pytest.mark.parametrize("space", ["ycbcr", "rgb"])
def test_every_stored_level_of_a_pyramid(tmp_path: Path, space: str) -> None:
    path = tmp_path / "s.tif"
    image = samples.pixels(1000, 1304)
    options = {"tile": (128, 256), "photometric": "rgb", "compression": "jpeg", "metadata": None,
               "compressionargs": {"level": 90, "outcolorspace": space}}  # fmt: skip
    with tifffile.TiffWriter(path) as tif:
        tif.write(image, **options)
        tif.write(image[::2, ::2], subfiletype=1, **options)
        tif.write(image[::8, ::8], subfiletype=1, **options)
    index = build_tile_index(path, tmp_path / "tiles.idx", sha256="ab" * 32)
    assert list(index.stored_levels()) == [0, 1, 2]
    assert index.sha256 == "ab" * 32
    with openslide.OpenSlide(path) as slide, open_slide(path, checksum=False) as reader:
        for number, level in enumerate(reader.info.levels):
            stored = index.levels[number]
            assert (stored.width_px, stored.height_px) == (level.width_px, level.height_px)
            assert (stored.tile_width_px, stored.tile_height_px) == (256, 128)
            _compare_level(path, index, slide, number)


@pytest.mark.parametrize("name", ["tcga-cr-7395-01a-01-ts1.svs", "multi_frame_jpeg_camelyon_challenge_image.dcm"])
def test_other_formats_get_a_grid_of_decoded_tiles(data: Path, tmp_path: Path, name: str) -> None:
    index = build_tile_index(data / "slides" / name, tmp_path / "tiles.idx")
    assert list(index.stored_levels()) == []
    assert index.find(0, 0, 0) is None


def test_no_such_tile(aperio: Path, tmp_path: Path) -> None:
    index = build_tile_index(aperio, tmp_path / "tiles.idx")
    for place in ((0, 10, 0), (0, 0, 13), (1, 0, 0), (-1, 0, 0), (0, -1, 0), (0, 10**9, 10**9)):
        with pytest.raises(IndexError):
            index.find(*place)


def test_offsets_outside_the_file_are_not_indexed(tmp_path: Path) -> None:
    path = samples.write_pyramid(tmp_path / "s.tif", samples.pixels(600, 600), levels=1)
    with tifffile.TiffFile(path) as tif:
        tag = tif.pages[0].tags[324]
        at, kind = tag.valueoffset, "<Q" if tag.dtype == 16 else "<I"
    data = bytearray(path.read_bytes())
    struct.pack_into(kind, data, at + struct.calcsize(kind) * 4, 0x7FFFFFFF)
    path.write_bytes(data)
    try:
        index = build_tile_index(path, tmp_path / "tiles.idx")
    except SlideError:
        return
    assert index.find(0, 1, 1) is None
    for row in range(3):
        for column in range(3):
            found = index.find(0, column, row)
            assert found is None or sum(found) <= len(data)


def test_an_index_that_was_cut_or_changed_is_refused(aperio: Path, tmp_path: Path) -> None:
    path = tmp_path / "tiles.idx"
    build_tile_index(aperio, path).close()
    whole = path.read_bytes()
    header = json.loads(whole[12 : 12 + struct.unpack_from("<I", whole, 8)[0]])
    assert len(whole) == header["levels"][0]["entries_at"] + 130 * ENTRY.size
    for broken in (b"", whole[:5], whole[:40], whole[:-1], b"X" + whole[1:], whole[:12] + b"[" * 40 + whole[52:]):
        path.write_bytes(broken)
        with pytest.raises(SlideError):
            TileIndex.load(path)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


_FRAME = _segment(0xC0, struct.pack(">BHHB", 8, 256, 240, 3) + b"\1\x22\0\2\x11\1\3\x11\1")
_SCAN = _segment(0xDA, b"\3\1\0\2\x11\3\x11\0\x3f\0")


@pytest.mark.parametrize(("segments", "plain"), [
    (_FRAME + _SCAN, True),
    (_segment(0xDB, b"\0" * 65) + _FRAME + _segment(0xC4, b"\0" * 20) + _SCAN, True),
    (_segment(0xFE, b"CANARY") + _FRAME + _SCAN, False),
    (_segment(0xE1, b"Exif\0\0CANARY") + _FRAME + _SCAN, False),
    (_segment(0xEE, b"Adobe\0\x64\0\0\0\0\1") + _FRAME + _SCAN, True),
    (_segment(0xEE, b"Adobe\0\x64\0\0\0\0\0") + _FRAME + _SCAN, False),
    (_segment(0xEE, b"Adobe\0\x64\0\0\0\0\1CANARY") + _FRAME + _SCAN, False),
    (_segment(0xC2, _FRAME[4:]) + _SCAN, False),
    (_segment(0xC0, struct.pack(">BHHB", 8, 60000, 60000, 3) + b"\0" * 9) + _SCAN, False),
    (_SCAN, False), (b"", False), (_FRAME, False),
])  # fmt: skip
def test_a_tile_may_carry_nothing_but_its_picture(segments: bytes, plain: bool) -> None:
    assert is_plain_tile(b"\xff\xd8" + segments, (240, 256), is_rgb=False) is plain


def test_comments_among_the_tables_are_left_out() -> None:
    tables = b"\xff\xd8" + _segment(0xFE, b"CANARY") + _segment(0xDB, b"\0" * 65) + b"\xff\xd9"
    head = head_of(tables, is_rgb=False)
    assert head is not None
    assert b"CANARY" not in head
    assert b"\xff\xdb" in head
    assert head_of(b"\0\0nonsense", is_rgb=False) is None
