"""The launcher with its own servers: what a kill leaves, what is started again, what it says if it cannot start.

Only its servers are needed here (the whole stack is in ``tests/e2e``), so a small program stands in for
``launcher.main``: the same class, stopped before the web server and the workers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from webapp.core.embedded import environment, process
from webapp.core.embedded.postgres import ServiceError

ROOT = Path(__file__).resolve().parents[3]
_SERVERS_ONLY = """
import os, sys, time
from pathlib import Path
from webapp.core.embedded import launcher
home = Path(os.environ["DUOSCOPE_HOME"]); home.mkdir(parents=True, exist_ok=True)
lock = launcher._lock(home)
launcher._clear_leftovers(home)
one = launcher.Launcher(home, dict(os.environ), 0)
one.start_servers()
print("ready", flush=True)
while True:
    one.supervisor.look()
    time.sleep(0.05)
"""


def _environment(home: Path, **more: str) -> dict[str, str]:
    foreign = (
        "DATABASE_URL",
        "DATABASE_OWNER_URL",
        "REDIS_URL",
        "DUOSCOPE_",
        "SECRET_KEY",
        "AUDIT_SIGNING_KEY",
        "DJANGO_",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "DUOSCOPE_HOME": str(home), **more}


class Servers:
    """A launcher of this home, as another process."""

    def __init__(self, home: Path, *before: str) -> None:
        self.home = home
        self.child = subprocess.Popen(
            [*before, sys.executable, "-c", _SERVERS_ONLY],
            cwd=ROOT,
            env=_environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.child.stdout is not None
        self.said = []
        for line in self.child.stdout:
            self.said.append(line)
            if line == "ready\n":
                return
        pytest.fail("The launcher ended:\n" + "".join(self.said))

    def record(self) -> dict[str, dict[str, str]]:
        known: dict[str, dict[str, str]] = json.loads((self.home / "running.json").read_text())
        return known

    def pids(self) -> dict[str, int]:
        return {name: int(pid) for name, (pid, _born) in self.record()["children"].items()}  # type: ignore[misc]

    def sql(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.record()["addresses"]["DATABASE_OWNER_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def queue(self) -> redis.Redis:
        return redis.Redis.from_url(self.record()["addresses"]["REDIS_URL"], socket_timeout=2)

    def kill(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()


def _eventually(what: Callable[[], bool], patience_s: float = 12) -> bool:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        try:
            if what():
                return True
        except (psycopg.Error, redis.RedisError, OSError, ValueError):
            pass
        time.sleep(0.05)
    return False


def _children_of(pid: int) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found |= {int(entry.name)} | _children_of(int(entry.name))
    return found


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the account of the servers can reach (pytest's own is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="duoscope-embedded-"))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., Servers]]:
    started: list[Servers] = []

    def make(*before: str) -> Servers:
        started.append(Servers(home, *before))
        return started[-1]

    yield make
    for one in reversed(started):  # the last one's children are those in the record
        born = {pid: process.birth(pid) for pid in one.pids().values()} if (one.home / "running.json").exists() else {}
        one.kill()
        assert _eventually(lambda born=born: all(process.birth(pid) != at or at is None for pid, at in born.items()))  # type: ignore[misc]


def test_a_killed_launcher_leaves_no_process_and_loses_no_acknowledged_write(start: Callable[..., Servers]) -> None:
    first = start()
    first.sql("CREATE TABLE kept (n int)")
    pids = _children_of(first.child.pid)
    assert len(pids) >= 3  # PostgreSQL, its workers, Valkey
    for number in range(20):
        first.sql(f"INSERT INTO kept VALUES ({int(number)})")
        first.queue().set(f"key-{number}", number)
    time.sleep(1.1)  # Valkey promises what is older than a second (appendfsync everysec)
    first.kill()
    assert _eventually(lambda: not any(process.birth(pid) for pid in pids))
    again = start()
    assert again.sql("SELECT count(*), sum(n) FROM kept") == [(20, 190)]
    assert again.queue().mget([f"key-{number}" for number in range(20)]) == [
        str(number).encode() for number in range(20)
    ]


def test_killed_servers_are_started_again_with_what_they_knew(start: Callable[..., Servers]) -> None:
    servers = start()
    servers.sql("CREATE TABLE kept AS SELECT 1 AS n")
    servers.queue().set("key", "value")
    time.sleep(1.1)
    before = servers.pids()
    os.kill(before["Valkey"], signal.SIGKILL)
    os.kill(before["PostgreSQL"], signal.SIGKILL)
    assert _eventually(lambda: servers.queue().get("key") == b"value" and servers.pids()["Valkey"] != before["Valkey"])
    assert _eventually(lambda: servers.sql("SELECT n FROM kept") == [(1,)])
    assert servers.pids()["PostgreSQL"] != before["PostgreSQL"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start it as somebody else")
def test_it_runs_as_a_person_without_rights(start: Callable[..., Servers], home: Path) -> None:
    probe = subprocess.run(
        ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", sys.executable, "-c", "import psycopg, redis"],
        cwd="/",
        capture_output=True,
        check=False,
    )
    if probe.returncode:
        pytest.skip("Python or its packages lie where other accounts cannot read them.")
    os.chown(home.parent, 12345, 12345)
    servers = start("setpriv", "--reuid=12345", "--regid=12345", "--clear-groups")
    assert servers.sql("SELECT 1") == [(1,)]
    assert servers.queue().ping()
    assert all(os.stat(f"/proc/{pid}").st_uid == 12345 for pid in servers.pids().values())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the account of its servers")
def test_root_gives_its_rights_away(start: Callable[..., Servers]) -> None:
    for pid in start().pids().values():
        assert os.stat(f"/proc/{pid}").st_uid != 0


def test_two_launchers_do_not_share_a_home(start: Callable[..., Servers], home: Path) -> None:
    start()
    second = _demo(home)
    assert second.returncode == 1
    assert f"Duoscope already runs from {home}" in second.stderr


def _demo(home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=_environment(home, **more),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_taken_port_is_told_before_anything_starts(home: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = _demo(home, PORT=str(port))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 is not free" in done.stderr
    assert "make demo PORT=" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "postgres").exists()


@pytest.mark.parametrize("port", ["eighty", "70000", "-1"])
def test_a_port_that_is_none_is_told(home: Path, port: str) -> None:
    done = _demo(home, PORT=port)
    assert done.returncode == 1
    assert "PORT must be a number from 0 to 65535" in done.stderr


def test_a_server_that_cannot_start_says_why(home: Path) -> None:
    from webapp.core.embedded.services import wait_until

    log = home.parent / "log"
    log.write_text("FATAL: the disk is on fire\n")
    child = process.start([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(ServiceError, match="the disk is on fire"):
        wait_until(lambda: False, child, "PostgreSQL", log)


def test_manage_finds_the_running_launchers_addresses(home: Path) -> None:
    addresses = {"SECRET_KEY": "s", "DATABASE_URL": "d", "REDIS_URL": "r"}
    environment.remember(home, addresses, {"me": os.getpid()}, home / "sockets")
    assert (home / "running.json").stat().st_mode & 0o777 == 0o600
    asked = {"DUOSCOPE_HOME": str(home), "REDIS_URL": "mine"}
    assert environment.addresses_for_manage(asked) == {"SECRET_KEY": "s", "DATABASE_URL": "d"}
    (home / "running.json").write_text("not JSON")
    assert environment.addresses_for_manage(asked) == {}
