"""Mutated slides through the capped decoder: every one is answered, and another slide stays readable meanwhile.

`make test` runs 1000; `make soak` that times ``DUOSCOPE_SOAK`` (100: 100 000). ``DUOSCOPE_SOAK="mutants=5000 seed=3"``
says a number and a seed itself.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from scoring.slide_io import SlideError, open_slide
from scoring.slide_io.errors import CODES
from tests.scoring.slide_io import samples

_WORDS = os.environ.get("DUOSCOPE_SOAK", "").split()
_SOAK = dict(word.split("=", 1) for word in _WORDS if "=" in word)
COUNT = int(_SOAK.get("mutants", 1000 * int(_WORDS[0]) if _WORDS and _WORDS[0].isdigit() else 1000))
SEED = int(_SOAK.get("seed", 7))


def _answer(path: Path) -> tuple[str, str]:
    """(the refusal's code or "read", its message)."""
    try:
        with open_slide(path, checksum=False) as reader:
            reader.thumbnail(128)
            for level in range(min(4, len(reader.info.levels))):
                for corner in (0, 300):
                    region = reader.read_region(corner, corner, level, 256, 256)
                    assert region.shape == (256, 256, 3)
            return "read", ""
    except SlideError as error:
        return error.code, error.message
    finally:
        path.unlink()


def _check(answers: list[tuple[str, str]]) -> Counter[str]:
    for code, message in answers:
        assert code == "read" or (code in CODES - {"internal", "missing"}), message
        assert code == "read" or message.endswith("."), message
        assert "mutant" not in message, "a refusal named the file"
    return Counter(code for code, _ in answers)


@pytest.mark.timeout(max(600, COUNT))
def test_every_mutated_slide_is_answered(tmp_path: Path) -> None:
    originals = samples.seeds(tmp_path)
    healthy = samples.write_pyramid(tmp_path / "healthy.tif", samples.pixels(512, 512))
    rnd = random.Random(SEED)
    answers: Counter[str] = Counter()
    with open_slide(healthy) as other, ThreadPoolExecutor(3) as threads:
        before, decoder = other.read_region(0, 0, 0, 512, 512), other.decoder_pid
        pending = []
        for number in range(COUNT):
            path = tmp_path / f"mutant-{number}.tif"
            path.write_bytes(samples.mutant(originals, rnd))
            pending.append(threads.submit(_answer, path))
            if len(pending) >= 64:
                answers.update(_check([future.result() for future in pending]))
                pending = []
                assert np.array_equal(other.read_region(0, 0, 0, 512, 512), before)
        answers.update(_check([future.result() for future in pending]))
        assert other.decoder_pid == decoder
    assert answers.total() == COUNT
    # A test in which everything or nothing is refused has mutated nothing, or everything beyond recognition.
    assert 0.05 * COUNT < answers["read"] < 0.95 * COUNT, answers
