"""Charts of the report: matplotlib's object interface on the Agg canvas, no global state. Colours of the interface.

Written as palette PNG: charts of flat colour and small pictures lose nothing visible and stay a third of the size.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from scoring.evaluation.methods import Row, main_rows
from scoring.evaluation.paper_tables import error_counts, human, summarise
from scoring.evaluation.records import Measured, group_name, series

TEAL, PURPLE, GREY, INK = "#2A9D8F", "#8E6BBF", "#9AA0A6", "#1F2933"
NEGATIVE, WEAK, MODERATE, STRONG = "#3B82C4", "#F4D35E", "#EE964B", "#C1121F"
MARKS = {"easy": ("s", GREY), "realistic": ("o", TEAL), "hard": ("^", PURPLE)}
"""Shape and colour of a tier: colour is never alone."""
DPI = 100
_COLOURS = 64


def new_figure(width_in: float, height_in: float) -> Figure:
    """An empty figure with its canvas."""
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, path: Path, colours: int = _COLOURS) -> None:
    """Write the figure as a palette PNG (at once or not at all)."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    buffer.seek(0)
    # Median cut would spend its colours on the white of a chart; for photographs it is the better of the two.
    method = Image.Quantize.MAXCOVERAGE if colours <= _COLOURS else Image.Quantize.MEDIANCUT
    picture = Image.open(buffer).convert("RGB").quantize(colours, method=method, dither=Image.Dither.NONE)
    temporary = path.with_name(path.name + ".part")
    picture.save(temporary, format="PNG", optimize=True)
    temporary.replace(path)


def tidy(axes: Axes, title: str, x: str, y: str) -> None:
    """Title, axis labels, a quiet grid."""
    axes.set_title(title, fontsize=11, color=INK, loc="left")
    axes.set_xlabel(x, fontsize=10)
    axes.set_ylabel(y, fontsize=10)
    axes.grid(color="#E5E7EB", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=9)


