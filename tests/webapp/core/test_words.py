"""States, queue, tasks and health: the words every app shares."""

from __future__ import annotations

from typing import Any

import pytest
from celery import current_app
from django.db import transaction
from django.test import Client
from django.utils import timezone
from kombu.exceptions import OperationalError

from tests.factories import RunFactory
from webapp.core import health, states
from webapp.core.errors import Conflict
from webapp.core.queue import send_after_commit
from webapp.core.tasks import task
from webapp.runs.models import Run

LEASE = {"lease_owner": "worker", "lease_until": timezone.now()}


def test_a_move_in_the_table_is_made_with_its_changes(db: None) -> None:
    run = RunFactory()
    states.move(run, Run.State.RUNNING, attempt=1, **LEASE)
    assert (run.state, run.attempt) == (Run.State.RUNNING, 1)
    run.refresh_from_db()
    assert (run.state, run.attempt) == (Run.State.RUNNING, 1)


def test_a_move_that_is_not_in_the_table_is_refused(db: None) -> None:
    run = RunFactory(done=True)
    with pytest.raises(Conflict, match="cannot become queued") as caught:
        states.move(run, Run.State.QUEUED)
    assert caught.value.code == "illegal_move"
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_only_one_of_two_moves_from_the_same_state_is_made(db: None) -> None:
    run = RunFactory()
    same = Run.objects.get(pk=run.pk)
    states.move(run, Run.State.RUNNING, attempt=1, **LEASE)
    with pytest.raises(Conflict) as caught:
        states.move(same, Run.State.RUNNING, attempt=2, **LEASE)
    assert caught.value.code == "moved_meanwhile"
    assert Run.objects.get(pk=run.pk).attempt == 1


def test_a_fencing_token_that_is_not_the_rows_moves_nothing(db: None) -> None:
    run = RunFactory()
    with pytest.raises(Conflict):
        states.move(run, Run.State.RUNNING, where={"attempt": 7}, attempt=8, **LEASE)
    assert Run.objects.get(pk=run.pk).state == Run.State.QUEUED


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names handed to the broker, noted on the way."""
    names: list[str] = []
    monkeypatch.setattr(
        type(current_app._get_current_object()), "send_task", lambda _self, name, **_: names.append(name)
    )
    return names


def test_a_task_is_sent_after_the_commit_and_never_after_a_rollback(transactional_db: None, sent: list[str]) -> None:
    with transaction.atomic():
        send_after_commit("a_task", queue="cpu", run_id="1")
        assert sent == []
    assert sent == ["a_task"]
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - both belong to the transaction
        send_after_commit("b_task", queue="cpu", run_id="1")
        raise ZeroDivisionError
    assert sent == ["a_task"]


def test_a_broker_that_is_away_fails_nobodys_write(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(type(current_app._get_current_object()), "send_task", away)
    with transaction.atomic():
        run = RunFactory()
        send_after_commit("a_task", queue="cpu", run_id=str(run.pk))
    assert Run.objects.filter(pk=run.pk).exists()


def test_a_tasks_name_must_say_that_it_is_one() -> None:
    with pytest.raises(ValueError, match="ends in _task"):
        task(time_limit_s=10)(lambda: None)


def test_health_is_told_truthfully(transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any,
                                   tmp_path: Any) -> None:  # fmt: skip
    settings.SLIDE_FOLDER = tmp_path / "slides"
    client = Client()
    assert client.get("/readyz").json() == {"database": True, "broker": True, "storage": True}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"  # nobody listens there
    (tmp_path / "file").write_text("")
    settings.SLIDE_FOLDER = tmp_path / "file" / "slides"
    health._broker.cache_clear()
    response = client.get("/readyz")
    health._broker.cache_clear()
    assert response.status_code == 503
    assert response.json() == {"database": True, "broker": False, "storage": False}
    assert client.get("/healthz").json() == {"alive": True}
    assert client.post("/healthz").status_code == 405
