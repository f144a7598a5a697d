"""Files of results: a magic word, a JSON header, a body; written at once or not at all, named by their SHA-256.

Layout: 8 bytes of magic, the header's length (u32, little-endian), the header, the body.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from scoring.types import ScoringError

_MAX_HEADER_BYTES = 64 * 1024 * 1024
_BLOCK_BYTES = 1 << 20


class SealedFileError(ScoringError):
    """Not a file of the expected kind, or a damaged one."""


def seal(path: Path, magic: bytes, header: Mapping[str, Any], body: IO[bytes]) -> str:
    """Write ``path`` from its header and all of ``body`` (temporary file, fsync, rename); returns the SHA-256."""
    text = json.dumps(header, separators=(",", ":"), allow_nan=False).encode()
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            body.seek(0)
            block = magic + len(text).to_bytes(4, "little") + text
            while block:
                out.write(block)
                digest.update(block)
                block = body.read(_BLOCK_BYTES)
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return digest.hexdigest()


def unseal(path: Path, magic: bytes, kind: str) -> tuple[dict[str, Any], int, int]:
    """Header, offset of the body and bytes of the body. Raises SealedFileError, which calls the file a ``kind``."""
    with path.open("rb") as source:
        start = source.read(len(magic) + 4)
        if len(start) < len(magic) + 4 or not start.startswith(magic):
            raise SealedFileError(f"{path.name} is not a {kind}.")
        length = int.from_bytes(start[len(magic) :], "little")
        if length > _MAX_HEADER_BYTES:
            raise SealedFileError(f"{path.name} is damaged: its header claims {length} bytes.")
        text = source.read(length)
        size = source.seek(0, os.SEEK_END)
    try:
        header = json.loads(text)
    except ValueError as error:
        raise SealedFileError(f"{path.name} is damaged: its header cannot be read.") from error
    if not isinstance(header, dict):
        raise SealedFileError(f"{path.name} is damaged: its header cannot be read.")
    offset = len(magic) + 4 + length
    return header, offset, size - offset
