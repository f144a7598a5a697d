from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from webapp.live import receivers
from webapp.live.receivers import tell_what_was_recorded
from webapp.live.rooms import Room
from webapp.reading import services as reading
from webapp.reading.models import Assignment, Purpose, Round
from webapp.slides.models import Specimen
from webapp.studies.models import Role, Study

STUDY, OBJECT = uuid.uuid4(), uuid.uuid4()
HALF = reading.Signed({"inputs": {"weak": 20, "moderate": 30, "strong": 10}})


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], dict[str, Any]]]:
    said: list[tuple[set[str], dict[str, Any]]] = []
    monkeypatch.setattr(
        receivers, "publish", lambda rooms, message: said.append(({room.kind for room in rooms}, message))
    )
    return said


def tell(verb: str, kind: str, **more: Any) -> None:
    tell_what_was_recorded(**{"verb": verb, "kind": kind, "id": str(OBJECT), "study_id": str(STUDY), **more})


@pytest.mark.parametrize("verb", ["run.requested", "run.claimed", "run.failed", "run.cancelled", "run.requeued"])
def test_of_runs_only_those_hear_who_may_know(told: Any, verb: str) -> None:
    tell(verb, "run")
    assert told == [({"run", "runs"}, {"type": "live.changed", "changed": "run", "id": str(OBJECT)})]


def test_a_finished_run_has_a_result(told: Any) -> None:
    tell("run.finished", "run")
    assert [message["changed"] for _, message in told] == ["run", "result"]
    assert all(rooms == {"run", "runs"} for rooms, _ in told)


@pytest.mark.parametrize(
    ("verb", "kind"),
    [("result.revealed", "result"), ("result.exported", "result"), ("exposure.recorded", "exposure"),
     ("slide.opened", "presentation"), ("slide.opened", "slide"), ("reading.submitted", "reading")],
)  # fmt: skip
def test_looking_and_what_nobody_thought_of_is_told_to_nobody(told: Any, verb: str, kind: str) -> None:
    tell(verb, kind)
    assert told == []


def test_slides_are_for_every_member(told: Any) -> None:
    tell("slide.ingested", "slide")
    assert told == [({"study", "slide"}, {"type": "live.changed", "changed": "slide", "id": str(OBJECT)})]


@pytest.mark.parametrize("verb", ["membership.granted", "membership.revoked", "veil.drawn", "veil.lifted"])
def test_changed_rights_are_judged_and_not_told(told: Any, verb: str) -> None:
    tell(verb, verb.partition(".")[0])
    assert told == [({"study"}, {"type": "live.judge"})]


@pytest.fixture
def specimen(study: Study) -> Specimen:
    return factories.SpecimenFactory(slide__study=study)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, str, str]]:
    """Whose own sockets were told what, in order."""
    said: list[tuple[Any, str, str]] = []

    def publish(rooms: Any, message: dict[str, Any]) -> None:
        for room in rooms:
            if room.kind == "person":
                said.append((room.id, message["changed"], message["id"]))
            assert message == {"type": "live.judge"} or set(message) == {"type", "changed", "id"}

    monkeypatch.setattr(receivers, "publish", publish)
    return said


@pytest.mark.django_db(transaction=True)
def test_a_reader_hears_of_their_own_work_and_of_nobody_elses(
    heard: Any, study: Study, specimen: Specimen, alice: Any, bob: Any, dora: Any
) -> None:
    def give(reader: Any) -> Assignment:
        (made,) = reading.assign(dora, reading.open_session(dora, study, reader), [specimen])
        return made

    mine = give(alice)
    own = (alice.pk, "worklist", str(mine.pk))
    assert heard == [own]
    theirs = give(bob)
    heard.clear()
    reading.open_assignment(bob, theirs.pk)
    reading.save_draft(bob, theirs.pk, version=1, draft={"weak": "5"})
    reading.request_slide(bob, theirs.pk, kind="rescan")
    assert heard == []
    reading.resume(bob, theirs.pk)
    reading.sign_reading(bob, theirs.pk, HALF)
    assert heard == [(bob.pk, "worklist", str(theirs.pk))] * 2
    heard.clear()
    reading.defer(alice, mine.pk)
    reading.sign_reading(alice, mine.pk, HALF)
    # Hers was the last one: what she is told of now is open to her, and to him.
    assert heard[:2] == [own, own]
    assert sorted(heard[2:]) == sorted((reader.pk, "comparison", str(specimen.pk)) for reader in (alice, bob))


