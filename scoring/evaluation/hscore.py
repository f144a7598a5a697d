"""``evaluate hscore``: the test cores, every method on them, and the report.

Without ``--data`` the test split is made from fixed seeds that no training uses, so two runs see the same cores.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from scoring import weights
from scoring.evaluation import cores, measuring, methods, sections, thresholds
from scoring.evaluation.cores import Core
from scoring.evaluation.measuring import Plan
from scoring.evaluation.paper_tables import human, plain, summarise
from scoring.evaluation.records import Measured, series
from scoring.evaluation.report import write
from scoring.evaluation.thresholds import Cuts
from scoring.synth.dataset import write_cores
from scoring.types import ScoringError

TEST_SEED, FIT_SEED = 900_000, 800_000
"""First seeds of the test cores and of the cores on which the cuts of NNP and NAP are fitted."""
TIERS = (("realistic", 2 / 3), ("hard", 1 / 3))
N_TEST, N_FIT, N_INVARIANCE = 150, 40, 10
"""Cores to test on, to fit cuts on, and of the test cores those that are changed and scored again."""
TUMOUR_NEEDED = 0.15
"""The paper gives an H-score when tumour occupies more than this share of the core."""
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What ``evaluate hscore`` was asked. ``work`` keeps generated cores between runs."""

    out: Path
    report: Path
    work: Path
    data: Path | None = None
    fit_data: Path | None = None
    n_test: int = N_TEST
    n_fit: int = N_FIT
    n_invariance: int = N_INVARIANCE
    weights: Path = weights.FOLDER
    methods: tuple[str, ...] = ()
    real: Path | None = None
    processes: int = 2


def evaluate(options: Options, progress: Progress) -> dict[str, Any]:
    """Run everything and write the report; returns its figures as plain data."""
    started = time.perf_counter()
    plan = plan_of(options)
    test = _test_cores(options, progress)
    cuts, training = _fitted(options, plan, progress)
    measured = _measured(test, plan, options.processes, cuts, progress)
    chosen = [one for one in measured if eligible(one.core)]
    if not chosen:
        raise ScoringError("No test core has two readers and more than 15 % tumour; give other --data.")
    scored = sorted({key for one in chosen for key in one.scores})
    progress("report")
    study = sections.Study(
        plan, measured, chosen, scored, cuts, training, options.real, options.n_invariance, options.processes
    )
    files = write(sections.make(study), sections.TITLE, sections.introduction(study), options.out, options.report)
    summaries = {row.label: summarise(series(chosen, row.keys)) for row in methods.table_rows(scored)}
    return {
        "evaluation": "hscore",
        "cores": len(measured),
        "cores_compared": len(chosen),
        "methods": {label: plain(summary) for label, summary in summaries.items()},
        "human": plain(human(chosen)),
        "cuts": {key: {"strong": one.strong, "moderate": one.moderate, "mae": one.mae} for key, one in cuts.items()},
        "weights": {name: weights.entries(plan.folder)[name]["sha256"] for name in plan.networks},
        "report": str(options.report),
        "files": [str(path) for path in files],
        "seconds": round(time.perf_counter() - started, 1),
    }


def plan_of(options: Options) -> Plan:
    """Every network of the evaluation whose weights are there, or those asked for."""
    names = measuring.available(options.weights)
    masks = [name for name in (*methods.NUCLEI_NETWORKS, *methods.TUMOUR_NETWORKS) if name in names]
    keys = [network.key for network in methods.REGRESSION]
    unknown = [name for name in options.methods if name not in (*keys, "nnp", "nap")]
    if unknown:
        raise ScoringError(f"Unknown method {unknown[0]!r}; known are {', '.join((*keys, 'nnp', 'nap'))}.")
    wanted = [key for key in keys if not options.methods or key in options.methods]
    scorers = [name for key in wanted for name in methods.seeds_of(key, names)]
    if "ram-cnn" in wanted:
        extra = (methods.WITHOUT_AUGMENTATION.key, measuring.PAPER_MAPS)
        scorers += [name for key in extra for name in methods.seeds_of(key, names)]
    classical = not options.methods or bool({"nnp", "nap"} & set(options.methods))
    return Plan(options.weights, (*masks, *scorers), classical, all(name in names for name in measuring.PRODUCT_NEEDS))


def eligible(core: Core) -> bool:
    """Whether the core takes part in the comparison: both readers, and more than 15 % tumour (the paper's rule)."""
    return core.label is not None and core.row.tumour_fraction > TUMOUR_NEEDED


def _test_cores(options: Options, progress: Progress) -> list[Core]:
    if options.data is not None:
        return cores.read_index(options.data)
    found: list[Core] = []
    first = TEST_SEED
    for tier, share in TIERS:
        count = round(options.n_test * share)
        progress(f"{count} {tier} test cores")
        # The folder's name tells its size: another --n-test does not mix with it.
        folder = options.work / f"test-{tier}-{count}"
        if count:
            write_cores(folder, count, first, (tier,), options.processes)
            found += cores.read_index(folder)
        first += 50_000
    return found


def _fitted(options: Options, plan: Plan, progress: Progress) -> tuple[dict[str, Cuts], list[Core]]:
    """Cuts of NNP and NAP from the training cores, and those cores."""
    folder = options.fit_data
    if folder is None:
        folder = options.work / f"fit-{options.n_fit}"
        progress(f"{options.n_fit} cores to fit cuts on")
        write_cores(folder, options.n_fit, FIT_SEED, ("realistic", "hard"), options.processes)
    training = [core for core in cores.read_index(folder) if eligible(core)]
    if not plan.classical:
        return {}, training
    masks = tuple(name for name in plan.networks if name == "tumour-unet")
    curves_only = Plan(plan.folder, masks, classical=True, through_pipeline=False)
    step = max(1, len(training) // options.n_fit)
    found: list[Measured] = []
    for one in measuring.measure_all(training[::step][: options.n_fit], curves_only, options.processes):
        found.append(one)
        progress(f"cuts: core {len(found)}")
    labels = [one.label for one in found]
    keys = sorted({key for one in found for key in one.curves})
    return {key: thresholds.fit(np.array([one.curves[key] for one in found]), labels) for key in keys}, training


def _measured(
    test: Sequence[Core], plan: Plan, processes: int, cuts: Mapping[str, Cuts], progress: Progress
) -> list[Measured]:
    readable = [core for core in test if core.label is not None]
    found: list[Measured] = []
    for one in measuring.measure_all(readable, plan, processes):
        found.append(with_cuts(one, cuts))
        progress(f"core {len(found)} of {len(readable)}")
    return found


def with_cuts(measured: Measured, cuts: Mapping[str, Cuts]) -> Measured:
    """The record with H-scores of NNP and NAP by the fitted cuts."""
    added = {
        key: float(thresholds.h_score(curve[None], cuts[key])[0])
        for key, curve in measured.curves.items()
        if key in cuts
    }
    return replace(measured, scores={**measured.scores, **added})
