"""One training from options to weights and manifest."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from scoring import devices, networks, weights
from scoring.histoscore import FRAME_PX, Representation
from scoring.synth.grey import make_general
from scoring.training import data, folds, maps, scores, settling
from scoring.training.data import Core
from scoring.training.loop import Progress, Settings, Task, train
from scoring.training.masks import BITS, MaskTask
from scoring.training.mosaic import Mosaics, read_cells
from scoring.training.recipes import Recipe, find_recipe
from scoring.training.scores import ScoreTask
from scoring.types import ScoringError

NOTE: Final = "trained on synthetic tissue; research use only"
MASK_NETWORKS: Final = ("nuclei-unet", "tumour-unet")
HELD_OUT: Final = 0.08
"""Share of the images kept for the figures in the manifest where no fold is asked for."""


@dataclass(frozen=True)
class Options:
    """What the command line says. ``name`` is the recipe; ``save_as`` the weights' name."""

    name: str
    folder: Path
    out: Path
    preset: str = "cpu"
    save_as: str = ""
    steps: int | None = None
    batch: int | None = None
    seed: int = 1
    lr: float = 1e-3
    device: str = "auto"
    threads: int = 2
    workers: int = 1
    resume: bool = False
    checkpoint_steps: int = 200
    label_augmentation: bool = True
    representation: str = "inverted"
    fold: tuple[int, int] | None = None
    target: str | None = None
    um_per_px: float | None = None
    masks_from: Path = weights.FOLDER
    synthetic: bool = True


