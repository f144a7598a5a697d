"""One consensus for each round: the mean, an adjudicator, or not scoreable; and what is revealed when."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from webapp.blinding.permissions import is_veiled
from webapp.core.errors import Conflict, NotVisible
from webapp.reading import services
from webapp.reading.models import Consensus, Reading, Round

pytestmark = pytest.mark.django_db

Give = Callable[..., Any]
Sign = Callable[..., Reading]


def test_two_readings_within_the_tolerance_are_averaged(
    specimen: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    sign(give(alice, specimen), 20, 30, 10)  # 110
    assert not Consensus.objects.exists()
    second = give(bob, specimen)
    sign(second, 10, 40, 20)  # 150
    consensus = Consensus.objects.get()
    assert consensus.kind == "mean"
    assert consensus.value == Decimal(130)
    assert consensus.inputs == {"weak": "15", "moderate": "35", "strong": "15"}
    assert (consensus.spread, consensus.tolerance) == (40, 40)
    assert consensus.category == "positive"
    assert second.round.__class__.objects.get().state == Round.State.DECIDED


def test_beyond_the_tolerance_an_adjudicator_decides(
    specimen: Any, alice: Any, bob: Any, adam: Any, give: Give, sign: Sign
) -> None:
    sign(give(alice, specimen), 20, 30, 10)  # 110
    sign(give(bob, specimen), "10.5", 40, 20)  # 150.5
    round_ = Round.objects.get()
    assert round_.state == Round.State.DISCORDANT
    with pytest.raises(NotVisible):
        services.claim_adjudication(alice, round_.pk)
    taken = services.claim_adjudication(adam, round_.pk)
    with pytest.raises(NotVisible):
        services.claim_adjudication(adam, round_.pk)
    assert is_veiled(adam, specimen)
    sign(taken, 0, 40, 20)
    consensus = Consensus.objects.get()
    assert (consensus.kind, consensus.value) == ("adjudicated", 140)
    assert not any(is_veiled(person, specimen) for person in (alice, bob, adam))


def test_a_category_flip_is_discordant_whatever_the_numbers(
    specimen: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    sign(give(alice, specimen), 10, 0, 0)
    sign(give(bob, specimen), "10.01", 0, 0)
    assert Round.objects.get().state == Round.State.DISCORDANT


def test_not_scoreable_twice_is_agreed_once_is_discordant(
    specimen: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    first, second = give(alice, specimen), give(bob, specimen)
    sign(first, reason="fold")
    sign(second, reason="fold")
    consensus = Consensus.objects.get()
    assert (consensus.kind, consensus.scoreable, consensus.reason) == ("agreed", False, "fold")


def test_the_veil_falls_with_the_last_reading(specimen: Any, alice: Any, bob: Any, give: Give, sign: Sign) -> None:
    first, second = give(alice, specimen), give(bob, specimen)
    sign(first, 20, 30, 10)
    assert is_veiled(alice, specimen)
    assert is_veiled(bob, specimen)
    sign(second, 20, 30, 10)
    assert not is_veiled(alice, specimen)
    assert not is_veiled(bob, specimen)


def test_the_same_signature_again_is_the_same_reading(specimen: Any, alice: Any, give: Give, sign: Sign) -> None:
    assignment = give(alice, specimen)
    assert sign(assignment, 20, 30, 10) == sign(assignment, 20.0, "30", 10)
    with pytest.raises(Conflict, match="amendment"):
        sign(assignment, 21, 30, 10)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_nobody_changes_what_was_signed(specimen: Any, alice: Any, give: Give, sign: Sign, act: str) -> None:
    reading = sign(give(alice, specimen), 20, 30, 10)
    rows = Reading.objects.filter(pk=reading.pk)
    with pytest.raises(DatabaseError, match="for good"), transaction.atomic():
        rows.update(value=1) if act == "update" else rows.delete()
