"""Every method on one test core, sharing what they share: masks once per network, maps once per pair of masks.

Maps, masks and scores come from the functions the product scores with (``segmentation``, ``histoscore``, ``nuclei``,
``pipeline``); nothing is computed in a way of its own.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn

from scoring import histoscore, pipeline, segmentation, stain, weights
from scoring.evaluation import methods, thresholds
from scoring.evaluation.cores import Core
from scoring.evaluation.records import Measured, Overlap
from scoring.histoscore import Representation
from scoring.hscore import RULES, from_amounts
from scoring.nuclei import Nuclei, find_nuclei, mostly_inside
from scoring.stain import Vector
from scoring.tiling import ArrayReader
from scoring.tissue import find_tissue
from scoring.types import ByteImage, FloatMap, Mask, ScoreResult, ScoringError

WORK_UM_PER_PX = segmentation.WORK_UM_PER_PX
_SAME_SCALE = 0.02
"""Pixel sizes that differ by less are one scale."""
PAPER_MAPS = "ram-cnn-paper"
"""Weights of RAM-CNN on maps with background 0, as the paper prints them."""
PRODUCT_NEEDS = ("nuclei-unet", "tumour-unet", "ram-cnn")
"""Weights without which the product's RAM-CNN cannot run."""
PRODUCT = "product"
"""Score key of the product's own answer: RAM-CNN through ``pipeline.score``."""


@dataclass(frozen=True)
class Plan:
    """What to run: names of weights in ``folder``, and which parts."""

    folder: Path
    networks: tuple[str, ...]
    classical: bool = True
    through_pipeline: bool = True

    def has(self, name: str) -> bool:
        """Whether these weights take part."""
        return name in self.networks

    def only_masks(self) -> Plan:
        """The same with the segmentation networks alone."""
        masks = {**methods.NUCLEI_NETWORKS, **methods.TUMOUR_NETWORKS}
        return replace(self, networks=tuple(name for name in self.networks if name in masks))


def available(folder: Path) -> list[str]:
    """Names of the weights in a folder."""
    return sorted(weights.entries(folder))


def mask_key(nuclei: str, tumour: str) -> str:
    """Score key of RAM-CNN with other masks (Table IV)."""
    return f"ram-cnn@{nuclei}+{tumour}"


def mask_pairs(plan: Plan) -> list[tuple[str, str]]:
    """Pairs (nuclei masks, tumour masks) of Table IV."""
    if not (plan.has("ram-cnn") and plan.has("nuclei-unet")):
        return []
    own = {name: f"{name}-nuclei" for name in methods.TUMOUR_NETWORKS}
    pairs = [
        (own[name] if plan.has(own[name]) else "nuclei-unet", name)
        for name in methods.TUMOUR_NETWORKS
        if plan.has(name)
    ]
    if plan.has("tumour-unet"):
        pairs.append((methods.WATERSHED, "tumour-unet"))
    return [*pairs, (methods.EXACT, methods.EXACT)]


