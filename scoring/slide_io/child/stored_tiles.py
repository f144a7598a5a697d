"""Find JPEG tiles that may be passed on as they are: every one is checked, some are compared with decoded pixels."""

from __future__ import annotations

import io
import json
import os
import struct
from typing import Any

import numpy as np
import tifffile
from PIL import Image, ImageChops, ImageStat

from scoring.slide_io.child.jpeg import head_of, is_plain_tile
from scoring.slide_io.tile_index import MAGIC, MAX_TILE_BYTES

# Formats whose TIFF pages are OpenSlide's levels as they stand; others shift, pad or overlap their tiles.
_PASSED_ON = frozenset({"aperio", "generic-tiff"})
_JPEG, _RGB, _YCBCR = 7, 2, 6
_MAX_PAGES = 256
_TILE_START = 2048
_SAME = 2.0
"""Mean difference, in grey levels, up to which a passed-on tile counts as what OpenSlide decodes (seen: 0)."""


def write_index(source: Any, target: str, sha256: str) -> dict[str, Any]:
    """Write the tile index of ``source``; the layout is described in ``scoring.slide_io.tile_index``."""
    levels = source.facts["levels"]
    found: list[tuple[bytes, np.ndarray[Any, Any]] | None] = [None] * len(levels)
    if source.vendor in _PASSED_ON:
        found = _find(source, levels)
    header: dict[str, Any] = {"sha256": sha256, "source_bytes": os.stat(source.path).st_size, "levels": []}
    for level in levels:
        columns = -(-level["width_px"] // level["tile_width_px"])
        rows = -(-level["height_px"] // level["tile_height_px"])
        header["levels"].append({**level, "columns": columns, "rows": rows, "head": [0, 0], "entries_at": None})
    _place(header, found)
    text = json.dumps(header).encode()
    with open(target, "wb") as file:
        file.write(MAGIC + struct.pack("<I", len(text)) + text)
        for stored in found:
            if stored is not None:
                file.write(stored[0] + stored[1].tobytes())
    return {"stored": [stored is not None for stored in found]}


def _place(header: dict[str, Any], found: list[tuple[bytes, np.ndarray[Any, Any]] | None]) -> None:
    """Fill in offsets; they change the header's own length, so go round until it stands still."""
    length = -1
    while (now := len(json.dumps(header).encode())) != length:
        length = now
        at = len(MAGIC) + 4 + length
        for level, stored in zip(header["levels"], found, strict=True):
            if stored is not None:
                head, entries = stored
                level["head"], level["entries_at"] = [at, len(head)], at + len(head)
                at += len(head) + entries.nbytes


def _find(source: Any, levels: list[dict[str, Any]]) -> list[tuple[bytes, np.ndarray[Any, Any]] | None]:
    found: list[tuple[bytes, np.ndarray[Any, Any]] | None] = [None] * len(levels)
    taken: set[int] = set()
    with tifffile.TiffFile(source.path) as tif, open(source.path, "rb", buffering=0) as file:
        pages = []
        for page in tif.pages:
            pages.append(page)
            if len(pages) >= _MAX_PAGES:
                break
        for number, level in enumerate(levels):
            for place, page in enumerate(pages):
                if place not in taken and _fits(page, level):
                    taken.add(place)
                    found[number] = _stored(source, number, level, page, file.fileno())
                    break
    return found


def _fits(page: Any, level: dict[str, Any]) -> bool:
    return bool(
        page.is_tiled
        and (page.imagewidth, page.imagelength) == (level["width_px"], level["height_px"])
        and (page.tilewidth, page.tilelength) == (level["tile_width_px"], level["tile_height_px"])
        and page.compression == _JPEG
        and page.photometric in {_RGB, _YCBCR}
        and page.samplesperpixel == 3
        and page.bitspersample == 8
        and page.planarconfig == 1
    )


def _stored(
    source: Any, number: int, level: dict[str, Any], page: Any, fd: int
) -> tuple[bytes, np.ndarray[Any, Any]] | None:
    head = head_of(page.jpegtables, is_rgb=page.photometric == _RGB)
    columns = -(-level["width_px"] // level["tile_width_px"])
    rows = -(-level["height_px"] // level["tile_height_px"])
    offsets, lengths = page.dataoffsets, page.databytecounts
    if head is None or len(offsets) != columns * rows or len(lengths) != columns * rows:
        return None
    end = os.fstat(fd).st_size
    entries = np.zeros(columns * rows, np.dtype([("offset", "<u8"), ("length", "<u4")]))
    size = (level["tile_width_px"], level["tile_height_px"])
    for place, (offset, length) in enumerate(zip(offsets, lengths, strict=True)):
        if not (0 < offset < end and 4 < length <= MAX_TILE_BYTES and offset + length <= end):
            continue
        if is_plain_tile(os.pread(fd, min(length, _TILE_START), offset), size, is_rgb=page.photometric == _RGB):
            entries[place] = (offset, length)
    usable = np.flatnonzero(entries["length"])
    if not usable.size:
        return None
    # On level 0 anywhere; below it only where the corner is at (0, 0) does OpenSlide not interpolate.
    sample = {int(usable[0]), int(usable[usable.size // 2]), int(usable[-1])} if number == 0 else {0}
    for place in sample & set(usable.tolist()):
        if not _is_same(source, number, level, place % columns, place // columns, entries[place], head, fd):
            return None
    return head, entries


def _is_same(
    source: Any, number: int, level: dict[str, Any], column: int, row: int, entry: Any, head: bytes, fd: int
) -> bool:
    """Whether the spliced tile shows what OpenSlide decodes at its place."""
    raw = os.pread(fd, int(entry["length"]), int(entry["offset"]))
    left, top = column * level["tile_width_px"], row * level["tile_height_px"]
    width = min(level["tile_width_px"], level["width_px"] - left)
    height = min(level["tile_height_px"], level["height_px"] - top)
    try:
        with Image.open(io.BytesIO(head + raw[2:]), formats=("JPEG",)) as tile:
            passed = tile.convert("RGB").crop((0, 0, width, height))
    except (OSError, SyntaxError, ValueError):
        return False
    decoded = source.read(left, top, number, width, height)
    return max(ImageStat.Stat(ImageChops.difference(passed, decoded)).mean) <= _SAME
