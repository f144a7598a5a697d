"""``python -m scoring agreement``: the keys that others rely on, on tables as they come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scoring.__main__ import main
from tests import shared_data

FIGURE = {"value", "ci95", "n"}


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["agreement", *arguments]) == 0
    return dict(json.loads(capsys.readouterr().out))


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    file = tmp_path / "scores.csv"
    lines = [f"{n},{reader},{10 * n + (3 if reader == 'B' else 0) + n % 3}" for n in range(20) for reader in "AB"]
    file.write_text("item,reader,value\n" + "\n".join(lines))
    return file


def test_two_readers_of_numbers(capsys: pytest.CaptureFixture[str], scores: Path) -> None:
    found = said(capsys, str(scores), "--scale", "interval")
    assert (found["n_items"], found["readers"]) == (20, ["A", "B"])
    for name in ("mae", "sd", "pearson", "ccc", "icc1", "icc2", "icc3", "krippendorff_alpha"):
        assert set(found[name]) >= FIGURE, name
        assert found[name]["n"] == 20
    assert found["mae"]["value"] == 3
    assert found["bland_altman"]["bias"]["value"] == pytest.approx(-3)
    assert set(found["bland_altman"]) == {"bias", "lower", "upper"}
    assert [pair["readers"] for pair in found["pairs"]] == [["A", "B"]]
    assert "kappa" not in found


def test_categories_in_order(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "her2.csv"
    file.write_text("case,A,B\n1,0,0\n2,1+,2+\n3,3+,3+\n4,2+,2+\n5,,1+\n")
    found = said(capsys, str(file), "--scale", "ordinal:0,1+,2+,3+", "--layout", "wide", "--item", "case")
    for name in ("kappa", "kappa_linear", "kappa_quadratic", "fleiss_kappa", "krippendorff_alpha", "gwet_ac2"):
        assert set(found[name]) >= FIGURE, name
    assert found["confusion"] == {
        "categories": ["0", "1+", "2+", "3+"],
        "counts": [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 1]],
    }
    assert found["kappa"]["n"] == 4
    assert "mae" not in found


def test_what_is_undefined_is_null_with_a_reason(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "same.csv"
    file.write_text("A,B\n" + "1,1\n" * 5)
    found = said(capsys, str(file), "--scale", "interval", "--layout", "wide")
    assert found["icc2"] == {
        "value": None,
        "ci95": None,
        "n": 5,
        "undefined": "neither the items nor the readers differ",
    }
    assert found["pearson"]["value"] is None
    assert "NaN" not in json.dumps(found)


@pytest.mark.parametrize(
    ("content", "more", "told"),
    [
        (b"item,reader,value\n1,A,x\n", [], "Line 2: 'x' is no number"),
        (b"item,reader,value\n1,A,1\n", [], "needs two readers"),
        (b"\xff\xfe\x00", [], "no UTF-8 text"),
        (b"item,reader,value\n1,A,1\n", ["--draws", "5"], "--draws"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, more: list[str], told: str
) -> None:
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    assert main(["agreement", str(file), "--scale", "interval", *more]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert told in said.err
    assert said.err.count("\n") == 1


def test_real_readers(capsys: pytest.CaptureFixture[str]) -> None:
    folder = shared_data()
    if folder is None:
        pytest.skip("The data folder is not here.")
    readers = folder / "readers"
    tils = said(
        capsys, str(readers / "breast-stil-pilotHTT.csv"), "--scale", "interval", "--item", "caseID", "--reader",
        "readerID", "--value", "densityTILs", "--cluster", "WSI", "--repeats", "first",
    )  # fmt: skip
    assert len(tils["readers"]) == 37
    assert tils["pairs_left_out"] == 37 * 36 // 2
    low, high = tils["krippendorff_alpha"]["ci95"]
    assert 0 < low < tils["krippendorff_alpha"]["value"] < high < 1
    for file in sorted((readers / "nottingham").glob("*.csv")):
        grades = said(capsys, str(file), "--scale", "ordinal:1,2,3", "--layout", "wide", "--no-header")
        assert len(grades["pairs"]) == len(grades["readers"]) * (len(grades["readers"]) - 1) // 2
        assert grades["fleiss_kappa"]["value"] is not None
