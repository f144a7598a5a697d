"""The layer file: tiles come back byte for byte, and nothing appears unless it is whole."""

from __future__ import annotations

import hashlib
import json

import cv2
import numpy as np
import pytest

from scoring.layers import MAGIC, LayerFile, LayerFileError, LayerWriter
from scoring.types import ScoringError

HEADER = {
    "um_per_px": 0.25,
    "origin_x_px": 100.0,
    "origin_y_px": 50.0,
    "tile_px": 166.4,
    "work_px": 64,
    "columns": 3,
    "rows": 2,
    "representation": "inverted",
}


def png_of(seed: int) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    return cv2.imencode(".png", pixels)[1].tobytes()


def write(path, tiles: dict[tuple[int, int], bytes]) -> str:
    with LayerWriter(path, HEADER) as writer:
        for (column, row), png in tiles.items():
            writer.append(column, row, png)
        return writer.finish()


TILES = {(0, 0): png_of(0), (2, 0): png_of(1), (1, 1): png_of(2)}


def test_tiles_come_back_byte_for_byte(tmp_path):
    write(tmp_path / "a.layers", TILES)
    found = LayerFile(tmp_path / "a.layers")
    assert found.tiles == list(TILES)
    for (column, row), png in TILES.items():
        assert found.tile(column, row) == png
    assert found.header == HEADER


def test_a_tile_without_tissue_or_beyond_the_grid_is_none(tmp_path):
    write(tmp_path / "a.layers", TILES)
    found = LayerFile(tmp_path / "a.layers")
    assert [found.tile(*place) for place in ((1, 0), (3, 0), (0, 2), (-1, 0))] == [None] * 4


def test_the_digest_is_that_of_the_file(tmp_path):
    digest = write(tmp_path / "a.layers", TILES)
    assert digest == hashlib.sha256((tmp_path / "a.layers").read_bytes()).hexdigest()
    assert write(tmp_path / "b.layers", TILES) == digest, "one content, one name"


def test_nothing_appears_unless_finished(tmp_path):
    with LayerWriter(tmp_path / "a.layers", HEADER) as writer:
        writer.append(0, 0, png_of(0))
    assert list(tmp_path.iterdir()) == []


def test_tiles_come_in_row_order_within_the_grid(tmp_path):
    with LayerWriter(tmp_path / "a.layers", HEADER) as writer:
        writer.append(1, 0, png_of(0))
        for place in ((1, 0), (0, 0)):
            with pytest.raises(ScoringError, match="row order"):
                writer.append(*place, png_of(1))
        for place in ((3, 0), (0, 2), (-1, 1)):
            with pytest.raises(ScoringError, match="outside the grid"):
                writer.append(*place, png_of(1))
        with pytest.raises(ScoringError, match="is a PNG"):
            writer.append(2, 0, b"GIF89a")


def test_the_header_must_say_where_the_tiles_lie(tmp_path):
    with pytest.raises(ScoringError, match="work_px"):
        LayerWriter(tmp_path / "a.layers", {name: value for name, value in HEADER.items() if name != "work_px"})
    with pytest.raises(ScoringError, match="positive size"):
        LayerWriter(tmp_path / "a.layers", {**HEADER, "columns": 0})
    assert list(tmp_path.iterdir()) == []


def test_another_file_is_named(tmp_path):
    for content in (b"", b"DCELLS01" + bytes(40), b"\x89PNG"):
        (tmp_path / "a.layers").write_bytes(content)
        with pytest.raises(LayerFileError, match=r"a\.layers is not a layer file"):
            LayerFile(tmp_path / "a.layers")


@pytest.mark.parametrize("damage", ["short", "long", "header", "index", "claim", "keys"])
def test_damage_is_found(tmp_path, damage):
    path = tmp_path / "a.layers"
    write(path, TILES)
    whole = path.read_bytes()
    length = int.from_bytes(whole[8:12], "little")
    header = json.loads(whole[12 : 12 + length])
    body = whole[12 + length :]
    if damage == "index":
        header["index"] = header["index"][::-1]
    if damage == "keys":
        del header["rows"]
    text = json.dumps(header).encode()
    rebuilt = MAGIC + len(text).to_bytes(4, "little") + text + body
    damaged = {
        "short": whole[:-1],
        "long": whole + b"\0",
        "header": whole[:12] + b"x" * length + body,
        "claim": MAGIC + b"\xff\xff\xff\xff" + whole[12:],
    }
    path.write_bytes(damaged.get(damage, rebuilt))
    with pytest.raises(LayerFileError, match="is damaged"):
        LayerFile(path)


def test_a_tile_that_is_no_png_is_found_when_read(tmp_path):
    path = tmp_path / "a.layers"
    write(path, TILES)
    found = LayerFile(path)
    whole = bytearray(path.read_bytes())
    whole[-len(TILES[1, 1])] = 0
    path.write_bytes(bytes(whole))
    with pytest.raises(LayerFileError, match=r"\(1, 1\) is not a PNG"):
        found.tile(1, 1)
