"""Dearraying on real overviews against circles placed by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from scoring.dearray import Array, find_cores
from scoring.evaluation.report import Section, write
from scoring.evaluation.tables import Table, percent
from scoring.types import ByteImage, ScoringError

DEVELOPMENT = frozenset({"158867", "158871", "ABC_098_1_009_1", "ABC_102_1_009_1", "ABC_106_1_010_1"})
"""Pictures the method was made on: every other one by name. The rest were measured when it was done."""
DARKER = 0.955
"""A pixel this much darker than bare glass holds something (an absorbance of .02)."""
HOLDS = 0.05
"""Share of its circle from which a core holds tissue: labels of empty places cannot be found, nor need they be."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Match:
    """One picture. ``labels`` (n, 3): x, y, radius in px; ``holds`` (n,): whether there is tissue; ``found`` (m, 2);
    ``pairs`` (k, 2): label and found circle that belong together; ``errors`` (k,): distance in radii of the label.
    """

    name: str
    labels: Points
    holds: npt.NDArray[np.bool_]
    found: Points
    pairs: npt.NDArray[np.int64]
    errors: Points
    rows: int
    columns: int

    @property
    def recall(self) -> float:
        """Share of the labelled circles with tissue that were found."""
        matched = np.zeros(len(self.labels), dtype=bool)
        matched[self.pairs[:, 0]] = True
        return float((matched & self.holds).sum() / max(1, self.holds.sum()))

    @property
    def precision(self) -> float:
        """Share of the cores found that are labelled."""
        return len(self.pairs) / max(1, len(self.found))

    @property
    def held_out(self) -> bool:
        """Whether the method was made without it."""
        return self.name not in DEVELOPMENT


def match(name: str, rgb: ByteImage, labels: Points, array: Array) -> Match:
    """Cores said to be present against labels (n, 3: x, y, radius), one to one, at most a radius apart."""
    found = np.array([(core.x_px, core.y_px) for core in array.cores if core.present]).reshape(-1, 2)
    away = np.hypot(*(labels[:, None, :2] - found[None]).transpose(2, 0, 1)) / labels[:, 2:]
    first, second = linear_sum_assignment(np.where(away < 1, away, 1e6))
    near = away[first, second] < 1
    pairs = np.stack([first[near], second[near]], axis=1)
    holds = np.array([_share_dark(rgb, circle) >= HOLDS for circle in labels])
    return Match(name, labels, holds, found, pairs, away[first[near], second[near]], array.rows, array.columns)


def table(matches: Sequence[Match]) -> Table:
    """A line for each picture, and one for each use."""
    made = Table(
        "dearray",
        "Dearraying: real overviews against circles placed by hand",
        ("picture", "use", "circles with tissue", "found", "recall", "precision", "error median", "error 95 %", "grid"),
        notes=[
            "Errors are distances of centres, in per cent of the labelled radius. A circle holds tissue where at least "
            "5 % of it is darker than glass."
        ],
    )
    ordered = sorted(matches, key=lambda one: (one.held_out, one.name))
    for one in ordered:
        use = "held out" if one.held_out else "development"
        made.add(one.name, use, *_figures([one]), f"{one.rows} x {one.columns}")
    for use, held_out in (("development", False), ("held out", True)):
        chosen = [one for one in ordered if one.held_out is held_out]
        if chosen:
            made.add("all", use, *_figures(chosen), "")
    return made


def evaluate(real: Path, out: Path, report: Path) -> dict[str, Any]:
    """``evaluate dearray``: the table as a report."""
    made = table([measure(path) for path in pictures_in(real)])
    files = write([Section("Overviews", tables=[made])], "Dearraying", [__doc__ or ""], out, report)
    return {
        "evaluation": "dearray",
        "pictures": [dict(zip(made.columns, row, strict=True)) for row in made.rows],
        "report": str(report),
        "files": [str(path) for path in files],
    }


def pictures_in(real: Path) -> list[Path]:
    """The labelled overviews of a folder, or of ``tma-overviews`` in it.

    Raises:
        ScoringError: there are none.
    """
    for folder in (real, real / "tma-overviews"):
        found = sorted(path for path in folder.glob("*.png") if path.with_suffix(".json").is_file())
        if found:
            return found
    raise ScoringError(
        f"{real}: holds no labelled overviews (NAME.png beside NAME.json); give their folder with --real"
    )


def measure(path: Path) -> Match:
    """Dearray one overview and match it with its labels.

    Raises:
        ScoringError: the picture or its labels cannot be read.
    """
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    try:
        circles = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        labels = np.array([[circle["x"], circle["y"], circle["radius"]] for circle in circles], dtype=np.float64)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ScoringError(f"{path.with_suffix('.json')}: is no list of circles with x, y and radius") from error
    if picture is None or not len(labels):
        raise ScoringError(f"{path}: is not a readable picture with labels")
    rgb = np.ascontiguousarray(picture[..., ::-1])
    return match(path.stem, rgb, labels, find_cores(rgb))


def _figures(matches: Sequence[Match]) -> list[str]:
    errors = np.concatenate([one.errors for one in matches])
    holding = sum(int(one.holds.sum()) for one in matches)
    found = sum(len(one.found) for one in matches)
    recall = sum(one.recall * one.holds.sum() for one in matches) / max(1, holding)
    precision = sum(len(one.pairs) for one in matches) / max(1, found)
    median, most = (float(np.percentile(errors, q)) if len(errors) else None for q in (50, 95))
    return [str(holding), str(found), percent(recall, 1), percent(precision, 1), percent(median), percent(most)]


def _share_dark(rgb: ByteImage, circle: Points) -> float:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    glass = int(np.bincount(grey[grey > 127].ravel(), minlength=256).argmax())
    inside = np.zeros(grey.shape, dtype=np.uint8)
    x, y, radius = (round(value) for value in circle)
    cv2.circle(inside, (x, y), radius, 1, -1)
    return float((cv2.medianBlur(grey, 3)[inside > 0] < DARKER * glass).mean())
