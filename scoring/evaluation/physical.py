"""Sections without an H-score as truth: invariances, and real tiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from scoring.cells import CellFile
from scoring.evaluation import invariance, measuring, tiles
from scoring.evaluation.invariance import Changes
from scoring.evaluation.keypoints import UM_PER_PX, Points
from scoring.evaluation.measuring import Plan, score_picture
from scoring.evaluation.records import Measured
from scoring.evaluation.report import Section, write
from scoring.types import ByteImage

_PHOTO_COLOURS = 128
_Picture = tuple[ByteImage, float]


def invariances(plan: Plan, chosen: Sequence[Measured], count: int, real: Path | None, processes: int) -> Section:
    """Invariances of RAM-CNN on the first ``count`` realistic cores and on thirteen real fields; each is scored nine
    times.
    """
    if not plan.through_pipeline:
        return Section("Invariances")
    realistic = [one.core for one in chosen if one.core.tier == "realistic"] or [one.core for one in chosen]
    groups: dict[str, list[Changes]] = {
        "synthetic cores": list(
            _all_changes(((core.read()[0], core.um_per_px) for core in realistic[:count]), plan, processes)
        )
    }
    if real is not None:
        folder = tiles.folder_of_tiles(real)
        present = [folder / name for name in tiles.DISTINCT if (folder / name).is_file()]
        pictures = ((tiles.read_tile(path), UM_PER_PX) for path in present)
        groups["real tiles"] = list(_all_changes(pictures, plan, processes))
    return Section("Invariances", tables=[invariance.table(groups)])


def _all_changes(pictures: Iterator[_Picture], plan: Plan, processes: int) -> Iterator[Changes]:
    work = partial(_changes, folder=plan.folder)
    if processes <= 1:
        yield from map(work, pictures)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        yield from pool.map(work, pictures)


def _changes(picture: _Picture, folder: Path) -> Changes:
    rgb, um_per_px = picture
    return invariance.changes(rgb, lambda changed: score_picture(changed, um_per_px, "ram-cnn", folder).value)


def real_tiles(plan: Plan, real: Path) -> Section:
    """F1 of the networks' nuclei and of the watershed's on the tiles with key points."""
    folder = tiles.folder_of_tiles(real)
    named = {"watershed (nnp)": "nnp"}
    if plan.through_pipeline:
        named = {"U-Net and watershed (ram-cnn)": "ram-cnn", **named}
    found = {
        label: [tiles.match(folder, tile, _nuclei(folder, tile, card, plan.folder)) for tile in _numbers(folder)]
        for label, card in named.items()
    }
    first = next(iter(found))
    caption = "Real tiles (EndoNuke, CC BY 4.0) with key points and the nuclei found."
    return Section(
        "Real tiles",
        tables=[tiles.table(found)],
        charts=[("real-tiles", tiles.overlays(first, found[first]), caption)],
        colours=_PHOTO_COLOURS,
    )


def _numbers(folder: Path) -> list[int]:
    wanted = (*tiles.DEVELOPMENT, *tiles.HELD_OUT)
    return [number for number in wanted if (folder / f"pair_{number}_image.png").is_file()]


def _nuclei(folder: Path, tile: int, card: str, weights_folder: Path) -> Points:
    """Nuclei of a tile by a method of the product, in px of the tile (pixel centres at integers)."""
    found: list[Points] = []

    def keep(path: Path) -> None:
        records = CellFile(path).records
        found.append(np.stack([records["x_px"], records["y_px"]], axis=1).astype(np.float64) - 0.5)

    score_picture(tiles.read_tile(folder / f"pair_{tile}_image.png"), UM_PER_PX, card, weights_folder, keep)
    return found[0]


def evaluate_tiles(real: Path, out: Path, report: Path, weights_folder: Path) -> dict[str, Any]:
    """``evaluate tiles``: the section of real tiles as a report of its own."""
    plan = Plan(weights_folder, tuple(measuring.available(weights_folder)))
    plan = replace(plan, through_pipeline=all(plan.has(name) for name in measuring.PRODUCT_NEEDS))
    section = real_tiles(plan, real)
    files = write([section], "Nuclei on real tiles", [tiles.__doc__ or ""], out, report)
    table = section.tables[0]
    return {
        "evaluation": "tiles",
        "tiles": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
        "report": str(report),
        "files": [str(path) for path in files],
    }
