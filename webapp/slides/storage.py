"""Where slide files lie: ``<SLIDE_FOLDER>/<slide id>/source.<suffix>`` and what ingest makes beside it.

Every path is made here from ids; a received name contributes an allow-listed suffix and nothing else. Symbolic links
are refused, not followed. A file is copied, synced and then renamed, so a half-copied one is never taken for a slide.
"""

from __future__ import annotations

import os
import shutil
import stat
import uuid
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from webapp.core.errors import Invalid, NotVisible
from webapp.slides.models import Slide

SOURCE = "source"
PYRAMID = "pyramid.tif"
INDEX = "tiles.idx"
THUMBNAIL = "thumbnail.jpg"
_SUFFIXES = frozenset({".svs", ".tif", ".tiff", ".ndpi", ".scn", ".bif", ".dcm", ".mrxs", ".png", ".jpg", ".jpeg"})
_MAX_FILES = 20_000
_BLOCK = 8 << 20


@dataclass(frozen=True)
class InboxEntry:
    """A file or folder that waits in the inbox. ``size_bytes`` of a folder is the sum of its files."""

    name: str
    size_bytes: int
    is_folder: bool


def slide_folder(slide_id: UUID | str) -> Path:
    """The folder of one slide; only an id can name it."""
    return Path(settings.SLIDE_FOLDER) / str(UUID(str(slide_id)))


def stored_source(slide: Slide) -> Path:
    """The file (or folder) as it was received.

    Raises:
        NotVisible: the recorded path leads out of the slide's own folder, or there is nothing.
    """
    folder = slide_folder(slide.id).resolve()
    path: Path = (Path(settings.SLIDE_FOLDER) / slide.stored_path).resolve()
    if not path.is_relative_to(folder) or not path.exists():
        raise NotVisible("The slide's file is not in the slide folder.", code="slide_file_missing")
    return path


def readable_path(slide: Slide) -> Path:
    """What decoders open: the pyramid made at ingest where there is one, else the received file.

    Raises:
        NotVisible: there is no file.
    """
    pyramid: Path = slide_folder(slide.id) / PYRAMID
    return pyramid if pyramid.is_file() else stored_source(slide)


def index_path(slide_id: UUID | str) -> Path:
    return slide_folder(slide_id) / INDEX


def thumbnail_path(slide_id: UUID | str) -> Path:
    return slide_folder(slide_id) / THUMBNAIL


def inbox_entries(inbox: Path) -> list[InboxEntry]:
    """What may be registered from an inbox folder, sorted by name: no hidden files, no links; the folder that belongs
    to an MRXS file is part of it.
    """
    if not inbox.is_dir():
        return []
    found = {entry.name: entry for entry in os.scandir(inbox) if not entry.name.startswith(".")}
    entries = []
    for name in sorted(found):
        entry = found[name]
        if entry.is_symlink() or not name.isprintable():
            continue
        if entry.is_dir():
            if f"{name}.mrxs" not in found:
                entries.append(InboxEntry(name, _size_of(Path(entry.path)), is_folder=True))
        elif entry.is_file():
            companion = Path(entry.path).with_suffix("")
            extra = _size_of(companion) if name.lower().endswith(".mrxs") and companion.is_dir() else 0
            entries.append(InboxEntry(name, entry.stat().st_size + extra, is_folder=False))
    return entries


def inbox_path(inbox: Path, name: str) -> Path:
    """The entry called ``name``, directly in the inbox.

    Raises:
        Invalid: it is no plain name, is not there, or is a link.
    """
    if name not in {entry.name for entry in inbox_entries(inbox)}:
        raise Invalid("There is no such file in the inbox.", fields={"inbox_name": "No such file in the inbox."})
    return inbox / name


