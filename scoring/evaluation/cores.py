"""Cores of a dataset folder (the layout ``scoring.synth.dataset.write_cores`` writes).

``index.csv``: name, tier, marker, um_per_px, reader_a, reader_b, h_true, tumour_fraction, seed. Per core ``NAME.png``
(RGB), ``NAME_masks.png`` (red nuclei, green tumour nuclei, blue tissue) and ``NAME_cells.npy`` (structured array).
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from scoring.types import ByteImage, Mask, ScoringError

_COLUMNS = ("name", "tier", "marker", "um_per_px", "reader_a", "reader_b")


@dataclass(frozen=True)
class Core:
    """One line of the index. Scores are H-scores 0..300, None where a reader gave none."""

    folder: Path
    name: str
    tier: str
    marker: str
    um_per_px: float
    reader_a: float | None
    reader_b: float | None
    h_true: float | None
    tumour_fraction: float | None

    @property
    def label(self) -> float | None:
        """Mean of the two readers: the reference of every table (Liu et al. 2019, section IV-A)."""
        if self.reader_a is None or self.reader_b is None:
            return None
        return (self.reader_a + self.reader_b) / 2

    def rgb(self) -> ByteImage:
        """The picture (height x width x 3)."""
        return _picture(self.folder / f"{self.name}.png")

    def masks(self) -> tuple[Mask, Mask, Mask]:
        """Nuclei, tumour nuclei, tissue (each height x width)."""
        planes = _picture(self.folder / f"{self.name}_masks.png") > 127
        return planes[..., 0], planes[..., 1], planes[..., 2]


def read_index(folder: Path) -> list[Core]:
    """Every core of a dataset folder in the order of its index."""
    index = folder / "index.csv"
    try:
        with index.open(newline="", encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
    except OSError as error:
        raise ScoringError(
            f"{index}: cannot be read ({error.strerror}); give a folder written by synthesize core"
        ) from error
    missing = [column for column in _COLUMNS if not rows or column not in rows[0]]
    if missing:
        raise ScoringError(f"{index}: column {missing[0]} is missing, or there are no rows; write the folder again")
    return [
        Core(
            folder,
            row["name"],
            row["tier"],
            row["marker"],
            float(row["um_per_px"]),
            _optional(row.get("reader_a")),
            _optional(row.get("reader_b")),
            _optional(row.get("h_true")),
            _optional(row.get("tumour_fraction")),
        )
        for row in rows
    ]


def digest(folder: Path) -> str:
    """SHA-256 of the index: tells one dataset from another in a report."""
    return hashlib.sha256((folder / "index.csv").read_bytes()).hexdigest()


def _optional(text: str | None) -> float | None:
    if text in (None, "", "None", "nan"):
        return None
    return float(text)


def _picture(path: Path) -> ByteImage:
    found = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if found is None:
        raise ScoringError(f"{path}: is not a readable picture; write the dataset folder again")
    return np.ascontiguousarray(found[..., ::-1])
