"""From the specimens of a case to its score: mean, highest, or left to whoever knows the tumour nuclei."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from webapp.reading.case_scores import case_score
from webapp.reading.scores import Score, score_of


def h(weak: Any, moderate: Any, strong: Any) -> Score:
    return score_of("h-score", "ER", {"inputs": {"weak": weak, "moderate": moderate, "strong": strong}})


def her2(category: str, **more: str) -> Score:
    return score_of("her2-ihc", "HER2", {"inputs": {"category": category, **more}})


NOT_SCOREABLE = score_of("h-score", "ER", {"scoreable": False, "reason": "missing_core"})


def test_percentages_are_averaged_and_the_category_derived_from_the_mean() -> None:
    found = case_score([h(20, 30, 10), h(0, 0, 0), h(10, 0, 0)], marker="ER", rule="mean")
    assert (found.value, found.category) == (Decimal("40.0000"), "positive")
    assert found.inputs == {"weak": "10", "moderate": "10", "strong": "3.3333"}
    assert found.rule.startswith("mean of 3 specimens; ")


def test_specimens_that_are_not_scoreable_are_left_out_and_counted() -> None:
    found = case_score([h(20, 30, 10), NOT_SCOREABLE, h(20, 30, 10)], marker="ER", rule="mean")
    assert (found.value, found.category) == (110, "positive")
    assert found.rule.startswith("mean of 2 of 3 specimens; ")
    none = case_score([NOT_SCOREABLE, NOT_SCOREABLE], marker="ER", rule="mean")
    assert (none.scoreable, none.value, none.category) == (False, None, "")


def test_any_positive_takes_the_highest_specimen() -> None:
    found = case_score([h(0, 0, 0), h(20, 30, 10), h(5, 0, 0)], marker="ER", rule="any_positive")
    assert (found.value, found.category) == (110, "positive")
    assert found.rule.startswith("the highest of 3 specimens; ")
    by_category = case_score([her2("1+"), her2("3+"), her2("0")], marker="HER2", rule="any_positive")
    assert by_category.category == "3+"


def test_categories_are_never_averaged() -> None:
    same = case_score([her2("1+"), her2("1+")], marker="HER2", rule="mean")
    assert (same.category, same.value) == ("1+", None)
    other = case_score([her2("0"), her2("1+")], marker="HER2", rule="mean")
    assert (other.category, other.value, other.scoreable) == ("", None, True)
    assert other.rule.endswith("differ: 0, 1+")


def test_weighted_by_tumour_nuclei_only_where_they_are_known() -> None:
    scores = [h(0, 0, 40), h(0, 0, 0)]
    unknown = case_score(scores, marker="ER", rule="cellularity_weighted")
    assert (unknown.value, unknown.category) == (None, "")
    assert "in agreement" in unknown.rule
    weights = [Decimal(300), Decimal(100)]
    found = case_score(scores, marker="ER", rule="cellularity_weighted", weights=weights)
    assert found.value == 90
    assert case_score(scores, marker="ER", rule="cellularity_weighted", weights=[Decimal(1), None]).value is None


def test_ki_67_is_averaged_by_specimen_whether_counted_or_already_a_mean() -> None:
    counted = score_of("ki-67", "Ki-67", {"inputs": {"positive": 50, "counted": 100}})
    mean = Score("ki-67", "1", True, inputs={"percent": "10"}, value=Decimal(10), category="5-30 %")
    found = case_score([counted, mean], marker="Ki-67", rule="mean")
    assert (found.value, found.category) == (30, ">= 30 %")


def test_allred_rounds_the_mean_as_for_two_readers() -> None:
    def read(percent: int, intensity: int) -> Score:
        return score_of("allred", "ER", {"inputs": {"percent": percent, "intensity": intensity}})

    found = case_score([read(10, 1), read(11, 2)], marker="ER", rule="mean")
    assert (found.value, found.category) == (3 + 2, "positive")  # 10.5 is 11; intensity 1.5 is 2


def test_a_single_specimen_is_the_case() -> None:
    for rule in ("mean", "any_positive", "cellularity_weighted"):
        found = case_score([h(20, 30, 10)], marker="ER", rule=rule)
        assert (found.value, found.category) == (110, "positive")


def test_schemes_are_not_mixed() -> None:
    with pytest.raises(ValueError, match="one scheme"):
        case_score([h(1, 1, 1), her2("0")], marker="ER", rule="mean")