@pytest.mark.django_db(transaction=True)
def test_of_many_given_at_once_the_last_one_is_told(heard: Any, study: Study, alice: Any, dora: Any) -> None:
    specimens = [factories.SpecimenFactory(slide__study=study) for _ in range(5)]
    made = reading.assign(dora, reading.open_session(dora, study, alice), specimens)
    assert heard == [(alice.pk, "worklist", str(made[-1].pk))]


@pytest.mark.django_db(transaction=True)
def test_what_is_to_be_read_after_a_washout_is_told_to_nobody_yet(
    heard: Any, study: Study, specimen: Specimen, alice: Any, dora: Any
) -> None:
    opens_at = timezone.now() + timedelta(days=14)
    session = reading.open_session(dora, study, alice, Purpose.RE_READ, series=2, opens_at=opens_at)
    reading.assign(dora, session, [specimen])
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_of_a_discordant_round_those_hear_who_may_take_it_up(
    heard: Any, study: Study, other_study: Study, specimen: Specimen, alice: Any, bob: Any, carol: Any, dora: Any
) -> None:
    adam, eve = factories.UserFactory(username="adam"), factories.UserFactory(username="eve")
    for person in (adam, eve, alice):  # alice adjudicates too, but she has read it
        factories.MembershipFactory(study=study, user=person, role=Role.ADJUDICATOR)
    factories.ExposureFactory(person=eve, specimen=specimen)  # eve was shown a result
    mine, theirs = (
        reading.assign(dora, reading.open_session(dora, study, reader), [specimen])[0] for reader in (alice, bob)
    )
    reading.sign_reading(alice, mine.pk, HALF)
    heard.clear()
    reading.sign_reading(bob, theirs.pk, reading.Signed({"inputs": {"weak": 0, "moderate": 0, "strong": 90}}))
    round_id = str(Round.objects.get().pk)
    assert heard == [(bob.pk, "worklist", str(theirs.pk)), (adam.pk, "adjudication", round_id)]


@pytest.mark.django_db(transaction=True)
def test_who_is_veiled_or_has_left_hears_of_no_reveal(
    heard: Any, study: Study, specimen: Specimen, alice: Any, bob: Any, dora: Any
) -> None:
    for reader in (alice, bob):
        round_ = Round.objects.first() or factories.RoundFactory(specimen=specimen, protocol=study.protocols.get())
        session = factories.ReadingSessionFactory(study=study, protocol=round_.protocol, reader=reader)
        factories.AssignmentFactory(round=round_, session=session, state=Assignment.State.SIGNED)
    factories.OpeningFactory(specimen=specimen)
    factories.VeilFactory(person=alice, specimen=specimen)
    receivers.tell_of_reveal(specimen.pk)
    assert heard == [(bob.pk, "comparison", str(specimen.pk))]
    study.memberships.filter(user=bob).delete()
    receivers.tell_of_reveal(specimen.pk)
    assert len(heard) == 1


def test_a_layer_that_is_away_fails_nothing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from channels.layers import channel_layers

    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": ["redis://127.0.0.1:1/0"]},
        }
    }
    channel_layers.backends.clear()
    receivers.publish([Room("study", STUDY)], {"type": "live.judge"})
    channel_layers.backends.clear()


@pytest.mark.django_db(transaction=True)
def test_what_services_record_is_told_after_commit(told: Any, study: Study, tina: Any) -> None:
    from webapp.runs import services

    specimen = factories.SpecimenFactory(slide__study=study)
    run, _ = services.request_run(
        tina, specimen_id=specimen.pk, field_of_view_id=None, asked=services.RunRequest("nnp")
    )
    assert [(rooms, message["id"]) for rooms, message in told] == [({"run", "runs"}, str(run.pk))]
