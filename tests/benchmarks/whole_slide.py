"""A 20 000 x 20 000 px synthetic slide scored whole in its own process: peak memory, and mm² a second.

The same at 5 000 px a side stands beside it: memory must not grow with the slide.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import tifffile

from tests.scoring.painting import paint

UM_PER_PX = 0.25
TILE_PX = 256

_CHILD = """
import json, resource, sys, time
from pathlib import Path
from scoring.pipeline import score
from scoring.slide_io import open_slide
started = time.perf_counter()
with open_slide(Path(sys.argv[1])) as reader:
    result = score(reader, card="nnp", cells_path=Path(sys.argv[2]), um_per_px=0.25)
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"seconds": time.perf_counter() - started, "own_mib": own / 1024, "child_mib": child / 1024,
                  "cells": result.cell_count, "value": result.value, "reason": result.reason}))
"""


def run(sides: tuple[int, int] = (5_000, 20_000)) -> list[dict[str, object]]:
    """Peak RSS (worker and decoder) and mm²/s of a small and a large slide."""
    measured = []
    with tempfile.TemporaryDirectory() as folder:
        for side in sides:
            slide = Path(folder) / f"{side}.tif"
            write_slide(slide, side)
            done = subprocess.run(
                [sys.executable, "-c", _CHILD, str(slide), str(Path(folder) / "r.cells")],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            measured.append({"side": side, **json.loads(done.stdout)})
            slide.unlink()
    small, large = measured
    area_mm2 = (large["side"] * UM_PER_PX / 1000) ** 2
    small_name = f"{small['side']}² slide"
    name = f"{large['side']}² slide ({large['cells']} nuclei)"
    return [
        _figure(f"{name}: worker's peak memory", large["own_mib"], "MiB", small_name, small["own_mib"]),
        _figure(f"{name}: decoder's peak memory", large["child_mib"], "MiB", small_name, small["child_mib"]),
        _figure(
            f"{name}: speed", area_mm2 / large["seconds"], "mm²/s", small_name,
            (small["side"] * UM_PER_PX / 1000) ** 2 / small["seconds"],
        ),
    ]  # fmt: skip


def _figure(name: str, value: float, unit: str, peer: str, peer_value: float) -> dict[str, object]:
    return {
        "name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": value / peer_value
    }  # fmt: skip


def write_slide(path: Path, side_px: int) -> None:
    """A pyramid of JPEG tiles composed of painted fields, written tile by tile."""
    patches = [
        paint(shares, seed=seed, size_px=1024, um_per_px=UM_PER_PX).rgb
        for seed, shares in enumerate([(1, 1, 1, 1), (4, 1, 0, 0), (0, 0, 1, 3), (1, 0, 0, 0)])
    ]
    with tifffile.TiffWriter(path, bigtiff=True) as tiff:
        for factor in (1, 2, 4, 8, 16):
            small = [cv2.resize(p, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA) for p in patches]
            side = side_px // factor
            tiff.write(
                _tiles(small, side),
                shape=(side, side, 3),
                dtype=np.uint8,
                tile=(TILE_PX, TILE_PX),
                photometric="rgb",
                compression="jpeg",
                compressionargs={"level": 85},
                resolution=(1e4 / (UM_PER_PX * factor), 1e4 / (UM_PER_PX * factor)),
                resolutionunit="CENTIMETER",
                subfiletype=int(factor > 1),
            )


def _tiles(patches: list[np.ndarray], side: int) -> Iterator[np.ndarray]:
    """Tiles of an endless pavement of the patches, in row order."""
    size = patches[0].shape[0]
    for top in range(0, side, TILE_PX):
        for left in range(0, side, TILE_PX):
            rows = np.arange(top, top + TILE_PX)
            columns = np.arange(left, left + TILE_PX)
            chosen = patches[(top // max(size, TILE_PX) + left // max(size, TILE_PX)) % len(patches)]
            yield np.ascontiguousarray(chosen[rows[:, None] % size, columns[None] % size])
