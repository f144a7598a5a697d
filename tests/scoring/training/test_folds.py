"""Folds of the cross-validation."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.training import folds
from scoring.types import ScoringError


def test_105_cores_give_21_disjoint_folds_of_five_that_cover_all() -> None:
    found = folds.disjoint(105)
    assert [len(fold) for fold in found] == [5] * 21
    assert np.sort(np.concatenate(found)).tolist() == list(range(105))


def test_other_counts_differ_by_one_at_most() -> None:
    assert sorted(len(fold) for fold in folds.disjoint(10, 3)) == [3, 3, 4]


def test_the_partition_depends_on_the_seed_alone() -> None:
    assert [f.tolist() for f in folds.disjoint(20, 4, seed=3)] == [f.tolist() for f in folds.disjoint(20, 4, seed=3)]
    assert [f.tolist() for f in folds.disjoint(20, 4, seed=3)] != [f.tolist() for f in folds.disjoint(20, 4, seed=4)]


def test_random_folds_leave_five_out_and_may_repeat() -> None:
    found = folds.random(105)
    assert [len(set(fold.tolist())) for fold in found] == [5] * 21
    assert len(set(np.concatenate(found).tolist())) < 105


@pytest.mark.parametrize(("count", "parts"), [(3, 4), (5, 1)])
def test_impossible_folds_are_refused(count: int, parts: int) -> None:
    with pytest.raises(ScoringError, match=f"{count} cores"):
        folds.disjoint(count, parts)
