"""The loop: schedule, checkpoints, and a run that is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from scoring import weights
from scoring.__main__ import main
from scoring.training.loop import CHECKPOINT, Settings, _batches, rate
from tests.scoring.training import tissue

ROOT = Path(__file__).resolve().parents[3]
STEPS = 14


def command(data: Path, out: Path, *more: str) -> list[str]:
    options = ["--data", str(data), "--out", str(out), "--steps", str(STEPS), "--batch", "1"]
    return ["train", "nuclei-unet", *options, "--threads", "1", "--device", "cpu", "--checkpoint-steps", "2", *more]


def test_the_rate_falls_along_half_a_cosine() -> None:
    settings = Settings(steps=101, seed=1, digest="")
    assert rate(0, settings) == pytest.approx(1e-3)
    assert rate(50, settings) == pytest.approx((1e-3 + 1e-5) / 2)
    assert rate(100, settings) == pytest.approx(1e-5)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tissue.own_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run nobody disturbed."""
    out = tmp_path_factory.mktemp("whole")
    assert main(command(data, out)) == 0
    return out


@pytest.mark.timeout(600)  # three trainings
def test_a_run_that_was_killed_ends_with_the_weights_of_one_that_was_not(
    data: Path, whole: Path, tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "scoring", *command(data, tmp_path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    checkpoint = tmp_path / "training" / "nuclei-unet" / CHECKPOINT
    while not checkpoint.exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not (tmp_path / "nuclei-unet.safetensors").exists()

    assert main(command(data, tmp_path, "--resume")) == 0
    resumed, uninterrupted = (weights.entries(out)["nuclei-unet"] for out in (tmp_path, whole))
    assert resumed["sha256"] == uninterrupted["sha256"]
    assert resumed["metrics"] == uninterrupted["metrics"]


def test_the_manifest_says_how_the_weights_came_about(whole: Path) -> None:
    entry = weights.entries(whole)["nuclei-unet"]
    assert entry["note"] == "research use only"
    assert entry["network"] == "nuclei-unet"
    training = entry["training"]
    assert (training["steps"], training["batch"], training["seed"]) == (STEPS, 1, 1)
    assert (training["images"], training["held_out"]) == (2, 1)
    assert training["torch"] == torch.__version__
    assert training["seconds"] > 0
    assert 0 <= entry["metrics"]["dice"] <= 1


def test_a_finished_run_is_not_run_over(data: Path, whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(data, whole)) == 2
    assert "add --resume to continue" in capsys.readouterr().err


def test_a_checkpoint_of_other_options_is_not_continued(
    data: Path, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(data, whole, "--resume", "--seed", "2")) == 2
    assert "seed was 1, now 2" in capsys.readouterr().err


def test_the_command_prints_the_manifest_entry(data: Path, whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(data, whole, "--resume")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["name"] == "nuclei-unet"
    assert answer["sha256"] == weights.entries(whole)["nuclei-unet"]["sha256"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--fold", "4/3"], "K/N such as 3/21"),
        (["--steps", "0"], "a whole number from 1"),
        (["--target", "lymphocytes"], "invalid choice"),
    ],
)
def test_options_that_make_no_sense_end_with_status_2(
    data: Path, tmp_path: Path, more: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(command(data, tmp_path, *more))
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_scores_need_the_mask_networks_first(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["train", "ram-cnn", "--data", str(data), "--out", str(tmp_path), "--masks-from", str(tmp_path)]
    assert main(options) == 2
    assert "python -m scoring train nuclei-unet" in capsys.readouterr().err


class _Numbers:
    """A task of which only the batches are asked."""

    def batch(self, step: int) -> int:
        return step


@pytest.mark.timeout(60)
def test_batches_come_although_opencv_has_had_threads_before() -> None:
    """A process that is forked beside running threads of OpenCV's would wait for them for ever."""
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(2)
        image = np.random.default_rng(0).integers(0, 255, (3000, 3000, 3), np.uint8)
        cv2.GaussianBlur(image, (31, 31), 5)
        made = _batches(_Numbers(), range(6), Settings(steps=6, seed=1, digest="", workers=2))  # type: ignore[arg-type]
        assert list(made) == list(range(6))
    finally:
        cv2.setNumThreads(threads)
