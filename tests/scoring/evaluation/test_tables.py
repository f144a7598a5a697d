"""Tables: Markdown and CSV show the same cells."""

from __future__ import annotations

import csv
import io

import pytest

from scoring.agreement import Correlation, Statistic
from scoring.evaluation.tables import Table, interval, number, p_value, percent


def _cells(markdown: str) -> list[list[str]]:
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    split = [[cell.strip() for cell in line.replace("\\|", "¦").strip("|").split("|")] for line in lines]
    return [[cell.replace("¦", "|") for cell in row] for place, row in enumerate(split) if place != 1]


def test_markdown_and_csv_hold_the_same_cells():
    table = Table("t", "A title", ("method", "|ΔH|"), notes=["A note."])
    table.add("RAM-CNN", "12.3 (10.0 to 15.0)")
    table.add("a, b | c", "–")
    assert _cells(table.markdown()) == list(csv.reader(io.StringIO(table.csv())))
    assert "### A title" in table.markdown()
    assert "A note." in table.markdown()


def test_words_stand_left_and_figures_right():
    table = Table("t", "T", ("method", "n"))
    table.add("x", "5")
    assert "| --- | ---: |" in table.markdown()


def test_a_row_has_a_cell_for_every_column():
    with pytest.raises(ValueError, match="2 columns"):
        Table("t", "T", ("a", "b")).add("1")


def test_figures_as_text():
    assert number(1.25, 1) == "1.2"
    assert number(None) == "–"
    assert interval(Statistic(21.333, (18, 24.96), 9)) == "21.3 (18.0 to 25.0)"
    assert interval(Statistic(3, None, 1, "one item")) == "3.0"
    assert interval(Statistic(None, None, 0, "none")) == "–"
    assert p_value(Correlation(0.9, None, 9, p=0.0004)) == "< 0.001"
    assert p_value(Correlation(0.9, None, 9, p=0.0123)) == "0.012"
    assert percent(0.157) == "16 %"
