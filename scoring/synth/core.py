"""Cores and fields from a seed: scene, stains, image and truth together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.synth import expression, placement
from scoring.synth.layout import make_layout
from scoring.synth.optics import compose, draw_optics, expose
from scoring.synth.scene import Cells, Scene
from scoring.synth.stains import Stains, make_stains
from scoring.synth.tiers import Tier, tier_of
from scoring.synth.truth import Truth, truth_of, with_fraction
from scoring.types import ByteImage, Labels, Mask, ScoringError

MARKERS = ("ER", "PR", "p53")
FRAME_UM = 1024 * 0.65
"""Side of a core's frame: 1024 px at the working scale."""


@dataclass
class Sample:
    """A picture and everything true of it. Masks are height x width; ``labels`` hold ``cells["number"]``; cell
    coordinates are µm from the scene's corner, ``px = (um - origin_um) / um_per_px``.
    """

    rgb: ByteImage
    um_per_px: float
    nuclei: Mask
    tumour: Mask
    labels: Labels
    cells: Cells
    core: Mask
    artefacts: dict[str, Mask]
    truth: Truth
    tier: str
    marker: str
    seed: int
    origin_um: tuple[float, float] = (0.0, 0.0)


def make_scene(
    seed: int,
    *,
    tier: str = "realistic",
    marker: str = "ER",
    target_h: float | None = None,
    size_um: tuple[float, float] | None = None,
) -> Scene:
    """Cells and layout without painting (about a tenth of a core's time).

    Args:
        seed: decides everything, together with the other arguments.
        tier: ``easy``, ``realistic`` or ``hard``.
        marker: ``ER``, ``PR`` or ``p53``.
        target_h: H-score to reach, 0..300; drawn when None (then tumour may be scarce or absent).
        size_um: (height, width) of a field full of tissue; None for a core in its frame.
    """
    if marker not in MARKERS:
        raise ScoringError(f"Unknown marker {marker!r}; use one of {', '.join(MARKERS)}.")
    if target_h is not None and not 0 <= target_h <= 300:
        raise ScoringError(f"An H-score lies between 0 and 300; received {target_h}.")
    settings = tier_of(tier)
    rng = np.random.default_rng([seed, 1])
    share = _tumour_share(rng, forced=target_h is not None)
    height, width = size_um or (FRAME_UM, FRAME_UM)
    layout = make_layout(rng, width, height, core=size_um is None, tumour_share=share)
    traits = _traits(rng, settings)
    cells = placement.place(rng, layout, settings)
    h = expression.draw_h(rng)
    expression.stain(rng, layout, cells, settings, marker, h if target_h is None else target_h, traits["haze_od"])
    return Scene(width, height, layout, cells, marker, tier, seed, traits)


def _tumour_share(rng: np.random.Generator, *, forced: bool) -> float:
    """U(.03, .85), with cores under the 15 % rule and cores without any tumour among them."""
    kind, wide, low = rng.random(), rng.uniform(0.03, 0.85), rng.uniform(0.01, 0.12)
    if forced:
        return max(wide, 0.1)
    return 0.0 if kind < 0.05 else low if kind < 0.12 else wide


def _traits(rng: np.random.Generator, tier: Tier) -> dict[str, float]:
    """What painting needs, once per specimen."""
    haze = rng.uniform(*tier.haze_od) * rng.random()
    if rng.random() < 1 / 8:
        haze = rng.uniform(tier.haze_od[1], tier.haze_rare_od)
    area_share = rng.uniform(*tier.precipitate) * 3e-6  # specks per mm² to area share
    return {
        "haze_od": haze,
        "cytoplasm_dab_od": haze * rng.uniform(0.3, 1.3),
        "leak": rng.uniform(*tier.leak),
        "edge_od": rng.uniform(*tier.edge_effect_od) * float(rng.random() < 0.4),
        "granularity": rng.uniform(0.2, 0.8),
        "speck_cut": float(np.clip(3.6 - 250 * area_share, 2.9, 3.6)) + 0.6,
        "stroma_h_od": rng.uniform(0.03, 0.13),
        "cytoplasm_h_od": rng.uniform(0.04, 0.14),
        "stroma_foam": rng.uniform(0.2, 0.95),
        "cytoplasm_foam": rng.uniform(0.1, 0.8),
        "looseness": rng.normal(0.0, 0.5),
    }


def render(stains: Stains, rng: np.random.Generator, tier: str) -> ByteImage:
    """An image of painted stains under newly drawn optics: colour, light, focus, noise, JPEG. Cells, masks and the DAB
    amounts (the truth) stay.
    """
    optics = draw_optics(rng, tier)
    density = compose(stains.amounts, optics.vectors, optics.gains)
    return expose(density, stains.window, optics, rng, stains.defocus_um)


def paint(scene: Scene, um_per_px: float, size_px: tuple[int, int] | None = None) -> Sample:
    """A scene as a sample; ``size_px`` (height, width) around its centre, by default all of it."""
    window = scene.window(um_per_px, size_px)
    stains = make_stains(scene, window)
    rgb = render(stains, np.random.default_rng([scene.seed, 2]), scene.tier)
    truth = with_fraction(truth_of(scene.cells), stains.tumour, stains.core, um_per_px)
    return Sample(
        rgb,
        um_per_px,
        stains.nuclei,
        stains.tumour,
        stains.labels,
        scene.cells,
        stains.core,
        stains.artefacts,
        truth,
        scene.tier,
        scene.marker,
        scene.seed,
        (window.x_um, window.y_um),
    )


def make_core(
    seed: int,
    *,
    tier: str = "realistic",
    marker: str = "ER",
    um_per_px: float = 0.65,
    size_px: int = 1024,
    target_h: float | None = None,
) -> Sample:
    """A TMA core of 600 ± 30 µm on glass, ``size_px`` square around its centre.

    The same seed shows the same cells at any magnification. ``truth`` is the whole core's, whatever the window.
    """
    return paint(make_scene(seed, tier=tier, marker=marker, target_h=target_h), um_per_px, (size_px, size_px))


def make_field(
    seed: int,
    *,
    height_um: float,
    width_um: float,
    tier: str = "realistic",
    marker: str = "ER",
    um_per_px: float = 0.5,
    target_h: float | None = None,
) -> Sample:
    """A rectangular field full of tissue, without a rim."""
    scene = make_scene(seed, tier=tier, marker=marker, target_h=target_h, size_um=(height_um, width_um))
    return paint(scene, um_per_px)
