"""Weights on disk: what is loaded is what was saved, and anything else is refused with the remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from scoring import networks, weights
from scoring.types import ScoringError


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.manual_seed(5)
    module = networks.build("segnet")
    module(torch.rand(2, 3, 64, 64))
    weights.save(module, "segnet", tmp_path, network="segnet", preset="cpu", note="a test")
    return tmp_path


def test_what_is_loaded_computes_what_was_saved(tmp_path: Path) -> None:
    torch.manual_seed(5)
    module = networks.build("resnet-18")
    image = torch.rand(2, 3, 64, 64)
    module(image)
    weights.save(module, "mine", tmp_path, network="resnet-18", preset="cpu")
    loaded = weights.load("mine", tmp_path)
    assert not loaded.training
    assert not any(values.requires_grad for values in loaded.parameters())
    assert all(values.dtype == torch.float32 for values in loaded.parameters())
    with torch.inference_mode():
        wanted, found = module.eval()(image), loaded(image)
    assert torch.allclose(wanted, found, atol=0.01 * float(wanted.abs().max()))


def test_saving_what_was_loaded_changes_no_byte(tmp_path: Path) -> None:
    torch.manual_seed(2)
    plain = networks.build("ra-cnn", "paper")  # without normalisation, which loading folds into the convolutions
    first = weights.save(plain, "a", tmp_path, network="ra-cnn", preset="paper")
    second = weights.save(weights.load("a", tmp_path), "b", tmp_path, network="ra-cnn", preset="paper")
    assert first["sha256"] == second["sha256"]


def test_a_loaded_network_is_kept_until_the_manifest_names_another(tmp_path: Path) -> None:
    weights.save(networks.build("ra-cnn"), "a", tmp_path, network="ra-cnn", preset="cpu")
    first = weights.load("a", tmp_path)
    assert weights.load("a", tmp_path) is first
    weights.save(networks.build("ra-cnn"), "a", tmp_path, network="ra-cnn", preset="cpu")
    assert weights.load("a", tmp_path) is not first


def test_the_manifest_keeps_other_networks(saved: Path) -> None:
    weights.save(networks.build("ra-cnn"), "ra-cnn", saved, network="ra-cnn", preset="cpu", metrics={"mae": 20.5})
    entries = weights.entries(saved)
    assert list(entries) == ["ra-cnn", "segnet"]
    assert entries["ra-cnn"]["metrics"] == {"mae": 20.5}
    assert entries["segnet"]["note"] == "a test"


def test_absent_weights_name_the_file_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ScoringError, match=r"ram-cnn\.safetensors.*python -m scoring train ram-cnn"):
        weights.load("ram-cnn", tmp_path)


def test_altered_weights_are_refused(saved: Path) -> None:
    path = saved / "segnet.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(ScoringError, match=r"segnet\.safetensors: SHA-256 .*train segnet"):
        weights.load("segnet", saved)


def test_weights_of_another_network_are_refused(saved: Path) -> None:
    manifest = saved / weights.MANIFEST
    entries = json.loads(manifest.read_text())
    entries["segnet"]["network"] = "res18-unet"
    manifest.write_text(json.dumps(entries))
    with pytest.raises(ScoringError, match="not the weights of res18-unet"):
        weights.load("segnet", saved)


def test_a_broken_manifest_is_named(saved: Path) -> None:
    (saved / weights.MANIFEST).write_text("{")
    with pytest.raises(ScoringError, match=r"manifest\.json: not JSON"):
        weights.load("segnet", saved)


def test_weights_that_are_not_finite_are_not_saved(tmp_path: Path) -> None:
    module = networks.build("ra-cnn")
    torch.nn.init.constant_(next(module.parameters()), 1e6)  # beyond fp16
    with pytest.raises(ScoringError, match="fit fp16"):
        weights.save(module, "ra-cnn", tmp_path, network="ra-cnn", preset="cpu")
    assert not list(tmp_path.iterdir())
