"""Leave-5-out cross-validation (Liu et al. 2019, section IV-C): every core is scored once, by a network that did not
see it.

Hours on a processor; killed and started again it goes on, in the fold and at the step where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from scoring import histoscore, weights
from scoring.evaluation import cores, figures, measuring, methods, paper_tables
from scoring.evaluation.cores import Core
from scoring.evaluation.measuring import Bench, Plan
from scoring.evaluation.methods import Network
from scoring.evaluation.records import Measured, series
from scoring.evaluation.report import Section, write
from scoring.training import run as training
from scoring.types import ScoringError

FOLDS = 21
Progress = Callable[[str], None]


def evaluate(
    data: Path,
    out: Path,
    report: Path,
    work: Path,
    weights_folder: Path,
    wanted: Sequence[str],
    progress: Progress,
    *,
    steps: int | None = None,
    folds: int = FOLDS,
) -> dict[str, Any]:
    """Train and test ``folds`` networks of each method (RAM-CNN alone by default) on the cores of ``data``.

    Masks come from the segmentation networks of ``weights_folder``, which should not have seen these cores either.
    """
    started = time.perf_counter()
    every = [core for core in cores.read_index(data) if core.label is not None]
    if len(every) < folds:
        raise ScoringError(f"{data}: {len(every)} cores with two readers; {folds} folds need at least as many.")
    bench = Bench(Plan(weights_folder, tuple(measuring.available(weights_folder))).only_masks())
    chosen = [network for network in methods.REGRESSION if network.key in (wanted or ("ram-cnn",))]
    scores: dict[str, dict[str, float]] = {core.name: {} for core in every}
    for network in chosen:
        for fold in range(1, folds + 1):
            entry = _trained(network, fold, folds, data, work / "cross-validation", weights_folder, steps, progress)
            module = weights.load(entry["name"], work / "cross-validation")
            held_out = set(entry["training"]["held_out"])
            for core in (core for core in every if core.name in held_out):
                scores[core.name][network.key] = histoscore.predict_h(module, bench.inputs(core, network.inputs))
    measured = [Measured(core, scores[core.name]) for core in every]
    scored = sorted({key for one in measured for key in one.scores})
    table = paper_tables.table_3(measured, scored, "")
    table.key, table.title = "table-3-cross-validation", f"Table III by {folds}-fold cross-validation"
    chart = ("figure-9-cross-validation", figures.scatter_plots(measured, scored), "Predicted against the readers.")
    section = Section("Cross-validation", [_words(every, folds)], [table], [chart])
    files = write([section], "Cross-validation of the H-score networks", [], out, report)
    summaries = {row.label: paper_tables.summarise(series(measured, row.keys)) for row in methods.table_rows(scored)}
    return {
        "evaluation": "hscore-cross-validation",
        "folds": folds,
        "cores": len(every),
        "methods": {label: paper_tables.plain(summary) for label, summary in summaries.items()},
        "report": str(report),
        "files": [str(path) for path in files],
        "seconds": round(time.perf_counter() - started, 1),
    }


def _words(every: Sequence[Core], folds: int) -> str:
    return (
        f"{len(every)} cores in {folds} disjoint folds; every core is scored by the network of the fold that left it "
        "out (the paper leaves 5 of 105 out). Synthetic tissue; research use only."
    )


def _trained(
    network: Network,
    fold: int,
    folds: int,
    data: Path,
    out: Path,
    masks_from: Path,
    steps: int | None,
    progress: Progress,
) -> dict[str, Any]:
    """The manifest entry of one fold's network; trained unless it was."""
    name = f"{network.key}-fold{fold}of{folds}"
    known = weights.entries(out).get(name)
    if known is not None:
        return {"name": name, **known}
    options = training.Options(
        network.key,
        data,
        out,
        save_as=name,
        steps=steps,
        fold=(fold, folds),
        resume=True,
        masks_from=masks_from,
    )
    return training.run(options, lambda done, total, words: progress(f"{name}: {done}/{total} {words}"))
