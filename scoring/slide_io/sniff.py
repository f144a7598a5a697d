"""What a path is, from its first bytes: cheap checks in plain Python, before a decoder is started."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from scoring.slide_io.errors import DAMAGED, MISSING, NOT_A_SLIDE, TOO_LARGE, UNSUPPORTED, SlideError
from scoring.slide_io.limits import Limits

_OTHER_KINDS = (
    (b"GIF8", "a GIF image"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 code stream"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"BM", "a Windows bitmap"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"ZISRAWFILE", "a Zeiss CZI file"),
    (b"RIFF", "a RIFF file"),
    (b"version https://git-lfs", "a Git LFS pointer to a file that is kept elsewhere"),
    (b"<", "a text or web page"),
)
_HOW = "Send the scanner's own file (SVS, NDPI, MRXS, SCN, BIF, TIFF, DICOM), or a PNG, JPEG or TIFF image."


@dataclass(frozen=True)
class Source:
    """A file that a decoder may look at. ``kind``: tiff, png, jpeg, dicom or mirax. ``readable``: what it may open."""

    path: Path
    kind: str
    readable: tuple[Path, ...]
    listable: tuple[Path, ...]
    size_bytes: int


def sniff(path: Path, limits: Limits) -> Source:
    """Find the file to open under ``path`` (a file, or the folder of an MRXS or DICOM slide).

    Raises:
        SlideError: missing, not_a_slide, unsupported, damaged (empty) or too_large (too many files).
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise SlideError(MISSING, "The slide file is not there, or it may not be read.") from error
    if stat.S_ISDIR(mode):
        return _sniff_folder(path, limits)
    if not stat.S_ISREG(mode):
        raise SlideError(NOT_A_SLIDE, f"This is neither a file nor a folder. {_HOW}")
    kind = _kind(path)
    companion = path.with_suffix("")
    if kind == "mirax":
        if not companion.is_dir():
            raise SlideError(
                DAMAGED,
                "An MRXS slide is a file and a folder of the same name; the folder is missing. Send both together.",
            )
        files = _files(companion, limits)
        return Source(path, kind, (path, companion), (path.parent,), _size(path) + sum(map(_size, files)))
    # OpenSlide looks for a DICOM series' other instances beside the file. A stored slide has its folder to itself.
    return Source(path, kind, (path.parent,) if kind == "dicom" else (path,), (), _size(path))


def _sniff_folder(folder: Path, limits: Limits) -> Source:
    files = _files(folder, limits)
    miraxes = [file for file in files if file.suffix.lower() == ".mrxs" and file.parent == folder]
    if len(miraxes) == 1:
        return sniff(miraxes[0], limits)
    dicoms = [file for file in files if file.parent == folder and _is_dicom(file)]
    if not dicoms:
        raise SlideError(NOT_A_SLIDE, f"The folder holds neither one MRXS slide nor DICOM files. {_HOW}")
    # The largest instance is of the pyramid, not a label or an overview; OpenSlide finds its siblings in the folder.
    largest = max(dicoms, key=lambda file: (_size(file), file.name))
    return Source(largest, "dicom", (folder,), (), sum(map(_size, files)))


def files_of(path: Path, limits: Limits) -> list[Path]:
    """Every file that makes up the slide at ``path``, sorted by name."""
    if path.is_dir():
        return _files(path, limits)
    companion = path.with_suffix("")
    if path.suffix.lower() == ".mrxs" and companion.is_dir():
        return [path, *_files(companion, limits)]
    return [path]


def _files(folder: Path, limits: Limits) -> list[Path]:
    found: list[Path] = []
    for here, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(here) / name
            if stat.S_ISREG(file.lstat().st_mode):
                found.append(file)
            if len(found) > limits.max_folder_files:
                raise SlideError(TOO_LARGE, f"The folder holds more than {limits.max_folder_files} files.")
    return sorted(found)


def _size(path: Path) -> int:
    return path.stat().st_size


def _is_dicom(path: Path) -> bool:
    return _head(path)[128:132] == b"DICM"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(256)
    except OSError as error:
        raise SlideError(MISSING, "The slide file is not there, or it may not be read.") from error


def _kind(path: Path) -> str:
    head = _head(path)
    if not head:
        raise SlideError(DAMAGED, "The file is empty. Copy it again from the scanner.")
    if head[128:132] == b"DICM":  # before TIFF: a DICOM file may carry a TIFF header in its preamble
        return "dicom"
    if head[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}:
        return "tiff"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "png"
    if head[:3] == b"\xff\xd8\xff":
        return "mirax" if path.suffix.lower() == ".mrxs" else "jpeg"
    for magic, name in _OTHER_KINDS:
        if head.startswith(magic):
            raise SlideError(UNSUPPORTED, f"This is {name}, which is not a slide format read here. {_HOW}")
    raise SlideError(UNSUPPORTED, f"The file has no slide format that is read here. {_HOW}")
