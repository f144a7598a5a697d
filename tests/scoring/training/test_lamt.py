"""Fitting the luminance-adaptive thresholds to tissue whose truth is known."""

from __future__ import annotations

import json

import numpy as np

from scoring import lamt
from scoring.synth import make_core
from scoring.training import lamt as training


def test_pixels_are_of_nuclei_and_labelled_by_the_truth_of_their_nucleus():
    sample = make_core(1, tier="easy", target_h=150, size_px=256)
    dab, luminance, truth = training.pixels(sample, np.random.default_rng(0))
    assert len(dab) == len(luminance) == len(truth) == np.count_nonzero(sample.labels)
    assert 0 < truth.mean() < 1
    assert dab[truth].mean() > 0.15 > dab[~truth].mean()
    assert training.balanced_accuracy(lamt.default_table(), (dab, luminance, truth)) > 0.8


def test_a_fitted_table_is_written_as_the_shipped_one_is(tmp_path, monkeypatch):
    monkeypatch.setattr(training, "make_core", lambda seed, tier: make_core(seed, tier=tier, target_h=150, size_px=256))
    told = training.fit(3, 1, tmp_path / "lamt.json", lambda *_: None)
    stored = json.loads((tmp_path / "lamt.json").read_text())
    table = lamt.LamtTable(tuple(stored["thresholds_od"]), stored["source"])
    assert told["balanced_accuracy"] > 0.8
    assert "3 synthetic cores from seed 1" in table.source
