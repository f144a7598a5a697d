"""Rows as files that other programs read: CSV, XLSX, JSON, Parquet. Text that a spreadsheet would take for a formula is
neutralised where a spreadsheet reads it; JSON and Parquet have it as it is.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from scoring.types import RESEARCH_USE
from webapp.agreement.results.exports import csv_line, neutral

Row = Mapping[str, Any]
#: A workbook says when it was made, to the second: the same scores are the same file.
_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


def csv_table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """The header and a line a row."""
    yield csv_line(list(columns))
    for row in rows:
        yield csv_line([_plain(row[name]) for name in columns])


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return neutral(value) if isinstance(value, str) else value


def json_table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """A list of objects, an object a row."""
    before = b"["
    for row in rows:
        yield before + json.dumps({name: row[name] for name in columns}, ensure_ascii=False).encode()
        before = b",\n"
    yield b"[]\n" if before == b"[" else b"]\n"


def xlsx_table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """One sheet with a frozen header. Text is written as text: never a formula, never a link."""
    import xlsxwriter  # noqa: PLC0415 - needed by nobody else in this process

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": "Scores", "comments": RESEARCH_USE, "created": _NEVER})
        sheet = book.add_worksheet("Scores")
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, columns, bold)
        for number, row in enumerate(rows, start=1):
            for place, name in enumerate(columns):
                value = row[name]
                if isinstance(value, str):
                    sheet.write_string(number, place, neutral(value))
                elif value is not None:
                    sheet.write(number, place, value)
        sheet.autofit(max_width=320)
    yield content.getvalue()


def parquet_table(columns: Sequence[str], rows: Iterable[Row]) -> Iterator[bytes]:
    """One row group; a column is boolean, number or text, by what is in it."""
    import pyarrow as pa  # noqa: PLC0415 - needed by nobody else in this process
    import pyarrow.parquet as pq  # noqa: PLC0415

    found = list(rows)
    table = pa.table({name: _column(pa, [row[name] for row in found]) for name in columns})
    content = io.BytesIO()
    pq.write_table(table, content)
    yield content.getvalue()


def _column(pa: Any, values: Sequence[Any]) -> Any:
    present = [value for value in values if value is not None]
    if present and all(isinstance(value, bool) for value in present):
        return pa.array(values, pa.bool_())
    if present and all(isinstance(value, int | float) and not isinstance(value, bool) for value in present):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    return pa.array([None if value is None else str(value) for value in values], pa.string())