class Bench:
    """Loaded networks, and what they say of a core."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._modules: dict[str, nn.Module] = {name: weights.load(name, plan.folder) for name in plan.networks}

    def measure(self, core: Core) -> Measured:
        """All methods of the plan on one core."""
        rgb, truth = at_work_scale(core)
        i0 = stain.estimate_i0(rgb)
        masks = {**self._nuclei_masks(rgb, i0), **self._tumour_masks(rgb, i0)}
        nuclei = watershed(rgb, i0)
        masks[f"nuclei:{methods.WATERSHED}"] = masks[f"tumour:{methods.WATERSHED}"] = nuclei.labels > 0
        exact = {"nuclei": truth[0], "tumour": truth[1]}
        overlaps = {key: Overlap.of(mask, exact[key.partition(":")[0]]) for key, mask in masks.items()}
        masks[f"nuclei:{methods.EXACT}"], masks[f"tumour:{methods.EXACT}"] = truth[0], truth[1]
        description = histoscore.describe(rgb, i0)
        # As in the product, networks and NAP see nothing of a mask that lies outside the tissue.
        ground = find_tissue(rgb, WORK_UM_PER_PX, i0).tissue
        masks = {key: mask & ground for key, mask in masks.items()}
        scores = self._scores(rgb, i0, description, masks)
        curves = {}
        if self.plan.classical and "tumour:tumour-unet" in masks:
            scores |= _by_product_rule(nuclei, masks["tumour:tumour-unet"])
        if self.plan.classical:
            curves = intensity_curves(description, nuclei, masks.get("tumour:tumour-unet"))
        flags: tuple[str, ...] = ()
        refused, fraction = "", None
        if self.plan.through_pipeline:
            result = score_picture(core.read()[0], core.um_per_px, "ram-cnn", self.plan.folder)
            flags, refused, fraction = (
                flags_of(result),
                "" if result.scoreable else result.reason,
                result.tumour_fraction,
            )
            if result.value is not None:
                scores[PRODUCT] = result.value
        return Measured(core, scores, curves, overlaps, flags, refused, fraction)

    def inputs(self, core: Core, kind: methods.Inputs) -> list[FloatMap]:
        """What a regression network takes of a core, with the masks of the two U-Nets."""
        rgb, _ = at_work_scale(core)
        i0 = stain.estimate_i0(rgb)
        ground = find_tissue(rgb, WORK_UM_PER_PX, i0).tissue
        found = {**self._nuclei_masks(rgb, i0), **self._tumour_masks(rgb, i0)} if kind != "rgb" else {}
        masks = {key: mask & ground for key, mask in found.items()}
        return _Maps(rgb, i0, histoscore.describe(rgb, i0), masks).inputs(kind, _USUAL)

    def outlines(self, core: Core) -> tuple[ByteImage, Mask, Mask]:
        """The picture with the masks of nuclei and tumour nuclei, for the galleries."""
        rgb, _ = at_work_scale(core)
        i0 = stain.estimate_i0(rgb)
        found = {**self._nuclei_masks(rgb, i0), **self._tumour_masks(rgb, i0)}
        nothing = np.zeros(rgb.shape[:2], dtype=bool)
        return rgb, found.get("nuclei:nuclei-unet", nothing), found.get("tumour:tumour-unet", nothing)

    def _nuclei_masks(self, rgb: ByteImage, i0: Vector) -> dict[str, Mask]:
        names = [name for name in methods.NUCLEI_NETWORKS if self.plan.has(name)]
        return {f"nuclei:{name}": self._mask(name, rgb, i0) for name in names}

    def _tumour_masks(self, rgb: ByteImage, i0: Vector) -> dict[str, Mask]:
        names = [name for name in methods.TUMOUR_NETWORKS if self.plan.has(name)]
        return {f"tumour:{name}": self._mask(name, rgb, i0) for name in names}

    def _mask(self, name: str, rgb: ByteImage, i0: Vector) -> Mask:
        grey = name in methods.SEE_GREY
        return segmentation.find_mask(self._modules[name], rgb, WORK_UM_PER_PX, i0, grey=grey)

    def _scores(self, rgb: ByteImage, i0: Vector, description: FloatMap, masks: Mapping[str, Mask]) -> dict[str, float]:
        maps = _Maps(rgb, i0, description, masks)
        scores: dict[str, float] = {}
        for network in (*methods.REGRESSION, methods.WITHOUT_AUGMENTATION):
            if network.inputs != "rgb" and not all(self.plan.has(name) for name in _USUAL):
                continue
            for name in methods.seeds_of(network.key, self.plan.networks):
                scores[name] = histoscore.predict_h(self._modules[name], maps.inputs(network.inputs, _USUAL))
        if self.plan.has(PAPER_MAPS) and all(self.plan.has(name) for name in _USUAL):
            inputs = maps.inputs("pair", _USUAL, "paper")
            scores[PAPER_MAPS] = histoscore.predict_h(self._modules[PAPER_MAPS], inputs, views=1)
        for pair in mask_pairs(self.plan):
            key = mask_key(*pair)
            if pair == _USUAL:
                scores[key] = scores["ram-cnn"]
                continue
            scores[key] = histoscore.predict_h(self._modules["ram-cnn"], maps.inputs("pair", pair))
        return scores


def score_picture(
    rgb: ByteImage, um_per_px: float, card: str, folder: Path, look: Callable[[Path], None] | None = None
) -> ScoreResult:
    """The product's answer for a picture in memory, with the weights of ``folder``; ``look`` sees its cell file."""
    with tempfile.TemporaryDirectory(prefix="duoscope-") as place:
        cells = Path(place) / "cells"
        result = pipeline.score(
            ArrayReader(rgb), card=card, cells_path=cells, um_per_px=um_per_px, weights_folder=folder
        )
        if look is not None:
            look(cells)
        return result


def flags_of(result: ScoreResult) -> tuple[str, ...]:
    """Codes of the quality flags of a result."""
    flags = result.qc.get("flags") or []
    return tuple(str(flag["code"]) for flag in flags)


