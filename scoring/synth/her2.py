"""HER2 fields from a seed: picture, membrane and nucleus masks, every cell's pattern, the field's category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from scoring.schemes import SchemeResult, her2_ihc
from scoring.synth import expression, placement
from scoring.synth.core import make_scene
from scoring.synth.layout import make_layout
from scoring.synth.membrane import (
    VISIBLE_OD,
    Membranes,
    Pattern,
    Seen,
    Territories,
    draw_membranes,
    look,
    mix_for,
    paint_membranes,
    pattern_of,
    territories,
)
from scoring.synth.optics import Optics, compose, draw_optics, expose
from scoring.synth.scene import Cells, Scene, Window
from scoring.synth.stains import make_stains
from scoring.synth.tiers import tier_of
from scoring.types import ByteImage, FloatMap, Labels, Mask, ScoringError

CATEGORIES = ("0", "1+", "2+", "3+")
_EDGE_UM = 6.5
"""Cells nearer to the field's edge are cut and not counted, as in the positive-control method."""

HER2_CELL = np.dtype(
    [
        ("number", "<i4"),
        ("x_um", "<f4"),
        ("y_um", "<f4"),
        ("cls", "u1"),
        ("expressed", "u1"),
        ("painted", "u1"),
        ("coverage", "<f4"),
        ("od", "<f4"),
        ("counted", "?"),
    ]
)
"""One tumour cell. ``number``: in ``labels`` and ``territory``; ``cls``: :class:`Pattern` by what is visible in this
picture; ``expressed``: the same at batch gain 1 (what the cell made, whatever the run did); ``painted``: what was aimed
at; ``coverage`` 0..1 and ``od`` (mean contrast, OD10) as visible; ``counted``: not cut by the edge.
"""


@dataclass(frozen=True)
class Batch:
    """One staining run on one scanner: what patients' fields and their control share. ``gain`` multiplies all DAB."""

    gain: float
    optics: Optics


@dataclass(frozen=True)
class Her2Sample:
    """A field and what is true of it. ``membrane``: visible line; ``tumour``: territories of tumour cells.

    ``counts``: cells by ``n3 n2 n1 n0 intense_incomplete`` (of those counted), ``truth``: the scheme applied to their
    fractions, as seen; ``truth_expressed``: at gain 1. ``px = (um - origin_um) / um_per_px``.
    """

    rgb: ByteImage
    um_per_px: float
    membrane: Mask
    nuclei: Mask
    tumour: Mask
    labels: Labels
    territory: Labels
    cells: npt.NDArray[np.void]
    counts: dict[str, int]
    truth: SchemeResult
    truth_expressed: SchemeResult
    batch: Batch
    tier: str
    seed: int
    origin_um: tuple[float, float]

    @property
    def category(self) -> str:
        """ "0", "1+", "2+" or "3+", as seen."""
        return self.truth.category


def draw_batch(seed: int, *, tier: str = "realistic", spread: float | None = None) -> Batch:
    """One run. ``spread``: the gain lies within 1 ± spread; by default .6 to 1.5 (easy: 1)."""
    rng = np.random.default_rng([seed, 0xBA])
    optics = draw_optics(rng, tier)
    low, high = (1 - spread, 1 + spread) if spread is not None else (1.0, 1.0) if tier == "easy" else (0.6, 1.5)
    if low <= 0:
        raise ScoringError(f"spread lies between 0 and 1; received {spread}.")
    return Batch(float(np.exp(rng.uniform(np.log(low), np.log(high)))), optics)


def make_her2_field(
    seed: int,
    *,
    category: str | None = None,
    mix: npt.ArrayLike | None = None,
    batch: Batch | None = None,
    tier: str = "realistic",
    um_per_px: float = 0.5,
    size_px: tuple[int, int] = (540, 960),
) -> Her2Sample:
    """A field of ``size_px`` (height, width) full of tissue, mostly tumour.

    Args:
        seed: decides everything, together with the other arguments.
        category: what the field is meant to come out as ("0", "1+", "2+", "3+"); drawn when None. What it does come out
            as, by what is visible, is ``truth``.
        mix: shares of the five patterns instead.
        batch: staining run and optics; drawn from the seed when None.
        tier: ``easy``, ``realistic`` or ``hard``.
    """
    rng = np.random.default_rng([seed, 0x42])
    if category is not None and category not in CATEGORIES:
        raise ScoringError(f"category is one of {', '.join(CATEGORIES)}; received {category!r}.")
    wanted = str(rng.choice(CATEGORIES)) if category is None else category
    shares = mix_for(rng, wanted) if mix is None else np.asarray(mix, dtype=np.float64)
    if shares.shape != (5,) or not shares.sum() > 0 or shares.min() < 0:
        raise ScoringError(f"mix gives the shares of five patterns (none .. intense incomplete); received {mix!r}.")
    run = batch or draw_batch(seed, tier=tier)
    scene = _scene(rng, seed, tier, size_px[0] * um_per_px, size_px[1] * um_per_px)
    window = scene.window(um_per_px, size_px)
    stains = make_stains(scene, window)
    membranes = draw_membranes(rng, scene, shares)
    found = territories(scene, membranes, window, seed)
    free = 1 - cv2.GaussianBlur(stains.nuclei.astype(np.float32), (0, 0), 0.3 / um_per_px)
    dab, share = paint_membranes(membranes, found, window, seed, free)
    stains.amounts["dab"] = stains.amounts["dab"] + np.float32(run.gain) * dab
    density = compose(stains.amounts, run.optics.vectors, run.optics.gains)
    rgb = expose(density, window, run.optics, np.random.default_rng([seed, 2]), stains.defocus_um)
    psf = run.optics.psf_um
    seen = look(run.gain * dab, share, found, stains.nuclei, len(membranes.index), um_per_px, psf)
    expressed = look(dab, share, found, stains.nuclei, len(membranes.index), um_per_px, psf)
    cells = _cells(scene, membranes, window, seen, expressed)
    counts = _counts(cells, "cls")
    numbers = np.concatenate([[0], scene.cells["number"][membranes.index]]).astype(np.int32)
    territory = np.where(found.inside_um > 0, numbers[found.first], 0).astype(np.int32)
    return Her2Sample(
        rgb=rgb,
        um_per_px=um_per_px,
        membrane=_visible(run.gain * dab, found, membranes, psf, um_per_px),
        nuclei=stains.nuclei,
        tumour=territory > 0,
        labels=stains.labels,
        territory=territory,
        cells=cells,
        counts=counts,
        truth=category_of(counts),
        truth_expressed=category_of(_counts(cells, "expressed")),
        batch=run,
        tier=tier,
        seed=seed,
        origin_um=(window.x_um, window.y_um),
    )