def run(options: Options, progress: Progress) -> dict[str, Any]:
    """Train and save; returns the manifest entry with the name and path of the weights.

    Raises ScoringError for data, options or a checkpoint that do not fit.
    """
    recipe = find_recipe(options.name)
    if options.preset not in networks.PRESETS:
        raise ScoringError(f"preset is {' or '.join(networks.PRESETS)}; received {options.preset!r}")
    torch.set_num_threads(options.threads)
    device = devices.choose(options.device)
    target = options.target or recipe.target
    steps = options.steps or (recipe.steps if options.preset == "cpu" else recipe.paper_steps)
    size = options.batch or recipe.batch
    cores = data.read_folder(options.folder, options.um_per_px)
    if target == "score":
        cores = [core for core in cores if core.readers is not None]  # a core without tumour has no H-score
    learnt, held_out = split(cores, options)
    facts: dict[str, Any] = {
        "recipe": recipe.name,
        "target": target,
        "preset": options.preset,
        "batch": size,
        "label_augmentation": options.label_augmentation if target == "score" else None,
        "representation": options.representation if target == "score" and recipe.sees == "maps" else None,
        "fold": list(options.fold) if options.fold else None,
        "data_digest": data.digest(cores),
        "images": len(learnt),
        "held_out": [core.name for core in held_out] if options.fold else len(held_out),
    }
    name = options.save_as or default_name(options, target, recipe)
    task: Task
    if target == "score":
        task, more = _score_task(options, recipe, size, (learnt, held_out), progress)
        facts |= more
    else:
        task = _mask_task(options, recipe, target, size, (learnt, held_out), progress)
    settings = Settings(
        steps,
        options.seed,
        _digest(facts),
        options.lr,
        checkpoint_steps=options.checkpoint_steps,
        device=device,
        workers=options.workers,
    )
    torch.manual_seed(options.seed)
    module = networks.build(recipe.name, options.preset)
    if isinstance(task, ScoreTask):
        scores.start_at_mean(module, task.h_scores)
    outcome = train(module, task, settings, options.out / "training" / name, resume=options.resume, progress=progress)
    metrics = dict(outcome.metrics)
    if isinstance(task, ScoreTask):
        facts["settled"] = settling.settle(module, task.maps, task.h_scores)
        metrics = task.validate(module.eval())
    training = {
        **facts,
        "steps": steps,
        "seed": options.seed,
        "lr": options.lr,
        "seconds": outcome.seconds,
        "loss": round(outcome.loss, 5),
        "history": outcome.history,
        "device": device,
        "torch": torch.__version__,
        "finished": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    entry = weights.save(
        module.cpu(),
        name,
        options.out,
        network=recipe.name,
        preset=options.preset,
        representation=facts["representation"],
        note=NOTE if options.synthetic else "research use only",
        training=training,
        metrics=metrics,
    )
    return {"name": name, "weights": str(options.out / f"{name}.safetensors"), **entry}


def default_name(options: Options, target: str, recipe: Recipe) -> str:
    """What the weights are called: the network, and how it differs from the usual one."""
    parts = [recipe.name]
    if target != recipe.target:
        parts.append(target)
    if options.representation == "paper" and recipe.sees == "maps":
        parts.append("paper")
    if target == "score" and not options.label_augmentation:
        parts.append("no-dla")
    if options.preset == "paper":
        parts.append("wide")
    if options.fold:
        parts.append(f"fold{options.fold[0]}")
    return "-".join(parts)


def split(cores: Sequence[Core], options: Options) -> tuple[list[Core], list[Core]]:
    """Images to learn from and images held out: fold k of n, or the last 8 % by a fixed shuffle."""
    ordered = sorted(cores, key=lambda core: core.name)
    count = options.fold[1] if options.fold else max(2, round(1 / HELD_OUT))
    if len(ordered) < 2:
        raise ScoringError(f"{options.folder}: {len(ordered)} usable image(s); two are needed, one is held out")
    number = options.fold[0] if options.fold else 1
    chosen = set(folds.disjoint(len(ordered), min(count, len(ordered)), seed=0)[number - 1].tolist())
    learnt = [core for index, core in enumerate(ordered) if index not in chosen]
    return learnt, [core for index, core in enumerate(ordered) if index in chosen]


def _mask_task(
    options: Options, recipe: Recipe, target: str, size: int, cores: tuple[list[Core], list[Core]], progress: Progress
) -> Task:
    cache = options.folder / "cache"
    images, kept = (data.decode_all(each, cache, progress) for each in cores)
    grey = recipe.sees == "grey"
    return MaskTask(images, kept, BITS[target], grey, size, options.seed, make_general if grey else None)


def _score_task(
    options: Options, recipe: Recipe, size: int, cores: tuple[list[Core], list[Core]], progress: Progress
) -> tuple[ScoreTask, dict[str, Any]]:
    """The task, and the digests of the mask networks for the manifest."""
    cache = options.folder / "cache"
    learnt, kept = (data.decode_all(each, cache, progress) for each in cores)
    facts: dict[str, Any] = {}
    if recipe.sees == "maps":
        nuclei, tumour = (weights.load(name, options.masks_from) for name in MASK_NETWORKS)
        known = weights.entries(options.masks_from)
        facts["masks_by"] = {name: known[name]["sha256"] for name in MASK_NETWORKS}
        representation: Representation = "paper" if options.representation == "paper" else "inverted"
        seen, held_out = (
            maps.intensity_maps(
                each, cache, (nuclei, tumour), list(facts["masks_by"].values()), representation, progress
            )
            for each in (learnt, kept)
        )
    else:
        seen, held_out = (maps.colour_maps(each, cache, progress) for each in (learnt, kept))
    fill = 0 if recipe.sees == "maps" else 255
    h, held_out_h = (np.array([each.core.h_score for each in images]) for images in (learnt, kept))
    whole = all(each.core.cells and each.bits.shape == (FRAME_PX, FRAME_PX) for each in learnt)
    mosaics = None
    if whole:
        cells = [read_cells(each.core.cells) for each in learnt if each.core.cells]
        mosaics = Mosaics(seen, cells, h, fill)
    facts["mosaics"] = whole
    task = ScoreTask(seen, h, held_out, held_out_h, fill, size, options.seed, options.label_augmentation, mosaics)
    return task, facts


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:16]
