"""Files that people send: read line by line, and every wrong line told."""

from __future__ import annotations

import pytest

from webapp.core.csv_lines import Form, read_lines, shown
from webapp.core.errors import BadLines, LineError

FORM = Form("list", "names", most_lines=3, longest=200)


def header(names: list[str]) -> str:
    return "" if names == ["name", "age"] else "The header is name,age."


def line(number: int, cells: dict[str, str]) -> str | LineError:
    return (
        f"{number}:{cells['name']}"
        if cells["age"].isdigit()
        else LineError(number, f"{shown(cells['age'])} is no age.")
    )


def read(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    taken, errors = read_lines(text, FORM, wrong_header=header, line=line)
    return taken, [(error.line, error.message) for error in errors]


def test_lines_are_numbered_as_in_the_file_and_blank_ones_left_out() -> None:
    assert read("\ufeffName, Age\r\nann, 3\r\n\r\n ben ,4\r\n") == (["2:ann", "4:ben"], [])
    assert read('name,age\n"ann, the first",3\n') == (["2:ann, the first"], [])


def test_every_wrong_line_is_told_and_the_others_are_taken() -> None:
    assert read("name,age\nann,old\nben,4\ncleo\n") == (
        ["3:ben"],
        [(2, "'old' is no age."), (4, "Has 1 cells; the header has 2.")],
    )
    assert read('name,age\n"ann,3\n')[1][0][0] == 2


def test_no_more_is_read_than_is_taken() -> None:
    taken, errors = read("name,age\n" + "x,1\n" * 5)
    assert (len(taken), errors) == (3, [(5, "A list has at most 3 names.")])


@pytest.mark.parametrize(
    ("text", "number", "said"),
    [
        ("", 1, "The header is name,age."),
        ("name\nann\n", 1, "The header is name,age."),
        ("name,age\na\x00,1\n", 2, "Holds NUL: this is no CSV file."),
        ("x" * 201, 1, "The list is longer than 200 characters."),
    ],
)
def test_what_is_no_such_file_is_refused_as_a_whole(text: str, number: int, said: str) -> None:
    with pytest.raises(BadLines) as refused:
        read(text)
    assert [(error.line, error.message) for error in refused.value.lines] == [(number, said)]


def test_the_first_hundred_errors_are_listed_in_the_order_of_their_lines() -> None:
    refused = FORM.refused([LineError(number, "No.") for number in range(120, 0, -1)])
    assert [error.line for error in refused.lines] == list(range(1, 101))
    assert refused.message == "Nothing was taken: 120 problems in the file. The first 100 are listed."
    assert FORM.refused([LineError(1, "No.")]).message == "Nothing was taken: 1 problem in the file."


def test_long_cells_are_cut_where_they_are_told() -> None:
    assert shown("x" * 50) == repr("x" * 40 + "…")
