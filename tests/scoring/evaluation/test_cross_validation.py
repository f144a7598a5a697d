"""Cross-validation trains a network for every fold, scores every core once, and goes on where it stopped."""

from __future__ import annotations

import pytest

from scoring import weights
from scoring.evaluation import cross_validation
from scoring.evaluation.cores import read_index
from scoring.types import ScoringError
from tests.scoring.evaluation.folders import write_folder, write_weights

FOLDS = 2


@pytest.mark.timeout(600)  # two trainings and their maps on one thread
def test_every_core_is_scored_by_the_fold_that_left_it_out(tmp_path):
    data, masks = write_folder(tmp_path / "data", 4), write_weights(tmp_path / "weights")
    out, work = tmp_path / "out", tmp_path / "work"

    def evaluate(said: list[str]) -> dict:
        report = out / "report.md"
        return cross_validation.evaluate(data, out, report, work, masks, (), said.append, steps=1, folds=FOLDS)

    first: list[str] = []
    answer = evaluate(first)
    entries = weights.entries(work / "cross-validation")
    assert set(entries) == {"ram-cnn-fold1of2", "ram-cnn-fold2of2"}
    left_out = [name for entry in entries.values() for name in entry["training"]["held_out"]]
    assert sorted(left_out) == [core.name for core in read_index(data)]
    assert answer["methods"]["RAM-CNN"]["mae"]["n"] == 4
    assert "2-fold cross-validation" in (out / "report.md").read_text()
    assert any("fold2of2" in words for words in first)
    again: list[str] = []
    assert evaluate(again)["methods"] == answer["methods"]
    assert again == []


def test_more_folds_than_cores_are_refused(tmp_path):
    data = write_folder(tmp_path / "data", 3)
    with pytest.raises(ScoringError, match="folds"):
        cross_validation.evaluate(data, tmp_path, tmp_path / "r.md", tmp_path, tmp_path, (), print, folds=5)
