"""A private PostgreSQL, Valkey and workers, to be killed at will; this process's Django works on the same database.

The servers are those of ``webapp.core.embedded`` with production's durability, not the session's: FLUSHALL and
``kill -9`` must hit nobody else. Nothing here is timed: ``until`` waits for a state, and fails the test when it never
comes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import redis
from django.conf import settings
from django.db import connections
from psycopg import sql

from tests import provision
from webapp.celery import app
from webapp.core.embedded import process, roles, services
from webapp.core.embedded.services import Services

LEASE_S = 2
DATABASE = "duoscope_faults"
PATIENCE_S = 90.0


def until(what: str, ready: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """Wait until ``ready()`` gives something true and return it."""
    deadline = time.monotonic() + patience_s
    while not (found := ready()):
        assert time.monotonic() < deadline, f"It never came about that {what}."
        time.sleep(0.05)
    return found


class Stack:
    """The servers, the environment that names them, and the workers started on them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        cache = provision.ROOT / "build" / f"test-cluster-{provision._fingerprint()}"
        subprocess.run(["cp", "-a", "--reflink=auto", f"{cache}/.", str(home)], check=True)
        home.chmod(0o755)
        self.servers = Services.of(home, {})
        assert self.servers.postgres is not None
        assert self.servers.valkey is not None
        self.postgres, self.valkey = self.servers.postgres, self.servers.valkey
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.workers: list[subprocess.Popen[bytes]] = []

    # The servers

    def start_postgres(self) -> None:
        self.children["postgres"] = child = self.postgres.start()
        services.wait_until(self.postgres.is_ready, child, "PostgreSQL", self.home / "logs" / "postgres.log")

    def start_valkey(self) -> None:
        self.children["valkey"] = child = self.valkey.start()
        services.wait_until(self.valkey.is_ready, child, "Valkey", self.home / "logs" / "valkey.log")

    def kill(self, name: str) -> None:
        """SIGKILL, as the kernel does it: no shutdown, no farewell."""
        self.children[name].kill()
        self.children[name].wait()

    def flush_valkey(self) -> None:
        with redis.Redis.from_url(self.valkey.url()) as client:
            client.flushall()

    def queued_messages(self) -> int:
        with redis.Redis.from_url(self.valkey.url()) as client:
            return int(client.llen("cpu"))

    def new_database(self) -> None:
        """A fresh clone of the migrated template, and an empty broker."""
        self.flush_valkey()
        name, owner = sql.Identifier(DATABASE), sql.Identifier(roles.OWNER)
        with psycopg.connect(self.postgres.url("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            admin.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                    name, sql.Identifier(provision._TEMPLATE), owner
                )
            )
            admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(roles.APP)))

    # The workers

    def environment(self, folder: Path) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "webapp.settings.development",
            "DATABASE_URL": self.database_url(),
            "REDIS_URL": self.valkey.url(),
            "DUOSCOPE_HOME": str(folder),
            "DUOSCOPE_SLIDES": str(settings.SLIDE_FOLDER),
            "DUOSCOPE_RESULTS": str(settings.RESULT_FOLDER),
            "RUN_LEASE_SECONDS": str(LEASE_S),
        }

    def database_url(self) -> str:
        return self.postgres.url(DATABASE, roles.APP, self.servers.secrets["DATABASE_PASSWORD"])

    def worker(self, folder: Path, *, die_at: str = "never") -> subprocess.Popen[bytes]:
        """Start a worker; ``die_at`` is a place in ``tests.faults.worker`` at which it kills itself."""
        name = f"worker-{len(self.workers)}"
        with (folder / f"{name}.log").open("ab") as log:
            child = process.start(
                [sys.executable, "-m", "tests.faults.worker", die_at, name],
                environment=self.environment(folder), folder=provision.ROOT, output=log,
            )  # fmt: skip
        self.workers.append(child)
        return child

    def log_of(self, folder: Path, worker: subprocess.Popen[bytes]) -> str:
        return (folder / f"worker-{self.workers.index(worker)}.log").read_text(errors="replace")

    def end_workers(self) -> None:
        for child in self.workers:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.kill()
            child.wait()
        self.workers.clear()

    def stop(self) -> None:
        self.end_workers()
        services.stop_servers(self.children)
        self.servers.forget()


@contextmanager
def private_stack() -> Iterator[Stack]:
    """Both servers, running, in a folder of their own."""
    home = Path(tempfile.mkdtemp(prefix=f"duoscope-tests-{os.getpid()}-faults-"))
    stack = Stack(home)
    try:
        stack.start_postgres()
        stack.start_valkey()
        yield stack
    finally:
        stack.stop()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def at_work_on(stack: Stack) -> Iterator[None]:
    """This process's Django and Celery talk to the private servers meanwhile."""
    kept, broker = dict(connections.settings["default"]), app.conf.broker_url
    parts = urlsplit(stack.database_url())
    connections.close_all()
    connections.settings["default"].update(
        NAME=DATABASE, USER=unquote(parts.username or ""), PASSWORD=unquote(parts.password or ""),
        HOST=unquote(parts.netloc.rpartition("@")[2]), PORT="",
    )  # fmt: skip
    _point_celery_at(stack.valkey.url())
    try:
        yield
    finally:
        connections.close_all()
        connections.settings["default"].update(kept)
        _point_celery_at(broker)


def _point_celery_at(url: str) -> None:
    app.conf.update(broker_url=url, broker_read_url=url, broker_write_url=url)
    app.__dict__.pop("amqp", None)
    app._pool = None
