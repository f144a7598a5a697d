"""The last step of learning scores: normalisation and the last layer are set to the cores as they are."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from scoring.networks import H_OFFSET, H_SCALE
from scoring.networks.ram_cnn import SingleCnn
from scoring.training.settling import settle


def _cores(count: int = 24) -> tuple[list[np.ndarray], np.ndarray]:
    rng = np.random.default_rng(5)
    h_scores = np.linspace(0, 300, count)
    maps = [rng.integers(0, 40, (64, 64, 2), dtype=np.uint8) + np.uint8(h * 200 / 300) for h in h_scores]
    return maps, h_scores


def _said(module: torch.nn.Module, maps: list[np.ndarray]) -> np.ndarray:
    stack = torch.from_numpy(np.stack(maps)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        return module.eval()(stack).double().numpy() * H_SCALE + H_OFFSET


@pytest.fixture
def network() -> SingleCnn:
    torch.manual_seed(3)
    return SingleCnn(in_channels=2, width=4, batch_norm=True, pooled=True)


def test_afterwards_scores_have_neither_offset_nor_slope_against_the_labels(network):
    maps, h_scores = _cores()
    settle(network, maps, h_scores)
    slope, offset = np.polyfit(_said(network, maps), h_scores, 1)
    assert slope == pytest.approx(1, abs=1e-3)
    assert offset == pytest.approx(0, abs=0.5)


def test_what_it_did_is_told(network):
    maps, h_scores = _cores()
    told = settle(network, maps, h_scores)
    again = settle(network, maps, h_scores)
    assert set(told) == {"scale", "offset_h"}
    assert again == {"scale": pytest.approx(1, abs=1e-3), "offset_h": pytest.approx(0, abs=0.5)}


def test_normalisation_is_measured_on_the_maps_given(network):
    maps, h_scores = _cores(16)
    settle(network, maps, h_scores)
    first = next(layer for layer in network.modules() if isinstance(layer, torch.nn.Conv2d))
    norm = next(layer for layer in network.modules() if isinstance(layer, torch.nn.BatchNorm2d))
    stack = torch.from_numpy(np.stack(maps)).permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        halves = [first(stack[:8]).mean((0, 2, 3)), first(stack[8:]).mean((0, 2, 3))]
    assert torch.allclose(norm.running_mean, torch.stack(halves).mean(0), atol=1e-5)


def test_a_network_that_says_one_thing_of_all_is_left_alone(network):
    maps, h_scores = _cores()
    last = [layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)][-1]
    torch.nn.init.zeros_(last.weight)
    assert settle(network, maps, h_scores) == {"scale": 1.0, "offset_h": 0.0}
