"""NNP and NAP: the H-score of counted nuclei or of nuclear area (Liu et al. 2019, section IV)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scoring import hscore, segmentation, stain, weights
from scoring.cards import ModelCard
from scoring.hscore import FieldCells
from scoring.nuclei import find_nuclei
from scoring.scorer import Preparation, Scorer, Sums, Value
from scoring.types import ByteImage

TUMOUR_NETWORK = "tumour-unet"


class CountingScorer(Scorer):
    """Nuclei by seeded watershed; tumour nuclei alone where the tumour network's weights are installed and the preset
    asks for it (the paper does not say which nuclei NNP counts).
    """

    def __init__(
        self, card: ModelCard, preset: str, parameters: Mapping[str, object], folder: Path = weights.FOLDER
    ) -> None:
        super().__init__(card, preset, parameters)
        entry = weights.entries(folder).get(TUMOUR_NETWORK) if self.resolved["tumour_only"] == "auto" else None
        self.finds_tumour = entry is not None
        self._tumour = weights.load(TUMOUR_NETWORK, folder) if entry else None
        self.weights = {TUMOUR_NETWORK: str(entry["sha256"])} if entry else {}

    def measure(self, rgb: ByteImage, um_per_px: float, preparation: Preparation) -> FieldCells:
        """Nuclei of one tile with its halo."""
        basis = preparation.basis
        amounts = stain.bend(stain.unmix(rgb, basis), basis)
        nuclei = find_nuclei(amounts, um_per_px, self.nucleus_parameters(preparation))
        tumour = None
        if self._tumour is not None:
            tumour = segmentation.find_mask(self._tumour, rgb, um_per_px, basis.i0)
        return hscore.classed(rgb, amounts, nuclei, um_per_px, self.rule, tumour=tumour)

    def _value(self, sums: Sums) -> Value:
        counts = sums.tumour_counts if self.finds_tumour else sums.counts
        amounts = sums.areas_um2 if self.card.key == "nap" else counts
        score = hscore.from_amounts(amounts, str(self.resolved["marker"]))
        return Value(float(score.value), score.category, score.percentages, score.rule)
