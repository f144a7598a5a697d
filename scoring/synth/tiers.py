"""Every number that depends on the tier: how hard staining, optics and artefacts are. Ranges are uniform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scoring.types import ScoringError

TierName = Literal["easy", "realistic", "hard"]
Range = tuple[float, float]


@dataclass(frozen=True)
class Tier:
    """Lengths in µm, optical densities OD10."""

    haze_od: Range
    haze_rare_od: float
    """Upper end of haze in one specimen of eight."""
    leak: Range
    """Cytoplasmic DAB as a share of the nucleus'."""
    edge_effect_od: Range
    cut_gap_od: float
    """No cell's mean DAB lies this close to a class cut."""
    expression_noise: Range
    """How little cells follow their patch."""
    chromatin: Range
    nuclear_edge_um: Range
    overlap: Range
    """Exclusion distance of two nuclei as a share of the sum of their radii."""
    precipitate: Range
    """Specks per mm²."""
    hue_sd_deg: float
    """Rotation of the stain vectors."""
    vector_spread: float
    """0: the middle of every measured range, 1: all of it."""
    h_gain: Range
    i0: Range
    vignette: Range
    psf_um: Range
    chromatic_um: Range
    photons: Range
    """Photons per pixel at I0."""
    read_noise: Range
    sharpen: Range
    gamma: Range
    jpeg: tuple[int, int]
    artefact_chance: float
    """Chance of each kind of artefact."""
    blur_um: Range


TIERS: dict[str, Tier] = {
    "easy": Tier(
        haze_od=(0.0, 0.06),
        haze_rare_od=0.1,
        leak=(0.0, 0.05),
        edge_effect_od=(0.0, 0.0),
        cut_gap_od=0.02,
        expression_noise=(0.3, 0.6),
        chromatin=(0.10, 0.2),
        nuclear_edge_um=(0.3, 0.5),
        overlap=(0.95, 1.0),
        precipitate=(0, 20),
        hue_sd_deg=0.0,
        vector_spread=0.0,
        h_gain=(0.95, 1.05),
        i0=(240, 246),
        vignette=(0.0, 0.0),
        psf_um=(0.25, 0.35),
        chromatic_um=(0.0, 0.0),
        photons=(4000, 6000),
        read_noise=(0.3, 0.8),
        sharpen=(0.0, 0.2),
        gamma=(1.0, 1.0),
        jpeg=(92, 96),
        artefact_chance=0.0,
        blur_um=(0.0, 0.0),
    ),
    "realistic": Tier(
        haze_od=(0.0, 0.16),
        haze_rare_od=0.4,
        leak=(0.0, 0.22),
        edge_effect_od=(0.0, 0.12),
        cut_gap_od=0.002,
        expression_noise=(0.3, 1.2),
        chromatin=(0.08, 0.26),
        nuclear_edge_um=(0.35, 0.7),
        overlap=(0.82, 0.96),
        precipitate=(0, 250),
        hue_sd_deg=2.0,
        vector_spread=0.8,
        h_gain=(0.6, 1.5),
        i0=(220, 252),
        vignette=(0.0, 0.03),
        psf_um=(0.25, 0.5),
        chromatic_um=(0.0, 0.2),
        photons=(2000, 9000),
        read_noise=(0.3, 1.3),
        sharpen=(0.0, 1.0),
        gamma=(0.93, 1.07),
        jpeg=(70, 95),
        artefact_chance=0.07,
        blur_um=(0.8, 1.6),
    ),
    "hard": Tier(
        haze_od=(0.0, 0.35),
        haze_rare_od=0.9,
        leak=(0.0, 0.35),
        edge_effect_od=(0.0, 0.2),
        cut_gap_od=0.002,
        expression_noise=(0.3, 1.6),
        chromatin=(0.08, 0.36),
        nuclear_edge_um=(0.4, 0.9),
        overlap=(0.76, 0.94),
        precipitate=(0, 900),
        hue_sd_deg=3.0,
        vector_spread=1.0,
        h_gain=(0.45, 1.7),
        i0=(213, 255),
        vignette=(0.0, 0.05),
        psf_um=(0.3, 0.65),
        chromatic_um=(0.0, 0.3),
        photons=(700, 5000),
        read_noise=(0.4, 2.2),
        sharpen=(0.0, 1.2),
        gamma=(0.9, 1.1),
        jpeg=(60, 92),
        artefact_chance=0.2,
        blur_um=(1.0, 2.6),
    ),
}


def tier_of(name: str) -> Tier:
    """The numbers of a tier."""
    if name not in TIERS:
        raise ScoringError(f"Unknown tier {name!r}; use one of {', '.join(TIERS)}.")
    return TIERS[name]
