"""Sizes of studies: published examples, and a simulation that finds what was planned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scoring.agreement import items_for_icc_test, items_for_icc_width
from scoring.agreement.icc import count_icc
from scoring.agreement.statistic import Resamples, describe
from scoring.types import ScoringError


def test_the_example_of_walter_eliasziw_and_donner() -> None:
    """Two readers, alpha .05, power .8: .6 against .8 needs 39 subjects, as tables of their formula have it."""
    assert items_for_icc_test(0.6, 0.8, 2) == 39


def test_a_planned_width_is_what_intervals_come_to() -> None:
    items = items_for_icc_width(0.8, 2, width=0.2)
    assert items == 51
    rng = np.random.default_rng(4)
    widths = []
    for seed in range(60):
        values = rng.normal(0, 2, (items, 1)) + rng.normal(0, 1, (items, 2))  # ICC .8
        found = describe(count_icc(values, np.arange(items), "icc1"), Resamples(items, seed=seed, draws=500))
        widths.append(found.ci95[1] - found.ci95[0])
    assert np.mean(widths) == pytest.approx(0.2, abs=0.04)


def test_more_readers_need_fewer_items_and_narrower_intervals_more() -> None:
    assert items_for_icc_width(0.8, 3, width=0.2) < items_for_icc_width(0.8, 2, width=0.2)
    assert items_for_icc_width(0.8, 2, width=0.1) > items_for_icc_width(0.8, 2, width=0.2)
    assert items_for_icc_test(0.7, 0.75, 2) > items_for_icc_test(0.7, 0.9, 2)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: items_for_icc_width(1.0, 2, width=0.2), "ICC lies between"),
        (lambda: items_for_icc_width(0.8, 1, width=0.2), "two readers"),
        (lambda: items_for_icc_width(0.8, 2, width=0.0), "width lies between"),
        (lambda: items_for_icc_test(0.8, 0.8, 2), "above the least"),
        (lambda: items_for_icc_test(0.6, 0.8, 2, power=1.0), "power lies between"),
        (lambda: items_for_icc_width(float("nan"), 2, width=0.2), "ICC lies between"),
    ],
)
def test_what_cannot_be_planned_is_named(call: Callable[[], int], said: str) -> None:
    with pytest.raises(ScoringError, match=said):
        call()
