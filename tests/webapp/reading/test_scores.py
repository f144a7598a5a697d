"""What counts as a score: exactly 0 to 100 with at most two decimals, and everything else names its field."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from webapp.core.errors import Invalid
from webapp.core.parsers import loads
from webapp.reading.scores import percent, score_of

ROOT = Path(__file__).resolve().parents[3]
DIGITS = frozenset("0123456789")
H_SCORE = {"weak": 20, "moderate": 30, "strong": 10}

#: JSON as it is sent for one percentage, and what it must come to.
GOOD = {
    "0": "0", "100": "100", "50": "50", "50.5": "50.5", "50.0": "50", "33.33": "33.33", "0.01": "0.01", "100.0": "100",
    '"0"': "0", '"100"': "100", '"100.00"': "100", '"50.50"': "50.5", '"0.1"': "0.1",
}  # fmt: skip
BAD = [
    "NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 100_000, "true", "false", "null", "[]", "{}", "[50]",
    "-0.0", "-0.01", "-1", "100.01", "101", "1000", "33.333", "1e-3", "1e3",
    '""', '" "', '" 50"', '"50 "', '"50,5"', '"50 %"', '"1_0"', '"٣"', '"\\uff15"', '"1e1"', '"+5"', '"-0"', '"-0.0"',
    '"50."', '".5"', '"05"', '"00"', '"0x10"', '"100.01"', '"33.333"', '"NaN"', '"Infinity"', '"fifty"',
    '"5\\n"', '"' + "1" * 100_000 + '"',
]  # fmt: skip


def scored(raw: str) -> Any:
    body = loads(f'{{"inputs": {{"weak": {raw}, "moderate": 0, "strong": 0}}}}'.encode(), deepest=32)
    return score_of("h-score", "ER", body)


@pytest.mark.parametrize(("raw", "text"), GOOD.items())
def test_percentages_that_are_taken(raw: str, text: str) -> None:
    assert scored(raw).inputs["weak"] == text


@pytest.mark.parametrize("raw", BAD, ids=lambda raw: raw[:20])
def test_everything_else_is_refused_and_names_the_field(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        scored(raw)
    assert set(refused.value.fields) == {"weak"}
    assert len(refused.value.message) < 200


def in_the_grammar(text: str) -> bool:
    """The rule once more, by other means than a regular expression."""
    whole, point, decimals = text.partition(".")
    if not whole or not set(whole) <= DIGITS or (whole[0] == "0" and whole != "0"):
        return False
    if point and not (1 <= len(decimals) <= 2 and set(decimals) <= DIGITS):
        return False
    return Fraction(text) <= 100


def is_taken(text: str) -> bool:
    try:
        percent("weak", text)
    except Invalid:
        return False
    return True


TEXTS = st.one_of(
    st.decimals(0, 101, places=2).map(str),
    st.from_regex(r"\A[0-9]{0,3}[.,]?[0-9]{0,3}\Z"),
    st.text("0123456789.,+-eE_ %٣NnIiFf\n", max_size=6),
)


@settings(max_examples=1000)
@given(TEXTS)
@example("100.00")
@example("100.01")
@example("0.0")
def test_a_text_is_taken_if_it_is_in_the_grammar(text: str) -> None:
    assert is_taken(text) == in_the_grammar(text)


@settings(max_examples=1000)
@given(st.one_of(st.integers(-5, 105), st.floats(-1, 101), st.integers(-100, 10_100).map(lambda n: n / 100)))
def test_a_number_is_taken_if_its_value_is(number: float) -> None:
    """A JSON number stands for its value: 50.0 is 50. Minus zero is no value of its own, and none is meant by it."""
    exact = Fraction(str(number))
    wanted = 0 <= exact <= 100 and (exact * 100).denominator == 1 and not str(number).startswith("-")
    try:
        assert percent("weak", number) == Decimal(str(number))
        assert wanted
    except Invalid:
        assert not wanted


#: The page's own grammar, run as it is.
PAGE = ROOT / "frontend" / "src" / "state" / "percent.ts"
RUN_PAGE = """
const ts = require("typescript"), fs = require("fs");
const code = ts.transpileModule(fs.readFileSync(process.argv[1], "utf8"),
    {compilerOptions: {module: "commonjs", target: "es2022"}}).outputText;
