"""``python -m scoring synthesize``: a whole folder or none, with a truth that fits its pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.__main__ import main
from scoring.slide_io import open_slide
from scoring.synth.dataset import read_core, read_index
from webapp.slides.services.tma_maps import parse

ROOT = Path(__file__).resolve().parents[3]
FIELD = ("--height-px", 120, "--width-px", 160, "--tier", "easy")


@dataclass
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(capfd):
    """The command in this process; starting Python for each would take longer than the pictures."""

    def command(*arguments: object) -> Done:
        try:
            status = main(["synthesize", *map(str, arguments)])
        except SystemExit as stopped:  # argparse
            status = int(stopped.code or 0)
        said = capfd.readouterr()
        return Done(status, said.out, said.err)

    return command


@pytest.fixture
def make(run):
    """A folder made without complaint; its truth."""

    def made(folder: Path, kind: str, n: int, *more: object) -> dict:
        done = run(kind, "--n", n, "--seed", 5, "--out", folder, *more)
        return _checked(done, folder, kind, n)

    return made


def _checked(done: Done | subprocess.CompletedProcess[str], folder: Path, kind: str, n: int) -> dict:
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["files"] == sorted(path.name for path in folder.iterdir())
    assert (answer["kind"], answer["n"], answer["seed"]) == (kind, n, 5)
    assert "research use only" in answer["note"]
    truth = json.loads((folder / "truth.json").read_text())
    assert len(truth["items"]) == n
    return truth


def test_as_a_program_it_prints_one_object(tmp_path):
    command = [sys.executable, "-m", "scoring", "synthesize", "general", "--n", "1", "--seed", "5"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "grey")], capture_output=True, text=True, cwd=ROOT, check=False
    )
    _checked(done, tmp_path / "grey", "general", 1)


def test_general_nuclei_come_with_a_mask_each(make, tmp_path):
    truth = make(tmp_path / "grey", "general", 3)
    assert [item["origin"] for item in truth["items"]] == ["fluorescence", "he", "dab"]
    for item in truth["items"]:
        grey = cv2.imread(str(tmp_path / "grey" / f"{item['name']}.png"), cv2.IMREAD_UNCHANGED)
        mask = cv2.imread(str(tmp_path / "grey" / f"{item['name']}_mask.png"), cv2.IMREAD_UNCHANGED)
        assert grey.shape == mask.shape == (224, 224)
        assert (mask > 0).mean() == pytest.approx(item["nuclei_fraction"], abs=1e-3)


def test_her2_fields_share_a_slide_and_bring_their_control(make, tmp_path):
    truth = make(tmp_path / "her2", "her2", 2, *FIELD)
    pooled = {name: sum(item["counts"][name] for item in truth["items"]) for name in truth["slide"]["counts"]}
    assert truth["slide"]["counts"] == pooled
    assert {item["gain"] for item in [*truth["items"], truth["control"]]} == {truth["slide"]["gain"]}
    for name in ("field_001", "control"):
        masks = cv2.imread(str(tmp_path / "her2" / f"{name}_masks.png"))
        cells = np.load(tmp_path / "her2" / f"{name}_cells.npy", allow_pickle=False)
        assert masks.shape == (120, 160, 3)
        assert {"cls", "coverage", "od"} <= set(cells.dtype.names)


def test_fields_and_he_hold_the_same_cells_for_a_seed(make, tmp_path):
    make(tmp_path / "field", "field", 1, *FIELD)
    make(tmp_path / "he", "he", 1, *FIELD)
    (row,) = read_index(tmp_path / "field")
    _, nuclei, _, _, cells = read_core(tmp_path / "field", row.name)
    assert np.array_equal(cells, np.load(tmp_path / "he" / "he_001_cells.npy", allow_pickle=False))
    assert np.array_equal(nuclei, cv2.imread(str(tmp_path / "he" / "he_001_masks.png"))[..., 2] > 0)


def test_cores_are_a_data_set_and_a_microarray_slide(make, tmp_path):
    folder = tmp_path / "cores"
    truth = make(folder, "tma", 2, "--tier", "easy", "--marker", "PR")
    rows = {row.name: row for row in read_index(folder)}
    for item in truth["items"]:
        assert rows[item["name"]].marker == item["marker"] == "PR"
        assert rows[item["name"]].reader_a == item["reader_a"]
        rgb, _, tumour, _, _ = read_core(folder, item["name"])
        assert rgb.shape == (1024, 1024, 3)
        assert bool(tumour.any()) == (item["tumour_cells"] > 0)
    with open_slide(folder / "tma.tif") as slide:
        assert slide.info.um_per_px == pytest.approx(0.65)
        cores = parse((folder / "tma_map.csv").read_text(), slide.info.width_px, slide.info.height_px)
    assert [core.case for core in cores] == ["C001", "C002"]


def test_a_folder_with_something_in_it_is_left_alone(run, tmp_path):
    (tmp_path / "mine").write_text("keep")
    done = run("general", "--n", 1, "--seed", 1, "--out", tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "exists and is not an empty folder; choose a new one with --out" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_empty_folder_is_filled(make, tmp_path):
    (tmp_path / "empty").mkdir()
    make(tmp_path / "empty", "general", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


@pytest.mark.parametrize(
    "wrong",
    [("--n", 0), ("--n", "many"), ("--seed", -1), ("--um-per-px", 9), ("--tier", "soft"), ("--marker", "Ki-67")],
)
def test_wrong_arguments_end_with_status_2(run, tmp_path, wrong):
    given = {"--n": 1, "--seed": 1, "--out": tmp_path / "new"} | {wrong[0]: wrong[1]}
    done = run("field", *(word for pair in given.items() for word in pair))
    assert (done.returncode, done.stdout) == (2, "")
    assert wrong[0] in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_fails_halfway_leaves_nothing(run, tmp_path):
    done = run("slide", "--n", 1, "--seed", 1, "--nuclei", 5, "--out", tmp_path / "new")
    assert done.returncode == 2
    assert "at least 2000 nuclei; received 5" in done.stderr
    assert list(tmp_path.iterdir()) == []
