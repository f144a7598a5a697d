"""Frames between a reader and its decoder: magic, two lengths, a JSON header and raw bytes.

The decoder is untrusted: the reading side bounds both lengths before it allocates anything.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from typing import Any

MAGIC = b"DSIO"
_FRAME = struct.Struct("<4sIQ")
MAX_HEADER = 256 * 1024


class ProtocolError(Exception):
    """The other side sent something that is no frame, or more than was asked for."""


class ClosedError(Exception):
    """The other side has gone."""


class TimedOutError(Exception):
    """No complete frame arrived before the deadline."""


def write_frame(fd: int, header: dict[str, Any], body: bytes | bytearray | memoryview = b"") -> None:
    """Write one frame to a blocking pipe."""
    text = json.dumps(header, allow_nan=False).encode()
    view = memoryview(_FRAME.pack(MAGIC, len(text), len(body)) + text)
    for part in (view, memoryview(body)):
        sent = 0
        while sent < len(part):
            sent += os.write(fd, part[sent : sent + (1 << 20)])


def read_frame(
    fd: int, *, max_body: int, deadline: float | None = None, exact: int | None = None
) -> tuple[dict[str, Any], bytearray]:
    """Read one frame. ``exact`` is the only body length accepted beside 0. ``deadline`` is of ``time.monotonic``.

    Raises:
        ClosedError, TimedOutError, ProtocolError: the frame is not whole, late, or not what was asked for.
    """
    magic, header_length, body_length = _FRAME.unpack(_read(fd, _FRAME.size, deadline))
    if magic != MAGIC or header_length > MAX_HEADER or body_length > max_body:
        raise ProtocolError("a frame with impossible lengths")
    if exact is not None and body_length not in {0, exact}:
        raise ProtocolError("a body of another length than asked for")
    try:
        header = json.loads(bytes(_read(fd, header_length, deadline)))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a header that is no JSON") from error
    if not isinstance(header, dict):
        raise ProtocolError("a header that is no object")
    return header, _read(fd, body_length, deadline)


def _read(fd: int, length: int, deadline: float | None) -> bytearray:
    buffer = bytearray(length)
    view = memoryview(buffer)
    got = 0
    poll = select.poll() if deadline is not None else None
    if poll is not None:
        poll.register(fd, select.POLLIN)
    while got < length:
        if poll is not None and deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0 or not poll.poll(left * 1000):
                raise TimedOutError
        count = os.readv(fd, [view[got:]])
        if count == 0:
            raise ClosedError
        got += count
    return buffer
