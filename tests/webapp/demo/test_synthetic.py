"""The demo's painted files are whole or not there, whatever interrupted the painting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from webapp.demo import synthetic


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def paint(into: Path) -> None:
    (into / "readers.csv").write_text("row,column,case\n")


def test_what_is_painted_stays_and_is_not_painted_again() -> None:
    first = synthetic._painted("microarray", paint)
    assert (first / "readers.csv").is_file()
    assert first == synthetic.folder() / "microarray"

    def never(_: Path) -> None:
        raise AssertionError("painted twice")

    assert synthetic._painted("microarray", never) == first


def test_a_painting_that_fails_leaves_nothing() -> None:
    def fails(into: Path) -> None:
        paint(into)
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        synthetic._painted("section", fails)
    assert list(synthetic.folder().iterdir()) == []


def test_what_a_killed_painting_left_is_cleared_away() -> None:
    left = synthetic.folder() / ".section-abc"
    left.mkdir(parents=True)
    paint(left)
    done = synthetic._painted("section", paint)
    assert [path.name for path in synthetic.folder().iterdir()] == [done.name]
