"""A synthetic microarray slide scored core by core as a batch does it: slide opened anew for every core, its circle
read, cells and layers written. RAM-CNN beside NNP; a microarray of 200 cores is 200 times the mean.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from scoring.pipeline import score
from scoring.slide_io import open_slide
from scoring.synth.slides import Place
from scoring.synth.tma import UM_PER_PX, write_tma
from scoring.types import Region

CORES, SEED = 16, 5
WHOLE = 200


def run() -> list[dict[str, object]]:
    """Seconds a core, and minutes of a microarray of 200."""
    with tempfile.TemporaryDirectory() as folder:
        places = [place for place in write_tma(Path(folder), CORES, SEED, processes=2) if place.present]
        ours, counting = (_mean_seconds(Path(folder), places, card) for card in ("ram-cnn", "nnp"))
    name = f"microarray, {len(places)} cores one after the other by RAM-CNN (default)"
    return [
        _figure(f"{name}: a core", ours, "s", counting),
        _figure(f"{name}: {WHOLE} cores", ours * WHOLE / 60, "min", counting * WHOLE / 60),
    ]


def _mean_seconds(folder: Path, places: list[Place], card: str) -> float:
    _score(folder, places[0], card)
    started = time.perf_counter()
    for place in places:
        _score(folder, place, card)
    return (time.perf_counter() - started) / len(places)


def _score(folder: Path, place: Place, card: str) -> None:
    side = 2 * place.radius_px
    circle = Region(place.x_px - place.radius_px, place.y_px - place.radius_px, side, side, "circle")
    with open_slide(folder / "tma.tif") as reader:
        score(
            reader, card=card, um_per_px=UM_PER_PX, region=circle, cells_path=folder / "core.cells",
            layers_path=folder / "core.layers",
        )  # fmt: skip


def _figure(name: str, value: float, unit: str, peer_value: float) -> dict[str, object]:
    return {
        "name": name, "value": value, "unit": unit, "peer": "ours: NNP", "peer_value": peer_value,
        "ratio": peer_value / value,
    }  # fmt: skip
