"""A 1024 x 1024 core from image to score by RAM-CNN, beside NNP and a scikit-image pipeline, in the same run.

Speed does not depend on what weights have learnt: where none ship, networks of the same shape with random weights run,
and the figure says so. ``paper`` widths are timed forward only, with random weights.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from scoring import histoscore, networks, segmentation, stain, weights
from scoring.cards import CARDS
from scoring.histoscore import MAP_PX
from scoring.nuclei import nuclei_of
from scoring.pipeline import score
from scoring.tiling import ArrayReader
from tests.benchmarks.nuclei import PEER, _core, peer_nuclei
from tests.scoring.networks import darkness_unet

UM_PER_PX = 0.65
REPEATS = 5

_CHILD = """
import json, resource, sys
from pathlib import Path
from scoring.pipeline import score
from scoring.tiling import ArrayReader
from tests.benchmarks.nuclei import _core
score(ArrayReader(_core()[0]), card=sys.argv[1], preset="cpu", um_per_px=0.65, cells_path=Path(sys.argv[3]),
      weights_folder=Path(sys.argv[2]))
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
"""


def run() -> list[dict[str, object]]:
    """Seconds warm, seconds of each part, peak memory, seconds of the paper's widths."""
    rgb, _ = _core()
    with tempfile.TemporaryDirectory() as made:
        folder, trained = (
            (weights.FOLDER, "") if CARDS["ram-cnn"].installed else (_random(Path(made)), ", random weights")
        )
        cells = Path(made) / "core.cells"

        def scored(card: str) -> Callable[[], object]:
            return lambda: score(
                ArrayReader(rgb), card=card, preset="cpu", cells_path=cells, um_per_px=UM_PER_PX, weights_folder=folder
            )

        ours, counting = _seconds(scored("ram-cnn")), _seconds(scored("nnp"))
        peer = _seconds(lambda: peer_nuclei(rgb, UM_PER_PX))
        name = f"1024² core, image to H-score by RAM-CNN (cpu){trained}, warm"
        figures = [
            _figure(name, ours, "s", PEER, peer),
            _figure(name, ours, "s", "ours: NNP with the tumour network", counting),
            *_parts(rgb, folder, ours),
        ]
        own, other = (_peak_mib(card, folder, cells) for card in ("ram-cnn", "nnp"))
        figures.append(_figure(f"1024² core by RAM-CNN (cpu){trained}: peak memory", own, "MiB", "ours: NNP", other))
    return [*figures, *_paper(rgb, ours)]


def _random(folder: Path) -> Path:
    """The shipped shapes; the U-Nets call dark pixels nuclei, so that there is something to score. Trained ones have
    batch normalisation, which is folded into the convolutions and costs nothing.
    """
    for name in ("nuclei-unet", "tumour-unet"):
        plain = {"batch_norm": False}
        weights.save(darkness_unet(name, 0.35, **plain), name, folder, network=name, preset="cpu", kwargs=plain)
    weights.save(networks.build("ram-cnn", "cpu"), "ram-cnn", folder, network="ram-cnn", preset="cpu")
    return folder


def _parts(rgb: np.ndarray, folder: Path, whole: float) -> list[dict[str, object]]:
    i0 = stain.estimate_i0(rgb)
    basis = stain.stain_basis(i0=i0)
    nets = {name: weights.load(name, folder) for name in ("nuclei-unet", "tumour-unet", "ram-cnn")}
    mask = segmentation.find_mask(nets["nuclei-unet"], rgb, UM_PER_PX, i0, grey=True)
    description = histoscore.describe(rgb, i0)
    maps = [histoscore.framed(histoscore.masked(description, mask, "inverted"), 0.0)] * 2
    parts: dict[str, Callable[[], object]] = {
        "mask of nuclei": lambda: segmentation.find_mask(nets["nuclei-unet"], rgb, UM_PER_PX, i0, grey=True),
        "mask of tumour nuclei": lambda: segmentation.find_mask(nets["tumour-unet"], rgb, UM_PER_PX, i0),
        "nuclei of the mask": lambda: nuclei_of(mask, stain.unmix(rgb, basis), UM_PER_PX),
        "stain-intensity maps": lambda: histoscore.framed(
            histoscore.masked(histoscore.describe(rgb, i0), mask, "inverted"), 0.0
        ),
        "regression, 8 views": lambda: histoscore.predict_h(nets["ram-cnn"], maps),
    }
    return [_figure(f"… of it: {name}", _seconds(part), "s", "the whole", whole) for name, part in parts.items()]


def _paper(rgb: np.ndarray, ours: float) -> list[dict[str, object]]:
    """Forward passes at the paper's widths; a frame in one pass, since sliding windows take four times that."""
    torch.manual_seed(0)
    grey = segmentation.prepare_grey(rgb, stain.WHITE)
    colour = segmentation.prepare_rgb(rgb, stain.WHITE)
    unets = {"nuclei-unet": grey, "tumour-unet": colour}
    modules = {name: networks.build(name, "paper").eval() for name in (*unets, "ram-cnn")}
    maps = [np.zeros((MAP_PX, MAP_PX), np.float32)] * 2
    parts: dict[str, Callable[[], object]] = {
        **{name: lambda name=name: segmentation.predict(modules[name], unets[name]) for name in unets},
        "ram-cnn": lambda: histoscore.predict_h(modules["ram-cnn"], maps, views=1),
    }
    return [
        _figure(
            f"{name} at the paper's width, forward only, random weights", _seconds(part, 1), "s", "the cpu core", ours
        )
        for name, part in parts.items()
    ]


def _peak_mib(card: str, folder: Path, cells: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, card, str(folder), str(cells)], capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout))


def _seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def _figure(name: str, value: float, unit: str, peer: str, peer_value: float) -> dict[str, object]:
    return {
        "name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": peer_value / value
    }  # fmt: skip
