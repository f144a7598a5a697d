"""Simulated readers of a core's H-score, tuned once to the two pathologists of the paper. A reconstruction.

A reader looks at a few fields, drawn to the centre and to strong stain, counts 100–400 tumour nuclei with a few
confusions, sees staining through a gain and cuts of their own, and rounds to 5. A few cores are misjudged grossly.

Outcome over 937 cores with tumour (1000 seeds from 20000): mean absolute difference 21.9, SD 31.9, correlation .952,
and 6.4 % of pairs more than 60 apart; over 752 others 21.1, 30.9 and .953. The paper's pathologists: 20.6, 30.6, .954.
The mean of the pair lies 12 from the truth on average and 4.6 below it (B sees less stain than A).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scoring.synth.scene import CLASS_CUTS_OD, Cells, Kind
from scoring.types import CLASS_NAMES


@dataclass(frozen=True)
class Style:
    """One reader's habits. ``gain`` multiplies the OD they see, ``gain_sd`` is its log-SD from core to core;
    ``cut_sd`` (OD10) moves their cuts; ``contrast`` is kappa in the weight ``1 + kappa OD`` of strong areas.
    """

    gain: float = 1.0
    gain_sd: float = 0.14
    cut_sd: float = 0.05
    contrast: float = 0.6
    nuclei: tuple[int, int] = (100, 400)
    confusion: tuple[float, float] = (0.04, 0.08)
    gross_chance: float = 0.03
    gross_gain_sd: float = 0.65


READER_A = Style(gain=1.1)
READER_B = Style(gain=0.9)


@dataclass(frozen=True)
class Reading:
    """``h_score`` 0..300 in steps of 5 and percentages in steps of 5; None and zeros where no tumour was seen."""

    h_score: float | None
    percentages: dict[str, float]


def read(cells: Cells, rng: np.random.Generator, reader: Style) -> Reading:
    """One reader's score of a core's cells."""
    tumour = cells[cells["kind"] == Kind.TUMOUR]
    if len(tumour) == 0:
        return Reading(None, dict.fromkeys(CLASS_NAMES, 0.0))
    gross = rng.random() < reader.gross_chance
    seen = _fields(tumour, rng, reader, gross)
    others = cells[cells["kind"] != Kind.TUMOUR]
    confused = rng.random(len(seen)) < rng.uniform(*reader.confusion)
    density = seen["dab_od"].astype(np.float64)
    if len(others):
        density[confused] = others["dab_od"][rng.integers(0, len(others), int(confused.sum()))]
    gain = reader.gain * np.exp(rng.normal(0, reader.gross_gain_sd if gross else reader.gain_sd))
    cuts = np.sort(np.maximum(np.asarray(CLASS_CUTS_OD) + rng.normal(0, reader.cut_sd, 3), 0.1))
    counts = np.bincount(np.searchsorted(cuts, density * gain, side="right"), minlength=4)
    percent = _rounded(counts * 100.0 / counts.sum())
    h = 5.0 * round(float(percent @ np.arange(4)) / 5)
    return Reading(h, dict(zip(CLASS_NAMES, percent.tolist(), strict=True)))


def read_pair(cells: Cells, seed: int) -> tuple[Reading, Reading]:
    """Readers A and B, independently."""
    return (
        read(cells, np.random.default_rng([seed, 101]), READER_A),
        read(cells, np.random.default_rng([seed, 102]), READER_B),
    )


def _fields(tumour: Cells, rng: np.random.Generator, reader: Style, gross: bool) -> Cells:
    """The nuclei of 3–6 fields (one, when misjudged grossly) round tumour cells."""
    xy = np.stack([tumour["x_um"], tumour["y_um"]], axis=1).astype(np.float64)
    away = np.hypot(*(xy - xy.mean(axis=0)).T)
    weight = (1 + reader.contrast * tumour["dab_od"]) * np.exp(-((away / 250.0) ** 2) / 2) + 1e-9
    fields = 1 if gross else int(rng.integers(3, 7))
    wanted = int(rng.integers(reader.nuclei[0], reader.nuclei[1] + 1)) // fields
    centres = rng.choice(len(tumour), size=fields, p=weight / weight.sum())
    chosen = [np.argsort(np.hypot(*(xy - xy[c]).T), kind="stable")[: max(wanted, 1)] for c in centres]
    return tumour[np.concatenate(chosen)]


def _rounded(percent: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rounded to 5; the largest share takes what is missing to 100."""
    made = 5.0 * np.round(percent / 5)
    made[int(np.argmax(made))] += 100 - made.sum()
    return made
