"""What a scheme's numbers and categories are compared on: the whole fixed scale of the marker, used or not."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from scoring.agreement import Scale
from scoring.schemes import SCHEMES

NUMBERS: Final = Scale("interval")
#: Where values are grouped for the error by size (H-score: Liu et al. 2019, figure 11); the last bound is inclusive.
GROUPS: Final[Mapping[str, tuple[float, ...]]] = {
    "h-score": (0, 50, 100, 150, 200, 250, 300),
    "allred": (0, 3, 5, 7, 8),
    "ki-67": (0, 5, 15, 30, 50, 100),
}
#: The categories that count as positive in a reader's positivity rate.
POSITIVE: Final[Mapping[str, frozenset[str]]] = {
    "h-score": frozenset({"low positive", "positive"}),
    "allred": frozenset({"positive"}),
    "ki-67": frozenset({">= 30 %"}),
    "her2-ihc": frozenset({"3+"}),
}


def categories_of(scheme: str, marker: str) -> tuple[str, ...]:
    """The categories that a reading of the marker can have, from least to most; none where the number stands alone."""
    if scheme == "h-score" and marker not in ("ER", "PR"):
        return ()
    found = SCHEMES[scheme].categories if scheme else ()
    return tuple(name for name in found if not (marker == "PR" and name == "low positive"))


def has_numbers(scheme: str) -> bool:
    """Whether readings by the scheme have a value."""
    return scheme != "" and SCHEMES[scheme].value_range is not None


def group_labels(scheme: str) -> list[str]:
    """The names of the groups of values: "0–49", …"""
    bounds = GROUPS.get(scheme, ())
    last = len(bounds) - 2
    return [f"{low:g}–{high if place == last else high - 1:g}" for place, (low, high) in enumerate(pairwise(bounds))]
