from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests import factories
from webapp.live import receivers
from webapp.live.receivers import tell_what_was_recorded
from webapp.live.rooms import Room
from webapp.studies.models import Study

STUDY, OBJECT = uuid.uuid4(), uuid.uuid4()


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
