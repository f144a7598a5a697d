"""``python -m scoring synthesize KIND``: synthetic pictures with masks and truth, all of them or nothing."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scoring.synth import folders
from scoring.types import ScoringError

KINDS = ("core", "tma", "field", "her2", "he", "general", "slide")
MARKERS = ("ER", "PR", "p53")
TIERS = ("easy", "realistic", "hard")


def add_arguments(verbs: Any) -> None:
    """Add the verb to the subparsers of ``python -m scoring``."""
    parser: argparse.ArgumentParser = verbs.add_parser(
        "synthesize",
        help="make synthetic tissue with masks and truth",
        description="core (also: tma): cores and a microarray slide with its map; field: nuclear marker; her2: fields "
        "of one slide and their control; he: H&E; general: grey nuclei; slide: whole sections. Research use only.",
    )
    parser.add_argument("kind", choices=KINDS, metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--n", type=_count, required=True, help="how many")
    parser.add_argument("--seed", type=_seed, required=True, help="the same seed makes the same pictures")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to make; must be new or empty")
    parser.add_argument("--tier", choices=TIERS, default="realistic", help="how hard staining and optics are")
    parser.add_argument("--marker", choices=MARKERS, default="ER", help="of cores, fields and slides")
    parser.add_argument("--um-per-px", type=_um_per_px, default=0.5, help="of fields and slides (default 0.5)")
    parser.add_argument("--height-px", type=_size, default=540, help="of fields (default 540)")
    parser.add_argument("--width-px", type=_size, default=960, help="of fields (default 960)")
    parser.add_argument("--nuclei", type=_count, default=1_050_000, help="of a slide (default 1050000)")
    parser.add_argument("--processes", type=_count, default=1, help="for cores and slides (default 1)")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Make the folder; returns kind, n, seed, out, files, note, version and seconds.

    Raises ScoringError where DIR is not empty or cannot be written.
    """
    started = time.perf_counter()
    settings = folders.Settings(
        options.n, options.seed, options.tier, options.marker, options.um_per_px, options.height_px, options.width_px,
        options.nuclei, options.processes,
    )  # fmt: skip
    with _appearing(options.out) as folder:
        folders.write_kind(folder, options.kind, settings, _progress)
        files = sorted(path.name for path in folder.iterdir())
    return {
        "kind": options.kind,
        "n": options.n,
        "seed": options.seed,
        "out": str(options.out),
        "files": files,
        "note": folders.NOTE,
        "version": folders.GENERATOR,
        "seconds": round(time.perf_counter() - started, 3),
    }


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A hidden folder beside ``target`` that becomes it when the block ends well, and vanishes otherwise."""
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ScoringError(f"{target}: exists and is not an empty folder; choose a new one with --out")
    parent = target.resolve().parent
    if not parent.is_dir():
        raise ScoringError(f"{target}: its folder does not exist; make it first")
    temporary = parent / f".{target.name}.{uuid.uuid4().hex}"
    try:
        temporary.mkdir()
        yield temporary
        os.replace(temporary, target.resolve())
    except OSError as error:
        raise ScoringError(f"{target}: cannot be written ({error.strerror}); choose another folder") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{done}/{total}{chr(10) if done == total else ''}")
        sys.stderr.flush()


def _count(text: str) -> int:
    return _whole(text, 1, 10_000_000)


def _seed(text: str) -> int:
    return _whole(text, 0, 2**31 - 1)


def _size(text: str) -> int:
    return _whole(text, 64, 8192)


def _whole(text: str, low: int, high: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"a whole number from {low} to {high} is wanted; received {text!r}")
    return value


def _um_per_px(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0.2 <= value <= 2:
        raise argparse.ArgumentTypeError(f"µm/px of synthetic tissue lies between 0.2 and 2; received {text!r}")
    return value
