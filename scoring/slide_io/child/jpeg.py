"""JPEG segments: the head that makes a stored TIFF tile a JPEG file, and the check that a tile carries nothing else."""

from __future__ import annotations

_SOI = b"\xff\xd8"
_DQT, _DHT, _DRI, _SOS, _EOI = 0xDB, 0xC4, 0xDD, 0xDA, 0xD9
_BASELINE = (0xC0, 0xC1)
_APP0, _APP14 = 0xE0, 0xEE
_ADOBE = b"Adobe\x00\x64\x00\x00\x00\x00"


def head_of(tables: bytes | None, *, is_rgb: bool) -> bytes | None:
    """SOI + Adobe APP14 (transform 0 for RGB, 1 for YCbCr) + the tables of a TIFF's JPEGTables; None if they are odd.

    Only quantisation and Huffman tables are kept: a comment in there could carry anything.
    """
    head = _SOI + b"\xff\xee\x00\x0e" + _ADOBE + bytes([_transform(is_rgb)])
    if not tables:
        return head
    if tables[:2] != _SOI:
        return None
    at = 2
    while at + 2 <= len(tables):
        marker = tables[at + 1]
        if tables[at] != 0xFF or marker == _EOI:
            break
        length = int.from_bytes(tables[at + 2 : at + 4], "big")
        if length < 2 or at + 2 + length > len(tables):
            return None
        if marker in {_DQT, _DHT}:
            head += tables[at : at + 2 + length]
        at += 2 + length
    return head


def is_plain_tile(start: bytes, size: tuple[int, int], *, is_rgb: bool) -> bool:
    """Whether a tile begins as baseline JPEG of ``size`` (width, height) and three components, and has no other segment
    before its scan than tables, restart interval, a JFIF head or an Adobe mark.
    """
    if start[:2] != _SOI:
        return False
    at, has_frame = 2, False
    while at + 4 <= len(start):
        if start[at] != 0xFF:
            return False
        marker, length = start[at + 1], int.from_bytes(start[at + 2 : at + 4], "big")
        body = start[at + 4 : at + 2 + length]
        if marker == _SOS:
            return has_frame
        if marker in _BASELINE:
            if len(body) < 6 or body[0] != 8 or body[5] != 3:
                return False
            if (int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")) != size:
                return False
            has_frame = True
        elif marker == _APP0:
            if not body.startswith(b"JFIF\0") or length != 16:
                return False
        elif marker == _APP14:
            # The tile's own Adobe mark overrules the one in the head: it must say the same, and nothing besides.
            if len(body) != 12 or body[:5] != _ADOBE[:5] or body[11] != _transform(is_rgb):
                return False
        elif marker not in {_DQT, _DHT, _DRI}:
            return False
        at += 2 + length
    return False


def _transform(is_rgb: bool) -> int:
    """Adobe's colour transform: 0 leaves RGB as it is, 1 is YCbCr."""
    return 0 if is_rgb else 1
