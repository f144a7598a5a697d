"""Reading over HTTP from a real server on this machine: opening the next specimen with 20 readers at once, and the
worklist of one who holds 5000. Beside each, the cheapest signed-in answer (``/api/me``) asked for in the same way.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.benchmarks._installation import Ask, asker, figure, installation, set_up

READERS, EACH, MANY = 20, 40, 5000
SIZES = {"BENCH_READERS": READERS, "BENCH_EACH": EACH, "BENCH_MANY": MANY}
#: A reader looks at each specimen for a while: so long lies between two openings of one reader, at the least.
LOOKS_S = 2.0
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
    with tempfile.TemporaryDirectory(prefix="duoscope-bench-") as folder, installation(Path(folder) / "var") as port:
        there = set_up(Path(folder) / "var", "_reading_setup.py", SIZES)
        figures = []
        for looks_s, how in ((LOOKS_S, f"each looks {LOOKS_S:g} s"), (0.0, "none ever looks, a closed loop")):
            half = EACH // 2
            part = slice(0, half) if looks_s else slice(half, EACH)
            opening = _at_once(port, there["several"], lambda ask, ids, part=part: _open_each(ask, ids[part]), looks_s)
            peer = _at_once(port, there["several"], lambda ask, ids, part=part: _me_each(ask, ids[part]), looks_s)
            figures.append(figure(f"opening the next specimen, {READERS} readers ({how}), p95", opening, peer))
        pages = _worklist(port, there["one"])
        figures.append(figure(f"a page of the worklist of {MANY}, p95", *pages))
    return figures


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
            for act in acts(asker(port, reader["token"]), reader["assignments"]):
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
    ask = asker(port, token)
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
