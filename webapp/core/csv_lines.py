"""A CSV file that a person sends, line by line: all of it is taken, or nothing and every wrong line is told."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from webapp.core.errors import BadLines, LineError

T = TypeVar("T")


@dataclass(frozen=True)
class Form:
    """What a file is called, what its lines are, and how much of it is taken: ``A map has at most 5000 cores.``"""

    file: str
    lines: str
    most_lines: int
    longest: int
    code: str = "lines"

    def refused(self, errors: list[LineError]) -> BadLines:
        """The refusal of a whole file, its errors in the order of their lines."""
        return BadLines(sorted(errors, key=lambda error: error.line), code=self.code)


def read_lines(
    text: str,
    form: Form,
    *,
    wrong_header: Callable[[list[str]], str],
    line: Callable[[int, dict[str, str]], T | LineError],
) -> tuple[list[T], list[LineError]]:
    """What ``line`` makes of every line that is not blank, and what is wrong with the others.

    Args:
        wrong_header: says what is wrong with the names of the columns, in lower case; nothing: "".
        line: of its number (the header is 1) and its cells by column, without white space around them.

    Raises:
        BadLines: the file as a whole cannot be read.
    """
    if len(text) > form.longest:
        raise form.refused([LineError(1, f"The {form.file} is longer than {form.longest} characters.")])
    if "\x00" in text:
        number = text[: text.index("\x00")].count("\n") + 1
        raise form.refused([LineError(number, "Holds NUL: this is no CSV file.")])
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    taken: list[T] = []
    errors: list[LineError] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if wrong := wrong_header(header):
            raise form.refused([LineError(1, wrong)])
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(taken) + len(errors) >= form.most_lines:
                errors.append(LineError(reader.line_num, f"A {form.file} has at most {form.most_lines} {form.lines}."))
                break
            if len(cells) != len(header):
                errors.append(LineError(reader.line_num, f"Has {len(cells)} cells; the header has {len(header)}."))
                continue
            made = line(reader.line_num, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})
            if isinstance(made, LineError):
                errors.append(made)
            else:
                taken.append(made)
    except csv.Error as error:
        errors.append(LineError(max(reader.line_num, 1), f"Not readable as CSV: {error}."))
    return taken, errors


def shown(cell: str) -> str:
    """A cell as it is told in an error: quoted, not too long."""
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")
