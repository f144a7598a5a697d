"""A real installation on this machine for benchmarks, and programs that ask it."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_SERVICES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


def figure(name: str, ours: list[float], peer: list[float]) -> dict[str, Any]:
    value, beside = p95(ours), p95(peer)
    return {
        "name": name,
        "value": value,
        "unit": "ms",
        "peer": "/api/me",
        "peer_value": beside,
        "ratio": beside / value,
    }


def p95(seconds: list[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=20)[-1]


@contextmanager
def installation(home: Path) -> Iterator[int]:
    """Everything on this machine, as ``make demo`` starts it; yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environment = _environment(home) | {"PORT": str(port), "DUOSCOPE_DEMO_SMALL": "1"}
    with (home.parent / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=_ROOT, env=environment, stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + 200
            while not ((home / "sign-ins.txt").exists() and _is_ready(port)):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("The installation did not start:\n" + (home.parent / "log").read_text()[-2000:])
                time.sleep(0.2)
            yield port
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _environment(home: Path) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _SERVICES} | {"DUOSCOPE_HOME": str(home)}


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def set_up(home: Path, script: str, numbers: Mapping[str, int]) -> dict[str, Any]:
    """What a script of this folder, run by ``manage.py shell``, prints after SETUP; ``numbers`` are its environment."""
    environment = _environment(home) | {name: str(number) for name, number in numbers.items()}
    content = (Path(__file__).parent / script).read_text(encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", content],
        cwd=_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if said.returncode:
        raise RuntimeError(f"The benchmark's study was not made:\n{said.stderr[-2000:]}")
    line = next(line for line in said.stdout.splitlines() if line.startswith("SETUP "))
    return dict(json.loads(line.removeprefix("SETUP ")))


Ask = Callable[[str, str], None]


def asker(port: int, token: str) -> Ask:
    """``ask(method, path)``: the whole answer over one kept-alive connection; anything but a success raises."""
    from http.client import HTTPConnection

    connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(method: str, path: str) -> None:
        connection.request(method, path, headers={"Authorization": f"Token {token}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:200]!r}")

    return ask
