"""Folders of synthetic cores on disk: what training and evaluation read.

``index.csv`` (name, tier, marker, um_per_px, reader_a, reader_b, h_true, tumour_fraction, seed; scores empty without
tumour), and per core ``NAME.png`` (RGB), ``NAME_masks.png`` (uint8 RGB: R 255 in nuclei, G in tumour nuclei, B in
tissue) and ``NAME_cells.npy`` (:data:`~scoring.synth.scene.CELL`; coordinates in µm from the picture's corner).
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np

from scoring.synth.core import MARKERS, Sample, make_core
from scoring.synth.readers import read_pair
from scoring.synth.scene import CELL, Cells
from scoring.types import ByteImage, Mask, ScoringError

INDEX = "index.csv"
MIXTURE = ("easy",) * 2 + ("realistic",) * 5 + ("hard",) * 3
"""Training's mixture of tiers, 2:5:3."""


@dataclass(frozen=True)
class Row:
    """One line of the index."""

    name: str
    tier: str
    marker: str
    um_per_px: float
    reader_a: float | None
    reader_b: float | None
    h_true: float | None
    tumour_fraction: float
    seed: int


def write_cores(
    folder: Path,
    n: int,
    seed: int,
    tiers: Sequence[str] = MIXTURE,
    processes: int = 1,
    *,
    um_per_px: float = 0.65,
    size_px: int = 1024,
    progress: Callable[[int, int], None] | None = None,
) -> list[Row]:
    """Writes n cores; core k has seed ``seed + k``, tier ``tiers[k % len]`` and marker k mod 3. Cores that are there
    already are kept, so a broken run goes on; every file appears whole or not at all.

    Args:
        folder: made where absent.
        n: how many cores.
        seed: seed of the first.
        tiers: tiers in turn.
        processes: worker processes.
        um_per_px: scale of the pictures.
        size_px: side of the pictures.
        progress: called with (done, n) after every core.
    """
    if n < 1:
        raise ScoringError(f"At least one core must be written; received n = {n}.")
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(folder, seed + k, tiers[k % len(tiers)], MARKERS[k % len(MARKERS)], um_per_px, size_px) for k in range(n)]
    rows: list[Row] = []
    if processes <= 1:
        for job in jobs:
            rows.append(_write_core(*job))
            if progress:
                progress(len(rows), n)
    else:
        with ProcessPoolExecutor(processes) as pool:
            for future in as_completed([pool.submit(_write_core, *job) for job in jobs]):
                rows.append(future.result())
                if progress:
                    progress(len(rows), n)
    rows.sort(key=lambda row: row.seed)
    write_index(folder, rows)
    return rows


def write_index(folder: Path, rows: Sequence[Row]) -> None:
    """Writes ``index.csv``."""
    _write(folder / INDEX, _csv(rows))


def read_index(folder: Path) -> list[Row]:
    """The index of a folder written by :func:`write_cores`."""
    path = folder / INDEX
    if not path.is_file():
        raise ScoringError(f"No {INDEX} in {folder}; write the cores first (write_cores).")
    with path.open(encoding="utf-8", newline="") as file:
        return [_row(line) for line in csv.DictReader(file)]


def read_core(folder: Path, name: str) -> tuple[ByteImage, Mask, Mask, Mask, Cells]:
    """RGB, nuclei, tumour nuclei, tissue and cells of a core."""
    rgb = cv2.imread(str(folder / f"{name}.png"), cv2.IMREAD_COLOR)
    masks = cv2.imread(str(folder / f"{name}_masks.png"), cv2.IMREAD_COLOR)
    if rgb is None or masks is None:
        raise ScoringError(f"Core {name!r} is missing or unreadable in {folder}; write it again (write_cores).")
    cells = np.load(folder / f"{name}_cells.npy", allow_pickle=False)
    if cells.dtype != CELL:
        raise ScoringError(f"The cells of {name!r} were written by another version; write the folder again.")
    flags = masks > 127
    return np.ascontiguousarray(rgb[:, :, ::-1]), flags[:, :, 2], flags[:, :, 1], flags[:, :, 0], cells


def _write_core(folder: Path, seed: int, tier: str, marker: str, um_per_px: float, size_px: int) -> Row:
    """One core with its own small index line, written last: where it is, the core is whole."""
    cv2.setNumThreads(1)
    name = f"{tier}_{marker.lower()}_{seed:06d}"
    done = folder / f"{name}.row"
    if done.is_file():
        return _row(next(csv.DictReader(io.StringIO(done.read_text(encoding="utf-8")))))
    return save_core(folder, name, make_core(seed, tier=tier, marker=marker, um_per_px=um_per_px, size_px=size_px))


def save_core(folder: Path, name: str, sample: Sample) -> Row:
    """Writes one core's files, its own index line (``NAME.row``) last, and returns that line."""
    first, second = read_pair(sample.cells, sample.seed)
    row = Row(
        name,
        sample.tier,
        sample.marker,
        sample.um_per_px,
        first.h_score,
        second.h_score,
        sample.truth.h_score,
        sample.truth.tumour_fraction,
        sample.seed,
    )
    _write(folder / f"{name}.png", _png(sample.rgb))
    _write(folder / f"{name}_masks.png", _png(_masks(sample)))
    buffer = io.BytesIO()
    cells = sample.cells.copy()
    cells["x_um"] -= np.float32(sample.origin_um[0])
    cells["y_um"] -= np.float32(sample.origin_um[1])
    np.save(buffer, cells, allow_pickle=False)
    _write(folder / f"{name}_cells.npy", buffer.getvalue())
    _write(folder / f"{name}.row", _csv([row]))
    return row


def _masks(sample: Sample) -> ByteImage:
    stack = np.stack([sample.nuclei, sample.tumour, sample.core], axis=2)
    return np.asarray(stack * np.uint8(255), dtype=np.uint8)


def _png(rgb: ByteImage) -> bytes:
    ok, data = cv2.imencode(".png", np.ascontiguousarray(rgb[:, :, ::-1]), [cv2.IMWRITE_PNG_COMPRESSION, 3])
    if not ok:
        raise RuntimeError("OpenCV could not encode a PNG.")
    return bytes(data.tobytes())


def _csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    names = [f.name for f in fields(Row)]
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        values = [getattr(row, name) for name in names]
        writer.writerow(["" if value is None else value for value in values])
    return text.getvalue().encode()


def _row(line: dict[str, str]) -> Row:
    def number(key: str) -> float | None:
        return float(line[key]) if line[key] else None

    return Row(
        line["name"],
        line["tier"],
        line["marker"],
        float(line["um_per_px"]),
        number("reader_a"),
        number("reader_b"),
        number("h_true"),
        float(line["tumour_fraction"]),
        int(line["seed"]),
    )


def _write(path: Path, data: bytes) -> None:
    """Atomically: a temporary file in the same folder, flushed, then renamed."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
