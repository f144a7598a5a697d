"""What is recorded, when, and by whom; what a receiver hears of it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, connection, transaction

from tests import factories
from webapp.accounts.models import User
from webapp.audit import services
from webapp.audit.models import Event
from webapp.audit.signals import recorded
from webapp.audit.verbs import VERBS
from webapp.studies.models import Study


def test_an_event_is_numbered_dated_and_chained(alice: User, study: Study) -> None:
    first = services.record(alice, "study.created", obj=study, study_id=study.id)
    second = services.record(None, "slide.ingested", obj=study, study_id=study.id, seconds=3)
    assert second == first + 1
    a, b = Event.objects.filter(seq__in=[first, second])
    assert (a.actor, a.actor_id, a.verb) == ("alice", alice.pk, "study.created")
    assert (a.object_kind, a.object_id, a.study_id) == ("study", str(study.pk), study.pk)
    assert (b.actor, b.actor_id, b.details) == ("system", None, {"seconds": 3})
    assert a.at < b.at
    assert bytes(b.prev) == bytes(a.hash)
    assert services.verify() is None


def test_details_may_hold_what_rows_hold(study: Study) -> None:
    value = uuid.uuid4()
    seq = services.record(None, "slide.changed", obj=study, um_per_px=Decimal("0.25"), batch=value, at=study.created_at)
    details = Event.objects.get(seq=seq).details
    assert details["um_per_px"] == "0.25"
    assert details["batch"] == str(value)


def test_an_unknown_verb_is_refused(study: Study) -> None:
    with pytest.raises(ValueError, match=r"slide\.eaten.*verbs"):
        services.record(None, "slide.eaten", obj=study)
    assert not Event.objects.exists()


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_not_json_is_refused(study: Study, number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        services.record(None, "slide.changed", obj=study, number=number)


def test_text_that_cannot_be_kept_is_refused(study: Study) -> None:
    with pytest.raises(DataError):
        services.record(None, "slide.changed", obj=study, name="a\x00b")


def test_every_verb_has_a_sentence() -> None:
    assert all(sentence.endswith(".") and sentence[0].isupper() for sentence in VERBS.values())


@pytest.fixture
def heard() -> Iterator[list[dict[str, Any]]]:
    """What a receiver was told."""
    told: list[dict[str, Any]] = []

    def listen(**said: Any) -> None:
        told.append({name: value for name, value in said.items() if name not in ("signal", "sender")})

    recorded.connect(listen)
    yield told
    recorded.disconnect(listen)


@pytest.mark.django_db(transaction=True)
def test_receivers_hear_of_it_after_commit_and_only_ids(heard: list[dict[str, Any]]) -> None:
    study = factories.StudyFactory()
    with transaction.atomic():
        services.record(None, "study.created", obj=study, study_id=study.id, secret_of_the_study="abc")
        assert heard == []
    assert heard == [
        {
            "verb": "study.created",
            "kind": "study",
            "id": str(study.id),
            "study_id": str(study.id),
            "specimen_id": None,
        }
    ]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_never_happened(heard: list[dict[str, Any]]) -> None:
    study = factories.StudyFactory()
    with transaction.atomic():
        services.record(None, "study.created", obj=study)
        transaction.set_rollback(True)
    assert heard == []
    assert not Event.objects.exists()
    services.record(None, "study.created", obj=study)
    assert [event.seq for event in Event.objects.all()] == [1], "the rolled back event must leave no gap"


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_fails_stops_nobody(heard: list[dict[str, Any]]) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("no socket")

    recorded.connect(fail)
    try:
        services.record(None, "study.created", obj=factories.StudyFactory())
    finally:
        recorded.disconnect(fail)
    assert len(heard) == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_make_one_chain() -> None:
    study = factories.StudyFactory()
    ready = threading.Barrier(4)
    failures: list[Exception] = []

    def write() -> None:
        try:
            ready.wait()
            for _ in range(10):
                with transaction.atomic():
                    services.record(None, "slide.changed", obj=study)
        except Exception as error:  # whatever it is, the test must see it
            failures.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert list(Event.objects.values_list("seq", flat=True)) == list(range(1, 41))
    assert services.verify() is None


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_many_links_of_the_chain_and_told_once(heard: list[dict[str, Any]]) -> None:
    studies = factories.StudyFactory.create_batch(3)
    with transaction.atomic():
        numbers = services.record_many(
            None, "study.closed", [services.Happened(each, each.pk, details={"n": n}) for n, each in enumerate(studies)]
        )
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    events = Event.objects.filter(seq__in=numbers).order_by("seq")
    assert [(event.object_id, event.study_id, event.details) for event in events] == [
        (str(each.pk), each.pk, {"n": n}) for n, each in enumerate(studies)
    ]
    assert services.verify() is None
    assert [(each["verb"], each["id"]) for each in heard] == [("study.closed", str(studies[-1].pk))]


@pytest.mark.django_db
def test_nothing_is_no_event() -> None:
    with pytest.raises(ValueError, match="Nothing happened"):
        services.record_many(None, "study.closed", [])
