"""``make bench``: run every benchmark of this folder and write ``build/bench.json`` and a table.

A benchmark is a module with ``run() -> list[Figure]``: every figure stands beside its peer, measured in the same run.
Benchmarks assert nothing: speeds depend on the machine, so they are reported as they come out.
"""

from __future__ import annotations

import importlib
import json
import os
import platform
import sys
import time
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "build"


def modules() -> list[str]:
    folder = Path(__file__).parent
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))


def table(figures: list[dict[str, object]]) -> str:
    head = ["figure", "value", "unit", "peer", "peer's value", "ratio"]
    rows = [head, ["---"] * len(head)]
    for figure in figures:
        rows.append([_cell(figure.get(key)) for key in ("name", "value", "unit", "peer", "peer_value", "ratio")])
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def main(wanted: list[str]) -> int:
    names = wanted or modules()
    figures: list[dict[str, object]] = []
    for name in names:
        print(f"… {name}", file=sys.stderr, flush=True)
        figures += importlib.import_module(f"tests.benchmarks.{name}").run()
    machine = {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine()}
    BUILD.mkdir(exist_ok=True)
    temporary = BUILD / "bench.json.new"
    temporary.write_text(json.dumps({"at": time.time(), "machine": machine, "figures": figures}, indent=1))
    temporary.replace(BUILD / "bench.json")
    (BUILD / "bench.md").write_text(table(figures) + "\n")
    print(table(figures))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
