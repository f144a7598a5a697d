"""What is left undone is done on the timetable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from webapp.blinding.models import Opening
from webapp.blinding.permissions import is_veiled
from webapp.celery import app
from webapp.reading import services
from webapp.reading.models import Assignment, Consensus, QaReview, Reading, Round
from webapp.reading.services import deciding
from webapp.reading.tasks import reconcile_rounds_task
from webapp.studies.models import Protocol

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]
Sign = Callable[..., Reading]


@pytest.fixture
def _undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process had died between the last signature and what follows from it."""
    monkeypatch.setattr("webapp.reading.services.signing.after_signing", lambda *_: None)


@pytest.mark.usefixtures("_undecided")
def test_complete_rounds_are_decided(specimen: Any, alice: Any, bob: Any, give: Give, sign: Sign) -> None:
    sign(give(alice, specimen), 20, 30, 10)
    reconcile_rounds_task()
    assert not Consensus.objects.exists()
    sign(give(bob, specimen), 10, 40, 20)
    assert not Consensus.objects.exists()
    reconcile_rounds_task()
    assert Consensus.objects.get().value == 130
    assert not is_veiled(alice, specimen)
    assert services.reconcile() == 0


@pytest.mark.usefixtures("_undecided")
def test_an_adjudication_is_concluded(specimen: Any, alice: Any, bob: Any, adam: Any, give: Give, sign: Sign) -> None:
    sign(give(alice, specimen), 20, 30, 10)
    sign(give(bob, specimen), 0, 0, 90)
    assert services.reconcile() == 1
    round_ = Round.objects.get()
    assert (round_.state, services.reconcile()) == (Round.State.DISCORDANT, 0)
    sign(services.claim_adjudication(adam, round_.pk), 0, 40, 20)
    assert services.reconcile() == 1
    assert Consensus.objects.get().kind == "adjudicated"


def test_what_nobody_has_to_read_any_more_is_opened(
    specimen: Any, alice: Any, bob: Any, give: Give, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(deciding, "reveal_if_over", lambda _: None)
        sign(give(alice, specimen), 20, 30, 10)
        sign(give(bob, specimen), 20, 30, 10)
    assert not Opening.objects.exists()
    review = factories.QaReviewFactory(round=Round.objects.get())
    assert (services.reconcile(), Opening.objects.count()) == (0, 0)
    QaReview.objects.filter(pk=review.pk).update(state="dropped")
    for reveal in (Protocol.Reveal.NEVER, Protocol.Reveal.AFTER_RE_READS):
        Protocol.objects.update(reveal_to_readers=reveal, re_read_series=0 if reveal == "never" else 1)
        assert (services.reconcile(), Opening.objects.count()) == (0, 0)
    Protocol.objects.update(re_read_series=0)
    Protocol.objects.update(reveal_to_readers=Protocol.Reveal.AFTER_ALL_READINGS)
    assert (services.reconcile(), services.reconcile(), Opening.objects.count()) == (1, 0, 1)


@pytest.mark.usefixtures("_undecided")
def test_one_that_fails_stops_no_other(
    study: Any, alice: Any, bob: Any, give: Give, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    specimens = [factories.SpecimenFactory(slide__study=study) for _ in range(3)]
    for specimen in specimens:
        sign(give(alice, specimen), 20, 30, 10)
        sign(give(bob, specimen), 20, 30, 10)
    settle = deciding.settle

    def fails_once(round_: Round) -> None:
        if round_.specimen == specimens[0]:
            raise ValueError("something unforeseen")
        settle(round_)

    monkeypatch.setattr(deciding, "settle", fails_once)
    assert services.reconcile() == 2
    assert set(Consensus.objects.values_list("specimen", flat=True)) == {row.pk for row in specimens[1:]}


def test_beat_sends_it() -> None:
    assert reconcile_rounds_task.name in {entry["task"] for entry in app.conf.beat_schedule.values()}
