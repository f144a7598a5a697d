"""``python -m scoring``: one JSON object on stdout (or a file with ``--out``), progress on stderr if a terminal.

Input that cannot be used: one line on stderr that names the file and the remedy, exit status 2, nothing half-written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from scoring import pipeline, weights
from scoring.cards import CARDS, DEFAULT_METHOD, PRESETS
from scoring.cells import CellFile
from scoring.commands import agreement, dearray, evaluate, synthesize, train
from scoring.slide_io import SlideError, open_slide
from scoring.types import CLASS_NAMES, ScoreResult, ScoringError

UNUSABLE = 2


class Unusable(Exception):
    """One line for a person: what is wrong with the input and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        answer = _VERBS[options.verb](options)
        # a command's --out is a folder, no place for the JSON
        out = None if options.verb in _COMMANDS else options.out
        _put(json.dumps(answer, ensure_ascii=False, allow_nan=False), out)
    except (Unusable, ScoringError) as problem:
        sys.stderr.write(f"scoring: {_line(problem)}\n")
        return UNUSABLE
    except BrokenPipeError:  # the reader of stdout left
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scoring", description="Score tissue images. Research use only.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("image", type=Path, help="image or slide file")
    common.add_argument("--um-per-px", type=_um_per_px, default=None, help="µm/px; overrides what the file says")
    common.add_argument("--method", choices=sorted(CARDS), default=DEFAULT_METHOD)
    common.add_argument("--preset", choices=PRESETS, default="default")
    common.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of the method")
    common.add_argument("--weights", type=Path, default=None, metavar="DIR", help="trained networks of your own")
    common.add_argument("--out", type=Path, default=None, help="file for the JSON instead of stdout")
    hscore = verbs.add_parser("hscore", parents=[common], help="H-score of a field, core or slide")
    hscore.add_argument(
        "--out-layers", type=Path, default=None, metavar="FILE", help="layer file: masks and stain maps"
    )
    verbs.add_parser("nuclei", parents=[common], help="every nucleus with its class")
    dearray.add_arguments(verbs, _um_per_px)
    agreement.add_arguments(verbs)
    synthesize.add_arguments(verbs)
    train.add_arguments(verbs)
    evaluate.add_arguments(verbs)
    return parser


def _um_per_px(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0.01 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"µm/px is a number such as 0.25; received {text!r}")
    return value


def _hscore(options: argparse.Namespace) -> dict[str, Any]:
    answer, result, _ = _scored(options)
    return {
        **answer,
        "scheme": result.scheme,
        "value": result.value,
        "category": result.category,
        "rule": result.rule,
        "scoreable": result.scoreable,
        "reason": result.reason,
        "percentages": result.percentages,
        "counts": result.counts,
        "tumour_counts": result.tumour_counts,
        "tumour_fraction": result.tumour_fraction,
        "windows": [asdict(window) for window in result.windows],
        "qc": result.qc,
        "layers_sha256": result.layers_sha256,
        "parameters": result.parameters,
        "limits": result.limits,
    }


def _nuclei(options: argparse.Namespace) -> dict[str, Any]:
    answer, result, cells = _scored(options)
    return {
        **answer,
        "cells": cells,
        "counts": result.counts,
        "reason": result.reason,
        "parameters": result.parameters,
        "limits": result.limits,
    }


_COMMANDS = {"synthesize": synthesize.run, "train": train.run, "evaluate": evaluate.run}
_VERBS = {"hscore": _hscore, "nuclei": _nuclei, "dearray": dearray.run, "agreement": agreement.run, **_COMMANDS}


def _scored(options: argparse.Namespace) -> tuple[dict[str, Any], ScoreResult, list[dict[str, Any]]]:
    """Common keys, the result, and (for ``nuclei``) the cells."""
    started = time.perf_counter()
    image: Path = options.image
    if not image.is_file():
        raise Unusable(f"{image}: no such file; give the path of an image or slide")
    layers_path: Path | None = getattr(options, "out_layers", None)
    for target in (options.out, layers_path):
        if target is not None and not target.parent.is_dir():
            raise Unusable(f"{target}: its folder does not exist; make it first")
    try:
        with open_slide(image) as reader, tempfile.TemporaryDirectory(prefix="duoscope-") as folder:
            um_per_px, source = options.um_per_px, "command line"
            if um_per_px is None:
                um_per_px, source = reader.info.um_per_px, "file"
            if um_per_px is None:
                raise Unusable(f"{image}: the file does not say its µm/px; give --um-per-px (0.25 at 40x, 0.5 at 20x)")
            cells_path = Path(folder) / "result.cells"
            result = pipeline.score(
                reader,
                card=options.method,
                preset=options.preset,
                parameters=_parameters(options.set, image),
                um_per_px=um_per_px,
                cells_path=cells_path,
                layers_path=layers_path,
                weights_folder=options.weights or weights.FOLDER,
                progress=_Progress(sys.stderr),
            )
            cells = _cells(cells_path) if options.verb == "nuclei" else []
    except SlideError as error:
        raise Unusable(f"{image}: {_line(error)}") from error
    except ScoringError as error:
        raise Unusable(f"{image}: {_line(error)}") from error
    common = {
        "method": result.method,
        "preset": result.preset,
        "version": result.version,
        "weights_sha256": result.weights_sha256,
        "um_per_px": um_per_px,
        "um_per_px_source": source,
        "input_sha256": _sha256(image),
        "seconds": round(time.perf_counter() - started, 4),
    }
    return common, result, cells


_TEXT = ("i0", "views")
"""Parameters whose choices look like numbers."""


def _parameters(settings: Sequence[str], image: Path) -> dict[str, object]:
    parameters: dict[str, object] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise Unusable(f"{image}: --set takes NAME=VALUE; received {setting!r}")
        try:
            parameters[name] = text if name in _TEXT else float(text)
        except ValueError:
            parameters[name] = text
    return parameters


def _cells(path: Path) -> list[dict[str, Any]]:
    records = CellFile(path).records
    tumour = {-1: None, 0: False, 1: True}
    return [
        {
            "x_px": round(float(cell["x_px"]), 2),
            "y_px": round(float(cell["y_px"]), 2),
            "area_um2": round(float(cell["area_um2"]), 2),
            "dab_od": round(float(cell["dab_od"]), 4),
            "class": CLASS_NAMES[int(cell["class"])],
            "tumour": tumour[int(cell["tumour"])],
        }
        for cell in records
    ]


def _sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _line(error: Exception) -> str:
    return " ".join(str(getattr(error, "message", "") or error).split())


class _Progress:
    """Tiles done, on a terminal only."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream if stream.isatty() else None

    def __call__(self, done: int, total: int, phase: str) -> None:
        if self._stream is not None:
            end = "\n" if phase == "writing" else ""
            self._stream.write(f"\r{phase} {done}/{total} tiles  {end}")
            self._stream.flush()


def _put(text: str, out: Path | None) -> None:
    """Print, or write the file at once or not at all."""
    if out is None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
        return
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=out.name, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as target:
                target.write(text + "\n")
                target.flush()
                os.fsync(target.fileno())
            os.replace(name, out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unusable(f"{out}: cannot be written ({error.strerror}); choose another file with --out") from error


if __name__ == "__main__":
    raise SystemExit(main())
