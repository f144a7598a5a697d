"""Scatter and Bland–Altman plots as vector drawings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Line, Rect, String
from reportlab.lib import colors

from webapp.agreement.results.pdf.sheet import FAINT, FONT, INK, LINE, TEAL

LEFT, RIGHT, TOP, BOTTOM = 34, 6, 18, 30
_DOT = colors.Color(TEAL.red, TEAL.green, TEAL.blue, alpha=0.5)
_BAND = colors.Color(FAINT.red, FAINT.green, FAINT.blue, alpha=0.14)
Range = tuple[float, float]


@dataclass(frozen=True)
class _Axes:
    drawing: Drawing
    x: Range
    y: Range

    def across(self, value: float) -> float:
        return float(LEFT + (value - self.x[0]) / (self.x[1] - self.x[0]) * (self.drawing.width - LEFT - RIGHT))

    def up(self, value: float) -> float:
        return float(BOTTOM + (value - self.y[0]) / (self.y[1] - self.y[0]) * (self.drawing.height - TOP - BOTTOM))

    def dots(self, points: Sequence[tuple[float, float]]) -> None:
        for x, y in points:
            self.drawing.add(Circle(self.across(x), self.up(y), 1.5, fillColor=_DOT, strokeColor=TEAL, strokeWidth=0.2))

    def level(self, value: float, **style: Any) -> None:
        self.drawing.add(Line(LEFT, self.up(value), self.drawing.width - RIGHT, self.up(value), **style))


def scatter(block: Mapping[str, Any], values: Range, width: float, height: float) -> Drawing:
    """First against second, with the line of identity."""
    axes = _axes(width, height, values, values, block["first"], block["second"])
    ends = [(axes.across(end), axes.up(end)) for end in values]
    axes.drawing.add(Line(*ends[0], *ends[1], strokeColor=FAINT, strokeWidth=0.5, strokeDashArray=[1.5, 2.5]))
    axes.dots([(first, second) for _, first, second in block["points"]])
    return axes.drawing


def differences(block: Mapping[str, Any], values: Range, reach: float, width: float, height: float) -> Drawing:
    """Difference against mean, with bias, limits and their intervals."""
    axes = _axes(width, height, values, (-reach, reach), "Mean of the two", "Difference")
    for name, label in (("upper", "upper limit"), ("bias", "bias"), ("lower", "lower limit")):
        found = block["bland_altman"][name]
        if found["value"] is None:
            continue
        if found["ci95"] is not None:
            low, high = (axes.up(end) for end in found["ci95"])
            band = Rect(LEFT, low, axes.drawing.width - LEFT - RIGHT, high - low, fillColor=_BAND, strokeColor=None)
            axes.drawing.add(band)
        axes.level(found["value"], strokeColor=INK, strokeWidth=0.6)
        text = f"{label} {found['value']:.1f}".replace("-", "−")
        axes.drawing.add(
            String(width - RIGHT - 2, axes.up(found["value"]) + 2, text, fontName=FONT, fontSize=5.6, textAnchor="end",
                   fillColor=INK)
        )  # fmt: skip
    axes.dots([((first + second) / 2, first - second) for _, first, second in block["points"]])
    return axes.drawing


def reach_of(blocks: Sequence[Mapping[str, Any]]) -> float:
    """A range about 0 that holds every difference and limit of several plots, rounded outwards."""
    found = [abs(first - second) for block in blocks for _, first, second in block.get("points", [])]
    for block in blocks:
        for name in ("upper", "lower"):
            found += [abs(end) for end in (block.get("bland_altman") or {}).get(name, {}).get("ci95") or []]
    largest = max(found, default=1.0) or 1.0
    step = _step(2 * largest, 6)
    return math.ceil(1.05 * largest / step) * step


def _step(span: float, about: int) -> float:
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    return float(next(nice * power for nice in (1, 2, 2.5, 5, 10) if nice * power >= raw * (1 - 1e-12)))


def _ticks(ends: Range) -> list[float]:
    step = _step(ends[1] - ends[0], 6)
    return [place * step for place in range(math.ceil(ends[0] / step - 1e-9), math.floor(ends[1] / step + 1e-9) + 1)]


def _axes(width: float, height: float, x: Range, y: Range, x_name: str, y_name: str) -> _Axes:
    drawing = Drawing(width, height)
    axes = _Axes(drawing, x, y)
    text = {"fontName": FONT, "fontSize": 6, "fillColor": FAINT}
    for value in _ticks(y):
        axes.level(value, strokeColor=LINE, strokeWidth=0.3)
        drawing.add(String(LEFT - 3, axes.up(value) - 2, _label(value), textAnchor="end", **text))
    for value in _ticks(x):
        drawing.add(String(axes.across(value), BOTTOM - 9, _label(value), textAnchor="middle", **text))
    axes.level(y[0], strokeColor=FAINT, strokeWidth=0.6)
    drawing.add(Line(LEFT, BOTTOM, LEFT, height - TOP, strokeColor=FAINT, strokeWidth=0.6))
    name = {"fontName": FONT, "fontSize": 6.6, "fillColor": INK}
    drawing.add(String((LEFT + width - RIGHT) / 2, 6, x_name, textAnchor="middle", **name))
    drawing.add(String(2, height - 6, y_name, textAnchor="start", **name))
    return axes


def _label(value: float) -> str:
    return f"{value:g}".replace("-", "−")
