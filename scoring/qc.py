"""Is a field fit for a nuclear score? Sums that add up over tiles, and the verdict in words: what refuses a score, and
what a person should look at.

The main cue tells nuclear DAB from DAB in cytoplasm or membranes: in nuclear staining, DAB and the counterstain rise
together inside the stained area; in membranous staining they part. Measured: -.2 to -.3 on membranous colon, +.5 to
+.8 on ER tissue.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from scoring.artefacts import focus
from scoring.types import NOT_NUCLEI, FloatMap, Labels, Mask

STAINED_OD = 0.15
"""DAB from which a pixel counts as stained: the lower bound of weak in ``duoscope-1``."""


@dataclass(frozen=True)
class QcLimits:
    """Where a field stops being scoreable."""

    min_correlation: float = 0.1
    min_contrast: float = 0.0
    clear_contrast: float = 0.35
    min_stained_share: float = 0.01
    faint_od: float = 0.32
    """Mean DAB of the stained area below which brown beside nuclei is background, not a stain of another kind …"""
    clear_ring: float = -0.35
    """… unless nuclei stand out as holes in it: contrast below this."""
    min_nuclei: int = 20
    min_sharpness: float = 0.012
    min_tissue_share: float = 0.001
    max_eosin_share: float = 0.2
    pen_to_mention: float = 0.02
    max_blurred_share: float = 0.5
    review_blurred_share: float = 0.1
    review_fold_share: float = 0.005
    review_tissue_share: float = 0.25
    review_tumour_nuclei: int = 100
    review_iqr_od: float = 0.8


@dataclass(frozen=True)
class Overview:
    """What the overview says: shares (0..1) of tissue, of pen, of stained pixels that are pink (eosin), and of tissue
    that lies in folds (None where pixels are too coarse to tell).
    """

    tissue_share: float
    pen_share: float
    eosin_share: float = 0.0
    fold_share: float | None = None


@dataclass(frozen=True)
class Flag:
    """One finding: ``refuse`` gives no score, ``review`` asks a person to look."""

    code: str
    severity: Literal["refuse", "review"]
    message: str


DAB_BINS = 300
DAB_BIN_OD = 0.01
"""Histogram of the nuclear DAB, 0 to 3 OD10."""


@dataclass
class QcSums:
    """Sums over pixels; ``a + b`` is the sum over both areas."""

    pixels: float = 0.0
    tissue: float = 0.0
    stained: float = 0.0
    dab: float = 0.0
    haematoxylin: float = 0.0
    dab_squared: float = 0.0
    haematoxylin_squared: float = 0.0
    product: float = 0.0
    nuclear: float = 0.0
    nuclear_dab: float = 0.0
    ring: float = 0.0
    ring_dab: float = 0.0
    edge_sum: float = 0.0
    edge_squared: float = 0.0
    edge_energy: float = 0.0
    edge_pixels: float = 0.0
    focus_judged: float = 0.0
    out_of_focus: float = 0.0

    def __add__(self, other: QcSums) -> QcSums:
        return QcSums(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

    @property
    def stained_od(self) -> float:
        """Mean DAB (OD10) of the stained area; 0 where nothing is stained."""
        return self.dab / self.stained if self.stained >= 1 else 0.0

    @property
    def correlation(self) -> float | None:
        """Pearson correlation of DAB and H over the stained area; None without spread."""
        n = self.stained
        if n < 2:
            return None
        spread_dab = self.dab_squared - self.dab**2 / n
        spread_h = self.haematoxylin_squared - self.haematoxylin**2 / n
        if spread_dab <= 1e-6 or spread_h <= 1e-6:
            return None
        return float((self.product - self.dab * self.haematoxylin / n) / np.sqrt(spread_dab * spread_h))

    @property
    def contrast(self) -> float | None:
        """(nuclear - ring) / (nuclear + ring) mean DAB, -1..1; None where nothing is stained."""
        if self.nuclear < 1 or self.ring < 1:
            return None
        inside, around = self.nuclear_dab / self.nuclear, self.ring_dab / self.ring
        return float((inside - around) / (inside + around)) if inside + around > 0.02 else None

    @property
    def sharpness(self) -> float | None:
        """Mean squared Laplacian over variance of the nuclear evidence in and around nuclei: free of stain strength.

        None without nuclei.
        """
        n = self.edge_pixels
        spread = self.edge_squared - self.edge_sum**2 / n if n >= 1 else 0.0
        return float(self.edge_energy / spread) if spread > 1e-6 else None

    @property
    def blurred_share(self) -> float | None:
        """Share of the tissue with detail that is out of focus, 0..1; None without detail."""
        return self.out_of_focus / self.focus_judged if self.focus_judged >= 1 else None


def measure(amounts: FloatMap, labels: Labels, area: Mask, um_per_px: float) -> QcSums:
    """Sums of one tile. ``amounts`` (height x width x 3: H, DAB, R in OD10), ``labels`` and ``area`` (what counts:
    the core of the tile within tissue and region) share height and width."""
    haematoxylin, dab = amounts[..., 0], amounts[..., 1]
    nuclear = (labels > 0) & area
    stained = (dab > STAINED_OD) & area
    reach = max(1, round(2.0 / um_per_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    near = cv2.dilate((labels > 0).astype(np.uint8), kernel) > 0
    ring = near & (labels == 0) & area
    d, h = dab[stained].astype(np.float64), haematoxylin[stained].astype(np.float64)
    red = np.ascontiguousarray(0.65 * haematoxylin + 0.268 * dab)
    edges = np.square(cv2.Laplacian(red, cv2.CV_32F)[near & area])
    around = red[near & area].astype(np.float64)
    sight = focus(red, um_per_px)
    return QcSums(
        pixels=float(area.size),
        tissue=float(np.count_nonzero(area)),
        stained=float(len(d)),
        dab=float(d.sum()),
        haematoxylin=float(h.sum()),
        dab_squared=float((d * d).sum()),
        haematoxylin_squared=float((h * h).sum()),
        product=float((d * h).sum()),
        nuclear=float(np.count_nonzero(nuclear)),
        nuclear_dab=float(np.maximum(dab[nuclear], 0).sum(dtype=np.float64)),
        ring=float(np.count_nonzero(ring)),
        ring_dab=float(np.maximum(dab[ring], 0).sum(dtype=np.float64)),
        edge_sum=float(around.sum()),
        edge_squared=float((around * around).sum()),
        edge_energy=float(edges.sum(dtype=np.float64)),
        edge_pixels=float(len(around)),
        focus_judged=float(np.count_nonzero(sight.judged & area)),
        out_of_focus=float(np.count_nonzero(sight.blurred & area)),
    )


def judge(sums: QcSums, nuclei: int, overview: Overview, limits: QcLimits | None = None) -> Flag | None:
    """None when the field can be scored, else why not."""
    limit = limits or QcLimits()
    under_pen = overview.pen_share > limit.pen_to_mention
    if overview.tissue_share < limit.min_tissue_share or sums.tissue < 1:
        return _refused("no-tissue", f"{NOT_NUCLEI}: no tissue was found{' outside pen marks' if under_pen else ''}")
    if overview.eosin_share > limit.max_eosin_share:
        return _refused(
            "wrong-stain",
            f"{NOT_NUCLEI}: this is not a haematoxylin-DAB stain ({overview.eosin_share:.0%} of the stained area is "
            "pink, as eosin is); choose a slide stained for the marker",
        )
    ringed = sums.contrast is not None and sums.contrast < limit.clear_ring
    if lies_outside_nuclei(sums, limit) and (ringed or sums.stained_od >= limit.faint_od):
        shown = f"DAB-haematoxylin correlation {sums.correlation:+.2f} in the stained area"
        return _refused(
            "not-nuclear",
            f"{NOT_NUCLEI}: the brown stain (DAB) lies in cytoplasm or membranes, not in nuclei ({shown})",
        )
    if nuclei < limit.min_nuclei:
        beside = ", beside pen marks" if under_pen else ""
        found = f"{nuclei or 'no'} nuclei were found{beside}; at least {limit.min_nuclei} are needed"
        return _refused("few-nuclei", f"{NOT_NUCLEI}: {found}")
    if sums.sharpness is not None and sums.sharpness < limit.min_sharpness:
        return _refused("out-of-focus", "out of focus: the edges of nuclei are too soft to measure; rescan the slide")
    blurred = sums.blurred_share
    if blurred is not None and blurred > limit.max_blurred_share:
        return _refused("out-of-focus", f"out of focus: {percent(blurred)} of the tissue is blurred; rescan the slide")
    return None


def lies_outside_nuclei(sums: QcSums, limit: QcLimits) -> bool:
    """Whether most brown is in cytoplasm or membranes. Clear nuclei outweigh the correlation: the counterstain may be
    even, or covered where DAB is strong.
    """
    correlation, contrast = sums.correlation, sums.contrast
    if sums.stained < limit.min_stained_share * max(sums.tissue, 1) or correlation is None:
        return False
    if contrast is not None and contrast >= limit.clear_contrast:
        return False
    inverted = contrast is not None and contrast < limit.min_contrast
    return inverted or correlation < limit.min_correlation


def _refused(code: str, message: str) -> Flag:
    return Flag(code, "refuse", message)


def review(
    sums: QcSums, overview: Overview, *, tumour_nuclei: int | None, iqr_od: float | None, limits: QcLimits | None = None
) -> list[Flag]:
    """What a person should look at in a field that is scored. ``tumour_nuclei`` is None where no network counted."""
    limit = limits or QcLimits()
    found: list[tuple[str, str]] = []
    blurred, folded = sums.blurred_share, overview.fold_share
    if blurred is not None and blurred > limit.review_blurred_share:
        found.append(("out-of-focus", f"{percent(blurred)} of the tissue is out of focus; intensity reads low there"))
    if folded is not None and folded > limit.review_fold_share:
        found.append(("folds", f"folds cover about {percent(folded)} of the tissue; stain looks stronger there"))
    if overview.tissue_share < limit.review_tissue_share:
        found.append(("little-tissue", f"tissue covers only {percent(overview.tissue_share)} of what was scored"))
    if overview.pen_share > limit.pen_to_mention:
        found.append(("pen", f"pen marks cover {percent(overview.pen_share)}; what lies under them was left out"))
    if lies_outside_nuclei(sums, limit):
        found.append(("background", "faint brown lies mostly outside nuclei: background, or a stain of another kind"))
    if tumour_nuclei is not None and tumour_nuclei < limit.review_tumour_nuclei:
        found.append(("few-tumour-nuclei", f"the score rests on {tumour_nuclei} tumour nuclei"))
    if iqr_od is not None and iqr_od > limit.review_iqr_od:
        spread = f"the middle half of nuclei spans {iqr_od:.2f} OD"
        found.append(("heterogeneous", f"staining is heterogeneous ({spread}): one number says little; look at parts"))
    return [Flag(code, "review", message) for code, message in found]


def percent(share: float) -> str:
    """A share 0..1 in whole percents, "<1 %" below one."""
    return f"{100 * share:.0f} %" if share >= 0.01 else "<1 %"


def dab_histogram(dab_od: npt.NDArray[np.floating]) -> npt.NDArray[np.int64]:
    """Nuclei by their DAB (OD10) in :data:`DAB_BINS` bins; adds up over tiles."""
    number = np.clip(dab_od / DAB_BIN_OD, 0, DAB_BINS - 1).astype(np.int64)
    return np.bincount(number, minlength=DAB_BINS)


def interquartile_od(histogram: npt.NDArray[np.int64]) -> float | None:
    """Heterogeneity: interquartile range (OD10) of the nuclei of a histogram, to a bin; None for fewer than four."""
    total = int(histogram.sum())
    if total < 4:
        return None
    low, high = np.searchsorted(np.cumsum(histogram), (0.25 * total, 0.75 * total))
    return float(high - low) * DAB_BIN_OD


def too_coarse(um_per_px: float, limit: float) -> str:
    """Empty when the pixel size is at most ``limit`` µm/px, else the reason."""
    if um_per_px <= limit:
        return ""
    return f"too coarse: {um_per_px:.3g} µm/px; nuclei need {limit} µm/px or finer (scan at 10x or more)"


def as_json(sums: QcSums, overview: Overview, iqr_od: float | None, flags: list[Flag]) -> dict[str, Any]:
    """The figures behind the verdict, and the flags."""
    return {
        "tissue_share": round(overview.tissue_share, 6),
        "pen_share": round(overview.pen_share, 6),
        "eosin_share": round(overview.eosin_share, 6),
        "fold_share": _rounded(overview.fold_share, 6),
        "out_of_focus_share": _rounded(sums.blurred_share, 6),
        "stained_share": round(sums.stained / sums.tissue, 6) if sums.tissue else 0.0,
        "dab_haematoxylin_correlation": _rounded(sums.correlation),
        "nuclear_contrast": _rounded(sums.contrast),
        "sharpness": _rounded(sums.sharpness, 6),
        "heterogeneity_iqr_od": _rounded(iqr_od),
        "flags": [asdict(flag) for flag in flags],
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