def scatter_plots(measured: Sequence[Measured], scored: Sequence[str]) -> Figure:
    """Fig. 9: predicted against the readers' mean for each method, and reader against reader."""
    rows = main_rows(scored)
    columns = 3
    lines = -(-(len(rows) + 1) // columns)
    figure = new_figure(9, 3.05 * lines)
    grid = figure.subplots(lines, columns, squeeze=False)
    for axes, row in zip(grid.flat, rows, strict=False):
        found = summarise(series(measured, row.keys))
        for tier, (marker, colour) in MARKS.items():
            chosen = series([one for one in measured if one.core.tier == tier], row.keys)
            if len(chosen):
                axes.scatter(
                    chosen.labels,
                    chosen.scores.mean(axis=0),
                    s=14,
                    marker=marker,
                    c=colour,
                    alpha=0.75,
                    lw=0,
                    label=tier,
                )
        _square(axes, _short(row), f"MAE {_one(found.mae.value)}, CC {_three(found.cc.value)}")
    last = grid.flat[len(rows)]
    for tier, (marker, colour) in MARKS.items():
        chosen_cores = [one.core for one in measured if one.core.tier == tier]
        if chosen_cores:
            last.scatter(
                [core.row.reader_a for core in chosen_cores],
                [core.row.reader_b for core in chosen_cores],
                s=14,
                marker=marker,
                c=colour,
                alpha=0.75,
                lw=0,
                label=tier,
            )
    readers = human(measured)
    _square(last, "Reader B against A", f"MAE {_one(readers.mae.value)}, CC {_three(readers.cc.value)}")
    last.set_xlabel("reader A", fontsize=10)
    last.set_ylabel("reader B", fontsize=10)
    if last.get_legend_handles_labels()[0]:
        last.legend(fontsize=8, loc="lower right", frameon=False)
    for axes in list(grid.flat)[len(rows) + 1 :]:
        axes.set_visible(False)
    return figure


def _short(row: Row) -> str:
    return row.label.replace(", rule duoscope-1 (product)", " (product)")


def _square(axes: Axes, title: str, words: str) -> None:
    tidy(axes, title, "mean of the readers", "predicted")
    axes.plot([0, 300], [0, 300], color=INK, lw=0.8, ls="--", zorder=0)
    axes.set(xlim=(-8, 308), ylim=(-8, 308), xticks=range(0, 301, 100), yticks=range(0, 301, 100))
    axes.set_aspect("equal")
    axes.text(0.04, 0.95, words, transform=axes.transAxes, va="top", fontsize=9, color=INK)


def _one(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def error_groups(measured: Sequence[Measured], scored: Sequence[str]) -> Figure:
    """Fig. 11: for each H-score group and method the cores with small, middling and large absolute error."""
    rows = main_rows(scored)
    figure = new_figure(9, 6)
    grid = figure.subplots(2, 3, squeeze=False)
    counts = [error_counts(measured, row) for row in rows]
    places = np.arange(len(rows))
    for group, axes in enumerate(grid.flat):
        left = np.zeros(len(rows))
        shades = ((TEAL, "", "< 10"), (WEAK, "//", "10–30"), (STRONG, "xx", "> 30"))
        for band, (colour, hatch, label) in enumerate(shades):
            width = np.array([count[group, band] for count in counts]) if counts else np.zeros(0)
            axes.barh(places, width, left=left, color=colour, hatch=hatch, edgecolor="white", lw=0.6, label=label)
            left = left + width
        tidy(axes, f"H {group_name(group)}", "cores", "")
        shown = [_short(row) for row in rows] if group % 3 == 0 else []
        axes.set_yticks(places, shown or [""] * len(rows), fontsize=8)
        axes.invert_yaxis()
    if rows:
        handles, labels = grid.flat[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, title="absolute error", loc="outside lower center", ncols=3, fontsize=9, frameon=False
        )
    return figure


def augmentation_bars(measured: Sequence[Measured], bars: Mapping[str, Sequence[str]]) -> Figure:
    """Fig. 10: MAE with its interval for each training (label -> score keys)."""
    figure = new_figure(5, 2.2)
    axes = figure.subplots()
    names = [name for name, keys in bars.items() if keys]
    for place, name in enumerate(names):
        found = summarise(series(measured, tuple(bars[name]))).mae
        if found.value is None:
            continue
        low, high = found.ci95 or (found.value, found.value)
        axes.barh(place, found.value, color=(TEAL, PURPLE)[place % 2], height=0.6)
        axes.errorbar(
            found.value, place, xerr=[[found.value - low], [high - found.value]], color=INK, capsize=4, lw=1.2
        )
        axes.text(high, place, f"  {found.value:.1f}", va="center", fontsize=10)
    axes.set_yticks(range(len(names)), names)
    tidy(axes, "RAM-CNN, MAE with 95 % interval", "H-score points", "")
    axes.invert_yaxis()
    axes.margins(x=0.18)
    return figure


def label_histograms(labels: Sequence[float], augmented: Sequence[float], copies: Sequence[int]) -> Figure:
    """Fig. 6: labels of the training cores, labels after augmentation, and S_d of each core against its label."""
    figure = new_figure(7, 6)
    first, second, third = figure.subplots(3, 1, sharex=True)
    edges = np.arange(0, 303, 3)
    first.hist(labels, bins=edges, color=GREY)
    tidy(first, f"Labels of {len(labels)} training cores", "", "cores")
    second.hist(augmented, bins=edges, color=TEAL)
    tidy(second, f"Labels after augmentation ({len(augmented)})", "", "samples")
    third.scatter(labels, copies, s=16, c=PURPLE, lw=0, alpha=0.8)
    tidy(third, "Copies S_d of each core", "H-score", "S_d")
    third.set_xlim(-4, 304)
    return figure
