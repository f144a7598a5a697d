"""Reading over HTTP from a real server on this machine: opening the next specimen with 20 readers at once, and the
worklist of one who holds 5000. Beside each, the cheapest signed-in answer (``/api/me``) asked for in the same way.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
READERS, EACH, MANY = 20, 40, 5000
#: A reader looks at each specimen for a while: so long lies between two openings of one reader, at the least.
LOOKS_S = 2.0
_SERVICES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
_WORKLIST = (
    "",
    "?page=50",
    "?state=to_read",
    "?ordering=due_at",
    "?ordering=-due_at&page=20",
    "?search=A",
    "?marker=ER",
)


def run() -> list[dict[str, Any]]:
    """p95 of opening (the form and the tissue's presentation) and of a page of the worklist, in ms."""
    with tempfile.TemporaryDirectory(prefix="duoscope-bench-") as folder, _installation(Path(folder) / "var") as port:
        there = _setup(Path(folder) / "var")
        figures = []
        for looks_s, how in ((LOOKS_S, f"each looks {LOOKS_S:g} s"), (0.0, "none ever looks, a closed loop")):
            half = EACH // 2
            part = slice(0, half) if looks_s else slice(half, EACH)
            opening = _at_once(port, there["several"], lambda ask, ids, part=part: _open_each(ask, ids[part]), looks_s)
            peer = _at_once(port, there["several"], lambda ask, ids, part=part: _me_each(ask, ids[part]), looks_s)
            figures.append(_figure(f"opening the next specimen, {READERS} readers ({how}), p95", opening, peer))
        pages = _worklist(port, there["one"])
        figures.append(_figure(f"a page of the worklist of {MANY}, p95", *pages))
    return figures


def _figure(name: str, ours: list[float], peer: list[float]) -> dict[str, Any]:
    value, beside = _p95(ours), _p95(peer)
    return {
        "name": name,
        "value": value,
        "unit": "ms",
        "peer": "/api/me",
        "peer_value": beside,
        "ratio": beside / value,
    }


def _p95(seconds: list[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=20)[-1]


@contextmanager
def _installation(home: Path) -> Iterator[int]:
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


def _setup(home: Path) -> dict[str, Any]:
    environment = _environment(home) | {
        "BENCH_READERS": str(READERS), "BENCH_EACH": str(EACH), "BENCH_MANY": str(MANY)
    }  # fmt: skip
    script = (Path(__file__).parent / "_reading_setup.py").read_text(encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        cwd=_ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if said.returncode:
        raise RuntimeError(f"The benchmark's study was not made:\n{said.stderr[-2000:]}")
    line = next(line for line in said.stdout.splitlines() if line.startswith("SETUP "))
    return dict(json.loads(line.removeprefix("SETUP ")))


Ask = Callable[[str, str], None]


def _asker(port: int, token: str) -> Ask:
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


Act = Callable[[], None]


def _open_each(ask: Ask, ids: list[str]) -> Iterator[Act]:
    for pk in ids:

        def act(pk: str = pk) -> None:
            ask("GET", f"/api/assignments/{pk}")
            ask("POST", f"/api/assignments/{pk}/open")

        yield act


def _me_each(ask: Ask, ids: list[str]) -> Iterator[Act]:
    for _ in ids:
        yield lambda: ask("GET", "/api/me")


def _at_once(
    port: int, readers: list[dict[str, Any]], acts: Callable[[Ask, list[str]], Iterator[Act]], looks_s: float
) -> list[float]:
    """Seconds of every act of every reader, all readers at the same time."""
    seconds: list[float] = []
    errors: list[Exception] = []

    def read(number: int, reader: dict[str, Any]) -> None:
        time.sleep(looks_s * number / len(readers))
        try:
            for act in acts(_asker(port, reader["token"]), reader["assignments"]):
                started = time.perf_counter()
                act()
                seconds.append(time.perf_counter() - started)
                time.sleep(looks_s)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=read, args=each) for each in enumerate(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return seconds


def _worklist(port: int, token: str) -> tuple[list[float], list[float]]:
    ask = _asker(port, token)
    ours, peer = [], []
    ask("GET", "/api/worklist")
    for query, _ in zip(cycle(_WORKLIST), range(140), strict=False):
        started = time.perf_counter()
        ask("GET", f"/api/worklist{query}")
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        ask("GET", "/api/me")
        peer.append(time.perf_counter() - started)
    return ours, peer
