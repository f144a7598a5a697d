"""The report: tables and figures in the order of the paper's section IV, as Markdown with relative links."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from matplotlib.figure import Figure

from scoring.evaluation import figures
from scoring.evaluation.tables import Table


@dataclass
class Section:
    """A heading with words, tables and figures (name -> (figure, caption)). Galleries keep more colours."""

    title: str
    words: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[tuple[str, Figure, str]] = field(default_factory=list)
    colours: int = 64


def write(sections: Sequence[Section], title: str, introduction: Sequence[str], out: Path, report: Path) -> list[Path]:
    """Write every table (CSV), figure (PNG) and the report; returns the files, the report first."""
    out.mkdir(parents=True, exist_ok=True)
    report.parent.mkdir(parents=True, exist_ok=True)
    link = os.path.relpath(out, report.parent)
    prefix = "" if link == "." else f"{link}/"
    lines = [f"# {title}", "", *_paragraphs(introduction)]
    files = [report]
    for section in sections:
        lines += [f"## {section.title}", "", *_paragraphs(section.words)]
        for table in section.tables:
            path = out / f"{table.key}.csv"
            _put(path, table.csv())
            files.append(path)
            if table.in_report:
                lines += [table.markdown()]
        for name, figure, caption in section.charts:
            path = out / f"{name}.png"
            figures.save(figure, path, section.colours)
            files.append(path)
            lines += [f"![{caption}]({prefix}{path.name})", "", f"*{caption}*", ""]
    _put(report, "\n".join(lines).rstrip() + "\n")
    return files


def _paragraphs(words: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for paragraph in words:
        lines += [paragraph, ""]
    return lines


def _put(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
