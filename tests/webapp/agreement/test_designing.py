"""How many specimens: the library's answer in a sentence, and every number that makes no sense is named."""

from __future__ import annotations

from typing import Any

import pytest

from scoring.agreement import items_for_icc_test, items_for_icc_width, items_for_kappa_test, items_for_kappa_width

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "expected", "said"),
    [
        ({"statistic": "icc", "aim": "width", "planned": "0.9", "readers": "3"}, items_for_icc_width(0.9, 3, width=0.2),
         "3 readers, for a 95% interval 0.2 wide about an ICC of 0.9"),
        ({"statistic": "icc", "aim": "test", "power": "0.9"}, items_for_icc_test(0.6, 0.8, 2, power=0.9),
         "above 0.6 where it is 0.8, one-sided at 0.05 with a power of 90%"),
        ({"statistic": "kappa", "aim": "width", "share": "0.2"}, items_for_kappa_width(0.8, 0.2, width=0.2),
         "20% positive"),
        ({"statistic": "kappa", "aim": "test", "least": "0.4"}, items_for_kappa_test(0.4, 0.8, 0.5), "a κ above 0.4"),
    ],
)  # fmt: skip
def test_it_says_how_many_and_for_what(
    client_of: Any, alice: Any, asked: dict[str, str], expected: int, said: str
) -> None:
    answer = client_of(alice).get("/api/sample-size", asked).json()
    assert answer["items"] == expected
    assert answer["sentence"].startswith(f"{expected} specimens: ")
    assert said in answer["sentence"]
    assert answer["formula"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"aim": "width"}, "icc or kappa"), ({"statistic": "icc", "aim": "guess"}, "width or test"),
        ({"statistic": "icc", "aim": "width", "readers": "2.5"}, "whole number"),
        ({"statistic": "icc", "aim": "width", "readers": "1"}, "two readers"),
        ({"statistic": "icc", "aim": "test", "least": "0.9"}, "above the least"),
        ({"statistic": "kappa", "aim": "width", "share": "nan"}, "is a number"),
        ({"statistic": "kappa", "aim": "width", "share": "0"}, "lies between"),
        ({"statistic": "kappa", "aim": "width", "colour": "red"}, "not acceptable"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_named(client_of: Any, alice: Any, asked: dict[str, str], said: str) -> None:
    answer = client_of(alice).get("/api/sample-size", asked)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]
