"""Tiles over HTTP: stored and decoded, beside a DeepZoomGenerator view and large_image; same slide, client and run.

large_image is installed into ``build/bench-venv`` (not into the project's environment); where that is impossible, a
line says so and its rows are missing.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import shared_data

_ROOT = Path(__file__).resolve().parents[2]
_DEMO = _ROOT / "webapp" / "demo" / "data"
_VENV = _ROOT / "build" / "bench-venv"
_LARGE_IMAGE = [
    "large-image==1.35.6",
    "large-image-source-openslide==1.35.6",
    "openslide-bin==4.0.1.2",
    "uvicorn[standard]==0.54.0",
]
_SECONDS = 5
_CONNECTIONS = 16
_PRESENTATION = uuid.UUID(int=1)
Paths = list[str]


def run() -> list[dict[str, Any]]:
    """Figures: requests per second and p99 of stored tiles; requests per second of tiles each decoded once."""
    figures: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="duoscope-bench-") as folder:
        slide = _DEMO / "cmu-1-small-region.svs"
        stored = _stored(slide, Path(folder))
        figures += stored
        data = shared_data()
        if data is not None:
            figures += _decoded(data / "slides" / "tcga-cr-7395-01a-01-ts1.svs", Path(folder))
    return figures


def _stored(slide: Path, folder: Path) -> list[dict[str, Any]]:
    words = _indexed(slide, folder)
    own = _paths(words["grid"])
    zoom = [f"/tiles/{_PRESENTATION}/0/{x}/{y}" for x in range(8) for y in range(11)]
    with _server("duoscope", words) as port:
        rate, p99 = _load(port, own)
    with _server("deepzoom", words) as port:
        peer, _ = _load(port, zoom)
    with _server("nothing", words) as port:
        bare, _ = _load(port, own)
    size = f"{slide.name}, {_CONNECTIONS} connections"
    rows = [
        _figure(f"stored tiles ({size})", rate, "requests/s", "DeepZoomGenerator view", peer),
        {"name": "stored tiles, p99", "value": p99, "unit": "ms", "peer": None, "peer_value": None, "ratio": None},
    ]
    rows.append(_figure(f"stored tiles ({size})", rate, "requests/s", "uvicorn and an application of no content", bare))
    if _has_large_image():
        # Its cache holds all tiles of this small slide; of a real one it holds next to nothing.
        for cached, peer_name in ((False, "large_image"), (True, "large_image, every tile in its cache")):
            with _server("large_image", {**words, "no_cache": not cached}, python=_VENV / "bin" / "python") as port:
                peer, _ = _load(port, own)  # 240 px tiles as stored
            rows.append(_figure(f"stored tiles ({size})", rate, "requests/s", peer_name, peer))
    return rows


def _decoded(slide: Path, folder: Path) -> list[dict[str, Any]]:
    """Every tile of a JPEG 2000 slide once, in mixed order: from a server that has just started, and from one that has
    opened the slide (a few tiles were asked for before)."""
    words = _indexed(slide, folder)
    own = _paths(words["grid"])
    random.Random(1).shuffle(own)
    zoom = [f"/tiles/{_PRESENTATION}/0/{x}/{y}" for x in range(17) for y in range(14)]
    random.Random(1).shuffle(zoom)
    rows = []
    for name, before in (("decoded tiles (JPEG 2000), server just started", 0), ("the same, slide open", 16)):
        rate = _decoded_rate("duoscope", words, own, before)
        peer = _decoded_rate("deepzoom", words, zoom, before)
        rows.append(_figure(name, rate, "requests/s", "DeepZoomGenerator view", peer))
        if _has_large_image():
            peer = _decoded_rate("large_image", words, own, before, python=_VENV / "bin" / "python")
            rows.append(_figure(name, rate, "requests/s", "large_image", peer))
    return rows


def _decoded_rate(server: str, words: dict[str, Any], paths: Paths, before: int, **how: Any) -> float:
    """Requests per second over ``paths``, each once; the first ``before`` of them come earlier and do not count."""
    with _server(server, words, **how) as port:
        if before:
            asyncio.run(_each_once(port, paths[:before], _cookie()))
        rate, _ = asyncio.run(_each_once(port, paths[before:], _cookie()))
    return rate


def _figure(name: str, value: float, unit: str, peer: str, peer_value: float) -> dict[str, Any]:
    ratio = value / peer_value if peer_value else None
    return {"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": ratio}


def _indexed(slide: Path, folder: Path) -> dict[str, Any]:
    from scoring.slide_io import build_tile_index

    target = folder / f"{slide.stem}.idx"
    index = build_tile_index(slide, target, sha256="0" * 64)
    grid = [index.levels[0].columns, index.levels[0].rows]
    index.close()
    return {"slide": str(slide), "index": str(target), "grid": grid}


def _paths(grid: list[int]) -> Paths:
    return [f"/tiles/{_PRESENTATION}/0/{column}/{row}" for column in range(grid[0]) for row in range(grid[1])]


def _cookie() -> str:
    """A token of now: a run is shorter than the 60 seconds it is valid for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.testing")
    from webapp.slides import tokens

    token = tokens.issue(user_id=uuid.UUID(int=2), presentation_id=_PRESENTATION, slide_id=uuid.UUID(int=3))
    return f"{tokens.COOKIE}={token}"


