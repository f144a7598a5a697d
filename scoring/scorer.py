"""What every method shares: the stains of a slide learnt once, sums over tiles, the verdict.

A method differs in how it finds nuclei in a tile and what number it makes of the sums.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from scoring import artefacts, histoscore, qc, stain, tissue
from scoring.cards import ModelCard
from scoring.hscore import RULES, FieldCells
from scoring.nuclei import HALO_UM, NucleusParameters
from scoring.stain import StainBasis
from scoring.tissue import TissueMap
from scoring.types import CLASS_NAMES, NOT_NUCLEI, ByteImage, FloatMap, Mask, Window

MIN_TUMOUR_NUCLEI = 20
MIN_TUMOUR_FRACTION = 0.15
"""An H-score means something where tumour is more than this share of the tissue (Liu et al. 2019, section II)."""
LARGEST_FIELD_MM2 = 5.0
"""Above it (whole slides) the share is recorded and refuses nothing."""


@dataclass(frozen=True)
class Preparation:
    """What was learnt from the overview and holds for every tile."""

    basis: StainBasis
    tissue: TissueMap
    notes: tuple[str, ...]
    eosin_share: float = 0.0
    fold_share: float | None = None
    adapted: bool = False


@dataclass
class Sums:
    """What adds up over tiles: numbers only, no pictures. ``counts`` are all nuclei, as in the cell file."""

    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(CLASS_NAMES), dtype=np.int64))
    tumour_counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(CLASS_NAMES), dtype=np.int64))
    areas_um2: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(CLASS_NAMES)))
    tissue_px: int = 0
    tumour_px: int = 0
    dab: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(qc.DAB_BINS, dtype=np.int64))
    """Histogram of the DAB of the nuclei that are scored."""
    qc: qc.QcSums = field(default_factory=qc.QcSums)
    windows: list[Window] = field(default_factory=list)
    mirrored: int = 0
    """Windows so small that they were mirrored to fill the frame."""

    @property
    def tumour_fraction(self) -> float:
        """Tumour region over tissue area, 0..1."""
        return self.tumour_px / max(self.tissue_px, 1)


class Counted(NamedTuple):
    """What of a tile counts: which of its nuclei (n), which of its pixels (height x width, within ``core``), the rows
    and columns of its core, and the core as x, y, width, height in level-0 px.
    """

    nuclei: Mask
    area: Mask
    core: tuple[slice, slice]
    box_px: tuple[float, float, float, float]


class Maps(NamedTuple):
    """Of one tile, height x width each: I_la, nuclei, tumour nuclei (None where no network looked for them)."""

    description: FloatMap
    nuclei: Mask
    tumour: Mask | None


class MeasuredTile(NamedTuple):
    """A tile with its halo, its cells, what counts of it, and its maps where the method needs them."""

    rgb: ByteImage
    um_per_px: float
    cells: FieldCells
    counted: Counted
    maps: Maps | None


class Value(NamedTuple):
    """The number a method gives, and what it follows from."""

    value: float
    category: str = ""
    percentages: Mapping[str, float] | None = None
    rule: str = ""


@dataclass(frozen=True)
class Verdict:
    """The score, or why there is none."""

    value: float | None
    category: str
    percentages: Mapping[str, float] | None
    scoreable: bool
    reason: str
    qc: Mapping[str, Any]
    rule: str = ""
    """The sentence that gave the category."""


class Scorer(ABC):
    """One method with resolved parameters."""

    halo_um = HALO_UM
    window_px: int | None = None
    """Largest tile the method can take, in work px; None where any will do."""
    needs_maps = False
    """Whether :meth:`add` wants the maps of a tile."""
    finds_tumour: bool
    weights: Mapping[str, str]
    """SHA-256 of the networks that run, by name."""
    weights_sha256: str | None = None
    """SHA-256 of the network that gives the number; None where none does."""

    def __init__(self, card: ModelCard, preset: str, parameters: Mapping[str, object]) -> None:
        self.card = card
        self.preset = preset
        self.resolved = card.resolve(preset, parameters)
        self.rule = RULES[str(self.resolved["class_rule"])]
        self._nuclei = NucleusParameters(
            min_area_um2=float(self.resolved["min_area_um2"]), max_area_um2=float(self.resolved["max_area_um2"])
        )
        self.work_um_per_px = float(self.resolved["work_um_per_px"])

    def prepare(self, overview: ByteImage, um_per_px: float) -> Preparation:
        """White and tissue of the slide; standard stain vectors."""
        i0 = stain.WHITE
        if self.resolved["i0"] == "auto":
            i0 = stain.estimate_i0(overview)
        found = tissue.find_tissue(overview, um_per_px, i0)
        folded = artefacts.folds(overview, um_per_px, found.tissue, i0)
        # Of the picture, then of its tissue: folds lie within it.
        share = None if folded is None else float(folded.mean()) / max(found.tissue_share, 1e-9)
        return Preparation(self._basis(stain.HAEMATOXYLIN, stain.DAB, i0), found, (), fold_share=share)

    def _basis(self, haematoxylin: stain.Vector, dab: stain.Vector, i0: stain.Vector) -> StainBasis:
        completion: stain.Completion = "landini" if self.resolved["completion"] == "landini" else "cross"
        return stain.stain_basis(haematoxylin, dab, completion=completion, i0=i0)

    def adapt(self, preparation: Preparation, samples: ByteImage) -> Preparation:
        """Stain vectors of the slide, from pixels of its tissue at the work scale (n x 1 x 3 or any picture)."""
        how = self.resolved["stain_vectors"]
        i0 = preparation.basis.i0
        preparation = replace(preparation, eosin_share=stain.eosin_share(samples, i0) if samples.size else 0.0)
        if how == "standard" or samples.size == 0:
            return preparation
        if how == "adaptive":
            haematoxylin = stain.estimate_haematoxylin(samples, i0)
            vectors = None if haematoxylin is None else (haematoxylin, stain.DAB)
        else:
            vectors = stain.estimate_vectors(samples, i0)
        if vectors is None:
            note = f"stain vectors could not be estimated on this slide ({how}); the standard ones were used"
            return replace(preparation, notes=(*preparation.notes, note))
        return replace(preparation, basis=self._basis(*vectors, i0), adapted=True)

    def nucleus_parameters(self, preparation: Preparation) -> NucleusParameters:
        """The residual tells red cells apart only with the slide's own vectors: standard ones leave some of every
        nucleus.
        """
        return self._nuclei if preparation.adapted else replace(self._nuclei, max_residual=float("inf"))

    @abstractmethod
    def measure(self, rgb: ByteImage, um_per_px: float, preparation: Preparation) -> FieldCells:
        """Nuclei of one tile with its halo."""

    def maps(self, rgb: ByteImage, cells: FieldCells, preparation: Preparation) -> Maps:
        """What a network sees of a tile, and what is shown of it."""
        return Maps(histoscore.describe(rgb, preparation.basis.i0), cells.nuclei_mask, cells.tumour_mask)

    def add(self, sums: Sums, tile: MeasuredTile, preparation: Preparation) -> None:
        """Add the nuclei and pixels that count to the sums."""
        cells, counted, um_per_px = tile.cells, tile.counted, tile.um_per_px
        kept, kinds = counted.nuclei, len(CLASS_NAMES)
        sums.counts += np.bincount(cells.classes[kept], minlength=kinds)
        sums.tumour_counts += np.bincount(cells.classes[kept & (cells.tumour == 1)], minlength=kinds)
        scored = kept & (cells.tumour == 1) if self.finds_tumour else kept
        sums.dab += qc.dab_histogram(cells.nuclei.dab_od[scored])
        sums.areas_um2 += cells.class_area_um2[kept].sum(axis=0)
        sums.qc = sums.qc + qc.measure(cells.amounts, cells.nuclei.labels, counted.area, um_per_px)
        sums.tissue_px += int(np.count_nonzero(counted.area))
        if cells.tumour_mask is not None:
            region = tissue.tumour_region(cells.tumour_mask, um_per_px)
            sums.tumour_px += int(np.count_nonzero(region & counted.area))

    def conclude(self, sums: Sums, preparation: Preparation, area_mm2: float, place: str) -> Verdict:
        """Quality first, then whether there is tumour enough, then the number. ``place`` names what is scored."""
        seen = preparation.tissue
        look = qc.Overview(seen.tissue_share, seen.pen_share, preparation.eosin_share, preparation.fold_share)
        spread = qc.interquartile_od(sums.dab)
        refusal = qc.judge(sums.qc, int(sums.counts.sum()), look)
        if refusal is None and self.finds_tumour:
            refusal = _too_little_tumour(sums, area_mm2, place)
        if refusal is not None:
            figures = qc.as_json(sums.qc, look, spread, [refusal])
            return Verdict(None, "", None, False, refusal.message, figures)
        tumour = int(sums.tumour_counts.sum()) if self.finds_tumour else None
        flags = qc.review(sums.qc, look, tumour_nuclei=tumour, iqr_od=spread)
        found = self._value(sums)
        figures = qc.as_json(sums.qc, look, spread, flags)
        return Verdict(found.value, found.category, found.percentages, True, "", figures, found.rule)

    @abstractmethod
    def _value(self, sums: Sums) -> Value:
        """The method's number of a specimen that can be scored."""

    def provenance(self, preparation: Preparation | None, sums: Sums | None = None) -> dict[str, Any]:
        """Every parameter with the value it had, and what was measured on the slide."""
        rule = {"name": self.rule.name, "scale": self.rule.scale, "cuts": list(self.rule.cuts)}
        stated: dict[str, Any] = {**self.resolved, "rule": rule, "weights": dict(self.weights), "notes": []}
        if preparation is not None:
            basis = preparation.basis
            stated["i0_used"] = list(basis.i0)
            stated["stain_matrix"] = {"H": list(basis.haematoxylin), "DAB": list(basis.dab), "R": list(basis.residual)}
            stated["notes"] = list(preparation.notes)
        if sums is not None and sums.mirrored:
            stated["notes"].append(
                f"{sums.mirrored} of {len(sums.windows)} windows were small and mirrored to fill the network's frame"
            )
        return stated


def _too_little_tumour(sums: Sums, area_mm2: float, place: str) -> qc.Flag | None:
    nuclei = int(sums.tumour_counts.sum())
    if nuclei < MIN_TUMOUR_NUCLEI:
        found = f"{nuclei or 'no'} tumour nuclei were found; at least {MIN_TUMOUR_NUCLEI} are needed"
        return qc.Flag("few-tumour-nuclei", "refuse", f"{NOT_NUCLEI}: {found}")
    if area_mm2 <= LARGEST_FIELD_MM2 and sums.tumour_fraction <= MIN_TUMOUR_FRACTION:
        share = int(100 * sums.tumour_fraction)
        said = f"tumour occupies {share} % of the {place}; more than {100 * MIN_TUMOUR_FRACTION:.0f} % is needed"
        return qc.Flag("little-tumour", "refuse", said)
    return None
