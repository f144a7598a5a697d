"""Real ER and PR tiles (EndoNuke, endometrium): nuclei found against key points, and overlays to look at.

There is no H-score for them, so this says whether nuclei are found, not whether scores are right. Five tiles with key
points were looked at while the methods were made; two were held out. None of the networks was trained on any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from matplotlib.figure import Figure

from scoring.evaluation.figures import INK, NEGATIVE, new_figure
from scoring.evaluation.keypoints import UM_PER_PX, Points, disc_centres, f1
from scoring.evaluation.tables import Table, number
from scoring.types import ByteImage, ScoringError

DEVELOPMENT, HELD_OUT = (0, 1, 2, 4, 5), (3, 6)
"""Numbers of the ``pair_*`` tiles. pair_0, 1, 4 and 5 show the same tissue as endonuke_07, 06, 00 and 03."""
DISTINCT = (*(f"endonuke_{number:02d}.png" for number in range(10)), *(f"pair_{n}_image.png" for n in (2, 3, 6)))
"""Tiles of thirteen different fields."""
MATCH_UM = 4.0
"""Farthest a found nucleus may lie from its key point."""


@dataclass(frozen=True)
class TileMatch:
    """One tile: key points and nuclei found (n x 2: x, y in px of the tile), precision, recall, F1 at 4 µm."""

    number: int
    rgb: ByteImage
    points: Points
    found: Points
    precision: float
    recall: float
    f1: float

    @property
    def held_out(self) -> bool:
        """Whether nobody looked at this tile while the methods were made."""
        return self.number in HELD_OUT


def folder_of_tiles(real: Path) -> Path:
    """The folder with the tiles: ``real`` itself or its ``er-pr-tiles``. Raises ScoringError where there are none."""
    for folder in (real, real / "er-pr-tiles"):
        if any(folder.glob("pair_*_image.png")):
            return folder
    raise ScoringError(f"{real}: holds no pair_*_image.png; give the folder of real data with --real")


def read_tile(path: Path) -> ByteImage:
    """A tile as RGB."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise ScoringError(f"{path}: is not a readable picture")
    return np.ascontiguousarray(picture[..., ::-1])


def match(folder: Path, tile: int, found: Points) -> TileMatch:
    """Nuclei found on a tile against its key points."""
    points = disc_centres(folder / f"pair_{tile}_points.png")
    rgb = read_tile(folder / f"pair_{tile}_image.png")
    return TileMatch(tile, rgb, points, found, *f1(points, found, MATCH_UM / UM_PER_PX))


def table(by_method: Mapping[str, Sequence[TileMatch]]) -> Table:
    """Counts and F1 of every method on every tile, development and held-out tiles named."""
    made = Table(
        "real-tiles",
        "Real tiles: nuclei against key points",
        ("method", "tile", "use", "key points", "nuclei found", "precision", "recall", "F1 at 4 µm"),
        notes=[
            "Endometrium, mostly strongly stained: no low-ER real tissue was available. Overlapping discs hide some "
            "key points, so precision is understated."
        ],
    )
    for method, matches in by_method.items():
        for one in sorted(matches, key=lambda each: (each.held_out, each.number)):
            use = "held out" if one.held_out else "development"
            figures = [number(value, 2) for value in (one.precision, one.recall, one.f1)]
            made.add(method, f"pair_{one.number}", use, str(len(one.points)), str(len(one.found)), *figures)
    return made


def overlays(method: str, matches: Sequence[TileMatch]) -> Figure:
    """Every tile with key points (circles) and found nuclei (crosses)."""
    columns = 4
    lines = -(-len(matches) // columns)
    figure = new_figure(9, 2.5 * lines + 0.4)
    figure.suptitle(f"{method}: circles are key points, crosses are nuclei found", fontsize=11, color=INK)
    grid = figure.subplots(lines, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, one in zip(grid.flat, matches, strict=False):
        axes.imshow(one.rgb, alpha=0.85)
        axes.scatter(one.points[:, 0], one.points[:, 1], s=34, facecolors="none", edgecolors="white", lw=1.6)
        axes.scatter(one.points[:, 0], one.points[:, 1], s=34, facecolors="none", edgecolors=INK, lw=0.7)
        axes.scatter(one.found[:, 0], one.found[:, 1], s=16, marker="x", c=NEGATIVE, lw=1.1)
        use = "held out" if one.held_out else "development"
        axes.set_title(f"pair_{one.number} ({use}), F1 {one.f1:.2f}", fontsize=9, color=INK)
    return figure
