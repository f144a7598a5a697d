"""Tables II to V from records: figures by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scoring.evaluation import methods, paper_tables
from scoring.evaluation.cores import Core
from scoring.evaluation.records import Measured, Overlap, group_name, group_of, series
from scoring.synth.dataset import Row


def _record(place: int, label: tuple[float, float], flags=(), tier="realistic", **scores: float) -> Measured:
    row = Row(f"c{place}", tier, ("ER", "PR")[place % 2], 0.65, *label, sum(label) / 2, 0.5, place)
    named = {key.replace("_", "-"): value for key, value in scores.items()}
    return Measured(Core(Path("."), row), named, flags=flags)


RECORDS = [
    _record(0, (10, 20), ram_cnn=20, ram_cnn_2=30, nnp_all=15),
    _record(1, (100, 90), ram_cnn=85, ram_cnn_2=95, nnp_all=65),
    _record(2, (200, 220), ("blur",), tier="hard", ram_cnn=250, ram_cnn_2=170, nnp_all=210),
    _record(3, (290, 300), tier="hard", ram_cnn=290, ram_cnn_2=300, nnp_all=265),
]
SCORED = ("nnp-all", "ram-cnn", "ram-cnn-2")


def test_dice_and_accuracy_by_hand():
    truth, found = np.zeros((4, 5), bool), np.zeros((4, 5), bool)
    truth[0, :4], found[0, 2:] = True, True
    overlap = Overlap.of(found, truth)
    assert overlap.dice == pytest.approx(2 * 2 / (4 + 3))
    assert overlap.accuracy == pytest.approx(1 - 3 / 20)
    assert Overlap.of(truth & ~truth, truth & ~truth).dice is None
    assert (overlap + overlap).dice == overlap.dice


def test_groups_of_the_paper():
    assert [group_of(h) for h in (0, 49.9, 50, 249, 250, 300)] == [0, 0, 1, 4, 5, 5]
    assert (group_name(0), group_name(5)) == ("0–49", "250–300")


def test_a_line_of_one_method_by_hand():
    found = paper_tables.summarise(series(RECORDS, ("nnp-all",)))
    assert found.mae.value == pytest.approx((0 + 30 + 0 + 30) / 4)
    assert found.sd.value == pytest.approx(np.std([0, -30, 0, -30], ddof=1))
    assert found.mae.n == 4


def test_of_seeds_the_figures_are_averaged():
    both = paper_tables.summarise(series(RECORDS, ("ram-cnn", "ram-cnn-2")))
    each = [paper_tables.summarise(series(RECORDS, (key,))) for key in ("ram-cnn", "ram-cnn-2")]
    assert both.mae.value == pytest.approx(np.mean([one.mae.value for one in each]))
    assert both.cc.value == pytest.approx(np.mean([one.cc.value for one in each]))
    assert both.mae.ci95[0] <= both.mae.value <= both.mae.ci95[1]


def test_table_3_has_every_seed_and_the_readers():
    table = paper_tables.table_3(RECORDS, SCORED, "")
    labels = [row[0] for row in table.rows]
    assert labels[:3] == ["RAM-CNN, mean of 2 seeds", "RAM-CNN, seed 1", "RAM-CNN, seed 2"]
    assert labels[-1].startswith("Human")
    human = dict(zip(table.columns, table.rows[-1], strict=True))
    assert human["MAE"].startswith(f"{(10 + 10 + 20 + 10) / 4:.2f}")
    hard = paper_tables.table_3(RECORDS, SCORED, "hard")
    assert {row[-1] for row in hard.rows} == {"2"}


def test_errors_are_counted_by_group_in_the_papers_bands():
    counts = paper_tables.error_counts(RECORDS, methods.Row("RAM-CNN", ("ram-cnn",)))
    # errors 5 (H 15), 10 (H 95), 40 (H 210), 5 (H 295)
    assert counts[0].tolist() == [1, 0, 0]
    assert counts[1].tolist() == [0, 1, 0]
    assert counts[4].tolist() == [0, 0, 1]
    assert counts[5].tolist() == [1, 0, 0]
    assert counts.sum() == 4


def test_flagged_cores_are_left_out_and_counted():
    table = paper_tables.table_of_quality(RECORDS, SCORED)
    row = next(row for row in table.rows if row[0].startswith("NNP"))
    assert row[1].startswith("15.0")
    assert row[3].startswith("20.0")  # (0 + 30 + 30) / 3
    assert (row[2], row[4], row[6]) == ("4", "3", "1")


def test_markers_stand_apart():
    table = paper_tables.table_5(RECORDS, SCORED)
    assert table.columns == ("method", "ER (n = 2)", "PR (n = 2)")


def test_names_of_seeds():
    names = ["ram-cnn", "ram-cnn-2", "ram-cnn-seed3", "ram-cnn-no-dla", "ram-cnn-paper", "ram-cnn-fold1of21", "ra-cnn"]
    assert methods.seeds_of("ram-cnn", names) == ["ram-cnn", "ram-cnn-2", "ram-cnn-seed3"]
