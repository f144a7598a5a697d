"""Figs 12 and 13: the cores scored worst and best, tumour outlined, with their quality flags in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from matplotlib.figure import Figure

from scoring.evaluation.figures import INK, new_figure
from scoring.evaluation.records import Measured, series
from scoring.types import ByteImage, Mask

SIDE_PX = 300
NUCLEI_COLOUR = (154, 160, 166)
TUMOUR_COLOUR = (42, 157, 143)
_HALO = (16, 20, 24)


def ranked(measured: Sequence[Measured], keys: Sequence[str], count: int) -> tuple[list[Measured], list[Measured]]:
    """The ``count`` cores of largest and of smallest absolute error (mean over seeds), the extreme first."""
    found = series(measured, tuple(keys))
    held = [one for one in measured if all(key in one.scores for key in keys)]
    order = np.argsort(np.abs(found.scores.mean(axis=0) - found.labels), kind="stable")
    best = [held[place] for place in order[:count]]
    worst = [held[place] for place in order[::-1][:count]]
    return worst, best


def outlined(rgb: ByteImage, nuclei: Mask, tumour: Mask, side_px: int = SIDE_PX) -> ByteImage:
    """The core with outlines of the predicted masks: teal around tumour nuclei, grey around the others.

    The middle half of the core is shown, so that single nuclei can be told apart.
    """
    height, width = rgb.shape[:2]
    top, left = height // 4, width // 4
    window = (slice(top, top + height // 2), slice(left, left + width // 2))
    small = cv2.resize(rgb[window], (side_px, side_px), interpolation=cv2.INTER_AREA)
    picture: ByteImage = np.asarray(small, dtype=np.uint8)
    for mask, colour in ((nuclei & ~tumour, NUCLEI_COLOUR), (tumour, TUMOUR_COLOUR)):
        shown = cv2.resize(mask[window].astype(np.uint8), (side_px, side_px), interpolation=cv2.INTER_AREA)
        contours, _ = cv2.findContours(shown, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        cv2.drawContours(picture, contours, -1, colour, 1, cv2.LINE_AA)
    return picture


def gallery(
    chosen: Sequence[Measured],
    keys: Sequence[str],
    pictures: Mapping[str, tuple[ByteImage, Mask, Mask]],
    title: str,
) -> Figure:
    """Each core whole and its middle with outlines. ``pictures``: name -> (rgb, nuclei, tumour)."""
    columns = 3
    lines = max(1, -(-len(chosen) // columns))
    figure = new_figure(9, 2.15 * lines + 0.3)
    figure.suptitle(title, fontsize=11, color=INK, x=0.01, ha="left")
    grid = figure.subplots(lines, columns, squeeze=False)
    for axes in grid.flat:
        axes.axis("off")
    for axes, one in zip(grid.flat, chosen, strict=False):
        rgb, nuclei, tumour = pictures[one.core.name]
        whole = cv2.resize(rgb, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        axes.imshow(np.hstack([whole, outlined(rgb, nuclei, tumour)]), interpolation="lanczos")
        score = float(np.mean([one.scores[key] for key in keys]))
        flags = ", ".join(one.flags) or "no flag"
        row = one.core.row
        axes.set_title(
            f"{row.name}\nreaders {row.reader_a:g}, {row.reader_b:g} · predicted {score:.0f}\n{flags}",
            fontsize=8,
            color=INK,
            loc="left",
        )
    return figure
