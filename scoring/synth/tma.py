"""Cores of one tissue microarray: one marker, one staining run, one scanner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from scoring.synth.core import MARKERS, Sample, make_scene
from scoring.synth.dataset import Row, save_core, write_index
from scoring.synth.optics import Optics, compose, draw_optics, expose
from scoring.synth.readers import read_pair
from scoring.synth.slides import Core, Place, write_map, write_tma_slide, write_truth
from scoring.synth.stains import make_stains
from scoring.synth.truth import truth_of, with_fraction
from scoring.types import CLASS_NAMES, ScoringError

CORE_PX = 1024
UM_PER_PX = 0.65


_STAINED = CLASS_NAMES[1:]


@dataclass(frozen=True)
class _Job:
    number: int
    seed: int
    array_seed: int
    tier: str
    marker: str
    case: str
    folder: Path | None


def write_tma(
    folder: Path,
    n: int,
    seed: int,
    *,
    marker: str = "ER",
    tier: str = "realistic",
    processes: int = 1,
    keep_cores: bool = False,
    prefix: str = "C",
    progress: Callable[[int, int], None] | None = None,
) -> list[Place]:
    """Write ``tma.tif`` (0.65 µm/px), ``tma_map.csv`` (the map the application reads) and ``tma_truth.csv`` into a
    folder, and return the map.

    The array is as square as ``n`` allows; places beyond ``n`` stay empty. One core in sixteen is missing and one in
    thirty-two folded. Cases are ``prefix`` and a number. ``keep_cores``: also each core in the layout of
    :mod:`scoring.synth.dataset`. About 1 s a core and process. Raises ScoringError for n < 1 or an unknown marker.
    """
    if n < 1:
        raise ScoringError(f"A microarray has at least one core; received n = {n}.")
    if marker not in MARKERS:
        raise ScoringError(f"Unknown marker {marker!r}; use one of {', '.join(MARKERS)}.")
    columns = int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    jobs = [
        _Job(k, seed + k, seed, tier, marker, f"{prefix}{k + 1:03d}", folder if keep_cores else None) for k in range(n)
    ]
    index: list[Row] = []

    def cores() -> Iterator[Core]:
        for done, (core, row) in enumerate(_made(jobs, processes), start=1):
            if row is not None:
                index.append(row)
            if progress is not None:
                progress(done, n)
            yield core
        blank = np.full((CORE_PX, CORE_PX, 3), 243, np.uint8)
        for k in range(n, columns * rows):
            yield Core(f"{prefix}{k + 1:03d}", blank, np.zeros((CORE_PX, CORE_PX), bool), dict.fromkeys(core.truth))

    places = write_tma_slide(
        folder / "tma.tif", cores(), UM_PER_PX, columns=columns, rows=rows, core_px=CORE_PX, seed=seed,
        missing=n // 16, folded=n // 32,
    )  # fmt: skip
    kept = places[:n]
    write_map(folder / "tma_map.csv", kept)
    write_truth(folder / "tma_truth.csv", kept)
    if keep_cores:
        write_index(folder, index)
    return kept


def _made(jobs: list[_Job], processes: int) -> Iterator[tuple[Core, Row | None]]:
    """Cores in order, at most a few ahead of what was taken."""
    if processes <= 1:
        yield from map(_make, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        ahead = 4 * processes
        waiting = [pool.submit(_make, job) for job in jobs[:ahead]]
        for job in [*jobs[ahead:], *[None] * min(ahead, len(jobs))]:
            done = waiting.pop(0)
            if job is not None:
                waiting.append(pool.submit(_make, job))
            yield done.result()


def _make(job: _Job) -> tuple[Core, Row | None]:
    cv2.setNumThreads(1)
    sample = make_array_core(job.seed, job.array_seed, tier=job.tier, marker=job.marker)
    row = None if job.folder is None else save_core(job.folder, job.case, sample)
    first, second = read_pair(sample.cells, sample.seed)
    truth: dict[str, Any] = {
        "marker": job.marker,
        "h_true": _rounded(sample.truth.h_score),
        "reader_a": first.h_score,
        "reader_b": second.h_score,
        **{name: _rounded(sample.truth.percentages[name]) for name in CLASS_NAMES},
        "tumour_fraction": round(sample.truth.tumour_fraction, 4),
        "tumour_cells": sample.truth.tumour_cells,
        **{f"{who}_{name}": said.percentages[name] for who, said in (("a", first), ("b", second)) for name in _STAINED},
    }
    return Core(job.case, sample.rgb, sample.core, truth), row


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def make_array_core(seed: int, array_seed: int, *, tier: str = "realistic", marker: str = "ER") -> Sample:
    """One core of an array, 1024 px square at 0.65 µm/px. ``array_seed`` decides stain vectors, light and scanner."""
    scene = make_scene(seed, tier=tier, marker=marker)
    window = scene.window(UM_PER_PX, (CORE_PX, CORE_PX))
    stains = make_stains(scene, window)
    rng = np.random.default_rng([seed, 2])
    light = _varied(draw_optics(np.random.default_rng([array_seed, 0x7A]), tier), rng)
    density = compose(stains.amounts, light.vectors, light.gains)
    rgb = expose(density, window, light, rng, stains.defocus_um)
    truth = with_fraction(truth_of(scene.cells), stains.tumour, stains.core, UM_PER_PX)
    return Sample(
        rgb, UM_PER_PX, stains.nuclei, stains.tumour, stains.labels, scene.cells, stains.core, stains.artefacts,
        truth, tier, marker, seed, (window.x_um, window.y_um),
    )  # fmt: skip


def _varied(light: Optics, rng: np.random.Generator) -> Optics:
    """What still differs between cores of one slide: a little counterstain and focus."""
    gains = {name: gain * float(np.exp(rng.normal(0, 0.06))) for name, gain in light.gains.items()}
    return replace(light, gains=gains, psf_um=light.psf_um * rng.uniform(0.9, 1.2), vignette=0.0, jpeg=95)
