"""Make a received file a slide that can be viewed and scored: identify, hash, convert where needed, index, picture.

No database here: the task that calls this writes what it reports. It may be killed at any moment and run again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from scoring.slide_io import SlideError, SlideInfo, build_tile_index, convert_to_pyramid, open_slide, sha256_of
from scoring.slide_io.convert import replacing
from webapp.slides import storage

THUMBNAIL_PX = 512
Progress = Callable[[str, float], None]
"""Told the phase (identify, checksum, convert, index, picture) and how much of the whole is done, 0 to 1."""


@dataclass(frozen=True)
class IngestReport:
    """What goes into the slide's row. ``levels`` are those that tiles are served from, level 0 first; ``notes`` are
    sentences for a technician.
    """

    format: str
    width_px: int
    height_px: int
    um_per_px: float | None
    um_per_px_source: str
    objective_power: float | None
    scanner: str
    levels: list[dict[str, Any]]
    sha256: str
    size_bytes: int
    is_converted: bool
    notes: tuple[str, ...]


def ingest(source_folder: Path, *, progress: Progress | None = None) -> IngestReport:
    """Ingest the slide in ``source_folder`` (see ``storage``); writes pyramid.tif (where needed), tiles.idx and
    thumbnail.jpg beside the source, each all or nothing.

    Raises:
        SlideError: the file is refused; ``message`` tells a technician why. Nothing that it was made into is left.
        FileNotFoundError: there is no source file.
    """
    tell = progress or (lambda _phase, _done: None)
    source = storage.source_in(source_folder)
    storage.tidy_folder(source_folder)
    _remove_products(source_folder)
    try:
        tell("identify", 0.0)
        info, picture = _look_at(source)
        tell("checksum", 0.05)
        done = [0]

        def count(read: int) -> None:
            done[0] += read
            tell("checksum", 0.05 + 0.35 * min(1.0, done[0] / max(1, info.size_bytes)))

        info = replace(info, sha256=sha256_of(source, progress=count))
        readable, shown = source, info
        if needs_pyramid(info):
            tell("convert", 0.4)
            readable = source_folder / storage.PYRAMID
            convert_to_pyramid(source, readable, um_per_px=info.um_per_px)
            shown, picture = _look_at(readable)
        tell("index", 0.7)
        build_tile_index(readable, source_folder / storage.INDEX, sha256=info.sha256).close()
        tell("picture", 0.95)
        with replacing(source_folder / storage.THUMBNAIL) as temporary:
            temporary.write_bytes(picture)
    except SlideError:
        _remove_products(source_folder)
        raise
    tell("done", 1.0)
    return IngestReport(
        format=info.format,
        width_px=info.width_px,
        height_px=info.height_px,
        um_per_px=info.um_per_px,
        um_per_px_source=info.um_per_px_source or "unknown",
        objective_power=info.objective_power,
        scanner=info.scanner,
        levels=[asdict(level) for level in shown.levels],
        sha256=info.sha256,
        size_bytes=info.size_bytes,
        is_converted=readable is not source,
        notes=info.notes,
    )


def needs_pyramid(info: SlideInfo) -> bool:
    """Plain images always; slides whose smallest level is too large to be looked at as a whole."""
    return info.is_plain or not info.has_overview


def _remove_products(folder: Path) -> None:
    for name in (storage.PYRAMID, storage.INDEX, storage.THUMBNAIL):
        (folder / name).unlink(missing_ok=True)


def _look_at(path: Path) -> tuple[SlideInfo, bytes]:
    """Identification, and a picture (empty where a pyramid must be made first)."""
    with open_slide(path, checksum=False) as reader:
        return reader.info, b"" if needs_pyramid(reader.info) else reader.thumbnail(THUMBNAIL_PX)
