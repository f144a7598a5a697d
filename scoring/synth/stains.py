"""A scene at one magnification before any optics: how much of each stain lies in every pixel, and the exact masks."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from scoring.synth import artefacts
from scoring.synth.noise import flow_texture, texture
from scoring.synth.scene import Cells, Kind, Scene, Tissue, Window
from scoring.synth.shapes import Nuclei, rasterise
from scoring.types import FloatMap, Labels, Mask

FULL = (Tissue.STROMA, Tissue.TUMOUR, Tissue.EPITHELIUM, Tissue.LYMPHOID, Tissue.NECROSIS)


@dataclass
class Stains:
    """``amounts``: OD10 per stain, height x width (``haematoxylin``, ``dab`` and what artefacts add). ``labels``: the
    number of the nucleus at every pixel, by its edge at half height. ``defocus_um``: extra blur, or None.
    """

    amounts: dict[str, FloatMap]
    labels: Labels
    nuclei: Mask
    tumour: Mask
    core: Mask
    cells: Cells
    window: Window
    artefacts: dict[str, Mask] = field(default_factory=dict)
    defocus_um: FloatMap | None = None


def make_stains(scene: Scene, window: Window | None = None) -> Stains:
    """Paints a scene; the whole of it at 0.65 µm/px by default. Same scene, any magnification.

    The DAB painted in a nucleus averages exactly ``dab_od`` over its labelled pixels; artefacts come on top.
    """
    window = window or scene.window(0.65)
    painted = rasterise(scene.cells, window)
    cover, inside_um = _cover(scene, window)
    labels, alpha = _edges(scene, painted, inside_um, window)
    haematoxylin, dab = _nuclear(scene, painted, labels, alpha, window)
    free = 1.0 - alpha
    haematoxylin += free * cover * _counterstain(scene, window)
    dab += free * _haze(scene, window, dab, cover, inside_um)
    kinds = np.concatenate([[255], scene.cells["kind"]]).astype(np.uint8)
    stains = Stains(
        {"haematoxylin": haematoxylin, "dab": dab},
        labels,
        labels > 0,
        kinds[labels] == Kind.TUMOUR,
        inside_um > 0,
        scene.cells,
        window,
    )
    _add_artefacts(scene, stains)
    return stains


def _edges(scene: Scene, painted: Nuclei, inside_um: FloatMap, window: Window) -> tuple[Labels, FloatMap]:
    """Labels at half height, and the soft coverage 0..1 of nuclei; edges waver with a fine noise."""
    wobble = texture("edge", window, scene.seed + 11) * 0.2 + texture("coarse", window, scene.seed + 12) * 0.06
    depth = np.minimum(painted.depth_um + wobble, inside_um)
    width = np.concatenate([[0.5], scene.cells["edge_um"]]).astype(np.float32)[painted.owner]
    alpha = 1.0 / (1.0 + np.exp(np.clip(-depth / (0.5 * width), -30, 30)))
    alpha[painted.owner == 0] = 0
    labels = np.where(depth > 0, painted.owner, 0).astype(np.int32)
    return labels, np.asarray(alpha, dtype=np.float32)


def _nuclear(
    scene: Scene, painted: Nuclei, labels: Labels, alpha: FloatMap, window: Window
) -> tuple[FloatMap, FloatMap]:
    """Haematoxylin and DAB of nuclei: chromatin, a darker rim, nucleoli; each nucleus' mean DAB over its label is its
    ``dab_od``.
    """
    cells = scene.cells
    owner = painted.owner

    def of(name: str) -> FloatMap:
        return np.concatenate([[0.0], cells[name]]).astype(np.float32)[owner]

    grain = 0.75 * texture("coarse", window, scene.seed + 1) + 0.45 * texture("fine", window, scene.seed + 2)
    contrast = of("chromatin")
    rim = np.exp(-((np.maximum(painted.depth_um, 0) / 0.9) ** 2))
    pattern = np.maximum(1 + contrast * grain + of("rim") * (rim - 0.5) + 0.7 * painted.nucleolus, 0.15)
    overlap = 1.0 / (1.0 + np.exp(np.clip(-painted.other_um / 0.3, -30, 30)))
    masked = 1 - 0.55 * np.minimum(of("dab_od") / 0.6, 1)  # dense DAB leaves less room for the counterstain
    haematoxylin = alpha * of("h_od") * pattern * (1 + 0.5 * overlap) * masked
    brown = alpha * np.maximum(1 + 0.6 * contrast * grain + 0.15 * (rim - 0.5) + 0.3 * overlap, 0.2)
    flat = labels.ravel()
    sizes = np.bincount(flat, minlength=len(cells) + 1)
    sums = np.bincount(flat, weights=brown.ravel(), minlength=len(cells) + 1)
    scale = np.concatenate([[0.0], cells["dab_od"]]) * sizes / np.maximum(sums, 1e-9)
    scale = np.where(sizes > 0, scale, np.concatenate([[0.0], cells["dab_od"]]))
    return haematoxylin.astype(np.float32), (brown * scale.astype(np.float32)[owner]).astype(np.float32)


def _cover(scene: Scene, window: Window) -> tuple[FloatMap, FloatMap]:
    """How much tissue lies in a pixel (0..1), with clefts between fibres and vacuoles; and the distance to the rim."""
    layout, traits = scene.layout, scene.traits
    inside = layout.sample(layout.inside_um, window)
    cover = layout.share(FULL, window, 1.5)
    stroma = layout.share((Tissue.STROMA,), window, 3.0)
    potential = layout.sample(layout.potential_um, window)
    fibre = flow_texture("fibre", potential, window, scene.seed + 3)
    strand = flow_texture("strand", potential, window, scene.seed + 4)
    looseness = traits["looseness"] + 0.5 * layout.sample(layout.haze, window)
    cleft = 1.0 / (1.0 + np.exp(-2.8 * (fibre + 0.4 * strand - 1.6 + looseness)))
    foam = texture("foam", window, scene.seed + 13) + 0.35 * texture("cloud", window, scene.seed + 14)
    strands = np.exp(-(((foam + 0.25 * texture("coarse", window, scene.seed + 15)) / 0.6) ** 2))
    foam = np.clip(0.45 * strands + 0.45 + 0.2 * foam, 0, 1)  # strands and films round vacuoles
    thinned = stroma * traits["stroma_foam"] + (1 - stroma) * traits["cytoplasm_foam"]
    cover = cover * (1 - thinned * (1 - foam))
    walls = layout.share((Tissue.FAT, Tissue.VESSEL, Tissue.LUMEN), window, 0.8)
    rim = 1.0 / (1.0 + np.exp(-np.clip(inside / 0.8, -30, 30)))
    thin = 4 * walls * (1 - walls) * 0.5
    fibrous = cover * (1 - 0.75 * stroma * cleft) * (1 + 0.22 * stroma * np.tanh(strand))
    made = np.clip(np.maximum(fibrous, thin), 0, 1.3) * rim
    return np.asarray(made, dtype=np.float32), inside


def _counterstain(scene: Scene, window: Window) -> FloatMap:
    """Haematoxylin of cytoplasm, stroma and debris (OD10)."""
    layout, traits = scene.layout, scene.traits
    epithelial = layout.share((Tissue.TUMOUR, Tissue.EPITHELIUM), window, 3.0)
    dead = layout.share((Tissue.NECROSIS,), window, 6.0)
    grain = texture("grain", window, scene.seed + 5)
    cloud = texture("cloud", window, scene.seed + 6)
    base = traits["stroma_h_od"] * (1 - epithelial) + traits["cytoplasm_h_od"] * epithelial + 0.06 * dead
    made = base * (1 + 0.3 * grain + 0.25 * cloud) + 0.05 * dead * np.maximum(grain, 0)
    return np.asarray(np.maximum(made, 0), dtype=np.float32)


def _haze(scene: Scene, window: Window, dab: FloatMap, cover: FloatMap, inside_um: FloatMap) -> FloatMap:
    """DAB outside nuclei (OD10): haze, leak into cytoplasm, the rim's edge effect and specks of precipitate."""
    layout, traits = scene.layout, scene.traits
    slow = 1 + 0.35 * layout.sample(layout.haze, window)
    grain = texture("grain", window, scene.seed + 8)
    uneven = np.maximum(slow * (1 + traits["granularity"] * grain), 0)
    epithelial = layout.share((Tissue.TUMOUR, Tissue.EPITHELIUM), window, 3.0)
    level = traits["haze_od"] * (1 - 0.5 * epithelial) + traits["cytoplasm_dab_od"] * epithelial
    leak = cv2.GaussianBlur(dab, (0, 0), 3.0 / window.um_per_px) * traits["leak"]
    edge = traits["edge_od"] * np.exp(-np.maximum(inside_um, 0) / 25.0)
    specks = texture("fine", window, scene.seed + 9)
    precipitate = 0.8 / (1 + np.exp(-8 * np.clip(specks - traits["speck_cut"], -3, 3)))
    made = cover * (level * uneven + leak + edge) + np.minimum(cover, 1) * precipitate
    return np.asarray(made, dtype=np.float32)


def _add_artefacts(scene: Scene, stains: Stains) -> None:
    for found in artefacts.draw(scene):
        mask = found.apply(stains.amounts, stains.window, scene)
        if found.defocus_um > 0:
            blur = stains.defocus_um if stains.defocus_um is not None else np.zeros(stains.core.shape, np.float32)
            stains.defocus_um = np.maximum(blur, mask * np.float32(found.defocus_um))
        stains.artefacts[found.name] = stains.artefacts.get(found.name, np.zeros_like(stains.core)) | mask
