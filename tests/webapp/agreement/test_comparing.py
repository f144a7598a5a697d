"""The arithmetic of the comparison: exact, and never an average of categories."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.agreement.results.comparing import AlgorithmScore, compare, label_of, with_algorithm
from webapp.reading.scores import Score, score_of


def h_score(weak: Any, moderate: Any, strong: Any, marker: str = "ER") -> Score:
    return score_of("h-score", marker, {"inputs": {"weak": weak, "moderate": moderate, "strong": strong}})


def her2(category: str) -> Score:
    sentence = {"3+": "3+", "2+": "2+ complete", "1+": "1+", "0": "0"}[category]
    return score_of("her2-ihc", "HER2", {"inputs": {"category": category, "sentence": sentence}})


FOLD = score_of("h-score", "ER", {"scoreable": False, "reason": "fold"})
QUARTERS = {"negative": 25.0, "weak": 25.0, "moderate": 25.0, "strong": 25.0}


@pytest.mark.parametrize(
    ("second", "difference", "discordant"),
    [
        ((10, 40, 20), 40, False),  # exactly the tolerance
        (("10.01", 40, 20), Decimal("40.01"), True),
        ((20, 30, 10), 0, False),
    ],
)
def test_the_difference_is_held_against_the_tolerance(second: Any, difference: Any, discordant: bool) -> None:
    compared = compare([h_score(20, 30, 10), h_score(*second)], marker="ER", tolerance=Decimal(40))
    assert (compared.difference, compared.is_discordant) == (difference, discordant)


def test_discordant_readings_have_a_mean_to_look_at_too() -> None:
    compared = compare([h_score(10, 0, 0), h_score(0, 0, 90)], marker="ER", tolerance=Decimal(40))
    assert compared.is_discordant
    assert compared.mean is not None
    assert (compared.mean.value, compared.mean.category) == (140, "positive")
    assert compared.mean.inputs == {"weak": "5", "moderate": "0", "strong": "45"}


def test_what_one_reader_could_not_score_has_no_mean() -> None:
    compared = compare([h_score(10, 0, 0), FOLD], marker="ER", tolerance=Decimal(40))
    assert (compared.mean, compared.difference, compared.is_discordant) == (None, None, True)
    assert not compare([FOLD, FOLD], marker="ER", tolerance=Decimal(40)).is_discordant


def test_categories_have_no_mean() -> None:
    compared = compare([her2("1+"), her2("3+")], marker="HER2", tolerance=None)
    assert (compared.mean, compared.difference, compared.is_discordant) == (None, None, True)


def test_one_reading_alone_is_compared_with_nothing() -> None:
    compared = compare([h_score(10, 0, 0)], marker="ER", tolerance=Decimal(40))
    assert (compared.mean, compared.difference, compared.is_discordant) == (None, None, False)


@pytest.mark.parametrize(
    ("weight", "value", "weak"),
    [
        ("0", 130, "15"),  # the readers' own mean
        ("1", Decimal("136.6667"), "18.3333"),  # (110 + 150 + 150) / 3
        ("2", 140, "20"),
        ("0.5", 134, "17"),
    ],
)
def test_the_algorithm_counts_with_the_protocols_weight(weight: str, value: Any, weak: str) -> None:
    readers = [h_score(20, 30, 10), h_score(10, 40, 20)]
    found = AlgorithmScore("h-score", Decimal(150), QUARTERS)
    mean = with_algorithm(readers, found, weight=Decimal(weight), marker="ER")
    assert mean is not None
    assert (mean.value, mean.inputs["weak"], mean.category) == (value, weak, "positive")


def test_the_category_is_derived_from_the_averaged_percentages() -> None:
    found = AlgorithmScore("h-score", Decimal(0), {"negative": 100.0, "weak": 0.0, "moderate": 0.0, "strong": 0.0})
    mean = with_algorithm([h_score(12, 0, 0)], found, weight=Decimal(1), marker="ER")
    assert mean is not None
    assert (mean.value, mean.category) == (6, "low positive")  # 12 % is positive, 0 % negative, their mean neither


def test_a_method_that_gives_a_value_alone_gives_no_category() -> None:
    found = AlgorithmScore("h-score", Decimal("150.5"), None)
    mean = with_algorithm([h_score(20, 30, 10), h_score(10, 40, 20)], found, weight=Decimal(1), marker="ER")
    assert mean is not None
    assert (mean.value, mean.category, mean.inputs) == (Decimal("136.8333"), "", {})


@pytest.mark.parametrize("readers", [[], [h_score(20, 30, 10), FOLD], [her2("1+")]])
def test_what_cannot_be_averaged_is_not(readers: list[Score]) -> None:
    found = AlgorithmScore("h-score", Decimal(150), QUARTERS)
    assert with_algorithm(readers, found, weight=Decimal(1), marker="ER") is None


def test_an_algorithm_of_another_scheme_is_not_averaged() -> None:
    found = AlgorithmScore("ki-67", Decimal(10), None)
    assert with_algorithm([h_score(20, 30, 10)], found, weight=Decimal(1), marker="ER") is None


@given(
    counts=st.lists(st.integers(0, 10**6), min_size=4, max_size=4).filter(any),
    weight=st.decimals(0, 10, places=2),
    readers=st.lists(
        st.lists(st.integers(0, 3333), min_size=3, max_size=3).map(lambda parts: [Decimal(n) / 100 for n in parts]),
        min_size=1, max_size=5,
    ),
)  # fmt: skip
def test_the_average_is_exact_to_four_decimals(counts: list[int], weight: Decimal, readers: list[Any]) -> None:
    """Binary percentages that add up to 100.00000000000001 neither fail nor move a digit that is shown."""
    names = ("negative", "weak", "moderate", "strong")
    shares = [Fraction(100 * count, sum(counts)) for count in counts]
    found = AlgorithmScore("h-score", Decimal(0), {n: float(s) for n, s in zip(names, shares, strict=True)})
    mean = with_algorithm([h_score(*map(str, parts)) for parts in readers], found, weight=weight, marker="p53")
    values = [sum((n * Fraction(part) for n, part in enumerate(parts, 1)), Fraction(0)) for parts in readers]
    own = sum((n * part for n, part in enumerate(shares)), Fraction(0))
    expected = (sum(values, Fraction(0)) + Fraction(weight) * own) / (len(readers) + Fraction(weight))
    assert mean is not None
    assert mean.value is not None
    assert abs(Fraction(mean.value) - expected) <= Fraction(1, 19_999)


def test_the_label_states_the_weights() -> None:
    assert label_of(2, "NNP", "1", Decimal("0.50")) == "Average of 2 readers (weight 1 each) and NNP 1 (weight 0.5)"
    assert label_of(1, "NNP", "1", Decimal(1)) == "Average of 1 reader (weight 1) and NNP 1 (weight 1)"
