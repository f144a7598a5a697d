"""Alive, ready, and what a request meets while the database is away: the real one, closed for a moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import psycopg.sql
import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests import factories, provision


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@contextlib.contextmanager
def closed_database() -> Iterator[None]:
    """Nobody may connect to this process's database, and whoever was connected no longer is."""
    name = psycopg.sql.Identifier(provision.database())
    with psycopg.connect(provision.facts()["admin_url"], autocommit=True) as admin:
        admin.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [provision.database()]
        )
        try:
            yield
        finally:
            admin.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
            connection.close()  # a server's next request does that; the test client leaves it to us


@pytest.fixture
def database_away(transactional_db: None) -> Iterator[None]:
    with closed_database():
        yield


def test_ready_when_everything_answers(visitor: Client, db: None) -> None:
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "broker": True, "storage": True})


def test_not_ready_but_alive_while_the_database_is_away(visitor: Client, database_away: None) -> None:
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": False, "broker": True, "storage": True})
    assert visitor.get("/healthz").json() == {"alive": True}


def test_not_ready_while_the_broker_is_away(visitor: Client, db: None, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert visitor.get("/readyz").json() == {"database": True, "broker": False, "storage": True}


def test_not_ready_where_nothing_can_be_stored(visitor: Client, db: None, settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings.RESULT_FOLDER = tmp_path / "file" / "results"
    assert visitor.get("/readyz").json() == {"database": True, "broker": True, "storage": False}


def test_health_tells_a_stranger_nothing_more(visitor: Client, database_away: None) -> None:
    said = visitor.get("/readyz").content.decode()
    assert not any(word in said for word in (provision.database(), "duoscope", "Error", "/", "postgres"))


def test_a_request_while_the_database_is_away_may_be_repeated(visitor: Client, transactional_db: None) -> None:
    visitor.force_login(factories.UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert visitor.get("/api/me").status_code == 200
    with closed_database():
        away = visitor.get("/api/me")
    assert away.status_code == 503
    assert away["Retry-After"] == "2"
    assert away["Content-Type"] == "application/problem+json"
    assert visitor.get("/api/me").status_code == 200