def adopt(slide_id: UUID | str, received: Path) -> str:
    """Copy a received file (with an MRXS file's folder) or folder to its place; returns the path to store, relative to
    the slide folder. Can be repeated: what an interrupted attempt left is removed first.

    Raises:
        Invalid: there is a symbolic link, a special file, too many files, or nothing.
    """
    folder = slide_folder(slide_id)
    folder.mkdir(parents=True, exist_ok=True)
    tidy(slide_id)
    working = folder / f".adopting-{uuid.uuid4().hex}"
    working.mkdir()
    try:
        if _mode(received, "received file") == stat.S_IFDIR:
            stored = folder / SOURCE
            _copy_folder(received, working / SOURCE)
            _replace(working / SOURCE, stored)
        else:
            suffix = received.suffix.lower() if received.suffix.lower() in _SUFFIXES else ".bin"
            stored = folder / f"{SOURCE}{suffix}"
            companion = received.with_suffix("")
            _copy_file(received, working / "file")
            if suffix == ".mrxs" and companion.is_dir():
                _copy_folder(companion, working / SOURCE)
                _replace(working / SOURCE, folder / SOURCE)
            _replace(working / "file", stored)
        _sync_folder(folder)
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return str(stored.relative_to(settings.SLIDE_FOLDER))


def tidy(slide_id: UUID | str) -> None:
    """Remove what interrupted copies, conversions and indexings left behind (hidden names)."""
    tidy_folder(slide_folder(slide_id))


def tidy_folder(folder: Path) -> None:
    """The same for a slide's folder that is already known."""
    for path in folder.glob(".*") if folder.is_dir() else ():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def remove(slide_id: UUID | str) -> None:
    """Delete everything of a slide that was refused before anything referred to it."""
    shutil.rmtree(slide_folder(slide_id), ignore_errors=True)


def source_in(folder: Path) -> Path:
    """The received file or folder inside a slide's folder; an MRXS file comes before its folder.

    Raises:
        FileNotFoundError: there is none.
    """
    files = sorted(path for path in folder.glob(f"{SOURCE}.*") if path.is_file())
    if files:
        return files[0]
    if (folder / SOURCE).is_dir():
        return folder / SOURCE
    raise FileNotFoundError("The slide's folder holds no source file.")


def _mode(path: Path, what: str) -> int:
    try:
        mode = stat.S_IFMT(path.lstat().st_mode)
    except (OSError, ValueError) as error:
        raise Invalid(f"The {what} is not there.", code="file_missing") from error
    if mode not in {stat.S_IFDIR, stat.S_IFREG}:
        raise Invalid(f"The {what} is a link or a special file; send the file itself.", code="not_a_file")
    return mode


def _copy_file(source: Path, target: Path) -> None:
    try:
        fd = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise Invalid("A file of the slide is a link or cannot be read; send the file itself.") from error
    with os.fdopen(fd, "rb", buffering=0) as reading:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise Invalid("A file of the slide is a special file; send the file itself.", code="not_a_file")
        with target.open("xb", buffering=0) as writing:
            shutil.copyfileobj(reading, writing, _BLOCK)
            os.fsync(writing.fileno())


def _copy_folder(source: Path, target: Path) -> None:
    count = 0
    target.mkdir()
    for here, folders, names in os.walk(source, followlinks=False):
        inside = target / Path(here).relative_to(source)
        for name in sorted(folders):
            _mode(Path(here) / name, "slide's folder")
            (inside / name).mkdir()
        for name in sorted(names):
            count += 1
            if count > _MAX_FILES:
                raise Invalid(f"The folder holds more than {_MAX_FILES} files.", code="too_many_files")
            _copy_file(Path(here) / name, inside / name)
        _sync_folder(inside)


def _replace(source: Path, target: Path) -> None:
    if target.is_dir():
        shutil.rmtree(target)
    os.replace(source, target)


def _sync_folder(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _size_of(folder: Path) -> int:
    total = 0
    for here, _folders, names in os.walk(folder):
        total += sum((Path(here) / name).lstat().st_size for name in names)
    return total
