"""RAM-CNN and its rivals: the H-score of windows of tissue by a regression network (Liu et al. 2019, section III).

A window is one tile, at most a frame of 1024 px. Two U-Nets find nuclei and tumour nuclei in it; what they leave of
the stain-intensity image (SINI, SITI), or the picture itself, goes to the regression network. A larger specimen is
cut into windows and its score is their mean weighted by tumour nuclei (reconstruction: the paper scores whole cores).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from scoring import histoscore, hscore, segmentation, stain, weights
from scoring.cards import ModelCard
from scoring.histoscore import FRAME_PX, Representation
from scoring.hscore import FieldCells
from scoring.nuclei import nuclei_of
from scoring.scorer import MIN_TUMOUR_NUCLEI, MeasuredTile, Preparation, Scorer, Sums, Value
from scoring.types import ByteImage, FloatMap, ScoringError, Window

NUCLEI_NETWORK, TUMOUR_NETWORK = "nuclei-unet", "tumour-unet"
_SEE_MAPS = ("ram-cnn", "ra-cnn")
_NUMBER_ONLY = "The network gives the number alone: a category needs the percentage of positive nuclei."


class EndToEndScorer(Scorer):
    """One regression network behind the two U-Nets."""

    window_px = FRAME_PX
    finds_tumour = True

    def __init__(
        self, card: ModelCard, preset: str, parameters: Mapping[str, object], folder: Path = weights.FOLDER
    ) -> None:
        super().__init__(card, preset, parameters)
        regression = f"{card.key}-paper" if preset == "paper" else card.key
        names = (regression, NUCLEI_NETWORK, TUMOUR_NETWORK)
        entries = weights.entries(folder)
        if preset == "paper" and regression not in entries:
            raise ScoringError(
                f"{card.name} has no weights for the paper preset; make them with: python -m scoring train {card.key} "
                f"--representation paper --as {regression} --out {folder}"
            )
        self._regression, self._nuclei_net, self._tumour_net = (weights.load(name, folder) for name in names)
        self.weights = {name: str(entries[name]["sha256"]) for name in names}
        self.weights_sha256 = self.weights[regression]
        self.needs_maps = card.key in _SEE_MAPS
        self._representation: Representation = entries[regression].get("representation") or "inverted"
        self._sliding = self.resolved["masks"] == "sliding"
        self._views: Literal[1, 8] = 8 if self.resolved["views"] == "8" else 1

    def measure(self, rgb: ByteImage, um_per_px: float, preparation: Preparation) -> FieldCells:
        """Nuclei of one tile with its halo."""
        basis = preparation.basis
        nuclear, tumour = (
            segmentation.find_mask(module, rgb, um_per_px, basis.i0, grey=grey, sliding=self._sliding)
            for module, grey in ((self._nuclei_net, True), (self._tumour_net, False))
        )
        amounts = stain.bend(stain.unmix(rgb, basis), basis)
        nuclei = nuclei_of(nuclear, amounts, um_per_px, self.nucleus_parameters(preparation))
        return hscore.classed(rgb, amounts, nuclei, um_per_px, self.rule, nuclei_mask=nuclear, tumour=tumour)

    def add(self, sums: Sums, tile: MeasuredTile, preparation: Preparation) -> None:
        """Add the tile, and the score of its core as one window."""
        super().add(sums, tile, preparation)
        kept = tile.counted.nuclei
        nuclei, tumour = int(np.count_nonzero(kept)), int(np.count_nonzero(kept & (tile.cells.tumour == 1)))
        h_score = None
        if nuclei:
            h_score = histoscore.predict_h(self._regression, self._inputs(tile, preparation), views=self._views)
            sums.mirrored += histoscore.is_small(*tile.counted.area[tile.counted.core].shape)
        sums.windows.append(Window(*tile.counted.box_px, h_score, tumour, nuclei))

    def _inputs(self, tile: MeasuredTile, preparation: Preparation) -> list[FloatMap]:
        """What the regression network takes: of the core of the tile, what counts of it."""
        core = tile.counted.core
        if tile.maps is None or not self.needs_maps:
            picture = segmentation.prepare_rgb(np.ascontiguousarray(tile.rgb[core]), preparation.basis.i0)
            return [histoscore.framed(picture, 1.0)]
        description, area = tile.maps.description[core], tile.counted.area[core]
        masks = [mask[core] & area for mask in (tile.maps.nuclei, tile.maps.tumour) if mask is not None]
        sini, siti = (
            histoscore.framed(histoscore.masked(description, mask, self._representation), 0.0) for mask in masks
        )
        return [sini, siti] if self.card.key == "ram-cnn" else [np.stack([sini, siti], axis=-1)]

    def _value(self, sums: Sums) -> Value:
        """Mean of the windows weighted by tumour nuclei; windows of too few count only where all are."""
        scored = [window for window in sums.windows if window.h_score is not None and window.tumour_nuclei]
        telling = [window for window in scored if window.tumour_nuclei >= MIN_TUMOUR_NUCLEI] or scored
        weight = sum(window.tumour_nuclei for window in telling)
        total = sum((window.h_score or 0.0) * window.tumour_nuclei for window in telling)
        return Value(round(total / weight, 4), rule=_NUMBER_ONLY)
