"""From the specimens of a case to one score for each marker, by the protocol's rule. No database, no HTTP.

The specimens' consensuses stay what they are; the case's score is derived beside them:

* *mean*: the inputs are averaged over the scoreable specimens and value and category derived from the averages, as for
  two readers; where only categories were given they must agree, else the case has none and says so;
* *any positive*: the highest specimen, by value, or by category where there is no number;
* *cellularity-weighted*: each specimen weighs as its tumour nuclei. Who counts them is the algorithm, of which this app
  knows nothing: without ``weights`` there is no case score, and the rule says where it is found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from scoring import schemes
from scoring.schemes import SCHEMES, SchemeResult
from webapp.reading.discrepancy import half_up
from webapp.reading.scores import HER2_PERCENTAGES, Score, plain

RULE_VERSION: Final = "case-1"
_NUMBERS: Final = {"h-score": ("weak", "moderate", "strong"), "allred": ("percent", "intensity")}


@dataclass(frozen=True)
class CaseScore:
    """One marker of a case. ``rule`` says in a sentence how it came about."""

    scheme: str
    scoreable: bool
    rule: str
    value: Decimal | None = None
    category: str = ""
    inputs: dict[str, str] = field(default_factory=dict)


def case_score(
    scores: Sequence[Score], *, marker: str, rule: str, weights: Sequence[Decimal | None] | None = None
) -> CaseScore:
    """The case's score of one marker.

    Args:
        scores: the consensus of each specimen, of one scheme, at least one.
        rule: a ``Protocol.CoreRule``.
        weights: tumour nuclei of each specimen, for the weighted mean; None where they are not known.
    """
    if not scores or len({score.scheme for score in scores}) != 1:
        raise ValueError(f"Consensuses of one scheme are put together; received {[score.scheme for score in scores]}.")
    scheme = scores[0].scheme
    scored = [(score, number) for number, score in enumerate(scores) if score.scoreable]
    if not scored:
        return CaseScore(scheme, False, "none of the specimens is scoreable")
    of = f"{len(scored)} of {len(scores)} specimens" if len(scored) < len(scores) else f"{len(scores)} specimens"
    if len(scores) == 1:
        return _taken(scores[0], "its only specimen")
    if rule == "any_positive":
        return _taken(max((score for score, _ in scored), key=_height), f"the highest of {of}")
    if rule == "cellularity_weighted":
        known = [weights[number] for _, number in scored] if weights is not None else []
        if not known or any(weight is None for weight in known) or not sum(weight or 0 for weight in known):
            return CaseScore(
                scheme, True, f"weighted by tumour nuclei ({of}): found beside the algorithm's counts, in agreement"
            )
        return _averaged([score for score, _ in scored], [Fraction(weight or 0) for weight in known], marker, of)
    return _averaged([score for score, _ in scored], [Fraction(1)] * len(scored), marker, of)


def _taken(score: Score, rule: str) -> CaseScore:
    text = f"{rule}; {score.rule}" if score.rule else rule
    return CaseScore(score.scheme, score.scoreable, text[:400], score.value, score.category, dict(score.inputs))


def _height(score: Score) -> tuple[Decimal, int]:
    categories = SCHEMES[score.scheme].categories
    rank = categories.index(score.category) if score.category in categories else -1
    return (score.value if score.value is not None else Decimal(rank), rank)


def _averaged(scores: Sequence[Score], weights: Sequence[Fraction], marker: str, of: str) -> CaseScore:
    scheme = scores[0].scheme
    how = "mean of" if len(set(weights)) == 1 else "mean, weighted by tumour nuclei, of"
    result, numbers = _result(scores, weights, marker)
    if result is None:
        categories = {score.category for score in scores}
        if len(categories) == 1:
            return CaseScore(scheme, True, f"all of {of} have this category", category=categories.pop())
        told = ", ".join(sorted(categories))
        return CaseScore(scheme, True, f"categories are not averaged, and those of {of} differ: {told}")
    inputs = {name: plain(schemes.decimal(number)) for name, number in numbers.items()}
    return CaseScore(scheme, True, f"{how} {of}; {result.rule}"[:400], result.value, result.category, inputs)


def _result(
    scores: Sequence[Score], weights: Sequence[Fraction], marker: str
) -> tuple[SchemeResult | None, dict[str, Fraction]]:
    """The scheme applied to the averages; None where there are only categories."""
    total = sum(weights, Fraction(0))

    def mean(numbers: Sequence[Fraction]) -> Fraction:
        return sum((n * w for n, w in zip(numbers, weights, strict=True)), Fraction(0)) / total

    scheme = scores[0].scheme
    if scheme == "ki-67":
        index = mean([_ki67_index(score) for score in scores])
        # A mean of proportions is itself one of that many nuclei, as far as its category goes.
        return schemes.ki67(index.numerator, index.denominator), {"percent": 100 * index}
    if scheme == "her2-ihc":
        if any(name not in score.inputs for score in scores for name in HER2_PERCENTAGES):
            return None, {}
        parts = {name: mean([Fraction(score.inputs[name]) for score in scores]) for name in HER2_PERCENTAGES}
        three, two, one, unusual = parts.values()
        return schemes.her2_ihc(three, two, one, intense_incomplete=unusual), parts
    parts = {name: mean([Fraction(score.inputs[name]) for score in scores]) for name in _NUMBERS[scheme]}
    if scheme == "allred":
        share = parts["percent"]
        whole = share if share < 1 else Fraction(half_up(share))  # as for the mean of two readers
        return schemes.allred(whole, parts["intensity"]), parts
    return schemes.h_score(parts["weak"], parts["moderate"], parts["strong"], marker=marker), parts


def _ki67_index(score: Score) -> Fraction:
    """Of one reading the nuclei stand in the inputs, of an average the percentage."""
    if "percent" in score.inputs:
        return Fraction(score.inputs["percent"]) / 100
    return Fraction(score.inputs["positive"]) / Fraction(score.inputs["counted"])
