"""SHA-256 of a slide: of the file, or of the sorted names and digests of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from scoring.slide_io.limits import Limits
from scoring.slide_io.sniff import files_of

_BLOCK = 4 << 20


def sha256_of(path: Path, *, limits: Limits | None = None, progress: Callable[[int], None] | None = None) -> str:
    """Hex SHA-256 of a slide, read in blocks. A folder hashes as lines of ``digest  relative-name`` (names sorted).

    ``progress`` is told the bytes read since it was last called.
    """
    files = files_of(path, limits or Limits())
    if files == [path]:
        return _digest(path, progress)
    whole = hashlib.sha256()
    base = path if path.is_dir() else path.parent
    for file in files:
        # The name of an MRXS file and its folder may differ between copies of one slide; inside, names are content.
        inside = file.relative_to(base)
        name = "/".join(inside.parts if path.is_dir() else (inside.parts[1:] or ("mrxs",)))
        whole.update(f"{_digest(file, progress)}  {name}\n".encode())
    return whole.hexdigest()


def _digest(path: Path, progress: Callable[[int], None] | None) -> str:
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as file:
        buffer = memoryview(bytearray(_BLOCK))
        while count := file.readinto(buffer):
            digest.update(buffer[:count])
            if progress:
                progress(count)
    return digest.hexdigest()