def category_of(counts: dict[str, int]) -> SchemeResult:
    """The guideline's category of counted cells; a field without tumour cells is "0"."""
    total = max(sum(counts.values()), 1)
    percent = {name: round(100 * count / total, 6) for name, count in counts.items()}
    return her2_ihc(percent["n3"], percent["n2"], percent["n1"], intense_incomplete=percent["intense_incomplete"])


def _scene(rng: np.random.Generator, seed: int, tier: str, height_um: float, width_um: float) -> Scene:
    """Tissue without nuclear DAB: a membrane marker leaves nuclei blue, and little haze."""
    settings = tier_of(tier)
    layout = make_layout(rng, width_um, height_um, core=False, tumour_share=rng.uniform(0.45, 0.95))
    haze = rng.uniform(*settings.haze_od) * rng.random() * 0.5
    traits = {
        **make_scene(seed, tier=tier, target_h=0, size_um=(60.0, 60.0)).traits,
        "haze_od": haze,
        "cytoplasm_dab_od": haze * rng.uniform(0.3, 1.0),
        "leak": 0.0,
        "edge_od": 0.0,
        "speck_cut": 4.2,
    }
    cells = placement.place(rng, layout, settings)
    expression.stain(rng, layout, cells, settings, "p53", 0.0, haze)
    cells["dab_od"] = np.minimum(cells["dab_od"], 0.06)
    cells["cls"] = 0
    return Scene(width_um, height_um, layout, cells, "HER2", tier, seed, traits)


def _cells(scene: Scene, membranes: Membranes, window: Window, seen: Seen, expressed: Seen) -> npt.NDArray[np.void]:
    source: Cells = scene.cells[membranes.index]
    cells = np.zeros(len(source), dtype=HER2_CELL)
    for name in ("number", "x_um", "y_um"):
        cells[name] = source[name]
    cells["painted"] = membranes.painted
    cells["coverage"], cells["od"] = seen.coverage, seen.od
    cells["cls"] = pattern_of(seen.coverage, seen.od)
    cells["expressed"] = pattern_of(expressed.coverage, expressed.od)
    x, y = (
        (cells["x_um"] - window.x_um, window.width_px * window.um_per_px),
        (cells["y_um"] - window.y_um, window.height_px * window.um_per_px),
    )
    cells["counted"] = seen.in_view > 0.5
    for place, size in (x, y):
        cells["counted"] &= (place > _EDGE_UM) & (place < size - _EDGE_UM)
    return cells


def _counts(cells: npt.NDArray[np.void], name: str) -> dict[str, int]:
    found = np.bincount(cells[name][cells["counted"]], minlength=5).tolist()
    order = (Pattern.INTENSE, Pattern.COMPLETE, Pattern.FAINT, Pattern.NONE, Pattern.INTENSE_INCOMPLETE)
    return dict(zip(("n3", "n2", "n1", "n0", "intense_incomplete"), (found[k] for k in order), strict=True))


def _visible(dab: FloatMap, found: Territories, membranes: Membranes, psf_um: float, um_per_px: float) -> Mask:
    """Pixels of a line, as wide as its precipitate, where it stands out from the cytoplasm."""
    width = np.concatenate([[0.0], membranes.width_um]).astype(np.float32)
    strength = np.concatenate([[0.0], membranes.od.max(axis=1)])
    least = 0.5 * um_per_px
    line = (np.abs(found.inside_um) <= np.maximum(width[found.first] / 2, least)) & (strength[found.first] > 0)
    line |= (np.abs(found.other_um) <= np.maximum(width[found.second] / 2, least)) & (strength[found.second] > 0)
    blurred = cv2.GaussianBlur(dab, (0, 0), max(psf_um / um_per_px, 0.2))
    around = cv2.erode(blurred, np.ones((3, 3), np.uint8), iterations=max(1, round(1.6 / um_per_px)))
    return np.asarray(line & (blurred - around >= VISIBLE_OD))


def as_json(sample: Her2Sample) -> dict[str, Any]:
    """What is true of a field, as plain data."""
    return {
        "category": sample.category,
        "category_expressed": sample.truth_expressed.category,
        "rule": sample.truth.rule,
        **sample.truth.derived,
        "counts": sample.counts,
        "gain": round(sample.batch.gain, 4),
        "tier": sample.tier,
        "um_per_px": sample.um_per_px,
        "seed": sample.seed,
    }
