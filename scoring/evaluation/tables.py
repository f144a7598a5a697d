"""Tables as data: one list of formatted cells gives the Markdown and the CSV, so both show the same digits."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scoring.agreement import Correlation, Statistic

UNDEFINED = "–"


@dataclass
class Table:
    """A titled table; ``key`` names its CSV file, ``notes`` stand under it. Cells are text, formatted once.

    A table that would be too long for a report (``in_report`` False) is a CSV file alone.
    """

    key: str
    title: str
    columns: Sequence[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    in_report: bool = True

    def add(self, *cells: str) -> None:
        """Append a row; it must have a cell for every column."""
        if len(cells) != len(self.columns):
            raise ValueError(f"{self.key} has {len(self.columns)} columns; received {len(cells)} cells")
        self.rows.append(list(cells))

    def markdown(self) -> str:
        """Heading, pipe table and notes."""
        lines = [f"### {self.title}", ""]
        if self.rows:
            # Figures are read right-aligned, words left-aligned.
            rule = ["---" if _words(row[place] for row in self.rows) else "---:" for place in range(len(self.columns))]
            lines += [
                "| " + " | ".join(row) + " |" for row in (_escaped(self.columns), rule, *map(_escaped, self.rows))
            ]
        else:
            lines.append("Nothing to show.")
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"

    def csv(self) -> str:
        """The same cells, comma-separated, with a header line."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()


def _words(cells: Iterable[str]) -> bool:
    """Whether a column holds words: any cell begins with a letter."""
    return any(cell[:1].isalpha() for cell in cells)


def _escaped(row: Sequence[str]) -> list[str]:
    return [cell.replace("|", "\\|") for cell in row]


def number(value: float | None, digits: int = 1) -> str:
    """A figure with fixed decimals; a dash where there is none."""
    return UNDEFINED if value is None else f"{value:.{digits}f}"


def interval(statistic: Statistic, digits: int = 1) -> str:
    """Value with its 95 % interval: ``21.3 (18.0 to 24.9)``."""
    if statistic.value is None:
        return UNDEFINED
    if statistic.ci95 is None:
        return number(statistic.value, digits)
    low, high = statistic.ci95
    return f"{statistic.value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def p_value(correlation: Correlation) -> str:
    """P as the paper prints it: ``< 0.001``, else three decimals."""
    if correlation.p is None:
        return UNDEFINED
    return "< 0.001" if correlation.p < 0.001 else f"{correlation.p:.3f}"


def percent(share: float | None, digits: int = 0) -> str:
    """A share 0..1 in per cent."""
    return UNDEFINED if share is None else f"{100 * share:.{digits}f} %"
