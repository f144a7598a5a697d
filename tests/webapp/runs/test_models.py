from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories
from webapp.core.errors import Conflict
from webapp.core.states import move
from webapp.runs.models import Result, Run

pytestmark = pytest.mark.django_db


def test_a_result_is_changed_by_nobody() -> None:
    result = factories.ResultFactory()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        Result.objects.filter(pk=result.pk).update(value=1)
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
        result.delete()
    with pytest.raises(IntegrityError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE runs_result SET counts = '{}'")
    assert Result.objects.get().value == 150


def test_a_value_stands_exactly_where_the_result_is_scoreable() -> None:
    with pytest.raises(IntegrityError, match="runs_value_iff_scoreable"), transaction.atomic():
        factories.ResultFactory(scoreable=False)
    with pytest.raises(IntegrityError, match="runs_value_iff_scoreable"), transaction.atomic():
        factories.ResultFactory(value=None)


def test_a_run_has_one_result() -> None:
    result = factories.ResultFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.ResultFactory(run=result.run)


@pytest.mark.parametrize("ended", ["done", "failed", "cancelled"])
@pytest.mark.parametrize("to", ["queued", "running"])
def test_a_run_that_ended_stays_so_whoever_writes(ended: str, to: str) -> None:
    run = factories.RunFactory(state=ended)
    with pytest.raises(Conflict):
        move(run, to)
    with pytest.raises(IntegrityError, match="cannot become"), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state=to, lease_until="2030-01-01T00:00Z")
    run.refresh_from_db()
    assert run.state == ended


def test_every_move_of_the_table_and_no_other() -> None:
    assert {(old, new) for old, news in Run.TRANSITIONS.items() for new in news} == {
        ("queued", "running"), ("queued", "cancelled"), ("queued", "failed"),
        ("running", "done"), ("running", "failed"), ("running", "cancelled"), ("running", "queued"),
    }  # fmt: skip
