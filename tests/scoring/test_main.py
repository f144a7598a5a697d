"""``python -m scoring``, as a program: one JSON object, or one line and status 2."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from scoring.layers import LayerFile
from tests import shared_data
from tests.scoring.networks import make_weights
from tests.scoring.painting import paint

ROOT = Path(__file__).resolve().parents[2]
COMMON = {"method", "preset", "version", "weights_sha256", "um_per_px", "um_per_px_source", "input_sha256", "seconds"}


METHODS = ("nnp", "ram-cnn")


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    return make_weights(tmp_path_factory.mktemp("weights"), names=("ram-cnn",))


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scoring", *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, check=False
    )


def _answer(*arguments: object) -> dict:
    done = _run(*arguments)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def _refused(*arguments: object) -> str:
    done = _run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done.stderr


@pytest.fixture
def painted(tmp_path) -> Path:
    path = tmp_path / "field.png"
    cv2.imwrite(str(path), paint((1, 1, 1, 1), size_px=300).rgb[..., ::-1])
    return path


def test_hscore_prints_the_contract(painted):
    answer = _answer("hscore", painted, "--um-per-px", 0.5, "--method", "nnp", "--set", "tumour_only=all")
    assert COMMON | {"scheme", "value", "scoreable", "reason", "percentages", "tumour_fraction", "qc"} <= set(answer)
    assert (answer["scheme"], answer["method"], answer["preset"]) == ("h-score", "nnp", "default")
    assert answer["value"] == pytest.approx(150, abs=3)
    assert set(answer["percentages"]) == {"weak", "moderate", "strong", "negative"}
    assert (answer["weights_sha256"], answer["tumour_fraction"]) == (None, None)
    assert (answer["um_per_px"], answer["um_per_px_source"]) == (0.5, "command line")
    assert answer["input_sha256"] == hashlib.sha256(painted.read_bytes()).hexdigest()


def test_nuclei_lists_every_cell_of_the_counts(painted):
    answer = _answer("nuclei", painted, "--um-per-px", 0.5, "--method", "nap", "--set", "tumour_only=all")
    assert COMMON | {"cells", "counts"} <= set(answer)
    assert set(answer["cells"][0]) == {"x_px", "y_px", "area_um2", "dab_od", "class", "tumour"}
    found = [cell["class"] for cell in answer["cells"]]
    assert answer["counts"] == {name: found.count(name) for name in ("negative", "weak", "moderate", "strong")}
    assert {cell["tumour"] for cell in answer["cells"]} == {None}


def test_out_writes_the_file_and_nothing_else(painted, tmp_path):
    target = tmp_path / "score.json"
    done = _run("hscore", painted, "--um-per-px", 0.5, "--method", "nnp", "--out", target)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text())["scoreable"] is True
    assert sorted(os.listdir(tmp_path)) == ["field.png", "score.json"]


def test_a_plain_image_without_pixel_size_is_refused(painted):
    said = _refused("hscore", painted)
    assert str(painted) in said
    assert "--um-per-px" in said


def test_what_is_no_image_is_refused_and_leaves_nothing(tmp_path):
    (tmp_path / "a.png").write_bytes(b"not an image")
    said = _refused("hscore", tmp_path / "a.png", "--um-per-px", 0.5, "--out", tmp_path / "o.json")
    assert "a.png" in said
    assert os.listdir(tmp_path) == ["a.png"]
    assert "no such file" in _refused("nuclei", tmp_path / "missing.png", "--um-per-px", 0.5)


def test_an_unknown_parameter_is_refused(painted):
    assert "no parameter" in _refused("hscore", painted, "--um-per-px", 0.5, "--set", "speed=9")


def test_networks_print_the_contract_and_write_their_layers(painted, tmp_path, weights):
    layers = tmp_path / "field.layers"
    answer = _answer(
        "hscore", painted, "--um-per-px", 0.5, "--method", "ram-cnn", "--weights", weights, "--out-layers", layers
    )
    assert (answer["scheme"], answer["method"], answer["percentages"]) == ("h-score", "ram-cnn", None)
    assert 0 <= answer["value"] <= 300
    assert answer["layers_sha256"] == hashlib.sha256(layers.read_bytes()).hexdigest()
    assert LayerFile(layers).tiles == [(0, 0)]
    assert answer["tumour_counts"] == answer["counts"]
    assert answer["tumour_fraction"] > 0.15
    assert [window["nuclei"] for window in answer["windows"]] == [sum(answer["counts"].values())]
    assert "trained on synthetic tissue" in " ".join(answer["limits"])


def test_weights_that_are_absent_or_altered_are_named_with_the_remedy(painted, tmp_path, weights):
    said = _refused("hscore", painted, "--um-per-px", 0.5, "--method", "ra-cnn", "--weights", weights)
    assert "ra-cnn.safetensors: no such weights" in said
    assert "python -m scoring train ra-cnn" in said
    said = _refused(
        "hscore", painted, "--um-per-px", 0.5, "--method", "ram-cnn", "--weights", weights, "--preset", "paper"
    )
    assert "--as ram-cnn-paper" in said
    own = tmp_path / "own"
    shutil.copytree(weights, own)
    (own / "ram-cnn.safetensors").write_bytes(b"altered")
    said = _refused("hscore", painted, "--um-per-px", 0.5, "--method", "ram-cnn", "--weights", own)
    assert "SHA-256" in said


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("colour", "said"), [((220, 130, 170), "not a haematoxylin-DAB stain"), ((40, 160, 60), "pen marks")]
)
def test_pink_tissue_and_ink_are_not_scored(tmp_path, weights, method, colour, said):
    rgb = np.full((300, 300, 3), 243, np.uint8)
    rgb[60:240, 60:240] = colour
    cv2.imwrite(str(tmp_path / "odd.png"), rgb[..., ::-1])
    answer = _answer("hscore", tmp_path / "odd.png", "--um-per-px", 0.5, "--method", method, "--weights", weights)
    assert (answer["scoreable"], answer["value"]) == (False, None)
    assert said in answer["reason"]
    assert [flag["severity"] for flag in answer["qc"]["flags"]] == ["refuse"]


def test_membranous_dab_is_not_scored(tmp_path, weights):
    cv2.imwrite(str(tmp_path / "odd.png"), paint((0, 0, 1, 1), size_px=300, membrane=True).rgb[..., ::-1])
    answer = _answer("hscore", tmp_path / "odd.png", "--um-per-px", 0.5, "--method", "nnp", "--weights", weights)
    assert (answer["scoreable"], answer["value"]) == (False, None)
    assert "no scoreable tumour nuclei" in answer["reason"]


def test_the_colon_is_not_scored_by_the_shipped_networks():
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared data folder is absent")
    answer = _answer("hscore", folder / "ihc/ihc.png", "--um-per-px", 0.5, "--method", "ram-cnn")
    assert (answer["value"], answer["scoreable"]) == (None, False)
    assert "no scoreable tumour nuclei" in answer["reason"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", ["rgba", "grey", "sixteen bit", "ten pixels", "white"])
def test_unusual_images_are_answered_not_crashed(tmp_path, kind, method, weights):
    rgb = paint((1, 1, 1, 1), size_px=300).rgb[..., ::-1]
    picture = {
        "rgba": np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)]),
        "grey": rgb[..., 1],
        "sixteen bit": rgb.astype(np.uint16) * 257,
        "ten pixels": rgb[:10, :10],
        "white": np.full_like(rgb, 255),
    }[kind]
    path = tmp_path / "odd.png"
    cv2.imwrite(str(path), picture)
    done = _run("hscore", path, "--um-per-px", 0.5, "--method", method, "--weights", weights)
    if done.returncode == 2:
        assert "odd.png" in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        return
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    if kind == "rgba":
        assert answer["scoreable"], answer["reason"]
        assert method == "ram-cnn" or answer["value"] == pytest.approx(150, abs=3)
    elif kind != "sixteen bit":
        assert (answer["scoreable"], answer["value"]) == (False, None)
        assert answer["reason"]


def test_the_two_fields_of_the_specification():
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared data folder is absent")
    tile = _answer("hscore", folder / "er-pr-tiles/endonuke_00.png", "--um-per-px", 0.29, "--method", "nnp")
    assert tile["value"] > 200
    colon = _answer("hscore", folder / "ihc/ihc.png", "--um-per-px", 0.5, "--method", "nnp")
    assert (colon["value"], colon["scoreable"]) == (None, False)
    assert "no scoreable tumour nuclei" in colon["reason"]


def test_a_slide_says_its_own_pixel_size():
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared data folder is absent")
    answer = _answer("hscore", folder / "slides/cmu-1-small-region.svs", "--method", "nnp")
    assert (answer["um_per_px"], answer["um_per_px_source"]) == (pytest.approx(0.499), "file")
    assert "not a haematoxylin-DAB stain" in answer["reason"]


def test_a_camelyon_level_of_29_um_per_px_is_too_coarse():
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared data folder is absent")
    path = folder / "slides/multi_frame_jpeg_camelyon_challenge_image.dcm"
    answer = _answer("hscore", path, "--um-per-px", 29)
    assert answer["scoreable"] is False
    assert "too coarse" in answer["reason"]
