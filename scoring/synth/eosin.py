"""H&E of a scene: the same cells in the same tissue, with eosin instead of an antibody.

Nuclei, fibres, vessels and artefacts are those of the immunostained section; cytoplasm, collagen and red cells take
eosin, each by its own strength.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from scoring.synth.noise import flow_texture, texture
from scoring.synth.optics import Optics, Vector, compose, draw_optics, expose
from scoring.synth.scene import Cells, Scene, Tissue, Window
from scoring.synth.stains import make_stains
from scoring.types import ByteImage, FloatMap, Labels, Mask

_RED_CELL = Vector((0.12, 0.93, 0.55))
"""Red cells are orange-red in H&E, unlike their grey-green under DAB."""
_HAEMATOXYLIN = Vector((0.58, 0.71, 0.39))
_EOSIN = ((0.13, 0.80, 0.35), (0.24, 0.92, 0.58))
"""Ranges of what scanners make of eosin (Macenko's reference .22 .80 .56); the textbook's .07 .99 .11 is magenta."""


@dataclass(frozen=True)
class HeSample:
    """An H&E picture of a scene with the exact masks of its nuclei; ``px = (um - origin_um) / um_per_px``."""

    rgb: ByteImage
    um_per_px: float
    nuclei: Mask
    tumour: Mask
    labels: Labels
    core: Mask
    artefacts: dict[str, Mask]
    cells: Cells
    tier: str
    seed: int
    origin_um: tuple[float, float]


def make_he(
    scene: Scene,
    *,
    um_per_px: float = 0.5,
    size_px: tuple[int, int] | None = None,
    optics: Optics | None = None,
    seed: int | None = None,
) -> HeSample:
    """H&E of a scene; ``size_px`` (height, width) around its centre, by default all of it.

    ``optics``: light and lens, drawn from ``seed`` (the scene's when None) and the scene's tier when None.
    """
    chosen = scene.seed if seed is None else seed
    rng = np.random.default_rng([chosen, 0xE0])
    window = scene.window(um_per_px, size_px)
    blank = scene.cells.copy()
    blank["dab_od"] = 0
    # H&E counterstains nuclei more than IHC does, and leaves hardly any haematoxylin in the stroma.
    blank["h_od"] = blank["h_od"] * rng.uniform(1.3, 2.0)
    traits = {**scene.traits, "haze_od": 0.0, "cytoplasm_dab_od": 0.0, "leak": 0.0, "edge_od": 0.0, "speck_cut": 9.0,
              "stroma_h_od": rng.uniform(0.005, 0.02), "cytoplasm_h_od": rng.uniform(0.03, 0.10)}  # fmt: skip
    stains = make_stains(replace(scene, cells=blank, traits=traits), window)
    amounts = dict(stains.amounts)
    del amounts["dab"]
    # Where there is tissue at all: the counterstain's trace shows clefts and vacuoles as the other sections do.
    trace = cv2.GaussianBlur(amounts["haematoxylin"], (0, 0), max(0.7 / um_per_px, 0.3))
    cover = np.clip(trace / _typical(trace, stains.core & ~stains.nuclei), 0, 1.4).astype(np.float32)
    amounts["eosin"] = _eosin(rng, scene, window, stains.nuclei, cover)
    light = optics or draw_optics(rng, scene.tier)
    low, high = np.asarray(_EOSIN[0]), np.asarray(_EOSIN[1])
    red, green, blue = (low + (high - low) * rng.random(3)).tolist()
    vectors = {
        **light.vectors, "haematoxylin": _HAEMATOXYLIN, "eosin": Vector((red, green, blue)), "red_cell": _RED_CELL,
    }  # fmt: skip
    if "red_cell" in amounts:
        amounts["red_cell"] = amounts["red_cell"] * 2.2
    density = compose(amounts, vectors, light.gains)
    rgb = expose(density, window, light, rng, stains.defocus_um)
    return HeSample(
        rgb, um_per_px, stains.nuclei, stains.tumour, stains.labels, stains.core, stains.artefacts, scene.cells,
        scene.tier, chosen, (window.x_um, window.y_um),
    )  # fmt: skip


def _typical(haematoxylin: FloatMap, where: Mask) -> float:
    found = haematoxylin[where]
    return max(float(np.median(found)), 1e-3) if found.size else 1.0


def _eosin(rng: np.random.Generator, scene: Scene, window: Window, nuclei: Mask, cover: FloatMap) -> FloatMap:
    """Eosin (OD10): collagen in bundles along the fibres, granular cytoplasm, pale lymphoid tissue, bright necrosis."""
    layout = scene.layout
    epithelial = layout.share((Tissue.TUMOUR, Tissue.EPITHELIUM), window, 3.0)
    lymphoid = layout.share((Tissue.LYMPHOID,), window, 4.0)
    dead = layout.share((Tissue.NECROSIS,), window, 6.0)
    empty = layout.share((Tissue.GLASS, Tissue.FAT, Tissue.LUMEN, Tissue.VESSEL), window, 0.8)
    wall = 4 * empty * (1 - empty)
    potential = layout.sample(layout.potential_um, window)
    bundle = flow_texture("fibre", potential, window, scene.seed + 3)
    strand = flow_texture("strand", potential, window, scene.seed + 4)
    cloud = texture("cloud", window, scene.seed + 42)
    fibres = 0.85 + 0.32 * np.tanh(bundle) + 0.14 * np.tanh(strand) + 0.18 * cloud
    collagen = rng.uniform(0.22, 0.42) * np.clip(fibres, 0.05, None)
    grain = texture("grain", window, scene.seed + 41)
    cytoplasm = rng.uniform(0.14, 0.30) * np.clip(1 + 0.22 * grain + 0.12 * cloud, 0, None)
    stroma = np.clip(1 - epithelial - lymphoid - dead, 0, 1)
    total = stroma * collagen + epithelial * cytoplasm + lymphoid * 0.4 * cytoplasm + dead * rng.uniform(0.3, 0.5)
    cleft = np.clip(cover * 1.6, 0, 1)
    total = total * (1 - empty) * cleft + 0.18 * wall
    inside = cv2.GaussianBlur(nuclei.astype(np.float32), (0, 0), max(0.4 / window.um_per_px, 0.3))
    rim = 1 / (1 + np.exp(-np.clip(layout.sample(layout.inside_um, window) / 0.8, -30, 30)))
    return np.asarray(total * (1 - 0.65 * inside) * rim, np.float32)
