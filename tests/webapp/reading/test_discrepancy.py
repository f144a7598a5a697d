"""What several readings come to: boundaries to the hundredth, and never the order in which they arrived."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.reading.discrepancy import adjudicated, decide, grade
from webapp.reading.scores import Score, score_of

FORTY = Decimal(40)


def h(weak: Any = 0, moderate: Any = 0, strong: Any = 0, marker: str = "ER") -> Score:
    return score_of("h-score", marker, {"inputs": {"weak": weak, "moderate": moderate, "strong": strong}})


def allred(percent: Any, intensity: int) -> Score:
    return score_of("allred", "ER", {"inputs": {"percent": percent, "intensity": intensity}})


def ki67(positive: int, counted: int) -> Score:
    return score_of("ki-67", "Ki-67", {"inputs": {"positive": positive, "counted": counted}})


def her2(category: str, sentence: str = "") -> Score:
    inputs = {"category": category, **({"sentence": sentence} if sentence else {})}
    return score_of("her2-ihc", "HER2", {"inputs": inputs})


def her2_percent(three: Any = 0, two: Any = 0, one: Any = 0) -> Score:
    inputs = {"intense_complete": three, "moderate_complete": two, "faint_incomplete": one}
    return score_of("her2-ihc", "HER2", {"inputs": inputs})


def unscored(reason: str, scheme: str = "h-score") -> Score:
    return score_of(scheme, "ER", {"scoreable": False, "reason": reason})


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        (h(40), "mean"),  # the same
        (h(80), "mean"),  # apart by 40, the tolerance itself
        (h("79.99"), "mean"),
        (h("80.01"), "discordant"),
        (h(20, 30), "mean"),  # by 40 the other way round the percentages
        (h(20, 30, "0.01"), "discordant"),  # 80.03
    ],
)
def test_the_tolerance_itself_is_still_averaged(second: Score, kind: str) -> None:
    assert decide([h(40), second], marker="ER", tolerance=FORTY).kind == kind


@pytest.mark.parametrize("tolerance", ["0", "0.01", "40"])
@pytest.mark.parametrize("step", ["-0.01", "0", "0.01"])
def test_to_the_hundredth(tolerance: str, step: str) -> None:
    apart = Decimal(tolerance) + Decimal(step)
    if apart < 0:
        return
    decision = decide([h(40), h(str(40 + apart))], marker="ER", tolerance=Decimal(tolerance))
    assert decision.is_discordant == (apart > Decimal(tolerance))
    assert decision.spread == apart


def test_the_mean_is_of_what_was_entered() -> None:
    decision = decide([h(20, 30, 10), h(10, 40, 20)], marker="ER", tolerance=FORTY)
    assert (decision.value, decision.category) == (130, "positive")
    assert decision.inputs == {"weak": "15", "moderate": "35", "strong": "15"}
    assert (decision.spread, decision.tolerance) == (40, 40)


@pytest.mark.parametrize("both", [h(0), h(0, 0, 100)])
def test_both_at_an_end(both: Score) -> None:
    decision = decide([both, both], marker="ER", tolerance=Decimal(0))
    assert (decision.kind, decision.value) == ("mean", both.value)


def test_a_category_that_differs_is_discordant_whatever_the_numbers() -> None:
    assert decide([h(10), h("10.01")], marker="ER", tolerance=FORTY).is_discordant
    assert decide([h("0.99"), h(1)], marker="PR", tolerance=FORTY).is_discordant
    # p53 knows the number alone
    assert decide([h(10, marker="p53"), h("10.01", marker="p53")], marker="p53", tolerance=FORTY).kind == "mean"


def test_three_readers_are_judged_by_the_outermost() -> None:
    middle = [h(40), h(60), h(80)]
    assert decide(middle, marker="ER", tolerance=FORTY).value == 60
    assert decide([h(40), h(60), h("80.01")], marker="ER", tolerance=FORTY).is_discordant
    thirds = decide([h(20), h(20), h(21)], marker="ER", tolerance=FORTY)
    assert (thirds.value, thirds.inputs["weak"]) == (Decimal("20.3333"), "20.3333")


def test_one_reading_is_provisional() -> None:
    decision = decide([h(20, 30, 10)], marker="ER", tolerance=FORTY)
    assert (decision.kind, decision.value, decision.spread) == ("provisional", 110, None)


def test_not_scoreable() -> None:
    same = decide([unscored("fold"), unscored("fold")], marker="ER", tolerance=FORTY)
    assert (same.kind, same.scoreable, same.reason) == ("agreed", False, "fold")
    differently = decide([unscored("fold"), unscored("no_tumour")], marker="ER", tolerance=FORTY)
    assert (differently.kind, differently.scoreable, differently.reason) == ("agreed", False, "other")
    assert decide([unscored("fold"), h(20)], marker="ER", tolerance=FORTY).is_discordant
    assert decide([unscored("fold"), h(20), h(20)], marker="ER", tolerance=FORTY).is_discordant
    assert decide([unscored("fold")], marker="ER", tolerance=FORTY).kind == "provisional"


def test_allred() -> None:
    near = decide([allred(10, 2), allred(11, 2)], marker="ER", tolerance=Decimal(1))  # 4 and 5
    assert (near.kind, near.spread, near.inputs) == ("mean", 1, {"percent": "10.5", "intensity": "2"})
    assert near.value == 5  # 10.5 % is 11 % of whole percents, halves up
    assert decide([allred(10, 1), allred(11, 2)], marker="ER", tolerance=Decimal(1)).is_discordant  # 3 and 5
    assert decide([allred("0.5", 1), allred(1, 1)], marker="ER", tolerance=Decimal(1)).is_discordant  # 2 and 3
    nothing = decide([allred(0, 0), allred("0.5", 1)], marker="ER", tolerance=Decimal(2))
    assert (nothing.value, nothing.category) == (2, "negative")


def test_a_mean_that_no_reader_gave_goes_to_the_adjudicator() -> None:
    """Three readers with Allred 3, positive. Of the averaged percentage (< 1) and intensity (1.33) Allred is 2."""
    decision = decide([allred("0.01", 2), allred(1, 1), allred(1, 1)], marker="ER", tolerance=Decimal(1))
    assert decision.is_discordant
    assert decision.rule == "the mean would be negative, which no reader gave"


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (ki67(100, 1000), ki67(200, 1000), "mean"),  # 10 and 20 %: apart by 10, the tolerance
        (ki67(1000, 10_000), ki67(2001, 10_000), "discordant"),  # 10 and 20.01 %
        (ki67(5, 100), ki67(501, 10_000), "discordant"),  # <= 5 % and above it
        (ki67(1, 3), ki67(13, 30), "mean"),  # 33.3333 and 43.3333 %
    ],
)
def test_ki67(first: Score, second: Score, kind: str) -> None:
    assert decide([first, second], marker="Ki-67", tolerance=Decimal(10)).kind == kind


def test_ki67_averages_proportions_and_names_no_count_that_nobody_made() -> None:
    decision = decide([ki67(50, 500), ki67(40, 200)], marker="Ki-67", tolerance=Decimal(10))
    assert (decision.value, decision.inputs) == (15, {"percent": "15"})
    assert " of " in decision.rule.partition(";")[0]  # "mean of 2 readings"
    assert " of " not in decision.rule.partition(";")[2]


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (her2("2+", "2+ complete"), her2("2+", "2+ intense"), "agreed"),
        (her2("3+"), her2("2+", "2+ intense"), "discordant"),
        (her2("3+"), her2_percent(three=50), "agreed"),
        (her2_percent(three=20), her2_percent(three=60), "mean"),
        (her2_percent(three=10), her2_percent(three="10.01"), "discordant"),  # > 10 % is strict
        (her2("0"), her2("1+"), "discordant"),
    ],
)
def test_her2_categories_are_never_averaged(first: Score, second: Score, kind: str) -> None:
    decision = decide([first, second], marker="HER2", tolerance=None)
    assert decision.kind == kind
    assert decision.value is None
    if kind != "discordant":
        assert decision.category == first.category


def test_the_adjudicator_decides() -> None:
    decision = adjudicated(h(20, 30, 10))
    assert (decision.kind, decision.value, decision.category) == ("adjudicated", 110, "positive")
    assert not adjudicated(unscored("fold")).scoreable


@pytest.mark.parametrize(
    ("second", "found"),
    [(h(40), "concordant"), (h(80), "concordant"), (h("80.01"), "minor"), (h(5), "major"), (unscored("fold"), "major")],
)
def test_a_qa_read_is_graded(second: Score, found: str) -> None:
    assert grade(h(40), second, FORTY) == found
    assert grade(second, h(40), FORTY) == found


def test_other_schemes_are_not_compared() -> None:
    with pytest.raises(ValueError, match="one scheme"):
        decide([h(1), allred(1, 1)], marker="ER", tolerance=FORTY)
    with pytest.raises(ValueError, match="one scheme"):
        decide([], marker="ER", tolerance=FORTY)


HUNDREDTHS = st.integers(0, 3333).map(lambda n: str(Decimal(n) / 100))
H_SCORES = st.builds(h, HUNDREDTHS, HUNDREDTHS, HUNDREDTHS) | st.sampled_from([unscored("fold"), unscored("other")])
ALLREDS = st.builds(allred, st.integers(1, 100), st.integers(1, 3)) | st.just(allred(0, 0)) | st.just(allred("0.5", 1))
KI67S = st.integers(1, 2000).flatmap(lambda n: st.builds(ki67, st.integers(0, n), st.just(n)))
HER2S = st.sampled_from([her2("3+"), her2("2+", "2+ unusual"), her2_percent(three=5), her2_percent(one=20), her2("0")])


@settings(max_examples=300)
@given(
    st.one_of(
        st.tuples(st.just("ER"), st.lists(H_SCORES, min_size=1, max_size=4)),
        st.tuples(st.just("ER"), st.lists(ALLREDS, min_size=1, max_size=4)),
        st.tuples(st.just("Ki-67"), st.lists(KI67S, min_size=1, max_size=4)),
        st.tuples(st.just("HER2"), st.lists(HER2S, min_size=1, max_size=4)),
    ),
    st.sampled_from([None, Decimal(0), Decimal(1), Decimal(10), Decimal(40)]),
)
def test_the_order_of_readings_does_not_matter(given_: tuple[str, list[Score]], tolerance: Decimal | None) -> None:
    marker, scores = given_
    decisions = {repr(decide(order, marker=marker, tolerance=tolerance)) for order in permutations(scores)}
    assert len(decisions) == 1


@settings(max_examples=300)
@given(st.lists(st.builds(h, HUNDREDTHS, HUNDREDTHS, HUNDREDTHS), min_size=2, max_size=5))
def test_a_mean_lies_between_the_readings_and_in_their_category(scores: list[Score]) -> None:
    decision = decide(scores, marker="ER", tolerance=FORTY)
    values = [score.value for score in scores if score.value is not None]
    assert decision.spread == max(values) - min(values)
    if decision.kind == "mean":
        assert decision.value is not None
        assert min(values) <= decision.value <= max(values)
        assert {score.category for score in scores} == {decision.category}
