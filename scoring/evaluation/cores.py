"""Test and training cores of a dataset folder (written by ``scoring.synth.dataset.write_cores``)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scoring.synth import dataset
from scoring.synth.dataset import INDEX, Row
from scoring.types import ByteImage, Mask


@dataclass(frozen=True)
class Core:
    """One line of a folder's index."""

    folder: Path
    row: Row

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def tier(self) -> str:
        return self.row.tier

    @property
    def marker(self) -> str:
        return self.row.marker

    @property
    def um_per_px(self) -> float:
        return self.row.um_per_px

    @property
    def label(self) -> float | None:
        """Mean of the two readers, the reference of every table (Liu et al. 2019, section IV-A); None without both."""
        first, second = self.row.reader_a, self.row.reader_b
        return None if first is None or second is None else (first + second) / 2

    def read(self) -> tuple[ByteImage, Mask, Mask]:
        """Picture (height x width x 3), nuclei and tumour nuclei."""
        rgb, nuclei, tumour, _, _ = dataset.read_core(self.folder, self.name)
        return rgb, nuclei, tumour


def read_index(folder: Path) -> list[Core]:
    """Every core of a folder in the order of its index. Raises ScoringError where there is none."""
    return [Core(folder, row) for row in dataset.read_index(folder)]


def digest(folders: Sequence[Path]) -> str:
    """SHA-256 over the indices: tells one dataset from another in a report."""
    whole = hashlib.sha256()
    for folder in folders:
        whole.update((folder / INDEX).read_bytes())
    return whole.hexdigest()
