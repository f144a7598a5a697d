"""What readers and an algorithm come to beside each other. No database, no HTTP; exact numbers, rounded to four
decimals only where they leave.

Nothing here decides: the consensus is the people's (``reading.discrepancy``). The average with the algorithm is shown
beside it, labelled, with the weights that the protocol states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Final

from scoring import schemes
from webapp.reading.discrepancy import averaged, decide
from webapp.reading.scores import Score, plain

READER_WEIGHT: Final = 1
_PARTS: Final = ("weak", "moderate", "strong")


@dataclass(frozen=True)
class Mean:
    """Averaged inputs, and what the scheme makes of them."""

    value: Decimal | None
    category: str
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """The readers beside each other: their mean where there is one, how far apart they are, and what that means."""

    mean: Mean | None = None
    difference: Decimal | None = None
    tolerance: Decimal | None = None
    is_discordant: bool = False


@dataclass(frozen=True)
class AlgorithmScore:
    """What an algorithm says of the same specimen. ``percentages`` by class (negative, weak, moderate, strong) where
    its method gives them."""

    scheme: str
    value: Decimal
    percentages: Mapping[str, float] | None = None


def compare(scores: Sequence[Score], *, marker: str, tolerance: Decimal | None) -> Compared:
    """The readings of one round beside each other, whether or not they are averaged in the end.

    Args:
        scores: of one scheme; fewer than two have neither mean nor difference.
        tolerance: largest difference that is averaged; None where only categories count.
    """
    if len(scores) < 2:
        return Compared(tolerance=tolerance)
    decision = decide(scores, marker=marker, tolerance=tolerance)
    found = averaged(scores, marker) if all(score.scoreable for score in scores) else None
    mean = None if found is None else Mean(found[0].value, found[0].category, found[1])
    return Compared(mean, decision.spread, tolerance, decision.is_discordant)


def with_algorithm(scores: Sequence[Score], found: AlgorithmScore, *, weight: Decimal, marker: str) -> Mean | None:
    """The average of the readers, each with weight 1, and the algorithm with ``weight``: percentages are averaged,
    value and category derived from them. Where the method gives a value alone, values are averaged and there is no
    category, since a category is never averaged.

    Returns:
        None where they cannot be averaged: no readings, one that is not scoreable, another scheme than H-score.
    """
    if not scores or not all(score.scoreable for score in scores):
        return None
    if {score.scheme for score in scores} != {"h-score"} or found.scheme != "h-score":
        return None
    share = Fraction(weight)
    together = len(scores) * READER_WEIGHT + share
    if found.percentages is None:
        values = sum((Fraction(score.value or 0) for score in scores), Fraction(0)) * READER_WEIGHT
        return Mean(schemes.decimal((values + share * Fraction(found.value)) / together), "")
    parts = _parts(found.percentages)
    mean = {
        name: (sum((Fraction(score.inputs[name]) for score in scores), Fraction(0)) + share * parts[name]) / together
        for name in _PARTS
    }
    result = schemes.h_score(*(mean[name] for name in _PARTS), marker=marker)
    return Mean(result.value, result.category, {name: plain(schemes.decimal(part)) for name, part in mean.items()})


def _parts(percentages: Mapping[str, float]) -> dict[str, Fraction]:
    """The percentages as parts of exactly 100: binary fractions add up to a little more or less."""
    exact = {name: schemes.exact(part) for name, part in percentages.items()}
    total = sum(exact.values(), Fraction(0))
    return {name: 100 * exact.get(name, Fraction(0)) / total for name in _PARTS}


def label_of(readers: int, name: str, version: str, weight: Decimal) -> str:
    """What the average with the algorithm is called wherever it is shown."""
    people = "1 reader (weight 1)" if readers == 1 else f"{readers} readers (weight 1 each)"
    return f"Average of {people} and {name} {version} (weight {plain(weight)})"
