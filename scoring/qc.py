"""Is a field fit for a nuclear score? Sums that add up over tiles, and the verdict in words.

The main cue tells nuclear DAB from DAB in cytoplasm or membranes: in nuclear staining, DAB and the counterstain rise
together inside the stained area; in membranous staining they part. Measured: -.2 to -.3 on membranous colon, +.5 to
+.8 on ER tissue.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np

from scoring.types import NOT_NUCLEI, FloatMap, Labels, Mask

STAINED_OD = 0.15
"""DAB from which a pixel counts as stained: the lower bound of weak in ``duoscope-1``."""


@dataclass(frozen=True)
class QcLimits:
    """Where a field stops being scoreable."""

    min_correlation: float = 0.1
    min_contrast: float = 0.0
    min_stained_share: float = 0.01
    min_nuclei: int = 20
    max_um_per_px: float = 1.1
    min_sharpness: float = 0.002
    min_tissue_share: float = 0.001


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
    edge_energy: float = 0.0
    edge_pixels: float = 0.0

    def __add__(self, other: QcSums) -> QcSums:
        return QcSums(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})

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
        """Mean squared Laplacian of the evidence at nuclear edges; None without nuclei."""
        return float(self.edge_energy / self.edge_pixels) if self.edge_pixels >= 1 else None


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
    edges = cv2.Laplacian(red, cv2.CV_32F)
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
        edge_energy=float(np.square(edges[near & area]).sum(dtype=np.float64)),
        edge_pixels=float(np.count_nonzero(near & area)),
    )


def judge(sums: QcSums, nuclei: int, *, tissue_share: float, pen_share: float, limits: QcLimits | None = None) -> str:
    """Empty when the field can be scored, else the reason in words."""
    limit = limits or QcLimits()
    if tissue_share < limit.min_tissue_share or sums.tissue < 1:
        under = " (what there is lies under pen marks)" if pen_share > 0.02 else ""
        return f"{NOT_NUCLEI}: no tissue was found{under}"
    stained_share = sums.stained / max(sums.tissue, 1)
    correlation, contrast = sums.correlation, sums.contrast
    if stained_share >= limit.min_stained_share and correlation is not None:
        apart = correlation < limit.min_correlation
        inverted = contrast is not None and contrast < limit.min_contrast
        if apart or inverted:
            shown = f"DAB-haematoxylin correlation {correlation:+.2f} in the stained area"
            return f"{NOT_NUCLEI}: the brown stain (DAB) lies in cytoplasm or membranes, not in nuclei ({shown})"
    if nuclei < limit.min_nuclei:
        return f"{NOT_NUCLEI}: only {nuclei} nuclei were found, at least {limit.min_nuclei} are needed"
    if sums.sharpness is not None and sums.sharpness < limit.min_sharpness:
        return "out of focus: the edges of nuclei are too soft to measure; rescan the slide"
    return ""


def too_coarse(um_per_px: float, limits: QcLimits | None = None) -> str:
    """Empty when nuclei can be told apart at this pixel size, else the reason."""
    limit = (limits or QcLimits()).max_um_per_px
    if um_per_px <= limit:
        return ""
    return f"too coarse: {um_per_px:.3g} µm/px; nuclei need {limit} µm/px or finer (scan at 10x or more)"


def as_json(sums: QcSums, *, tissue_share: float, pen_share: float) -> dict[str, float | None]:
    """The figures behind the verdict."""
    return {
        "tissue_share": round(tissue_share, 6),
        "pen_share": round(pen_share, 6),
        "stained_share": round(sums.stained / sums.tissue, 6) if sums.tissue else 0.0,
        "dab_haematoxylin_correlation": _rounded(sums.correlation),
        "nuclear_contrast": _rounded(sums.contrast),
        "sharpness": _rounded(sums.sharpness, 6),
    }


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
