"""From a model card to the object that scores: what one slide needs prepared, what one tile yields, what the sums
say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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


class Scorer(Protocol):
    """One method with resolved parameters."""

    card: ModelCard
    work_um_per_px: float
    halo_um: float

    def prepare(self, overview: ByteImage, um_per_px: float) -> Preparation: ...
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
        """White, stain vectors and tissue of the slide."""
        notes = []
        i0 = stain.WHITE
        if self._resolved["i0"] == "auto":
            i0 = stain.estimate_i0(overview)
        found = tissue.find_tissue(overview, um_per_px, i0)
        vectors = (stain.HAEMATOXYLIN, stain.DAB)
        if self._resolved["stain_vectors"] == "macenko":
            estimated = stain.estimate_vectors(overview[found.tissue][None], i0) if found.tissue.any() else None
            if estimated is None:
                notes.append("stain vectors could not be estimated on this slide; the standard ones were used")
            else:
                vectors = estimated
        completion: stain.Completion = "landini" if self._resolved["completion"] == "landini" else "cross"
        return Preparation(stain.stain_basis(*vectors, completion=completion, i0=i0), found, tuple(notes))

    def measure(self, rgb: ByteImage, um_per_px: float, preparation: Preparation) -> FieldCells:
        """Nuclei of one tile with its halo."""
        return hscore.measure_field(rgb, preparation.basis, um_per_px, self._rule, self._nuclei)

    def add(self, sums: Sums, cells: FieldCells, kept: Mask, area: Mask, um_per_px: float) -> None:
        """Add the ``kept`` nuclei and the pixels of ``area`` to the sums."""
        sums.counts += np.bincount(cells.classes[kept], minlength=len(CLASS_NAMES))
        sums.areas_um2 += cells.class_area_um2[kept].sum(axis=0)
        sums.qc = sums.qc + qc.measure(cells.amounts, cells.nuclei.labels, area, um_per_px)

    def conclude(self, sums: Sums, preparation: Preparation) -> Verdict:
        """Quality first; then the H-score of counts (NNP) or areas (NAP)."""
        tissue_share, pen_share = preparation.tissue.tissue_share, preparation.tissue.pen_share
        reason = qc.judge(sums.qc, int(sums.counts.sum()), tissue_share=tissue_share, pen_share=pen_share)
        figures = qc.as_json(sums.qc, tissue_share=tissue_share, pen_share=pen_share)
        amounts = sums.counts if self.card.key == "nnp" else sums.areas_um2
        if amounts.sum() <= 0:
            return Verdict(None, "", None, False, reason, figures)
        marker = str(self._resolved["marker"])
        score = hscore.from_amounts(amounts, marker)
        if reason:
            return Verdict(None, "", score.percentages, False, reason, figures)
        return Verdict(float(score.value), score.category, score.percentages, True, "", figures)

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
