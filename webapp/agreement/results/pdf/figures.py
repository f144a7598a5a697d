"""Statistics as text for a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_IN_POINTS: Final = frozenset({"mae", "sd", "bias"})


def value_text(name: str, figure: Mapping[str, Any] | None) -> str:
    """A statistic in a line: value, interval; or why it is undefined."""
    if figure is None or figure["n"] == 0:
        return "–"
    if figure["value"] is None:
        return f"undefined: {figure['undefined']}"
    decimals = 1 if name in _IN_POINTS else 2
    told = number_text(figure["value"], decimals)
    if figure["ci95"] is None:
        return told
    low, high = (number_text(end, decimals) for end in figure["ci95"])
    return f"{told} ({low} to {high})"


def share_text(figure: Mapping[str, Any] | None) -> str:
    """A share in per cent, with its interval."""
    if figure is None or figure["n"] == 0 or figure["value"] is None:
        return "–"
    told = f"{figure['value']:.0%}"
    return f"{told} ({range_text(figure['ci95'])})" if figure["ci95"] else told


def range_text(ends: tuple[float, float] | None) -> str:
    """Two shares: "51 % to 88 %"."""
    return "–" if ends is None else f"{ends[0]:.0%} to {ends[1]:.0%}"


def number_text(value: float, decimals: int) -> str:
    """With a minus sign, not a hyphen."""
    return f"{value:.{decimals}f}".replace("-", "−")
