"""``python -m scoring evaluate hscore|tiles|dearray``: tables and figures of Liu et al. 2019 on synthetic cores, nuclei
on real tiles, cores of real arrays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from scoring.types import ScoringError
from scoring.weights import FOLDER

WORK = Path("build/evaluation")
"""Where generated cores stay between runs."""


def add_arguments(subparsers: Any) -> None:
    """The verb with its evaluations."""
    verb = subparsers.add_parser("evaluate", help="tables and figures of a paper")
    names = verb.add_subparsers(dest="evaluation", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--out", type=Path, default=WORK / "report", help="folder of the report")
    common.add_argument("--report", type=Path, default=None, help="the Markdown file; OUT/report.md by default")
    common.add_argument("--weights", type=Path, default=None, help="folder of weights; those shipped by default")
    common.add_argument("--processes", type=_count, default=2, help="processes of one thread each")
    hscore = names.add_parser("hscore", parents=[common], help="H-score methods on synthetic cores")
    hscore.add_argument("--data", type=Path, default=None, help="folder of test cores; made from fixed seeds if absent")
    hscore.add_argument("--fit-data", type=Path, default=None, help="folder of training cores for the cuts of NNP, NAP")
    hscore.add_argument(
        "--n-test", type=_count, default=150, help="test cores to make: two thirds realistic, rest hard"
    )
    hscore.add_argument("--n-fit", type=_count, default=40, help="training cores to fit the cuts of NNP and NAP on")
    hscore.add_argument("--n-invariance", type=_count, default=10, help="test cores to change and score again")
    hscore.add_argument("--methods", default="", help="comma-separated; all by default")
    hscore.add_argument("--real", type=Path, default=None, help="folder of real tiles (er-pr-tiles)")
    hscore.add_argument("--work", type=Path, default=WORK, help="folder for generated cores and folds")
    hscore.add_argument(
        "--full-cross-validation", action="store_true", help="train RAM-CNN in 21 folds on --data; hours, resumable"
    )
    arrays = names.add_parser("dearray", parents=[common], help="dearraying against circles placed by hand")
    arrays.add_argument("--real", type=Path, required=True, help="folder of labelled overviews (tma-overviews)")
    tiles = names.add_parser("tiles", parents=[common], help="nuclei on real tiles against key points")
    tiles.add_argument("--real", type=Path, required=True, help="folder of real tiles (er-pr-tiles)")


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1; received {text!r}")
    return value


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the evaluation that was named; returns its figures."""
    from scoring.evaluation import cross_validation, dearray, hscore, physical  # noqa: PLC0415 – matplotlib, for this verb only

    report = options.report or options.out / "report.md"
    folder = options.weights or FOLDER
    if options.evaluation == "dearray":
        return dearray.evaluate(options.real, options.out, report)
    if options.evaluation == "tiles":
        return physical.evaluate_tiles(options.real, options.out, report, folder)
    wanted = tuple(name for name in options.methods.split(",") if name)
    if options.full_cross_validation:
        if options.data is None:
            raise ScoringError("--full-cross-validation: give the folder of cores with --data")
        return cross_validation.evaluate(options.data, options.out, report, options.work, folder, wanted, _progress)
    asked = hscore.Options(
        out=options.out,
        report=report,
        work=options.work,
        data=options.data,
        fit_data=options.fit_data,
        n_test=options.n_test,
        n_fit=options.n_fit,
        n_invariance=options.n_invariance,
        weights=folder,
        methods=wanted,
        real=options.real,
        processes=options.processes,
    )
    return hscore.evaluate(asked, _progress)


def _progress(words: str) -> None:
    """The step at hand, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{words:<60}")
        sys.stderr.flush()