const page = {}; new Function("exports", code)(page);
const texts = JSON.parse(fs.readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => page.isNumber(page.parsePercent(text)))));
"""


@pytest.mark.skipif(not PAGE.exists(), reason="The reading room's form is not in this tree.")
def test_the_page_takes_what_the_server_takes() -> None:
    texts: list[str] = []

    @settings(max_examples=1000, database=None)
    @given(TEXTS)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    done = subprocess.run(
        ["node", "-e", RUN_PAGE, str(PAGE)], cwd=ROOT / "frontend", input=json.dumps(texts), capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    page = dict(zip(texts, json.loads(done.stdout), strict=True))
    assert page == {text: is_taken(text) for text in texts}
    assert {True, False} <= set(page.values())


@pytest.mark.parametrize(
    ("scheme", "marker", "inputs", "fields"),
    [
        ("h-score", "ER", {"weak": 60, "moderate": 30, "strong": "10.01"}, {"weak", "moderate", "strong"}),
        ("h-score", "ER", {"weak": 60, "moderate": 30}, {"strong"}),
        ("h-score", "ER", {**H_SCORE, "negative": 40}, {"negative"}),
        ("h-score", "ER", {**H_SCORE, "pattern": "null"}, {"pattern"}),
        ("h-score", "p53", {**H_SCORE, "pattern": "mutant"}, {"pattern"}),
        ("h-score", "p53", {**H_SCORE, "pattern": 0}, {"pattern"}),
        ("allred", "ER", {"percent": 50.5, "intensity": 2}, {"percent"}),
        ("allred", "ER", {"percent": 50, "intensity": 4}, {"intensity"}),
        ("allred", "ER", {"percent": 50, "intensity": 0}, {"intensity"}),
        ("allred", "ER", {"percent": 0, "intensity": 1}, {"intensity"}),
        ("allred", "ER", {"percent": 50, "intensity": True}, {"intensity"}),
        ("ki-67", "Ki-67", {"positive": 11, "counted": 10}, {"positive"}),
        ("ki-67", "Ki-67", {"positive": 0, "counted": 0}, {"counted"}),
        ("ki-67", "Ki-67", {"positive": 1.0, "counted": 10}, {"positive"}),
        ("ki-67", "Ki-67", {"positive": 1, "counted": 10, "counting": ["global"]}, {"counting"}),
        ("her2-ihc", "HER2", {"category": "2+"}, {"sentence"}),
        ("her2-ihc", "HER2", {"category": "3+", "sentence": "2+ intense"}, {"sentence"}),
        ("her2-ihc", "HER2", {"category": "4+"}, {"category"}),
        ("her2-ihc", "HER2", {"category": "3+", "intense_complete": 20}, {"intense_complete"}),
        ("her2-ihc", "HER2", {"intense_complete": 20}, {"moderate_complete", "faint_incomplete"}),
    ],
)
def test_inputs_that_do_not_go_together(scheme: str, marker: str, inputs: Mapping[str, Any], fields: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        score_of(scheme, marker, {"inputs": inputs})
    assert set(refused.value.fields) == fields


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scoreable": "no"}, "scoreable"), ({"scoreable": 0}, "scoreable"), ({"scoreable": None}, "scoreable"),
        ({"inputs": []}, "inputs"), ({"inputs": None}, "inputs"),
        ({"scoreable": False}, "reason"), ({"scoreable": False, "reason": "bored"}, "reason"),
        ({"scoreable": False, "reason": ["fold"]}, "reason"),
        ({"scoreable": False, "reason": "fold", "inputs": H_SCORE}, "inputs"),
        ({"reason": "fold", "inputs": H_SCORE}, "reason"),
    ],
)  # fmt: skip
def test_a_score_or_a_reason_and_never_both(body: Mapping[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        score_of("h-score", "ER", body)
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    ("scheme", "marker", "inputs", "value", "category"),
    [
        ("h-score", "ER", H_SCORE, 110, "positive"),
        ("h-score", "ER", {"weak": "0.99", "moderate": 0, "strong": 0}, Decimal("0.99"), "negative"),
        ("h-score", "ER", {"weak": 1, "moderate": 0, "strong": 0}, 1, "low positive"),
        ("h-score", "ER", {"weak": 10, "moderate": 0, "strong": 0}, 10, "low positive"),
        ("h-score", "ER", {"weak": "10.01", "moderate": 0, "strong": 0}, Decimal("10.01"), "positive"),
        ("h-score", "p53", {**H_SCORE, "pattern": "overexpressed"}, 110, ""),
        ("h-score", "ER", {"weak": 0, "moderate": 0, "strong": 100}, 300, "positive"),
        ("allred", "ER", {"percent": "0.5", "intensity": 1}, 2, "negative"),
        ("allred", "ER", {"percent": "0.5", "intensity": 2}, 3, "positive"),
        ("allred", "PR", {"percent": 0, "intensity": 0}, 0, "negative"),
        ("ki-67", "Ki-67", {"positive": 150, "counted": 500}, 30, ">= 30 %"),
        ("her2-ihc", "HER2", {"category": "3+"}, None, "3+"),
        ("her2-ihc", "HER2", {"intense_complete": 10, "moderate_complete": 0, "faint_incomplete": 0}, None, "2+"),
        ("her2-ihc", "HER2", {"intense_complete": "10.01", "moderate_complete": 0, "faint_incomplete": 0}, None, "3+"),
    ],
)
def test_scores_by_scheme(scheme: str, marker: str, inputs: Mapping[str, Any], value: Any, category: str) -> None:
    score = score_of(scheme, marker, {"inputs": inputs})
    assert (score.value, score.category) == (value, category)
    assert all(isinstance(text, str) for text in score.inputs.values())
