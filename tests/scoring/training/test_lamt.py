"""Fitting the luminance-adaptive thresholds on synthetic tissue."""

from __future__ import annotations

import json

import numpy as np

from scoring import lamt
from scoring.training import lamt as recipe


def test_a_few_cores_give_nearly_the_shipped_table(tmp_path):
    told: list[tuple[int, int, str]] = []
    entry = recipe.fit(tmp_path / "table.json", lambda *step: told.append(step), cores=4, seed=710_000)
    found = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert found["thresholds_od"] == entry["thresholds_od"]
    assert told[-1] == (4, 4, "cores")
    off = np.abs(np.array(found["thresholds_od"]) - lamt.default_table().thresholds_od)
    assert off[5:13].max() < 2.5 * lamt.DAB_BIN_OD  # nuclei are mostly of these luminances
    assert np.all(np.diff(found["thresholds_od"]) <= 0)


def test_the_same_seeds_give_the_same_table(tmp_path):
    first, second = (recipe.fit(tmp_path / f"{n}.json", lambda *_: None, cores=2, seed=720_000) for n in "ab")
    assert first["thresholds_od"] == second["thresholds_od"]
