"""What follows from the readings of one round: a consensus, or a third reader. No database, no HTTP; exact decimals.

Clinical categories that differ, or values further apart than the tolerance, are discordant. Otherwise the numbers that
were entered are averaged and value and category derived from the averages; a category is never averaged. Numbers are
rounded only where a scheme asks for whole ones (Allred's percentage: halves up) and for display.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from scoring import schemes
from scoring.schemes import SchemeResult
from webapp.reading.scores import HER2_PERCENTAGES, Score, plain

RULE_VERSION: Final = "consensus-1"


@dataclass(frozen=True)
class Decision:
    """``kind`` is a ``Consensus.Kind`` or "discordant"; ``rule`` says in a sentence why."""

    kind: str
    rule: str
    scoreable: bool = True
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    value: Decimal | None = None
    category: str = ""
    spread: Decimal | None = None
    tolerance: Decimal | None = None

    @property
    def is_discordant(self) -> bool:
        return self.kind == "discordant"


def decide(scores: Sequence[Score], *, marker: str, tolerance: Decimal | None) -> Decision:
    """What the readings of one round come to; their order does not matter.

    Args:
        scores: of one scheme, at least one.
        tolerance: largest ``max - min`` that is averaged; None where only categories count.
    """
    if not scores or len({score.scheme for score in scores}) != 1:
        raise ValueError(f"Readings of one scheme are compared; received {[score.scheme for score in scores]}.")
    if len(scores) == 1:
        return _as_read(scores[0], "provisional", "one reading alone: provisional")
    scored = [score for score in scores if score.scoreable]
    if not scored:
        reasons = {score.reason for score in scores}
        reason = reasons.pop() if len(reasons) == 1 else "other"
        return Decision("agreed", "all readers found it not scoreable", scoreable=False, reason=reason)
    if len(scored) < len(scores):
        return Decision("discordant", f"{len(scored)} of {len(scores)} readers scored it")
    values = [score.value for score in scored if score.value is not None]
    spread = max(values) - min(values) if len(values) == len(scored) else None
    categories = {score.category for score in scored}
    bound = tolerance if spread is not None else None
    measured = Decision("discordant", "", spread=spread, tolerance=bound)
    if len(categories) > 1:
        return replace(measured, rule=f"the categories differ: {', '.join(sorted(categories))}")
    if spread is not None and tolerance is not None and spread > tolerance:
        return replace(measured, rule=f"the readings differ by {plain(spread)}, more than {plain(tolerance)}")
    mean = averaged(scored, marker)
    if mean is None:
        return replace(measured, kind="agreed", rule="the readers give the same category", category=categories.pop())
    result, inputs = mean
    if result.category not in categories:
        # Rounding a scheme's whole number can cross a boundary that no reader crossed.
        return replace(measured, rule=f"the mean would be {result.category}, which no reader gave")
    apart = "" if spread is None or bound is None else f", which differ by {plain(spread)} (at most {plain(bound)})"
    return replace(
        measured,
        kind="mean",
        rule=f"mean of {len(scored)} readings{apart}; {result.rule}",
        inputs=inputs,
        value=result.value,
        category=result.category,
    )


def adjudicated(score: Score) -> Decision:
    """The adjudicator's reading is the consensus."""
    return _as_read(score, "adjudicated", "the adjudicator's reading")


def _as_read(score: Score, kind: str, rule: str) -> Decision:
    text = f"{rule}; {score.rule}" if score.rule else rule
    return Decision(
        kind, text, scoreable=score.scoreable, reason=score.reason, inputs=score.inputs, value=score.value,
        category=score.category,
    )  # fmt: skip


def grade(first: Score, second: Score, tolerance: Decimal | None) -> str:
    """How a QA second read compares: "concordant", "minor" (beyond tolerance) or "major" (another category)."""
    if first.scoreable != second.scoreable or first.category != second.category:
        return "major"
    if first.value is None or second.value is None or tolerance is None:
        return "concordant"
    return "minor" if abs(first.value - second.value) > tolerance else "concordant"


def _mean(scores: Sequence[Score], name: str) -> Fraction:
    return sum((Fraction(score.inputs[name]) for score in scores), Fraction(0)) / len(scores)


def averaged(scores: Sequence[Score], marker: str) -> tuple[SchemeResult, dict[str, str]] | None:
    """The scheme applied to averaged inputs, with these; None where only categories were given.

    Args:
        scores: of one scheme, scoreable, at least one.
    """
    scheme = scores[0].scheme
    if scheme == "h-score":
        weak, moderate, strong = (_mean(scores, name) for name in ("weak", "moderate", "strong"))
        result = schemes.h_score(weak, moderate, strong, marker=marker)
        return result, _texts(weak=weak, moderate=moderate, strong=strong)
    if scheme == "allred":
        share, intensity = _mean(scores, "percent"), _mean(scores, "intensity")
        whole = share if share < 1 else Fraction(half_up(share))
        return schemes.allred(whole, intensity), _texts(percent=share, intensity=intensity)
    if scheme == "ki-67":
        index = sum((Fraction(s.inputs["positive"]) / Fraction(s.inputs["counted"]) for s in scores), Fraction(0))
        index /= len(scores)
        # A mean of proportions is itself one of so many nuclei, as far as value and category go; nobody counted those,
        # so the sentence ends before it names them.
        result = schemes.ki67(index.numerator, index.denominator)
        return replace(result, rule=result.rule.partition(" (")[0]), _texts(percent=100 * index)
    if any("category" in score.inputs for score in scores):
        return None
    parts = {name: _mean(scores, name) for name in HER2_PERCENTAGES}
    three, two, one, unusual = parts.values()
    return schemes.her2_ihc(three, two, one, intense_incomplete=unusual), _texts(**parts)


def half_up(number: Fraction) -> int:
    """The nearest whole number; halves up."""
    return int(Decimal(schemes.decimal(number)).quantize(Decimal(1), ROUND_HALF_UP))


def _texts(**numbers: Fraction) -> dict[str, str]:
    return {name: plain(schemes.decimal(number)) for name, number in numbers.items()}
