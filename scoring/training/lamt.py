"""Fit the luminance-adaptive thresholds (Liu et al. 2019, section III-A) to synthetic nuclei.

A pixel inside a nucleus is DAB where its nucleus is positive by truth (weak or more), else not; haze outside nuclei is
left to the masks. The table that ships stays as it is until networks are trained anew: they expect the stain-intensity
image they were trained on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scoring import histoscore, lamt, stain
from scoring.lamt import LamtTable
from scoring.synth import Sample, make_core
from scoring.types import Mask

PIXELS_PER_CORE = 100_000
_TIERS = ("easy", "easy", *["realistic"] * 5, *["hard"] * 3)
"""The mixture that networks are trained on, 2 : 5 : 3."""
Pixels = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], Mask]


def fit(cores: int, seed: int, out: Path, progress: Callable[[int, int, str], None]) -> dict[str, Any]:
    """Write the table fitted to ``cores`` synthetic cores to ``out`` (JSON as shipped); returns what was written, and
    the balanced accuracy of it and of the shipped table on cores that were not used.
    """
    held_out = max(2, cores // 4)
    taken = [_of_core(seed + number, number, cores + held_out, progress) for number in range(cores + held_out)]
    learnt, unseen = _joined(taken[:cores]), _joined(taken[cores:])
    table = lamt.fit_table(*learnt)
    stored = {
        "source": f"fitted to nuclei of {cores} synthetic cores from seed {seed}: OD10, uniform prior, non-increasing",
        "thresholds_od": [round(value, 4) for value in table.thresholds_od],
    }
    out.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")
    return {
        **stored,
        "balanced_accuracy": balanced_accuracy(table, unseen),
        "balanced_accuracy_shipped": balanced_accuracy(lamt.default_table(), unseen),
        "path": str(out),
    }


def _of_core(seed: int, number: int, total: int, progress: Callable[[int, int, str], None]) -> Pixels:
    sample = make_core(seed, tier=_TIERS[number % len(_TIERS)])
    found = pixels(sample, np.random.default_rng([seed, 7]))
    progress(number + 1, total, "cores")
    return found


def pixels(sample: Sample, rng: np.random.Generator) -> Pixels:
    """DAB (OD10), luminance (0..255) and truth of up to :data:`PIXELS_PER_CORE` pixels inside nuclei, drawn evenly."""
    dab, luminance = histoscore.dab_and_luminance(sample.rgb, stain.estimate_i0(sample.rgb))
    positive = np.zeros(int(sample.labels.max(initial=0)) + 1, dtype=bool)
    number = sample.cells["number"]
    shown = (number > 0) & (number < len(positive))
    positive[number[shown]] = sample.cells["cls"][shown] > 0
    places = np.flatnonzero(sample.labels.ravel())
    chosen = rng.choice(places, min(PIXELS_PER_CORE, len(places)), replace=False)
    return dab.ravel()[chosen], luminance.ravel()[chosen], positive[sample.labels.ravel()[chosen]]


def balanced_accuracy(table: LamtTable, found: Pixels) -> float:
    """Mean of the shares of DAB pixels called positive and of others called negative, 0..1."""
    dab, luminance, truth = found
    called = lamt.positive(dab[None], luminance[None], table)[0]
    return round(float(called[truth].mean() + (~called[~truth]).mean()) / 2, 4)


def _joined(parts: list[Pixels]) -> Pixels:
    dab, luminance, truth = (np.concatenate(each) for each in zip(*parts, strict=True))
    return dab, luminance, truth
