"""What must not change a score: a quarter turn, the strength of the counterstain, JPEG; and what must: more DAB.

Physical tests that need no truth, so they run on real tissue, too. Stains are scaled in optical density: unmix, scale
one stain, compose again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from scoring import stain
from scoring.evaluation.tables import UNDEFINED, Table, number
from scoring.types import ByteImage

GAINS = (0.7, 0.85, 1.0, 1.15, 1.3)
"""Factors on DAB; the score must not fall from one to the next."""
TOLERANCE = 2.0
"""H-score points by which a score may fall between two gains and still count as monotone."""
Score = Callable[[ByteImage], float | None]


@dataclass(frozen=True)
class Variant:
    """A change of the picture and the largest |ΔH| that is wanted (a target, reported and not enforced)."""

    name: str
    change: Callable[[ByteImage], ByteImage]
    target: float


def _turned(rgb: ByteImage) -> ByteImage:
    return np.ascontiguousarray(np.rot90(rgb))


def _jpeg(rgb: ByteImage) -> ByteImage:
    coded = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 70])[1]
    return np.ascontiguousarray(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1])


def with_gain(rgb: ByteImage, *, haematoxylin: float = 1.0, dab: float = 1.0) -> ByteImage:
    """The picture with its haematoxylin and DAB (OD10) multiplied."""
    basis = stain.stain_basis(i0=stain.estimate_i0(rgb))
    amounts = stain.unmix(rgb, basis)
    for channel, gain in enumerate((haematoxylin, dab)):
        positive = amounts[..., channel] > 0
        amounts[..., channel][positive] *= np.float32(gain)
    return stain.compose(amounts, basis)


VARIANTS = (
    Variant("turned by 90°", _turned, 5.0),
    Variant("haematoxylin less 20 %", lambda rgb: with_gain(rgb, haematoxylin=0.8), 10.0),
    Variant("haematoxylin plus 20 %", lambda rgb: with_gain(rgb, haematoxylin=1.2), 10.0),
    Variant("JPEG quality 70", _jpeg, 10.0),
)


@dataclass(frozen=True)
class Changes:
    """|ΔH| of one picture by variant (None: not scoreable before or after), and its scores by DAB gain."""

    by_variant: Mapping[str, float | None]
    by_gain: tuple[float | None, ...]

    @property
    def monotone(self) -> bool | None:
        """Whether the score never falls by more than the tolerance as DAB grows; None without all scores."""
        scores = [score for score in self.by_gain if score is not None]
        if len(scores) < len(self.by_gain):
            return None
        return all(later >= earlier - TOLERANCE for earlier, later in itertools.pairwise(scores))


def changes(rgb: ByteImage, score: Score) -> Changes:
    """Score a picture and its variants. The unchanged picture is the one at gain 1, composed again like the others."""
    composed = with_gain(rgb)
    before = score(composed)
    found: dict[str, float | None] = {}
    for variant in VARIANTS:
        after = score(variant.change(composed))
        found[variant.name] = None if before is None or after is None else abs(after - before)
    by_gain = tuple(before if gain == 1.0 else score(with_gain(rgb, dab=gain)) for gain in GAINS)
    return Changes(found, by_gain)


def table(groups: Mapping[str, Sequence[Changes]]) -> Table:
    """A line for each variant and group of pictures (synthetic, real)."""
    made = Table(
        "invariances",
        "Invariances of the product's score (RAM-CNN)",
        ("pictures", "change", "n", "median |ΔH|", "largest |ΔH|", "wanted", "within"),
        notes=[
            "Stain gains are made in optical density. Monotone: H falls nowhere by more than "
            f"{TOLERANCE:g} points as DAB is multiplied by {', '.join(f'{gain:g}' for gain in GAINS)}."
        ],
    )
    for name, found in groups.items():
        for variant in VARIANTS:
            deltas = [one.by_variant[variant.name] for one in found]
            known = np.array([delta for delta in deltas if delta is not None])
            made.add(
                name,
                variant.name,
                str(len(known)),
                number(float(np.median(known))) if len(known) else UNDEFINED,
                number(float(known.max())) if len(known) else UNDEFINED,
                f"< {variant.target:g}",
                f"{int((known < variant.target).sum())} of {len(known)}",
            )
        judged = [one.monotone for one in found if one.monotone is not None]
        within = f"{sum(judged)} of {len(judged)}"
        made.add(name, "DAB gain 0.7 to 1.3", str(len(judged)), UNDEFINED, UNDEFINED, "monotone", within)
    return made