@contextmanager
def _server(name: str, words: dict[str, Any], python: Path | None = None) -> Iterator[int]:
    """One uvicorn process (httptools, uvloop) that serves ``_tile_servers.<name>``; yields its port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    command = [
        str(python or sys.executable), "-m", "uvicorn", "--factory", f"tests.benchmarks._tile_servers:{name}",
        "--port", str(port), "--http", "httptools", "--loop", "uvloop", "--no-access-log", "--log-level", "error",
        "--lifespan", "off",
    ]  # fmt: skip
    environment = {**os.environ, "BENCH_TILES": json.dumps(words)}
    process = subprocess.Popen(command, cwd=_ROOT, env=environment)
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("The benchmark's server did not start.")


def _load(port: int, paths: Paths) -> tuple[float, float]:
    """(requests per second, p99 in ms) with wrk where it is installed, else with a client in Python."""
    cookie = _cookie()
    asyncio.run(_each_once(port, paths[:1], cookie))
    if shutil.which("wrk") is None:
        return asyncio.run(_each_once(port, paths * 20, cookie))
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        listed = ",".join(f'"{path}"' for path in paths)
        script.write(
            f'local paths = {{{listed}}}\nlocal n = 0\nwrk.headers["Cookie"] = "{cookie}"\n'
            "request = function() n = n % #paths + 1; return wrk.format('GET', paths[n]) end\n"
            "done = function(summary, latency) io.write(string.format('RESULT %f %f %d\\n', summary.requests / "
            "summary.duration * 1e6, latency:percentile(99) / 1000, summary.errors.status)) end\n"
        )
        script.flush()
        command = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{_SECONDS}s", "-s", script.name, f"http://127.0.0.1:{port}"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, p99, errors = next(line for line in said.splitlines() if line.startswith("RESULT")).split()[1:]
    if int(errors):
        raise RuntimeError(f"{errors} requests were not answered with a tile.")
    return float(rate), float(p99)


async def _each_once(port: int, paths: Paths, cookie: str) -> tuple[float, float]:
    """Every path once, over 16 kept-alive connections."""
    waiting, times = list(reversed(paths)), []

    async def visitor() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            started = time.perf_counter()
            writer.write(f"GET {waiting.pop()} HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            if b" 200 " not in head[:16]:
                raise RuntimeError("A request was not answered with a tile.")
            times.append(time.perf_counter() - started)
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(visitor() for _ in range(_CONNECTIONS)))
    seconds = time.perf_counter() - started
    return len(paths) / seconds, sorted(times)[int(0.99 * (len(times) - 1))] * 1000


def _has_large_image() -> bool:
    """Whether large_image can be asked; installs it the first time."""
    python = _VENV / "bin" / "python"
    check = [str(python), "-c", "import large_image, large_image_source_openslide, uvicorn, uvloop, httptools"]
    if python.exists() and subprocess.run(check, capture_output=True, check=False).returncode == 0:
        return True
    try:
        subprocess.run([sys.executable, "-m", "venv", str(_VENV)], check=True, capture_output=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *_LARGE_IMAGE], check=True, capture_output=True,
                       timeout=600)  # fmt: skip
    except (subprocess.SubprocessError, OSError):
        sys.stderr.write("… large_image cannot be installed here: its figures are left out\n")
        return False
    return True
