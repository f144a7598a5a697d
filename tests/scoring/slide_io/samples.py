"""Slides made by the tests: small pyramids, mutants of them, bombs, and one with a canary in every metadata field."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

CANARY = "CANARY"


def pixels(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """A smooth coloured picture with some noise: JPEG keeps it well, and every tile differs."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    colours = [128 + 100 * np.sin(x / (37 + 9 * c) + y / (53 - 7 * c) + c + seed) for c in range(3)]
    noise = rng.normal(0, 4, (height, width, 3))
    return np.clip(np.stack(colours, axis=2) + noise, 0, 255).astype(np.uint8)


def write_pyramid(
    path: Path, image: NDArray[np.uint8], *, compression: str = "jpeg", levels: int = 3, tile: int = 256, **first: Any
) -> Path:
    """A generic tiled TIFF with ``levels`` levels; ``first`` goes to the first page alone."""
    options: dict[str, Any] = {"tile": (tile, tile), "photometric": "rgb", "compression": compression, "metadata": None}
    if compression == "jpeg":
        options["compressionargs"] = {"level": 90, "outcolorspace": "ycbcr"}
    with tifffile.TiffWriter(path) as tif:
        tif.write(image, **options, **first)
        for number in range(1, levels):
            tif.write(image[:: 2**number, :: 2**number], subfiletype=1, **options)
    return path


def write_aperio(path: Path, image: NDArray[np.uint8]) -> Path:
    """An SVS-like file: pyramid, thumbnail, label and macro, with a canary wherever text or a picture can hide one.

    Label and macro are plain red and green, so that a single such pixel in a picture gives them away.
    """
    description = (
        f"Aperio Image Library v12.0.16 \n{image.shape[1]}x{image.shape[0]} [0,0 {image.shape[1]}x{image.shape[0]}] "
        f"(256x256) JPEG/RGB Q=90|AppMag = 40|MPP = 0.2500|Filename = {CANARY}-file|User = {CANARY}-user|"
        f"Date = {CANARY}-date|ScanScope ID = {CANARY}-scanner|Title = {CANARY}-title|Barcode = {CANARY}-barcode"
    )
    tiled: dict[str, Any] = {
        "tile": (256, 256),
        "photometric": "rgb",
        "compression": "jpeg",
        "compressionargs": {"level": 90, "outcolorspace": "ycbcr"},
        "metadata": None,
    }
    texts = [
        (code, 2, 0, f"{CANARY}-tag-{code}", True)
        for code in (269, 271, 272, 285, 315, 316, 33432)  # document, make, model, page, artist, host, copyright
    ]
    red, green = np.zeros((300, 300, 3), np.uint8), np.zeros((300, 800, 3), np.uint8)
    red[..., 0], green[..., 1] = 255, 255
    with tifffile.TiffWriter(path) as tif:
        date = "2001:02:03 04:05:06"
        tif.write(
            image, description=description, software=f"{CANARY}-software", datetime=date, extratags=texts, **tiled
        )
        thumb = np.ascontiguousarray(image[::4, ::4])
        tif.write(thumb, description=description, photometric="rgb", compression="jpeg", metadata=None)
        tif.write(image[::2, ::2], description=description, subfiletype=0, **tiled)
        head = f"Aperio Image Library v12.0.16 \n{CANARY}"
        tif.write(
            red,
            description=f"{head}\nlabel 300x300",
            subfiletype=1,
            photometric="rgb",
            metadata=None,
            compression="lzw",
            rowsperstrip=300,
        )
        tif.write(
            green,
            description=f"{head}\nmacro 800x300",
            subfiletype=9,
            photometric="rgb",
            metadata=None,
            compression="jpeg",
            rowsperstrip=304,
        )
    return path


def seeds(folder: Path) -> list[bytes]:
    """Three small valid slides to mutate (JPEG, LZW, deflate), as in the probe of reliability.md §0.2."""
    image = np.random.default_rng(0).integers(0, 255, (1024, 1024, 3), dtype=np.uint8)
    found = []
    for compression in ("jpeg", "lzw", "deflate"):
        path = folder / f"seed-{compression}.tif"
        with tifffile.TiffWriter(path) as tif:
            options: dict[str, Any] = {"photometric": "rgb", "compression": compression, "metadata": None}
            tif.write(image, tile=(256, 256), **options)
            tif.write(image[::2, ::2], subfiletype=1, tile=(256, 256), **options)
        found.append(path.read_bytes())
    return found


def _header_spans(data: bytes) -> list[tuple[int, int]]:
    """Byte ranges of a little-endian TIFF's header and directories."""
    spans, at = [(0, 8)], struct.unpack("<I", data[4:8])[0]
    while at:
        count = struct.unpack("<H", data[at : at + 2])[0]
        end = at + 2 + 12 * count + 4
        spans.append((at, end))
        at = struct.unpack("<I", data[end - 4 : end])[0]
    return spans


def mutant(originals: list[bytes], rnd: random.Random) -> bytes:
    """One damaged slide: truncated, or with wrong bytes or extreme numbers, mostly in its headers."""
    data = bytearray(rnd.choice(originals))
    spans = _header_spans(data)
    mode = rnd.random()
    if mode < 0.12:
        return bytes(data[: rnd.randrange(1, len(data))])
    for _ in range(rnd.choice([1, 1, 2, 4, 8])):
        start, end = rnd.choice(spans) if mode < 0.75 else (0, len(data))
        at = rnd.randrange(start, end)
        if rnd.random() < 0.5:
            data[at] = rnd.randrange(256)
        else:
            at = min(at, len(data) - 4)
            value = rnd.choice([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x10000, 0x80000000, 65535])
            data[at : at + 4] = struct.pack("<I", value)
    return bytes(data)


def tiff_of(entries: dict[int, tuple[int, int]], *, padding: int = 64) -> bytes:
    """A TIFF of one directory with ``{tag: (type, value)}`` (types 3 SHORT, 4 LONG) and some bytes for its tiles."""
    body = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<H", len(entries))
    for tag in sorted(entries):
        kind, value = entries[tag]
        body += struct.pack("<HHII", tag, kind, 1, value)
    return body + struct.pack("<I", 0) + b"\0" * padding


def bomb(width: int, height: int, tile: int) -> bytes:
    """A few bytes that declare a huge tiled RGB image of one single level."""
    return tiff_of(
        {
            256: (4, width), 257: (4, height), 258: (3, 8), 259: (3, 1), 262: (3, 2), 277: (3, 3), 284: (3, 1),
            322: (4, tile), 323: (4, tile), 324: (4, 200), 325: (4, 8),
        },
        padding=512,
    )  # fmt: skip
