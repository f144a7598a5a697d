"""The last step of learning scores: the network is set to the cores as they are.

Training sees cores turned by any angle, which softens their edges, and in batches of six. Statistics of the batch
normalisation are therefore measured anew on the training cores unturned, and the last layer's scale and offset are
fitted there by least squares. A reconstruction: without it the first networks read 29 too high on held-out cores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from scoring.networks import H_OFFSET, H_SCALE
from scoring.training.maps import Map
from scoring.training.scores import said

BATCH: Final = 8


def settle(module: nn.Module, maps: Sequence[Map], h_scores: npt.NDArray[np.float64]) -> dict[str, float]:
    """Set ``module`` (in place) to training ``maps`` with their ``h_scores``; returns scale and offset (in H) applied
    to what it said before.
    """
    _measure_normalisation(module, maps)
    module.eval()
    with torch.inference_mode():
        scores = torch.cat([_forward(module, maps[k : k + BATCH]) for k in range(0, len(maps), BATCH)])
    before = scores.double().cpu().numpy() * H_SCALE + H_OFFSET
    if len(before) < 3 or float(before.std()) < 1.0:
        return {"scale": 1.0, "offset_h": 0.0}
    scale, offset = (float(value) for value in np.polyfit(before, h_scores, 1))
    last = [layer for layer in module.modules() if isinstance(layer, nn.Linear)][-1]
    with torch.no_grad():
        last.weight.mul_(scale)
        last.bias.mul_(scale).add_((offset + (scale - 1) * H_OFFSET) / H_SCALE)
    return {"scale": round(scale, 4), "offset_h": round(offset, 2)}


def _measure_normalisation(module: nn.Module, maps: Sequence[Map]) -> None:
    """Running statistics as the plain mean over all batches of the maps as they are."""
    layers = [layer for layer in module.modules() if isinstance(layer, nn.BatchNorm2d)]
    if not layers:
        return
    module.eval()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain mean
        layer.train()
    with torch.no_grad():
        for first in range(0, len(maps) - len(maps) % BATCH or len(maps), BATCH):
            _forward(module, maps[first : first + BATCH])
    for layer in layers:
        layer.momentum = 0.1


def _forward(module: nn.Module, maps: Sequence[Map]) -> Tensor:
    device = next(module.parameters()).device
    stack = torch.from_numpy(np.stack([np.asarray(each) for each in maps])).permute(0, 3, 1, 2).to(device)
    return said(module, stack.to(torch.float32).div_(255))
