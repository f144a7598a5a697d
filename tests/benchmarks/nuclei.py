"""Nuclei and H-score of a 1024 x 1024 core against a scikit-image pipeline of the same steps, in the same run.

The peer: separate_stains, Otsu, opening, distance transform, peaks, watershed, regionprops, class by mean DAB. Counts
are compared with EndoNuke's key points (F1 at 4 µm) where the shared data is present.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from scipy import ndimage
from skimage.color import hdx_from_rgb, separate_stains
from skimage.feature import peak_local_max
from skimage.filters import threshold_otsu
from skimage.measure import regionprops_table
from skimage.morphology import disk, opening
from skimage.segmentation import watershed

from scoring.cells import CellFile
from scoring.evaluation.keypoints import UM_PER_PX, disc_centres, f1
from scoring.pipeline import score
from scoring.tiling import ArrayReader, resample, work_factor
from tests import shared_data
from tests.scoring.painting import paint

PEER = "scikit-image: separate_stains, Otsu, watershed"
REPEATS = 5


def run() -> list[dict[str, object]]:
    """Seconds for a core, and F1 on each tile of key points."""
    rgb, um_per_px = _core()
    with tempfile.TemporaryDirectory() as folder:
        cells = Path(folder) / "core.cells"

        def ours() -> object:
            return score(ArrayReader(rgb), card="nnp", cells_path=cells, um_per_px=um_per_px)

        own = _seconds(ours)
        peer = _seconds(lambda: peer_nuclei(rgb, um_per_px))
        return [
            _figure("nuclei + H-score of a 1024² core, warm", own, "s", peer, peer / own),
            *_counts(cells),
        ]


def _core() -> tuple[np.ndarray, float]:
    """1024² px at 0.5 µm/px of real tissue (mirrored tiles) where there is any, else painted."""
    folder = shared_data()
    if folder is None:
        return paint((1, 1, 1, 1), size_px=1024).rgb, 0.5
    tiles = []
    for number in range(4):
        picture = cv2.cvtColor(cv2.imread(str(folder / f"er-pr-tiles/endonuke_0{number}.png")), cv2.COLOR_BGR2RGB)
        half = resample(picture[:344, :344], 200, 200)
        tiles.append(half)
    row = np.hstack([*tiles, *[tile[:, ::-1] for tile in tiles]])
    return np.ascontiguousarray(np.vstack([row, row[::-1]] * 3)[:1024, :1024]), 0.5


def peer_nuclei(rgb: np.ndarray, um_per_px: float) -> np.ndarray:
    """Centres (n, 2: x, y in px) as a scikit-image user would find them."""
    stains = separate_stains(rgb, hdx_from_rgb)
    evidence = stains[..., 0] + stains[..., 1]
    mask = ndimage.binary_fill_holes(opening(evidence > threshold_otsu(evidence), disk(2)))
    distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(mask), 1)
    peaks = peak_local_max(distance, min_distance=round(2.5 / um_per_px), labels=ndimage.label(mask)[0])
    markers = np.zeros(mask.shape, dtype=int)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    labels = watershed(-distance, markers, mask=mask)
    table = regionprops_table(labels, stains[..., 1], properties=("centroid", "area", "mean_intensity"))
    kept = table["area"] * um_per_px**2 > 8
    np.digitize(6 * table["mean_intensity"], [0.15, 0.35, 0.65])
    return np.stack([table["centroid-1"][kept], table["centroid-0"][kept]], axis=1)


def _counts(cells: Path) -> list[dict[str, object]]:
    folder = shared_data()
    if folder is None:
        return []
    figures = []
    for number in range(7):
        tile = folder / f"er-pr-tiles/pair_{number}_image.png"
        truth = disc_centres(tile.with_name(f"pair_{number}_points.png"))
        rgb = cv2.cvtColor(cv2.imread(str(tile)), cv2.COLOR_BGR2RGB)
        score(ArrayReader(rgb), card="nnp", cells_path=cells, um_per_px=UM_PER_PX)
        records = CellFile(cells).records
        ours = np.stack([records["x_px"], records["y_px"]], axis=1) - 0.5
        factor = work_factor(UM_PER_PX, 0.5)
        work = resample(rgb, int(rgb.shape[1] / factor), int(rgb.shape[0] / factor))
        theirs = (peer_nuclei(work, UM_PER_PX * factor) + 0.5) * factor - 0.5
        limit = 4 / UM_PER_PX
        own, peer = f1(truth, ours, limit)[2], f1(truth, theirs, limit)[2]
        held = " (held out)" if number in (3, 6) else ""
        figures.append(_figure(f"nuclei F1 at 4 µm, pair_{number}{held}, n={len(truth)}", own, "F1", peer, own / peer))
    return figures


def _seconds(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _figure(name: str, value: float, unit: str, peer_value: float, ratio: float) -> dict[str, object]:
    return {"name": name, "value": value, "unit": unit, "peer": PEER, "peer_value": peer_value, "ratio": ratio}
