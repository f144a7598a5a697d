"""Dice loss by hand."""

from __future__ import annotations

import pytest
import torch

from scoring.training.losses import dice_loss, score_loss


def logits_of(probabilities: list[list[float]]) -> torch.Tensor:
    return torch.logit(torch.tensor(probabilities), eps=1e-7)[None, None]


def test_eq_9_on_four_pixels() -> None:
    predicted = logits_of([[0.5, 0.5], [0.25, 0.75]])
    truth = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]]]])
    # twice .5 + .75, plus 1, over 2 + 2 + 1
    assert float(dice_loss(predicted, truth)) == pytest.approx(-3.5 / 5, abs=1e-5)


def test_a_perfect_mask_and_an_empty_crop_left_empty_are_minus_one() -> None:
    truth = torch.zeros(1, 1, 8, 8)
    truth[..., 2:5, 2:5] = 1
    assert float(dice_loss(torch.where(truth > 0, 50.0, -50.0), truth)) == pytest.approx(-1)
    assert float(dice_loss(torch.full((1, 1, 8, 8), -50.0), torch.zeros(1, 1, 8, 8))) == pytest.approx(-1)


def test_a_false_nucleus_in_an_empty_crop_costs_more_over_the_batch() -> None:
    truth = torch.zeros(2, 1, 8, 8)
    truth[0, :, 2:6, 2:6] = 1
    false = torch.where(truth > 0, 50.0, -50.0)
    false[1, :, :4, :4] = 50
    assert float(dice_loss(false, truth)) == pytest.approx(-33 / 49, abs=1e-5)
    assert float(dice_loss(false, truth, over="image")) == pytest.approx(-(1 + 1 / 17) / 2, abs=1e-5)


def test_an_empty_crop_still_pushes_false_nuclei_down() -> None:
    logits = torch.zeros(1, 1, 4, 4, requires_grad=True)
    dice_loss(logits, torch.zeros(1, 1, 4, 4)).backward()  # type: ignore[no-untyped-call]
    assert logits.grad is not None
    assert (logits.grad > 0).all()


def test_eq_10() -> None:
    assert float(score_loss(torch.tensor([1.0, -1.0]), torch.tensor([0.5, -1.0]))) == pytest.approx(0.125)
