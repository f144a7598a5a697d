"""Which processor networks run on: ``DUOSCOPE_DEVICE`` is ``auto`` (a graphics processor where torch sees one), ``cpu``
or ``cuda``.
"""

from __future__ import annotations

import os
from functools import lru_cache

import torch
from torch import nn

from scoring.types import ScoringError

VARIABLE = "DUOSCOPE_DEVICE"
CHOICES = ("auto", "cpu", "cuda")


def choose(wanted: str) -> str:
    """``cpu`` or ``cuda``. Raises ScoringError for another word, or for ``cuda`` where torch sees none."""
    if wanted not in CHOICES:
        raise ScoringError(f"The device is {', '.join(CHOICES[:-1])} or {CHOICES[-1]}; received {wanted!r}.")
    if wanted == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise ScoringError("Device cuda was asked for and torch sees no graphics processor; use cpu or auto.")
    return "cpu"


@lru_cache(maxsize=1)
def configured() -> str:
    """The device of this process, from the environment."""
    return choose(os.environ.get(VARIABLE, "auto") or "auto")


def of(module: nn.Module) -> torch.device:
    """Where a network's weights lie; the processor where it has none."""
    weights = next(module.parameters(), None)
    return torch.device("cpu") if weights is None else weights.device


def name() -> str:
    """For provenance: ``cpu``, or ``cuda`` and the model of the graphics processor."""
    device = configured()
    return device if device == "cpu" else f"{device} ({torch.cuda.get_device_name()})"
