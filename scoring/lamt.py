"""Luminance-adaptive multi-thresholding and the stain-intensity description image (Liu et al. 2019, section III-A).

Eq. 7 as printed returns a label, not a threshold: a pixel's label is the more probable of DAB and H given its DAB
amount and its luminance interval, and t_k is the boundary between the two. K = 16 intervals is a reconstruction (the
paper gives no K).
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import cv2
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from scoring.types import FloatMap, Mask, ScoringError

INTERVALS = 16
DAB_BINS = 64
DAB_BIN_OD = 0.04
"""64 bins of DAB from -0.16 OD10 upwards."""
DAB_FIRST_OD = -0.16
_MINIMUM_SAMPLES = 200
_LARGEST = 510.0


@dataclass(frozen=True)
class LamtTable:
    """``thresholds_od[k]``: least DAB (OD10) that counts as positive in luminance interval k (0 darkest), never
    increasing.
    """

    thresholds_od: tuple[float, ...]
    source: str

    def __post_init__(self) -> None:
        values = self.thresholds_od
        if len(values) != INTERVALS:
            raise ScoringError(f"A LAMT table has {INTERVALS} thresholds; received {len(values)}.")
        if any(later > earlier for earlier, later in itertools.pairwise(values)):
            raise ScoringError("LAMT thresholds must not increase with luminance.")


@cache
def default_table() -> LamtTable:
    """The shipped table (``lamt_default.json``)."""
    stored = json.loads(resources.files("scoring").joinpath("lamt_default.json").read_text(encoding="utf-8"))
    return LamtTable(tuple(float(value) for value in stored["thresholds_od"]), str(stored["source"]))


def interval(luminance: FloatMap) -> npt.NDArray[np.uint8]:
    """Luminance interval 0..15 of values in 0..255; interval k is (k * 16, (k + 1) * 16], as in Eq. 5 (0 belongs to
    the first).
    """
    found: npt.NDArray[np.uint8] = np.clip(np.ceil(luminance / (256 / INTERVALS)) - 1, 0, INTERVALS - 1).astype(
        np.uint8
    )
    return found


def positive(dab_od: FloatMap, luminance: FloatMap, table: LamtTable | None = None) -> Mask:
    """Which pixels are DAB-positive; arrays of one shape."""
    limits = np.zeros((1, 256), dtype=np.float32)
    limits[0, :INTERVALS] = (table or default_table()).thresholds_od
    return np.asarray(dab_od >= cv2.LUT(interval(luminance), limits))


def intensity_description(dab_od: FloatMap, luminance: FloatMap, table: LamtTable | None = None) -> FloatMap:
    """I_la (Eq. 8) / 510: luminance where positive, 255 + (255 - luminance) where negative. Low is strong brown, high
    strong blue.

    The order is that of DAB: a dark blue nucleus has the largest value, not a "weaker" stain.
    """
    described = np.where(positive(dab_od, luminance, table), luminance, _LARGEST - luminance)
    return np.asarray(described / _LARGEST, dtype=np.float32)


def fit_table(
    dab_od: npt.NDArray[np.floating], luminance: npt.NDArray[np.floating], is_dab: Mask, *, uniform_prior: bool = True
) -> LamtTable:
    """Fit thresholds to labelled pixels (three arrays of one length; background counts as not DAB).

    Histograms of 16 intervals x 64 DAB bins per class, Laplace count 1, Gaussian smoothing of one bin along both
    axes; the threshold is the boundary between the more probable classes; intervals with fewer than 200 pixels of
    either class take their neighbours'; pool-adjacent-violators makes them non-increasing.
    """
    if not (len(dab_od) == len(luminance) == len(is_dab)):
        raise ScoringError("dab_od, luminance and is_dab must have one length.")
    if not is_dab.any() or is_dab.all():
        raise ScoringError("Fitting needs pixels of both kinds, DAB and not DAB.")
    row = interval(np.asarray(luminance, dtype=np.float32)).astype(np.int64)
    column = np.clip((np.asarray(dab_od) - DAB_FIRST_OD) // DAB_BIN_OD, 0, DAB_BINS - 1).astype(np.int64)
    place = row * DAB_BINS + column
    shape = (INTERVALS, DAB_BINS)
    counts = [np.bincount(place[chosen], minlength=INTERVALS * DAB_BINS).reshape(shape) for chosen in (is_dab, ~is_dab)]
    likelihood = []
    for count in counts:
        smooth = ndimage.gaussian_filter(count.astype(np.float64) + 1.0, 1.0, mode="nearest")
        likelihood.append(smooth / smooth.sum(axis=1, keepdims=True) if uniform_prior else smooth)
    samples = np.minimum(counts[0].sum(axis=1), counts[1].sum(axis=1))
    found = np.full(INTERVALS, np.nan)
    for k in range(INTERVALS):
        if samples[k] >= _MINIMUM_SAMPLES:
            found[k] = _boundary(likelihood[0][k], likelihood[1][k])
    known = np.flatnonzero(np.isfinite(found))
    if len(known) == 0:
        raise ScoringError(f"No luminance interval holds {_MINIMUM_SAMPLES} pixels of both kinds; label more pixels.")
    filled = np.interp(np.arange(INTERVALS), known, found[known])
    weights = np.maximum(samples, 1).astype(np.float64)
    return LamtTable(tuple(float(v) for v in non_increasing(filled, weights)), "fitted")


def _boundary(dab: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """The DAB amount that separates the classes with the least expected error."""
    wrong = np.concatenate([[0.0], np.cumsum(dab)]) + np.concatenate([np.cumsum(other[::-1])[::-1], [0.0]])
    best = np.flatnonzero(np.isclose(wrong, wrong.min()))
    return DAB_FIRST_OD + DAB_BIN_OD * float(best.mean())


def non_increasing(values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The closest non-increasing sequence in weighted least squares (pool adjacent violators)."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, mass, length = float(value), float(weight), 1
        while blocks and blocks[-1][0] < mean:
            earlier, earlier_mass, earlier_length = blocks.pop()
            mean = (earlier * earlier_mass + mean * mass) / (earlier_mass + mass)
            mass, length = mass + earlier_mass, length + earlier_length
        blocks.append((mean, mass, length))
    return np.concatenate([np.full(length, mean) for mean, _, length in blocks])
