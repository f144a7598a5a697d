"""Fitting the luminance-adaptive thresholds (LAMT; Liu et al. 2019, Eq. 5-7) on synthetic tissue.

Pixels inside nuclei alone: positive where the nucleus is weak, moderate or strong. Prior uniform, white measured on the
picture, standard stain vectors, as :func:`scoring.histoscore.describe` uses the table. The paper gives neither its
training pixels nor its table; this one is a reconstruction.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from scoring import histoscore, lamt, stain
from scoring.synth import make_core
from scoring.synth.dataset import MIXTURE
from scoring.weights import put

CORES: Final = 30
FIRST_SEED: Final = 700_000
PIXELS_PER_CORE: Final = 40_000


def fit(
    out: Path, progress: Callable[[int, int, str], None], *, cores: int = CORES, seed: int = FIRST_SEED
) -> dict[str, Any]:
    """Fit the table on ``cores`` cores (seeds ``seed``, ``seed + 1`` …, tiers 2:5:3) and write it to ``out``."""
    rng = np.random.default_rng([seed, cores])
    dab, luminance, positive = [], [], []
    for number in range(cores):
        sample = make_core(seed + number, tier=MIXTURE[number % len(MIXTURE)])
        dab_od, grey = histoscore.dab_and_luminance(sample.rgb, stain.estimate_i0(sample.rgb))
        classes = np.concatenate([[0], sample.cells["cls"]])[sample.labels]
        inside = np.flatnonzero(sample.nuclei)
        chosen = rng.choice(inside, min(len(inside), PIXELS_PER_CORE), replace=False)
        dab.append(dab_od.ravel()[chosen])
        luminance.append(grey.ravel()[chosen])
        positive.append(classes.ravel()[chosen] > 0)
        progress(number + 1, cores, "cores")
    labelled = np.concatenate(positive)
    table = lamt.fit_table(np.concatenate(dab), np.concatenate(luminance), labelled)
    stored = {
        "source": f"fitted on {len(labelled)} pixels inside the nuclei of {cores} synthetic cores (seeds {seed} to "
        f"{seed + cores - 1}, tiers easy, realistic and hard 2:5:3), uniform prior; "
        "a reconstruction of the paper's table",
        "thresholds_od": [round(value, 4) for value in table.thresholds_od],
    }
    put(out, (json.dumps(stored, indent=2, ensure_ascii=False) + "\n").encode())
    return {"name": "lamt", "table": str(out), **stored}
