"""Files that declare more than they may: refused by limits, before they cost anything."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from scoring.slide_io import Limits, SlideError, open_slide
from scoring.slide_io.protocol import ClosedError, ProtocolError, TimedOutError, read_frame, write_frame
from scoring.slide_io.reader import read_info
from tests.scoring.slide_io import samples


def _refusal(path: Path) -> SlideError:
    with pytest.raises(SlideError) as caught:
        open_slide(path, checksum=False).close()
    return caught.value


@pytest.mark.parametrize(("width", "height", "tile"), [
    (2**31 - 16, 2**31 - 16, 2**20), (2**31 - 16, 256, 256), (300_001, 16, 256), (250_000, 250_000, 256),
    (100_000, 100_000, 16384),
])  # fmt: skip
def test_declared_size_beyond_the_limits(tmp_path: Path, width: int, height: int, tile: int) -> None:
    path = tmp_path / "bomb.tif"
    path.write_bytes(samples.bomb(width, height, tile))
    assert _refusal(path).code in {"too_large", "damaged", "unsupported"}


def test_sparse_single_level_of_100_000_square_pixels(tmp_path: Path) -> None:
    """A 190 KB file whose thumbnail would ask for 40 GB: its size is accepted, reading it as a whole is not."""
    path = tmp_path / "sparse.tif"
    tile = np.full((256, 256, 3), 200, np.uint8)

    def tiles() -> object:
        for number in range(391 * 391):
            yield tile if number == 0 else None

    with tifffile.TiffWriter(path) as tif:
        tif.write(tiles(), shape=(100_000, 100_000, 3), dtype=np.uint8, tile=(256, 256), photometric="rgb",
                  compression="deflate", metadata=None)  # fmt: skip
    with open_slide(path, checksum=False) as reader:
        assert not reader.info.has_overview
        with pytest.raises(SlideError) as caught:
            reader.thumbnail(512)
        assert caught.value.code == "too_large"
        assert reader.read_region(0, 0, 0, 256, 256)[0, 0].tolist() == [200, 200, 200]


def test_many_directories(tmp_path: Path) -> None:
    path = tmp_path / "many.tif"
    image = np.zeros((16, 16, 3), np.uint8)
    with tifffile.TiffWriter(path) as tif:
        for number in range(40):
            tif.write(
                np.zeros((1024 - number, 1024 - number, 3), np.uint8) if number else image[: 0 + 16],
                tile=(16, 16),
                photometric="rgb",
                compression="deflate",
                metadata=None,
                subfiletype=int(number > 0),
            )
    with pytest.raises(SlideError):
        open_slide(path, checksum=False).close()


def test_metadata_of_two_megabytes(tmp_path: Path) -> None:
    path = samples.write_pyramid(
        tmp_path / "wordy.tif", samples.pixels(300, 300), levels=1, description="x" * (2 << 20)
    )
    assert _refusal(path).code == "too_large"


def test_compressed_picture_bombs(tmp_path: Path) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    path = tmp_path / "bomb.png"
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 10**6)))
    assert _refusal(path).code == "too_large"
    text = tmp_path / "text.png"
    Image.new("RGB", (64, 64)).save(text)
    raw = text.read_bytes()
    bombed = zlib.compress(b"A" * (200 << 20))
    text.write_bytes(raw[:33] + chunk(b"zTXt", b"Comment\0\0" + bombed) + raw[33:])
    assert _refusal(text).code in {"damaged", "too_large"}


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"\0" * 1000])
def test_what_is_no_picture_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "renamed.svs"
    path.write_bytes(content)
    assert _refusal(path).code in {"unsupported", "damaged"}


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.svs")
    (tmp_path / "empty").mkdir()
    assert _refusal(tmp_path / "pipe.svs").code == "not_a_slide"
    assert _refusal(tmp_path / "empty").code == "not_a_slide"
    assert _refusal(tmp_path / "absent.svs").code == "missing"
    assert _refusal(Path("/dev/zero")).code == "not_a_slide"


@pytest.mark.parametrize("answer", [
    {}, {"levels": []}, {"levels": [{"width_px": -1}]},
    {"format": "x" * 99, "levels": [], "um_per_px": None, "objective_power": None},
    {"format": "a", "scanner": "", "is_plain": True, "has_overview": True, "notes": [], "um_per_px": float("inf"),
     "objective_power": None, "levels": [{"width_px": 1, "height_px": 1, "downsample": 1.0, "tile_width_px": 1,
                                          "tile_height_px": 1}]},
    {"format": "a", "scanner": "", "is_plain": True, "has_overview": True, "notes": [], "um_per_px": None,
     "objective_power": None, "levels": [{"width_px": 2**31, "height_px": 1, "downsample": 1.0, "tile_width_px": 1,
                                          "tile_height_px": 1}]},
])  # fmt: skip
def test_a_hostile_decoders_description_is_refused(answer: dict[str, object]) -> None:
    with pytest.raises(SlideError) as caught:
        read_info(answer, Limits())
    assert caught.value.code == "internal"


@pytest.mark.parametrize("sent", [
    b"GET / HTTP/1.1\r\n\r\n", struct.pack("<4sIQ", b"DSIO", 1 << 30, 0), struct.pack("<4sIQ", b"DSIO", 2, 1 << 40),
    struct.pack("<4sIQ", b"DSIO", 2, 0) + b"[]", struct.pack("<4sIQ", b"DSIO", 2, 0) + b"{!",
    struct.pack("<4sIQ", b"DSIO", 200_000, 0) + b"[" * 200_000,
])  # fmt: skip
def test_a_hostile_decoders_frame_is_refused(sent: bytes) -> None:
    code = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(sent)
        process.stdin.close()
        with pytest.raises((ProtocolError, ClosedError)):
            read_frame(process.stdout.fileno(), max_body=1000)
        process.kill()


def test_frames_arrive_whole_or_not_at_all() -> None:
    reading, writing = os.pipe()
    write_frame(writing, {"ok": True}, b"12345")
    assert read_frame(reading, max_body=5) == ({"ok": True}, bytearray(b"12345"))
    write_frame(writing, {}, b"12345")
    with pytest.raises(ProtocolError):
        read_frame(reading, max_body=9, exact=9)
    os.read(reading, 100)
    with pytest.raises(TimedOutError):
        read_frame(reading, max_body=5, deadline=0.0)
    os.close(writing)
    with pytest.raises(ClosedError):
        read_frame(reading, max_body=5)
    os.close(reading)
