"""Distributed label augmentation: labels within ±2, copies that balance."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.training import labels
from scoring.types import ScoringError


@pytest.mark.parametrize("h_score", [0, 0.4, 1, 2.5, 125, 127.5, 298.9, 300])
def test_labels_stay_within_two_and_within_the_scale(h_score: float) -> None:
    found, probabilities = labels.distribution(h_score)
    assert probabilities.sum() == pytest.approx(1)
    assert (np.abs(found - h_score) <= 2).all()
    assert found.min() >= 0
    assert found.max() <= 300


def test_the_probabilities_are_those_of_a_gaussian_of_sigma_nine_tenths() -> None:
    found, probabilities = labels.distribution(100)
    assert found.tolist() == [98, 99, 100, 101, 102]
    assert probabilities[2] / probabilities[1] == pytest.approx(np.exp(1 / (2 * 0.81)))
    assert probabilities[2] / probabilities[0] == pytest.approx(np.exp(4 / (2 * 0.81)))
    assert probabilities.tolist() == pytest.approx(probabilities[::-1].tolist())


def test_draws_follow_the_distribution() -> None:
    drawn = labels.draw(100, 20_000, np.random.default_rng(1))
    _, probabilities = labels.distribution(100)
    shares = np.bincount(drawn - 98, minlength=5) / len(drawn)
    assert np.abs(shares - probabilities).max() < 0.015


def test_a_score_off_the_scale_is_refused() -> None:
    with pytest.raises(ScoringError, match="received 301"):
        labels.distribution(301)


def test_copies_sum_to_the_papers_5314_and_balance_the_tens() -> None:
    scores = np.repeat(np.arange(5.0, 300, 10), [5, 2, 3, 4, 3] * 6)[:100]
    found = labels.copies(scores)
    assert abs(found.sum() - 5314) < 100
    per_ten = np.bincount((scores // 10).astype(int), weights=found)
    assert per_ten.max() / per_ten.min() < 1.1


def test_copies_stay_within_ten_and_two_hundred() -> None:
    found = labels.copies(np.concatenate([np.zeros(190), np.arange(50.0, 250, 20)]))
    assert found[:190].tolist() == [labels.LEAST_COPIES] * 190  # their share would be 5
    assert found[190:].tolist() == [labels.MOST_COPIES] * 10  # theirs 966


def test_three_hundred_belongs_to_the_last_ten() -> None:
    assert labels.copies(np.array([300.0, 295.0]), 100).tolist() == [50, 50]


def test_the_plan_labels_every_copy() -> None:
    scores = np.array([0.0, 0.0, 100.0, 250.0])
    indices, wanted = labels.plan(scores, np.random.default_rng(0), 200)
    assert np.bincount(indices).tolist() == labels.copies(scores, 200).tolist()
    assert (np.abs(wanted - scores[indices]) <= 2).all()


def test_no_cores_no_copies() -> None:
    assert len(labels.copies(np.zeros(0))) == 0
