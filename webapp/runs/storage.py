"""The result store: content-addressed cell and layer files, written beside and renamed into place.

``results/<first 2 hex>/<sha256>.cells``; unfinished files lie in ``results/tmp/<run>-<attempt>.cells`` (``.layers``).
A file is published inside the transaction that refers to it, under a shared advisory lock; the sweeper deletes what no
result refers to under the exclusive one, so it can never delete a file that is about to be referred to.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.db import connection

# One arbitrary number in PostgreSQL's space of advisory locks, for the result store alone.
_STORE_LOCK = 0x44_43_52_53
_SHA256 = re.compile(r"^[0-9a-f]{64}$")
_UNFINISHED = re.compile(r"(?P<run>[0-9a-f-]{36})-(?P<attempt>\d+)\.(cells|layers)")

Kind = Literal["cells", "layers"]


def cells_path(sha256: str) -> Path:
    """Where the cell file with this content lies (whether or not it is there)."""
    return _address(sha256, "cells")


def layers_path(sha256: str) -> Path:
    """Where the layer file with this content lies (whether or not it is there)."""
    return _address(sha256, "layers")


def unfinished_path(run_id: UUID, attempt: int, kind: Kind = "cells") -> Path:
    """Where this attempt writes its cells or layers until they are complete; the folder exists afterwards."""
    folder = Path(settings.RESULT_FOLDER) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{run_id}-{attempt}.{kind}"


def publish(unfinished: Path, sha256: str) -> Path:
    """Give a complete, fsynced file its content address. Call it inside the transaction that stores the address.

    Publishing the same content again is harmless. Raises FileNotFoundError when neither file is there.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_STORE_LOCK])
    target = _address(sha256, unfinished.suffix.removeprefix("."))
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(unfinished, target)
    except FileNotFoundError:
        if not target.exists():
            raise
    for folder in (target.parent, target.parent.parent):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    return target


def delete_orphans(
    referenced: Callable[[Iterable[str]], set[str]],
    being_written: Callable[[UUID, int], bool],
    *,
    older_than_s: float,
) -> list[str]:
    """Delete files that no result refers to and no running attempt writes; call it inside a transaction.

    ``referenced`` narrows content addresses to those some result refers to; ``being_written`` tells whether that
    attempt of the run still holds its lease. Younger files than ``older_than_s`` stay. Returns the deleted names.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STORE_LOCK])
    deadline = time.time() - older_than_s
    deleted = []
    for folder in _folders():
        old = [path for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_mtime <= deadline]
        if folder.name == "tmp":
            orphans = [path for path in old if not _is_written(path, being_written)]
        else:
            kept = referenced(path.stem for path in old if _SHA256.match(path.stem))
            orphans = [path for path in old if path.stem not in kept]
        for path in orphans:
            path.unlink(missing_ok=True)
            deleted.append(path.name)
    return deleted


def check_writable() -> None:
    """Raise OSError where the result store cannot take a file."""
    root = Path(settings.RESULT_FOLDER)
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=root, prefix=".writable-") as probe:
        probe.write(b"\0")
        probe.flush()
        os.fsync(probe.fileno())


def _address(sha256: str, kind: str) -> Path:
    if not _SHA256.match(sha256):
        raise ValueError(f"A content address is 64 hexadecimal digits; got {sha256[:80]!r}.")
    return Path(settings.RESULT_FOLDER) / sha256[:2] / f"{sha256}.{kind}"


def _folders() -> Iterator[Path]:
    root = Path(settings.RESULT_FOLDER)
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and (folder.name == "tmp" or re.fullmatch(r"[0-9a-f]{2}", folder.name)):
            yield folder


def _is_written(path: Path, being_written: Callable[[UUID, int], bool]) -> bool:
    match = _UNFINISHED.search(path.name)
    return match is not None and being_written(UUID(match["run"]), int(match["attempt"]))
