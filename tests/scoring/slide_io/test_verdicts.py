"""Every file of the shared data meets its row in verdicts.tsv, while another slide stays readable."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from scoring.slide_io import SlideError, open_slide
from tests import shared_data
from webapp.slides.ingest import needs_pyramid

_TABLE = Path(__file__).with_name("verdicts.tsv")
_FOLDERS = ("malformed", "slides", "pen-and-empty", "er-pr-tiles")


def _rows() -> list[dict[str, str]]:
    with _TABLE.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _verdict(path: Path) -> str:
    try:
        with open_slide(path, checksum=False) as reader:
            assert reader.thumbnail(64)[:2] == b"\xff\xd8"
            return "converted" if needs_pyramid(reader.info) else "opened"
    except SlideError as error:
        return f"refused:{error.code}"


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row["file"])
def test_file_meets_its_verdict(row: dict[str, str], data: Path) -> None:
    assert _verdict(data / row["file"]) == row["verdict"]


def test_table_has_a_row_for_every_file(data: Path) -> None:
    listed = {row["file"] for row in _rows()}
    there = {f"{folder}/{path.name}" for folder in _FOLDERS for path in (data / folder).iterdir()}
    assert there - listed == set()


def test_refusals_are_sentences_that_name_no_file(data: Path) -> None:
    for row in _rows():
        if not row["verdict"].startswith("refused"):
            continue
        with pytest.raises(SlideError) as caught:
            open_slide(data / row["file"], checksum=False)
        message = caught.value.message
        assert message[0].isupper(), message
        assert message.endswith("."), message
        assert row["says"] in message
        assert Path(row["file"]).name not in message


def test_other_slides_stay_readable_meanwhile(data: Path, aperio: Path) -> None:
    with open_slide(aperio, checksum=False) as other:
        before, decoder = other.read_region(500, 500, 0, 256, 256), other.decoder_pid
        for path in sorted((data / "malformed").iterdir()):
            _verdict(path)
            assert np.array_equal(other.read_region(500, 500, 0, 256, 256), before)
        assert other.decoder_pid == decoder


def test_shared_data_folder_is_the_one_the_table_is_about() -> None:
    """Where the data are, none of the table's rows is about a file that is gone."""
    folder = shared_data()
    if folder is None:
        pytest.skip("The shared test data are not here (set DUOSCOPE_SHARED_DATA).")
    assert [row["file"] for row in _rows() if not (folder / row["file"]).is_file()] == []
