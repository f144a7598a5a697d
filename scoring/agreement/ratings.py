"""Who said what of which item: a table of items and readers with gaps, and how it is read from CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scoring.agreement.statistic import Numbers, Places
from scoring.types import ScoringError

MISSING = frozenset({"", "na", "nan", "null", "none", "-", "*"})
MOST_CELLS = 5_000_000
NUMERIC = ("interval", "ratio")


@dataclass(frozen=True)
class Scale:
    """``interval`` and ``ratio`` are of numbers; ``nominal`` and ``ordinal`` of ``categories``, the ordinal ones from
    least to most. A nominal scale without categories takes those that occur.
    """

    kind: str
    categories: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC


def parse_scale(text: str) -> Scale:
    """``interval``, ``ratio``, ``nominal``, ``nominal:a,b`` or ``ordinal:0,1+,2+,3+``. Raises ScoringError."""
    kind, _, listed = text.partition(":")
    categories = tuple(name.strip() for name in listed.split(",")) if listed else ()
    if kind in NUMERIC and not categories:
        return Scale(kind)
    if kind in ("nominal", "ordinal") and (categories or kind == "nominal"):
        if len(set(categories)) != len(categories) or "" in categories:
            raise ScoringError(f"Categories are named once each; received {listed!r}.")
        if len(categories) == 1:
            raise ScoringError(f"A scale has two categories or more; received {listed!r}.")
        return Scale(kind, categories)
    raise ScoringError(
        f"A scale is interval, ratio, nominal or, from least to most, ordinal:0,1+,2+,3+; received {text!r}."
    )


@dataclass(frozen=True)
class Ratings:
    """``values`` (items, readers): numbers, or places in ``scale.categories``; NaN where a reader said nothing.

    ``clusters`` (items,), where items belong together: the number of each item's cluster.
    """

    items: tuple[str, ...]
    readers: tuple[str, ...]
    values: Numbers
    scale: Scale
    clusters: Places | None = None

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.items), len(self.readers)):
            raise ScoringError(
                f"{len(self.items)} items and {len(self.readers)} readers need a table of that shape; received "
                f"{self.values.shape}."
            )


Read = tuple[str, str, str, str]
"""Item, reader, value, cluster."""


def read_csv(
    text: str,
    scale: Scale,
    *,
    layout: str = "long",
    item: str | None = None,
    reader: str | None = None,
    value: str | None = None,
    cluster: str | None = None,
    has_header: bool = True,
    repeats: str = "refuse",
) -> Ratings:
    """The ratings of a CSV file.

    Args:
        layout: ``long``: a row for each reading, in the columns ``item``, ``reader``, ``value``; ``wide``: a row for
            each item and a column for each reader, or, where ``reader`` names a column, a row for each reader.
        cluster: column that says which items belong together.
        has_header: whether the first line names the columns; without it they are 1, 2, 3…
        repeats: what to do where a reader read an item more than once: ``refuse``, take the ``first``, or the ``mean``
            (numbers only).

    Raises:
        ScoringError: with the line that cannot be used.
    """
    lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    rows = [(number, cells) for number, cells in enumerate(lines, start=1) if any(cell.strip() for cell in cells)]
    if not rows:
        raise ScoringError("The table is empty.")
    names = [cell.strip() for cell in rows[0][1]] if has_header else [str(n + 1) for n in range(len(rows[0][1]))]
    if len(set(names)) != len(names):
        raise ScoringError(f"Line {rows[0][0]}: every column has a name of its own; received {', '.join(names)}.")
    body = rows[1:] if has_header else rows
    for number, cells in body:
        if len(cells) != len(names):
            raise ScoringError(f"Line {number}: has {len(cells)} cells; the first line has {len(names)}.")
    if layout == "long":
        reads = _long(names, body, item or "item", reader or "reader", value or "value", cluster)
    elif layout == "wide":
        reads = _wide(names, body, item, reader, cluster)
    else:
        raise ScoringError(f"A layout is long or wide; received {layout!r}.")
    return _table(reads, scale, repeats, with_clusters=cluster is not None)


_Rows = Sequence[tuple[int, list[str]]]


def _column(names: Sequence[str], name: str) -> int:
    if name not in names:
        raise ScoringError(f"There is no column {name!r}; the columns are {', '.join(names[:20])}.")
    return list(names).index(name)


def _long(
    names: Sequence[str], body: _Rows, item: str, reader: str, value: str, cluster: str | None
) -> list[tuple[int, Read]]:
    at = [_column(names, name) for name in (item, reader, value)]
    group = None if cluster is None else _column(names, cluster)
    reads = []
    for line, cells in body:
        own, who, said = (cells[place].strip() for place in at)
        reads.append((line, (own, who, said, "" if group is None else cells[group].strip())))
    return reads


def _wide(
    names: Sequence[str], body: _Rows, item: str | None, reader: str | None, cluster: str | None
) -> list[tuple[int, Read]]:
    label = reader if reader is not None else item
    at = None if label is None else _column(names, label)
    group = None if cluster is None else _column(names, cluster)
    columns = [place for place in range(len(names)) if place not in (at, group)]
    reads = []
    for order, (line, cells) in enumerate(body, start=1):
        own = cells[at].strip() if at is not None else str(order)
        for place in columns:
            pair = (names[place], own) if reader is not None else (own, names[place])
            reads.append((line, (*pair, cells[place].strip(), cells[group].strip() if group is not None else "")))
    return reads


def _table(reads: Sequence[tuple[int, Read]], scale: Scale, repeats: str, *, with_clusters: bool) -> Ratings:
    if repeats not in ("refuse", "first", "mean") or (repeats == "mean" and not scale.is_numeric):
        raise ScoringError(f"Repeated readings: refuse, first or, of numbers, mean; received {repeats!r}.")
    said = [(line, read) for line, read in reads if read[2].lower() not in MISSING]
    if scale.kind == "nominal" and not scale.categories:
        scale = Scale("nominal", tuple(sorted({read[2] for _, read in said})))
    # Every item and reader that is named, also one of whom nothing but gaps is there; in the order of the file.
    items = {name: place for place, name in enumerate(dict.fromkeys(read[0] for _, read in reads))}
    readers = {name: place for place, name in enumerate(dict.fromkeys(read[1] for _, read in reads))}
    if len(items) * len(readers) > MOST_CELLS:
        raise ScoringError(f"At most {MOST_CELLS} cells; received {len(items)} items of {len(readers)} readers.")
    sums, counts = np.zeros((2, len(items), len(readers)))
    for line, (item, reader, text, _) in said:
        place = items[item], readers[reader]
        number = _number(line, text, scale)
        if counts[place] and repeats == "refuse":
            raise ScoringError(
                f"Line {line}: reader {reader} has read item {item} before; say how repeated readings count "
                "(--repeats first or mean)."
            )
        if not counts[place] or repeats == "mean":
            sums[place] += number
            counts[place] += 1
    values = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return Ratings(tuple(items), tuple(readers), values, scale, _clusters(reads, items) if with_clusters else None)


def _number(line: int, text: str, scale: Scale) -> float:
    if not scale.is_numeric:
        if text not in scale.categories:
            raise ScoringError(f"Line {line}: {text!r} is none of the categories {', '.join(scale.categories)}.")
        return float(scale.categories.index(text))
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise ScoringError(f"Line {line}: {text!r} is no number; leave a cell empty where nothing was said.")
    if scale.kind == "ratio" and number < 0:
        raise ScoringError(f"Line {line}: a ratio scale has no {text}; use interval.")
    return number


def _clusters(reads: Sequence[tuple[int, Read]], items: dict[str, int]) -> Places:
    known: dict[str, str] = {}
    for line, (item, _, _, cluster) in reads:
        if known.setdefault(item, cluster) != cluster:
            raise ScoringError(f"Line {line}: item {item} belongs to {known[item]!r} and to {cluster!r}; to one only.")
    labels = [known[item] for item in items]
    return np.unique(labels, return_inverse=True)[1].astype(np.int64)
