"""Schemes: exact boundaries, the rule that fired, the distance to the next category."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from scoring.schemes import SCHEMES, allred, allred_proportion, decimal, h_score, her2_ihc, ki67, wilson
from scoring.types import ScoringError


def test_every_scheme_is_data_with_a_version():
    assert set(SCHEMES) == {"h-score", "allred", "ki-67", "her2-ihc"}
    for key, scheme in SCHEMES.items():
        stated = scheme.as_json()
        assert stated["key"] == key
        assert stated["version"]
        assert stated["rules"]
        assert stated["source"]


@pytest.mark.parametrize(
    ("weak", "moderate", "strong", "value"),
    [(0, 0, 0, 0), (100, 0, 0, 100), (0, 0, 100, 300), (10, 20, 30, 140), (Decimal("33.3"), 0, 0, Decimal("33.3"))],
)
def test_h_score_is_one_weak_two_moderate_three_strong(weak, moderate, strong, value):
    assert h_score(weak, moderate, strong).value == Decimal(value)


@pytest.mark.parametrize(
    ("marker", "percent", "category", "distance", "nearest"),
    [
        ("ER", "0", "negative", "1", "low positive"),
        ("ER", "0.99", "negative", "0.01", "low positive"),
        ("ER", "1", "low positive", "0", "negative"),
        ("ER", "5", "low positive", "4", "negative"),
        ("ER", "10", "low positive", "0", "positive"),
        ("ER", "10.0001", "positive", "0.0001", "low positive"),
        ("PR", "0.5", "negative", "0.5", "positive"),
        ("PR", "1", "positive", "0", "negative"),
        ("PR", "10", "positive", "9", "negative"),
    ],
)
def test_er_and_pr_categories_follow_the_percentage(marker, percent, category, distance, nearest):
    result = h_score(Decimal(percent), 0, 0, marker=marker)
    assert (result.category, result.distance, result.nearest) == (category, Decimal(distance), nearest)


def test_category_ignores_the_h_score_itself():
    # Under 1 % positive is negative whatever the H-score.
    assert h_score(0, 0, Decimal("0.9")).category == "negative"


def test_p53_is_a_number_and_never_negative():
    assert h_score(0, 0, 0, marker="p53").category == ""
    assert h_score(0, 0, 90, marker="p53").category == ""


@pytest.mark.parametrize("parts", [(50, 40, 20), (-1, 0, 0), (101, 0, 0), (float("nan"), 0, 0)])
def test_impossible_percentages_are_refused(parts):
    with pytest.raises(ScoringError):
        h_score(*parts)


def test_floats_stand_for_the_decimal_they_print_as():
    assert h_score(0.1, 0.2, 0.7).value == Decimal("2.6")


@given(st.lists(st.integers(0, 10**6), min_size=4, max_size=4).filter(any))
def test_h_score_of_counts_is_exact_to_four_places(counts):
    total = sum(counts)
    shares = [Fraction(100 * c, total) for c in counts]
    expected = Fraction(100 * (counts[1] + 2 * counts[2] + 3 * counts[3]), total)
    value = h_score(*shares[1:]).value
    assert value == decimal(expected)
    assert 0 <= value <= 300


@pytest.mark.parametrize(
    ("percent", "cap", "fraction"),
    [
        ("0", 0, 0), ("0.5", 1, 1), ("1", 2, 2), ("9", 2, 2), ("10", 2, 3), ("11", 3, 3),
        ("33", 3, 3), ("34", 4, 4), ("66", 4, 4), ("67", 5, 5), ("100", 5, 5),
    ],
)  # fmt: skip
def test_allred_proportions_at_their_bounds(percent, cap, fraction):
    # Exactly 10 % is 2 by whole percents (CAP) and 3 by fractions.
    assert allred_proportion(percent, "cap_integer") == cap
    assert allred_proportion(percent, "fraction") == fraction


def test_thirds_are_exact():
    assert allred_proportion(Fraction(100, 3), "fraction") == 4
    assert allred_proportion(Fraction(100, 3) - Fraction(1, 10**9), "fraction") == 3
    assert allred_proportion(Fraction(200, 3), "fraction") == 5


def test_whole_percent_rule_refuses_a_fraction():
    with pytest.raises(ScoringError, match="whole percents"):
        allred_proportion("10.5", "cap_integer")


def test_allred_total_one_is_impossible():
    totals = {int(allred(p, i).value) for p in (0, "0.5", 5, 20, 50, 80) for i in (0, 1, 2, 3) if (p == 0) == (i == 0)}
    assert totals == {0, 2, 3, 4, 5, 6, 7, 8}


def test_allred_three_is_positive_and_two_negative():
    assert allred("0.5", 1).category == "negative"
    assert allred(5, 1).category == "positive"
    assert allred(5, 1).distance == 1


def test_clash_of_allred_with_asco_cap_is_flagged():
    result = allred("0.5", 2)
    assert (result.value, result.category) == (3, "positive")
    assert result.flags == ("allred-positive-but-below-1-percent",)
    assert h_score(0, Decimal("0.5"), 0).category == "negative"
    assert allred(5, 2).flags == ()


def test_allred_needs_stain_and_percentage_together():
    with pytest.raises(ScoringError):
        allred(0, 2)
    with pytest.raises(ScoringError):
        allred(40, 0)


@pytest.mark.parametrize(
    ("positive", "counted", "category", "nearest"),
    [
        (0, 500, "<= 5 %", "5-30 %"),
        (25, 500, "<= 5 %", "5-30 %"),
        (26, 500, "5-30 %", "<= 5 %"),
        (149, 500, "5-30 %", ">= 30 %"),
        (150, 500, ">= 30 %", "5-30 %"),
    ],
)
def test_ki67_ends_are_inclusive(positive, counted, category, nearest):
    result = ki67(positive, counted)
    assert (result.category, result.nearest) == (category, nearest)
    assert result.value == decimal(Fraction(100 * positive, counted))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_interval_is_scipys(counted):
    positive, n = counted
    expected = binomtest(positive, n).proportion_ci(0.95, method="wilson")
    assert wilson(positive, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_ki67_refuses_nothing_counted():
    with pytest.raises(ScoringError, match="at least one"):
        ki67(0, 0)


@pytest.mark.parametrize(
    ("p3", "p2", "p1", "category"),
    [
        ("10.0001", 0, 0, "3+"),
        (10, 0, 0, "2+"),  # complete and intense in at most 10 %
        ("0.1", 0, 0, "2+"),
        (0, "10.1", 0, "2+"),
        (0, 10, 0, "0"),
        (0, 10, 1, "1+"),
        (0, 0, "10.01", "1+"),
        (0, 0, 10, "0"),
        (0, 0, 0, "0"),
    ],
)
def test_her2_more_than_ten_percent_is_strict(p3, p2, p1, category):
    assert her2_ihc(p3, p2, p1).category == category


def test_her2_low_and_ultralow_stand_beside_the_category():
    assert her2_ihc(0, 0, 20).derived["her2_low"] is True
    assert her2_ihc(0, 20, 0).derived["her2_low"] is None  # ISH awaited
    assert her2_ihc(0, 20, 0, ish_amplified=False).derived["her2_low"] is True
    assert her2_ihc(0, 20, 0, ish_amplified=True).derived["her2_low"] is False
    assert her2_ihc(0, 0, 5).derived == {"reflex_ish": False, "her2_low": False, "ultralow": True, "null": False}
    assert her2_ihc(0, 0, 0).derived["null"] is True
    assert her2_ihc(5, 0, 0).derived["reflex_ish"] is True
