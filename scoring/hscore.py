"""H-score of a field by counting nuclei (NNP) or nuclear area (NAP) (Liu et al. 2019, section IV; histology score 1w
+ 2m + 3s).

A rule turns DAB into a class. ``duoscope-1`` and ``qupath`` cut mean nuclear DAB (OD10); the ``paper-*`` rules cut
luminance on the stain-intensity description image, their thresholds being reconstructions (the paper takes them from
a reference that is lost).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from scoring import lamt, schemes, stain
from scoring.nuclei import Nuclei, NucleusParameters, find_nuclei, mostly_inside
from scoring.stain import StainBasis
from scoring.types import CLASS_NAMES, ByteImage, FloatMap, Mask, ScoringError

Method = Literal["nnp", "nap"]
Classes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class ClassRule:
    """``scale`` "dab_od": class rises with each cut reached. ``scale`` "description": I_la * 510, above 255 negative,
    else strong up to the first cut, moderate up to the second, weak beyond. ``scale`` "channel": 8-bit DAB image,
    likewise but negative above the third.
    """

    name: str
    scale: Literal["dab_od", "description", "channel"]
    cuts: tuple[float, float, float]

    def classify(self, values: npt.NDArray[np.floating]) -> Classes:
        """Classes 0..3 of values on the rule's scale."""
        if self.scale == "dab_od":
            return np.asarray(np.digitize(values, self.cuts), dtype=np.uint8)
        return np.asarray(3 - np.digitize(values, self.cuts, right=True), dtype=np.uint8)


RULES: Mapping[str, ClassRule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            ClassRule("duoscope-1", "dab_od", (0.15, 0.35, 0.65)),
            ClassRule("qupath", "dab_od", (0.2, 0.4, 0.6)),
            ClassRule("paper-fitted", "description", (100, 140, 255)),
            ClassRule("paper-ppc", "description", (89, 166, 242)),
            ClassRule("paper-ihc-profiler", "channel", (60, 120, 180)),
        )
    }
)


@dataclass(frozen=True)
class FieldCells:
    """Nuclei of one picture with their classes; ``class_area_um2`` (n, 4) is each nucleus's area by the class of its
    pixels (those of tumour, where that is known). ``tumour`` (n): -1 unknown, 0, 1. The masks (height x width) are
    what a network found, or for nuclei the instances themselves.
    """

    nuclei: Nuclei
    classes: Classes
    class_area_um2: npt.NDArray[np.float64]
    amounts: FloatMap
    tumour: npt.NDArray[np.int8]
    nuclei_mask: Mask
    tumour_mask: Mask | None = None


def measure_field(
    rgb: ByteImage, basis: StainBasis, um_per_px: float, rule: ClassRule, parameters: NucleusParameters
) -> FieldCells:
    """Find and class the nuclei of a picture at ``um_per_px``; whether they are tumour stays unknown."""
    amounts = stain.bend(stain.unmix(rgb, basis), basis)
    return classed(rgb, amounts, find_nuclei(amounts, um_per_px, parameters), um_per_px, rule)


def classed(
    rgb: ByteImage,
    amounts: FloatMap,
    nuclei: Nuclei,
    um_per_px: float,
    rule: ClassRule,
    *,
    nuclei_mask: Mask | None = None,
    tumour: Mask | None = None,
) -> FieldCells:
    """Class nuclei that were found; a nucleus is tumour when most of its pixels lie in the mask ``tumour``."""
    mask = nuclei.labels > 0 if nuclei_mask is None else nuclei_mask
    kinds, count = len(CLASS_NAMES), len(nuclei)
    flags = np.full(count, -1, np.int8) if tumour is None else mostly_inside(nuclei.labels, tumour).astype(np.int8)
    if count == 0:
        return FieldCells(nuclei, np.zeros(0, np.uint8), np.zeros((0, kinds)), amounts, flags, mask, tumour)
    rows, columns = np.nonzero(nuclei.labels)
    number = nuclei.labels[rows, columns] - 1
    dab = amounts[rows, columns, 1]
    if rule.scale == "dab_od":
        values = dab
    elif rule.scale == "channel":
        values = np.float32(255) * np.float32(10) ** (-dab)
    else:
        pixels = rgb[rows, columns][:, None]
        values = 510 * lamt.intensity_description(dab[:, None], stain.luminance(pixels))[:, 0]
    if rule.scale == "dab_od":
        means = nuclei.dab_od
    else:
        size = np.maximum(np.bincount(number, minlength=count), 1)
        means = np.bincount(number, values, minlength=count) / size
    place = number * kinds + rule.classify(values)
    if tumour is not None:
        place = place[tumour[rows, columns]]
    areas = np.bincount(place, minlength=count * kinds).reshape(count, kinds)
    return FieldCells(
        nuclei, rule.classify(means), areas.astype(np.float64) * um_per_px**2, amounts, flags, mask, tumour
    )


@dataclass(frozen=True)
class HScore:
    """Exact: ``value`` 0..300 and ``percentages`` by class name."""

    value: Decimal
    percentages: Mapping[str, float]
    category: str
    rule: str


def from_amounts(amounts: npt.ArrayLike, marker: str = "") -> HScore:
    """H-score from four amounts (negative, weak, moderate, strong): counts, or areas. Raises ScoringError when all
    are 0.
    """
    parts = [Fraction(float(amount)) for amount in np.asarray(amounts).tolist()]
    total = sum(parts)
    if len(parts) != len(CLASS_NAMES) or total <= 0 or min(parts) < 0:
        raise ScoringError(f"An H-score needs four amounts, not all 0; received {parts}.")
    shares = [100 * part / total for part in parts]
    result = schemes.h_score(shares[1], shares[2], shares[3], marker=marker)
    percentages = {name: float(share) for name, share in zip(CLASS_NAMES, shares, strict=True)}
    return HScore(result.value or Decimal(0), percentages, result.category, result.rule)
