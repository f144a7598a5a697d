"""``evaluate hscore`` from a small folder and untrained weights to report, CSV files and figures."""

from __future__ import annotations

import csv
import io
import json
import re

import numpy as np
import pytest

from scoring.__main__ import main
from scoring.agreement import mae
from scoring.evaluation import galleries
from scoring.evaluation.cores import read_index
from scoring.evaluation.measuring import Bench, Plan
from tests.scoring.evaluation.folders import NETWORKS, write_folder, write_weights

CORES = 3
pytestmark = pytest.mark.timeout(600)  # the fixture scores every core with every network on one thread


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = tmp_path_factory.mktemp("evaluation")
    data = write_folder(place / "test", CORES)
    fit = write_folder(place / "fit", 2, seed=100)
    weights = write_weights(place / "weights")
    answer = place / "out.json"
    arguments = ["--data", data, "--fit-data", fit, "--weights", weights, "--out", place / "figures"]
    arguments += ["--report", place / "evaluation.md", "--processes", "1", "--n-invariance", "1"]
    with answer.open("w") as stdout, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", stdout)
        assert main(["evaluate", "hscore", *map(str, arguments)]) == 0
    return place, json.loads(answer.read_text())


def _tables(markdown: str) -> dict[str, list[list[str]]]:
    """Heading -> cells of the table under it."""
    found = {}
    for part in re.split(r"^### ", markdown, flags=re.M)[1:]:
        lines = [line for line in part.splitlines() if line.startswith("|")]
        rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
        found[part.splitlines()[0]] = [[c.replace("\\|", "|") for c in row] for n, row in enumerate(rows) if n != 1]
    return found


def test_the_report_has_every_table_of_the_paper(made):
    place, _ = made
    titles = list(_tables((place / "evaluation.md").read_text()))
    for start in ("Table II.", "Table III (all", "Table III (realistic", "Table III (hard", "Table IV.", "Table V."):
        assert any(title.startswith(start) for title in titles), start
    for words in ("label augmentation", "H-score group", "quality control", "tumour share", "Invariances"):
        assert any(words in title for title in titles), words


def test_every_table_stands_in_a_csv_with_the_same_digits(made):
    place, _ = made
    written = {
        tuple(map(tuple, csv.reader(io.StringIO(path.read_text())))) for path in (place / "figures").glob("*.csv")
    }
    for title, rows in _tables((place / "evaluation.md").read_text()).items():
        if rows:
            assert tuple(map(tuple, rows)) in written, title


def test_figures_are_linked_and_there(made):
    place, answer = made
    linked = re.findall(r"\]\(([^)]+\.png)\)", (place / "evaluation.md").read_text())
    assert {"figures/figure-9-scatter.png", "figures/figure-11-groups.png", "figures/figure-12-worst.png"} <= set(
        linked
    )
    for name in linked:
        assert (place / name).read_bytes().startswith(b"\x89PNG")
        assert str(place / name) in answer["files"]


def test_the_answer_is_what_the_predictions_give(made):
    place, answer = made
    with (place / "figures" / "predictions.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == answer["cores"] == CORES
    labels = [(float(row["reader A"]) + float(row["reader B"])) / 2 for row in rows]
    for label, key in (("RGB-CNN", "rgb-cnn"), ("RAM-CNN, seed 2", "ram-cnn-2"), ("NNP, all nuclei", "nnp-all")):
        expected = mae([float(row[key]) for row in rows], labels).value
        assert answer["methods"][label]["mae"]["value"] == pytest.approx(expected, abs=0.06)
    first, second = ([float(row[f"reader {reader}"]) for row in rows] for reader in "AB")
    assert answer["human"]["mae"]["value"] == pytest.approx(mae(first, second).value)
    assert set(answer["weights"]) == set(NETWORKS)


def test_counting_all_painted_nuclei_scores_them(made):
    place, _ = made
    with (place / "figures" / "predictions.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    scores, labels = ([float(row[key]) for row in rows] for key in ("nap-all", "reader A"))
    assert np.corrcoef(scores, labels)[0, 1] > 0.9


def test_the_worst_and_the_best_are_found(made):
    place, _ = made
    bench = Bench(Plan(place / "weights", ("rgb-cnn",), classical=False, through_pipeline=False))
    measured = [bench.measure(core) for core in read_index(place / "test")]
    worst, best = galleries.ranked(measured, ["rgb-cnn"], 1)
    errors = {one.core.name: abs(one.scores["rgb-cnn"] - one.label) for one in measured}
    assert errors[worst[0].core.name] == max(errors.values())
    assert errors[best[0].core.name] == min(errors.values())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "nowhere"], "nowhere"),
        (["--full-cross-validation"], "--data"),
        (["--methods", "guess"], "guess"),
    ],
)
def test_bad_input_is_one_line(arguments, words, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", "hscore", *arguments]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
