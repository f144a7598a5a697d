"""The agreement page of 5000 specimens that three read and two algorithms scored, from a real server on this machine;
and looking at all of them first. Beside it, the cheapest signed-in answer (``/api/me``).
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks._installation import asker, figure, installation, set_up

MANY, ASKED = 5000, 40


def run() -> list[dict[str, Any]]:
    """p95 of the page in ms, and the seconds of one step of looking (250 specimens)."""
    with tempfile.TemporaryDirectory(prefix="duoscope-bench-") as folder, installation(Path(folder) / "var") as port:
        there = set_up(Path(folder) / "var", "_cockpit_setup.py", {"BENCH_MANY": MANY})
        ask = asker(port, there["token"])
        page = f"/api/studies/{there['study']}/agreement"
        ask("GET", page)
        ours, peer = [], []
        for _ in range(ASKED):
            for path, seconds in ((page, ours), ("/api/me", peer)):
                started = time.perf_counter()
                ask("GET", path)
                seconds.append(time.perf_counter() - started)
    step = {"name": "looking at 250 finished specimens", "value": there["shown_s"] / there["steps"], "unit": "s"}
    return [figure(f"agreement page of {MANY} specimens, 3 readers, 2 algorithms, p95", ours, peer), step]
