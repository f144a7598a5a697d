"""The sheet every report is written on: A4, DejaVu (for Greek letters and any name), "research use only" and the page
number on every page.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Spacer, Table

from scoring.types import RESEARCH_USE

FONT: Final = "DejaVu"
BOLD: Final = "DejaVu-Bold"
MARGIN: Final = 18 * mm
WIDTH: Final = A4[0] - 2 * MARGIN
INK: Final = colors.HexColor("#1f1f22")
FAINT: Final = colors.HexColor("#56565c")
LINE: Final = colors.HexColor("#c4c4c8")
TEAL: Final = colors.HexColor("#0f766e")


@cache
def _load_fonts() -> None:
    """Registers the fonts that come with matplotlib; the package itself is not imported."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise RuntimeError("matplotlib, whose fonts reports are set in, is not installed: pip install matplotlib.")
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont(FONT, folder / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, folder / "DejaVuSans-Bold.ttf"))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


def _style(size: float, leading: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle("", **{"fontName": FONT, "fontSize": size, "leading": leading, "textColor": INK, **more})


_STYLES: Final = {
    "title": {"size": 17, "leading": 22, "fontName": BOLD, "spaceAfter": 2},
    "heading": {"size": 11.5, "leading": 15, "fontName": BOLD, "spaceBefore": 12, "spaceAfter": 4, "keepWithNext": 1},
    "text": {"size": 9, "leading": 12.5},
    "small": {"size": 7.6, "leading": 10.4, "textColor": FAINT},
    "cell": {"size": 7.8, "leading": 10},
    "right": {"size": 7.8, "leading": 10, "alignment": 2},
    "head": {"size": 7.8, "leading": 10, "fontName": BOLD},
    "headright": {"size": 7.8, "leading": 10, "fontName": BOLD, "alignment": 2},
}


def paragraph(text: str, style: str = "text") -> Paragraph:
    """Text as it is: nothing in it is markup."""
    _load_fonts()
    return Paragraph(escape(text), _style(**_STYLES[style]))  # type: ignore[arg-type]


def table(header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], left: int = 1) -> Table:
    """A table whose first ``left`` columns stand left and the others right; ``widths`` are shares of the line."""
    whole = sum(widths)
    cells = [[paragraph(text, "head" if place < left else "headright") for place, text in enumerate(header)]]
    cells += [[paragraph(text, "cell" if place < left else "right") for place, text in enumerate(row)] for row in rows]
    made = Table(cells, colWidths=[WIDTH * width / whole for width in widths], repeatRows=1, hAlign="LEFT")
    made.setStyle([
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, FAINT),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2.4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.6),
    ])  # fmt: skip
    return made


def gap(height_mm: float = 3) -> Flowable:
    """Empty height."""
    return Spacer(1, height_mm * mm)


class _Numbered(Canvas):  # type: ignore[misc]  # reportlab has no types
    """Knows the number of pages only at the end, so the foot is written then."""

    def __init__(self, *args: Any, foot: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self._foot = foot
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self.setFont(FONT, 7)
            self.setFillColor(FAINT)
            self.drawString(MARGIN, 10 * mm, self._foot)
            self.drawRightString(A4[0] - MARGIN, 10 * mm, f"Page {number} of {len(self._pages)}")
            super().showPage()
        super().save()


def document(title: str, story: Sequence[Flowable], *, made_at: datetime, made_for: str) -> bytes:
    """The finished PDF.

    Args:
        made_at: UTC; written at the foot of every page.
        made_for: who asked for it.
    """
    _load_fonts()
    content = io.BytesIO()
    template = BaseDocTemplate(
        content, pagesize=A4, title=title, author="Duoscope", subject=RESEARCH_USE, leftMargin=MARGIN,
        rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN + 4 * mm, invariant=1,
    )  # fmt: skip
    frame = Frame(MARGIN, MARGIN + 4 * mm, WIDTH, A4[1] - 2 * MARGIN - 4 * mm, 0, 0, 0, 0)
    template.addPageTemplates(PageTemplate(frames=[frame]))
    foot = f"{RESEARCH_USE}  ·  made {made_at:%Y-%m-%d %H:%M} UTC for {made_for}"
    template.build(list(story), canvasmaker=lambda *args, **more: _Numbered(*args, foot=foot, **more))
    return content.getvalue()
