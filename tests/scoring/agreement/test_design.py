"""Sizes of studies: published examples, and a simulation that finds what was planned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scoring.agreement import (
    count_kappa,
    items_for_icc_test,
    items_for_icc_width,
    items_for_kappa_test,
    items_for_kappa_width,
)
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


def two_readers(kappa: float, share: float, items: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The common correlation model of Bloch & Kraemer: with probability kappa both say the same draw."""
    first, second = (rng.random((2, items)) < share).astype(float)
    return first, np.where(rng.random(items) < kappa, first, second)


def kappas(kappa: float, share: float, items: int, tables: int) -> np.ndarray:
    """κ = 2 (n11 n00 - n01 n10) / (n1. n.0 + n.1 n0.), written out."""
    rng = np.random.default_rng(8)
    found = []
    for _ in range(tables):
        first, second = two_readers(kappa, share, items, rng)
        n11, n10 = (first * second).sum(), (first * (1 - second)).sum()
        n01, n00 = ((1 - first) * second).sum(), ((1 - first) * (1 - second)).sum()
        found.append(2 * (n11 * n00 - n01 * n10) / ((n11 + n10) * (n10 + n00) + (n11 + n01) * (n01 + n00)))
    return np.array(found)


@pytest.mark.parametrize(("kappa", "share"), [(0.6, 0.5), (0.8, 0.3), (0.4, 0.2)])
def test_a_planned_width_of_kappa_is_four_of_its_standard_errors(kappa: float, share: float) -> None:
    items = items_for_kappa_width(kappa, share, width=0.2)
    assert 4 * 0.98 * np.std(kappas(kappa, share, items, 2000)) == pytest.approx(0.2, rel=0.08)


def test_a_planned_power_of_kappa_is_found() -> None:
    """Of studies of the planned size, about 80 % find κ above .4 where it is .7; of those where it is .4, 5 %."""
    items = items_for_kappa_test(0.4, 0.7, 0.4)
    bound = 0.4 + 1.645 * np.sqrt(0.6 * (0.6 * 0.2 + 0.4 * 1.6 / (2 * 0.4 * 0.6)) / items)
    assert np.mean(kappas(0.7, 0.4, items, 2000) > bound) == pytest.approx(0.8, abs=0.06)
    assert np.mean(kappas(0.4, 0.4, items, 2000) > bound) == pytest.approx(0.05, abs=0.03)


def test_a_rare_category_needs_more_items() -> None:
    assert items_for_kappa_width(0.6, 0.1, width=0.2) > items_for_kappa_width(0.6, 0.5, width=0.2)
    assert items_for_kappa_test(0.4, 0.7, 0.1) > items_for_kappa_test(0.4, 0.7, 0.5)
    assert items_for_kappa_test(0.4, 0.7, 0.1) == items_for_kappa_test(0.4, 0.7, 0.9)  # it does not matter which


def test_the_model_has_the_kappa_that_it_states() -> None:
    first, second = two_readers(0.6, 0.3, 200_000, np.random.default_rng(1))
    found = describe(count_kappa(first, second, np.arange(200_000), 2), Resamples(200_000, blocks=50, draws=100))
    assert found.value == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: items_for_icc_width(1.0, 2, width=0.2), "ICC lies between"),
        (lambda: items_for_icc_width(0.8, 1, width=0.2), "two readers"),
        (lambda: items_for_icc_width(0.8, 2, width=0.0), "width lies between"),
        (lambda: items_for_icc_test(0.8, 0.8, 2), "above the least"),
        (lambda: items_for_icc_test(0.6, 0.8, 2, power=1.0), "power lies between"),
        (lambda: items_for_icc_width(float("nan"), 2, width=0.2), "ICC lies between"),
        (lambda: items_for_kappa_width(0.6, 0.0, width=0.2), "share of positives lies between"),
        (lambda: items_for_kappa_width(1.0, 0.5, width=0.2), "κ lies between"),
        (lambda: items_for_kappa_test(0.7, 0.6, 0.5), "above the least"),
    ],
)
def test_what_cannot_be_planned_is_named(call: Callable[[], int], said: str) -> None:
    with pytest.raises(ScoringError, match=said):
        call()
