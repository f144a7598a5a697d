"""Where training images come from: the synthetic dataset folder, or a laboratory's own folders.

Layouts (``docs/training.md`` shows them): ``index.csv`` of :mod:`scoring.synth.dataset`; ``scores.csv`` (two readers)
beside ``images/``; ``images/`` with ``nuclei/`` or ``tumour/`` masks of the same names. Decoded images are kept beside
them, in ``cache/``, so that a crop reads only its own rows.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from scoring import stain
from scoring.segmentation import WORK_UM_PER_PX
from scoring.stain import Vector
from scoring.types import ByteImage, ScoringError
from scoring.weights import put

NUCLEI, TUMOUR, TISSUE = 1, 2, 4
"""Bits of a decoded mask."""
_IMAGES: Final = (".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp")
_CACHE_VERSION = 1


@dataclass(frozen=True)
class Core:
    """One training image. ``masks`` maps a bit to a file; ``readers`` are the two H-scores, where there are any;
    ``cells`` the file of its true cells (synthetic tissue alone).
    """

    name: str
    image: Path
    um_per_px: float
    masks: Mapping[int, Path]
    combined: Path | None = None
    """The three masks as the channels of one image."""
    readers: tuple[float, float] | None = None
    cells: Path | None = None
    marker: str = ""
    tier: str = ""

    @property
    def h_score(self) -> float:
        """Mean of the two readers (the label of Liu et al. 2019)."""
        if self.readers is None:
            raise ScoringError(f"{self.image}: no readers' scores; list them in scores.csv")
        return sum(self.readers) / 2

    def has(self, bit: int) -> bool:
        """Whether there is a mask of that kind."""
        return self.combined is not None or bit in self.masks


def read_folder(folder: Path, um_per_px: float | None = None) -> list[Core]:
    """All training images of a folder, by name. ``um_per_px`` holds for images that no table gives a scale.

    Raises ScoringError where the folder is none of the layouts or something in it does not fit.
    """
    if (folder / "index.csv").is_file():
        return [_synthetic(folder, row) for row in _rows(folder / "index.csv")]
    if not (folder / "images").is_dir():
        raise ScoringError(f"{folder}: neither index.csv nor images/ is there; see docs/training.md for the layouts")
    scores = folder / "scores.csv"
    rows = {row["image"]: row for row in _rows(scores)} if scores.is_file() else {}
    images = {path.name: path for path in sorted((folder / "images").iterdir()) if path.suffix.lower() in _IMAGES}
    unknown = sorted(set(rows) - set(images))
    if unknown:
        raise ScoringError(f"{scores}: {unknown[0]} is not in {folder / 'images'}")
    cores = [_own(folder, path, rows.get(name, {}), um_per_px) for name, path in images.items()]
    if not cores:
        raise ScoringError(f"{folder / 'images'}: no images ({', '.join(_IMAGES)})")
    return cores


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as source:
        return list(csv.DictReader(source))


def _number(row: Mapping[str, str], key: str, where: str) -> float | None:
    text = (row.get(key) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ScoringError(f"{where}: {key} is a number; received {text!r}")
    return value


def _readers(row: Mapping[str, str], where: str) -> tuple[float, float] | None:
    first, second = _number(row, "reader_a", where), _number(row, "reader_b", where)
    if first is None or second is None:
        return None
    if not (0 <= first <= 300 and 0 <= second <= 300):
        raise ScoringError(f"{where}: H-scores are 0 to 300; received {first:g} and {second:g}")
    return first, second


def _synthetic(folder: Path, row: Mapping[str, str]) -> Core:
    name = row["name"]
    where = f"{folder / 'index.csv'}, {name}"
    return Core(
        name,
        folder / f"{name}.png",
        _number(row, "um_per_px", where) or WORK_UM_PER_PX,
        {},
        folder / f"{name}_masks.png",
        _readers(row, where),
        folder / f"{name}_cells.npy",
        row.get("marker", ""),
        row.get("tier", ""),
    )


def _own(folder: Path, image: Path, row: Mapping[str, str], um_per_px: float | None) -> Core:
    scale = _number(row, "um_per_px", f"{folder / 'scores.csv'}, {image.name}") or um_per_px
    if scale is None:
        raise ScoringError(f"{image}: its µm/px is unknown; add a column um_per_px to scores.csv or give --um-per-px")
    masks: dict[int, Path] = {}
    for bit, name in ((NUCLEI, "nuclei"), (TUMOUR, "tumour")):
        found = [folder / name / f"{image.stem}{suffix}" for suffix in _IMAGES]
        masks.update((bit, path) for path in found if path.is_file())
    readers = _readers(row, f"{folder / 'scores.csv'}, {image.name}")
    return Core(image.stem, image, scale, masks, None, readers, None, row.get("marker", ""))


@dataclass(frozen=True)
class Decoded:
    """An image at 0.65 µm/px: uint8 RGB (memory-mapped), mask bits, its white."""

    core: Core
    rgb: ByteImage
    bits: npt.NDArray[np.uint8]
    i0: Vector
    stamp: str
    """Tells what it was decoded from."""


def decode_all(
    cores: Sequence[Core], cache: Path, progress: Callable[[int, int, str], None] | None = None
) -> list[Decoded]:
    """Decode once, into ``cache``; later runs map the files."""
    cache.mkdir(parents=True, exist_ok=True)
    decoded = []
    for number, core in enumerate(cores, 1):
        decoded.append(_decode(core, cache))
        if progress is not None:
            progress(number, len(cores), "decoding")
    return decoded


def _decode(core: Core, cache: Path) -> Decoded:
    sources = [core.image, *core.masks.values(), *([core.combined] if core.combined else [])]
    try:
        stamp = [_CACHE_VERSION, core.um_per_px, *[[p.name, p.stat().st_size, p.stat().st_mtime_ns] for p in sources]]
    except FileNotFoundError as error:
        raise ScoringError(f"{error.filename}: missing; the table beside it names it") from error
    planes, facts = cache / f"{core.name}.npy", cache / f"{core.name}.json"
    try:
        known: dict[str, Any] = json.loads(facts.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    if known.get("stamp") != stamp or not planes.is_file():
        known = {"stamp": stamp, "i0": _fill(core, planes)}
        put(facts, json.dumps(known).encode())
    mapped = np.load(planes, mmap_mode="r", allow_pickle=False)
    red, green, blue = known["i0"]
    return Decoded(core, mapped[..., :3], mapped[..., 3], (red, green, blue), json.dumps(stamp))


def _fill(core: Core, planes: Path) -> Vector:
    rgb = _read(core.image)
    size = tuple(max(1, round(length * core.um_per_px / WORK_UM_PER_PX)) for length in rgb.shape[1::-1])
    bits = np.zeros(rgb.shape[:2], dtype=np.uint8)
    if core.combined is not None:
        masks = _read(core.combined)
        _same_size(masks, rgb, core.combined)
        for channel, bit in enumerate((NUCLEI, TUMOUR, TISSUE)):
            bits |= np.where(masks[..., channel] > 127, bit, 0).astype(np.uint8)
    for bit, path in core.masks.items():
        mask = _read(path)
        _same_size(mask, rgb, path)
        bits |= np.where(mask.max(axis=2) > 127, bit, 0).astype(np.uint8)
    white = stain.estimate_i0(rgb)
    if size != rgb.shape[1::-1]:
        shrinking = size[0] < rgb.shape[1]
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
        bits = cv2.resize(bits, size, interpolation=cv2.INTER_NEAREST)
    part = planes.with_suffix(f".{os.getpid()}.part.npy")
    np.save(part, np.dstack([rgb, bits]), allow_pickle=False)
    os.replace(part, planes)
    return white


def _read(path: Path) -> ByteImage:
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    if image is None:
        raise ScoringError(f"{path}: cannot be read as an image; PNG, TIFF or JPEG of 8 bits a channel is needed")
    return np.asarray(image, dtype=np.uint8)


def _same_size(mask: ByteImage, rgb: ByteImage, path: Path) -> None:
    if mask.shape[:2] != rgb.shape[:2]:
        received, wanted = (f"{a.shape[1]} x {a.shape[0]}" for a in (mask, rgb))
        raise ScoringError(f"{path}: {received} px, its image {wanted} px; a mask has its image's size")


def digest(cores: Sequence[Core]) -> str:
    """SHA-256 over names, sizes and labels of the files: tells whether a run continues on the same data."""
    told = hashlib.sha256()
    for core in sorted(cores, key=lambda each: each.name):
        told.update(json.dumps([core.name, core.image.stat().st_size, core.readers, core.um_per_px]).encode())
    return told.hexdigest()