def _by_product_rule(nuclei: Nuclei, tumour: Mask) -> dict[str, float]:
    """H-score of the tumour nuclei by the product's rule on mean nuclear DAB; nothing without tumour nuclei."""
    classes = RULES["duoscope-1"].classify(nuclei.dab_od[mostly_inside(nuclei.labels, tumour)])
    if len(classes) == 0:
        return {}
    return {methods.PRODUCT_NNP: float(from_amounts(np.bincount(classes, minlength=4)).value)}


class _Maps:
    """Network inputs of one core, each made once."""

    def __init__(self, rgb: ByteImage, i0: Vector, description: FloatMap, masks: Mapping[str, Mask]) -> None:
        self._rgb, self._i0, self._description, self._masks = rgb, i0, description, masks
        self._made: dict[tuple[str, Representation], FloatMap] = {}
        self._picture: FloatMap | None = None

    def inputs(
        self, kind: methods.Inputs, pair: tuple[str, str], representation: Representation = "inverted"
    ) -> list[FloatMap]:
        if kind == "rgb":
            if self._picture is None:
                self._picture = histoscore.framed(segmentation.prepare_rgb(self._rgb, self._i0), 1.0)
            return [self._picture]
        sini, siti = (self._map(f"{task}:{name}", representation) for task, name in zip(_TASKS, pair, strict=True))
        return [sini, siti] if kind == "pair" else [np.stack([sini, siti], axis=-1)]

    def _map(self, key: str, representation: Representation) -> FloatMap:
        place = (key, representation)
        if place not in self._made:
            masked = histoscore.masked(self._description, self._masks[key], representation)
            self._made[place] = histoscore.framed(masked, 0.0)
        return self._made[place]


_TASKS = ("nuclei", "tumour")
_USUAL = ("nuclei-unet", "tumour-unet")


def at_work_scale(core: Core) -> tuple[ByteImage, tuple[Mask, Mask]]:
    """Picture and masks (nuclei, tumour nuclei) at the networks' scale."""
    rgb, *masks = core.read()
    factor = core.um_per_px / WORK_UM_PER_PX
    if abs(factor - 1) < _SAME_SCALE:
        return rgb, (masks[0], masks[1])
    size = (round(rgb.shape[1] * factor), round(rgb.shape[0] * factor))
    resized = [cv2.resize(mask.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 127 for mask in masks]
    picture = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    return picture, (resized[0], resized[1])


def watershed(rgb: ByteImage, i0: Vector) -> Nuclei:
    """Nuclei by the product's unsupervised method, with the slide's own haematoxylin as its default preset has it."""
    haematoxylin = stain.estimate_haematoxylin(rgb, i0)
    basis = stain.stain_basis(haematoxylin or stain.HAEMATOXYLIN, i0=i0)
    return find_nuclei(stain.bend(stain.unmix(rgb, basis), basis), WORK_UM_PER_PX)


def intensity_curves(description: FloatMap, nuclei: Nuclei, tumour: Mask | None) -> dict[str, thresholds.Curve]:
    """Curves of NNP (mean intensity of each nucleus) and NAP (each pixel), of all nuclei and of tumour nuclei alone.

    A nucleus is a tumour nucleus when most of it lies in the tumour mask; NAP of tumour takes the mask itself.
    """
    intensity = description * np.float32(510)
    inside = nuclei.labels > 0
    number, count = nuclei.labels[inside] - 1, len(nuclei)
    size = np.maximum(np.bincount(number, minlength=count), 1)
    means = np.bincount(number, intensity[inside], minlength=count) / size
    curves = {"nnp-all": thresholds.curve(means), "nap-all": thresholds.curve(intensity[inside])}
    if tumour is not None:
        curves["nnp-tumour"] = thresholds.curve(means[mostly_inside(nuclei.labels, tumour)])
        curves["nap-tumour"] = thresholds.curve(intensity[tumour])
    return curves


def measure_all(cores: Sequence[Core], plan: Plan, processes: int) -> Iterator[Measured]:
    """Every core in order; ``processes`` of one thread each (a network gains little from a second thread)."""
    if processes <= 1:
        bench = Bench(plan)
        yield from map(bench.measure, cores)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _start, (plan,)) as pool:
        yield from pool.map(_measure, cores)


_bench: Bench | None = None


def _start(plan: Plan) -> None:
    global _bench  # noqa: PLW0603 – a pool's process keeps its networks between cores
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    _bench = Bench(plan)


def _measure(core: Core) -> Measured:
    if _bench is None:
        raise ScoringError("The process has no networks; start it with its initialiser.")
    return _bench.measure(core)
