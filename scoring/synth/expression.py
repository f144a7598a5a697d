"""How strongly nuclei stain: a class mix with the wanted H-score, laid over patches, and brown that is no tumour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scoring.synth.scene import CLASS_CUTS_OD, Cells, Kind, Layout
from scoring.synth.tiers import Tier

GROUPS = ((0, 49), (50, 99), (100, 149), (150, 199), (200, 249), (250, 300))
GROUP_WEIGHTS = (0.40, 0.05, 0.08, 0.12, 0.25, 0.10)
_NEGATIVE_SHARE = 0.6
"""Of group 0–49: H of 0–5, so that more than a fifth of all cores are negative."""
STRONGEST_OD = 2.2
_LEVELS = np.array([0.0, 1.0, 2.0, 3.0])


def draw_h(rng: np.random.Generator) -> float:
    """An H-score with the six groups' weights (SD about 97 over many)."""
    low, high = GROUPS[int(rng.choice(len(GROUPS), p=GROUP_WEIGHTS))]
    if low == 0 and rng.random() < _NEGATIVE_SHARE:
        return float(rng.choice((0.0, 0.0, rng.uniform(0, 5))))
    return float(rng.uniform(low, high))


def class_mix(rng: np.random.Generator, h: float) -> npt.NDArray[np.float64]:
    """Shares of negative, weak, moderate and strong with ``H = 100 sum k p_k``: a Dirichlet draw, tilted
    exponentially until its mean fits.
    """
    target = float(np.clip(h / 100, 0, 3))
    if target <= 0.0 or target >= 3.0:
        return np.asarray(np.eye(4)[0 if target <= 0 else 3])
    start = rng.dirichlet((0.9, 0.8, 0.9, 1.1)) + 0.004
    low, high = -60.0, 60.0
    for _ in range(70):
        tilt = (low + high) / 2
        exponent = np.log(start) + tilt * _LEVELS
        share = np.exp(exponent - exponent.max())
        share /= share.sum()
        low, high = (tilt, high) if share @ _LEVELS < target else (low, tilt)
    return np.asarray(share)


def stain(
    rng: np.random.Generator, layout: Layout, cells: Cells, tier: Tier, marker: str, h: float, haze_od: float
) -> None:
    """Fills ``dab_od``, ``cls``, ``chromatin`` and ``edge_um`` of cells in place.

    Tumour nuclei follow ``layout.expression`` and a noise; ranks, not values, decide the class, so the mix holds to
    one cell. DAB includes the batch's gain: classes are what one sees, not what the cell expressed.
    """
    n = len(cells)
    cells["chromatin"] = rng.uniform(*tier.chromatin, n)
    cells["edge_um"] = rng.uniform(*tier.nuclear_edge_um, n)
    dab = _negatives(rng, n, haze_od)
    tumour = np.flatnonzero(cells["kind"] == Kind.TUMOUR)
    strong_mean = rng.uniform(0.8, 1.6)
    if len(tumour):
        latent = layout.at(layout.expression, cells["x_um"][tumour], cells["y_um"][tumour]).astype(np.float64)
        latent = latent + rng.normal(0, rng.uniform(*tier.expression_noise), len(tumour))
        rank = np.empty(len(tumour), dtype=np.int64)
        rank[np.argsort(latent, kind="stable")] = np.arange(len(tumour))
        ends = np.round(np.cumsum(class_mix(rng, h)) * len(tumour))
        cls = np.searchsorted(ends[:3], rank, side="right")
        for k in (1, 2, 3):
            dab[tumour[cls == k]] = _levels(rng, k, int((cls == k).sum()), strong_mean)
    _others(rng, layout, cells, dab, marker, strong_mean)
    cells["dab_od"] = _off_cuts(dab, tier.cut_gap_od)
    cells["cls"] = np.searchsorted(CLASS_CUTS_OD, cells["dab_od"], side="right")


def _negatives(rng: np.random.Generator, n: int, haze_od: float) -> npt.NDArray[np.float64]:
    """Real negative nuclei lie at .01–.09; haze over them adds a little."""
    own = 0.01 + 0.09 * rng.beta(1.5, 2.5, n)
    return np.minimum(own + 0.2 * haze_od * rng.uniform(0, 1, n), CLASS_CUTS_OD[0] - 0.003)


def _levels(rng: np.random.Generator, cls: int, n: int, strong_mean: float) -> npt.NDArray[np.float64]:
    """Mean DAB of n nuclei of a positive class."""
    weakest = CLASS_CUTS_OD[cls - 1]
    if cls < 3:
        return np.asarray(weakest + (CLASS_CUTS_OD[cls] - weakest) * rng.uniform(0, 1, n))
    spread = rng.gamma(4.0, (strong_mean - weakest) / 4.0, n)
    return np.asarray(np.minimum(weakest + spread, STRONGEST_OD - 0.1 * rng.random(n)))


def _others(
    rng: np.random.Generator, layout: Layout, cells: Cells, dab: npt.NDArray[np.float64], marker: str, strong: float
) -> None:
    """Brown nuclei that are no tumour: stroma in a third of specimens, normal epithelium in most."""
    stroma_share = rng.uniform(0, 0.6) if rng.random() < 1 / 3 else rng.uniform(0, 0.02)
    epithelium_share = rng.uniform(0.1, 0.6) if marker != "p53" or rng.random() < 0.2 else rng.uniform(0, 0.08)
    shares = {
        Kind.FIBROBLAST: stroma_share,
        Kind.ENDOTHELIUM: 0.5 * stroma_share,
        Kind.LYMPHOCYTE: 0.25 * stroma_share,
        Kind.EPITHELIUM: epithelium_share,
    }
    patch = layout.at(layout.haze, cells["x_um"], cells["y_um"]).astype(np.float64)
    for kind, share in shares.items():
        members = np.flatnonzero(cells["kind"] == kind)
        if len(members) == 0:
            continue
        latent = patch[members] * 0.7 + rng.normal(0, 1, len(members))
        positive = members[latent > np.quantile(latent, 1 - share)] if share > 0 else members[:0]
        scale = (strong if kind == Kind.EPITHELIUM else 0.75 * strong) * rng.uniform(0.5, 1.0)
        dab[positive] = np.clip(CLASS_CUTS_OD[0] + rng.gamma(2.0, scale / 2.0, len(positive)), 0, STRONGEST_OD)


def _off_cuts(dab: npt.NDArray[np.float64], gap: float) -> npt.NDArray[np.float64]:
    """Values moved out of the bands around the class cuts, to the side they lie on."""
    for cut in CLASS_CUTS_OD:
        close = np.abs(dab - cut) < gap
        dab = np.where(close, np.where(dab >= cut, cut + gap, cut - gap), dab)
    return dab
