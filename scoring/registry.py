"""From a model card to the object that scores: what one slide needs prepared, what one tile yields, what the sums
say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from scoring import hscore, qc, stain, tissue
from scoring.cards import ModelCard, find_card
from scoring.hscore import FieldCells
from scoring.nuclei import HALO_UM, NucleusParameters
from scoring.stain import StainBasis
from scoring.tissue import TissueMap
from scoring.types import CLASS_NAMES, ByteImage, Mask


@dataclass(frozen=True)
class Preparation:
    """What was learnt from the overview and holds for every tile."""

    basis: StainBasis
    tissue: TissueMap
    notes: tuple[str, ...]
    eosin_share: float = 0.0
    adapted: bool = False


@dataclass
class Sums:
    """What adds up over tiles."""

    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(len(CLASS_NAMES), dtype=np.int64))
    areas_um2: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(CLASS_NAMES)))
    qc: qc.QcSums = field(default_factory=qc.QcSums)


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


class Scorer(Protocol):
    """One method with resolved parameters."""

    card: ModelCard
    work_um_per_px: float
    halo_um: float

    def prepare(self, overview: ByteImage, um_per_px: float) -> Preparation: ...
    def adapt(self, preparation: Preparation, samples: ByteImage) -> Preparation: ...
    def measure(self, rgb: ByteImage, um_per_px: float, preparation: Preparation) -> FieldCells: ...
    def add(self, sums: Sums, cells: FieldCells, kept: Mask, area: Mask, um_per_px: float) -> None: ...
    def conclude(self, sums: Sums, preparation: Preparation) -> Verdict: ...
    def provenance(self, preparation: Preparation | None) -> dict[str, Any]: ...


class HScorer:
    """NNP and NAP."""

    halo_um = HALO_UM

    def __init__(self, card: ModelCard, preset: str, parameters: Mapping[str, object]) -> None:
        self.card = card
        self._resolved = card.resolve(preset, parameters)
        self._rule = hscore.RULES[str(self._resolved["class_rule"])]
        self._nuclei = NucleusParameters(
            min_area_um2=float(self._resolved["min_area_um2"]), max_area_um2=float(self._resolved["max_area_um2"])
        )
        self.work_um_per_px = float(self._resolved["work_um_per_px"])

    def prepare(self, overview: ByteImage, um_per_px: float) -> Preparation:
        """White and tissue of the slide; standard stain vectors."""
        i0 = stain.WHITE
        if self._resolved["i0"] == "auto":
            i0 = stain.estimate_i0(overview)
        found = tissue.find_tissue(overview, um_per_px, i0)
        return Preparation(self._basis(stain.HAEMATOXYLIN, stain.DAB, i0), found, ())

    def _basis(self, haematoxylin: stain.Vector, dab: stain.Vector, i0: stain.Vector) -> StainBasis:
        completion: stain.Completion = "landini" if self._resolved["completion"] == "landini" else "cross"
        return stain.stain_basis(haematoxylin, dab, completion=completion, i0=i0)

    def adapt(self, preparation: Preparation, samples: ByteImage) -> Preparation:
        """Stain vectors of the slide, from pixels of its tissue at the work scale (n x 1 x 3 or any picture)."""
        how = self._resolved["stain_vectors"]
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

    def measure(self, rgb: ByteImage, um_per_px: float, preparation: Preparation) -> FieldCells:
        """Nuclei of one tile with its halo.

        The residual tells red cells apart only with the slide's own vectors: standard ones leave some of every nucleus.
        """
        nuclei = self._nuclei if preparation.adapted else replace(self._nuclei, max_residual=float("inf"))
        return hscore.measure_field(rgb, preparation.basis, um_per_px, self._rule, nuclei)

    def add(self, sums: Sums, cells: FieldCells, kept: Mask, area: Mask, um_per_px: float) -> None:
        """Add the ``kept`` nuclei and the pixels of ``area`` to the sums."""
        sums.counts += np.bincount(cells.classes[kept], minlength=len(CLASS_NAMES))
        sums.areas_um2 += cells.class_area_um2[kept].sum(axis=0)
        sums.qc = sums.qc + qc.measure(cells.amounts, cells.nuclei.labels, area, um_per_px)

    def conclude(self, sums: Sums, preparation: Preparation) -> Verdict:
        """Quality first; then the H-score of counts (NNP) or areas (NAP)."""
        look = qc.Overview(preparation.tissue.tissue_share, preparation.tissue.pen_share, preparation.eosin_share)
        reason = qc.judge(sums.qc, int(sums.counts.sum()), look)
        figures = qc.as_json(sums.qc, look)
        if reason:
            return Verdict(None, "", None, False, reason, figures)
        amounts = sums.counts if self.card.key == "nnp" else sums.areas_um2
        score = hscore.from_amounts(amounts, str(self._resolved["marker"]))
        return Verdict(float(score.value), score.category, score.percentages, True, "", figures, score.rule)

    def provenance(self, preparation: Preparation | None) -> dict[str, Any]:
        """Every parameter with the value it had, and what was measured on the slide."""
        rule = {"name": self._rule.name, "scale": self._rule.scale, "cuts": list(self._rule.cuts)}
        stated: dict[str, Any] = {**self._resolved, "rule": rule}
        if preparation is not None:
            basis = preparation.basis
            stated["i0_used"] = list(basis.i0)
            stated["stain_matrix"] = {"H": list(basis.haematoxylin), "DAB": list(basis.dab), "R": list(basis.residual)}
            stated["notes"] = list(preparation.notes)
        return stated


def find_scorer(card: str, preset: str, parameters: Mapping[str, object]) -> Scorer:
    """The scorer of a card with a preset and parameters. Raises ScoringError for anything the card does not know."""
    return HScorer(find_card(card), preset, parameters)
