"""Grey pictures of nuclei for the general network: exact masks, three origins, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.synth.grey import ORIGINS, make_general
from scoring.types import ScoringError


@pytest.mark.parametrize("origin", ORIGINS)
def test_nuclei_are_darker_than_what_surrounds_them(origin):
    darker = 0
    for seed in range(12):
        grey, mask = make_general(seed, 160, origin=origin)
        assert grey.shape == mask.shape == (160, 160)
        assert (grey.dtype, mask.dtype) == (np.float32, np.bool_)
        assert grey.min() >= 0
        assert grey.max() <= 1
        assert 0.02 < mask.mean() < 0.85
        darker += grey[mask].mean() < grey[~mask].mean() - 0.05
    assert darker == 12


def test_a_seed_gives_one_picture_and_another_seed_another():
    first, again, other = (make_general(seed, 96) for seed in (5, 5, 6))
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_every_origin_is_drawn():
    def sharpness(seed: int) -> float:
        return float(make_general(seed, 64)[0].mean())

    assert len({round(sharpness(seed), 3) for seed in range(12)}) > 8


def test_what_it_cannot_draw_is_refused():
    with pytest.raises(ScoringError, match="at least 32; received 8"):
        make_general(0, 8)
    with pytest.raises(ScoringError, match="origin is one of fluorescence, he, dab; received 'x-ray'"):
        make_general(0, origin="x-ray")
