"""Which processor networks run on."""

from __future__ import annotations

import pytest
import torch

from scoring import devices
from scoring.types import ScoringError


def test_auto_takes_a_graphics_processor_where_there_is_one() -> None:
    assert devices.choose("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    assert devices.choose("cpu") == "cpu"


def test_another_word_is_refused() -> None:
    with pytest.raises(ScoringError, match="auto, cpu or cuda; received 'tpu'"):
        devices.choose("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a graphics processor")
def test_one_that_is_not_there_is_refused() -> None:
    with pytest.raises(ScoringError, match="sees no graphics processor"):
        devices.choose("cuda")


def test_the_environment_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    devices.configured.cache_clear()
    monkeypatch.setenv(devices.VARIABLE, "cpu")
    assert devices.configured() == "cpu"
    assert devices.name() == "cpu"
    devices.configured.cache_clear()
