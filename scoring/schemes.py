"""Scoring schemes as data, and the functions that apply them: value, category, the rule that fired, the distance to
the next category.

All arithmetic is exact (fractions); values are rounded to 4 decimals only when they leave as Decimal. Categories are
never averaged: average the numbers and derive the category again. Sources: ASCO/CAP 2020 (ER, PR), 2018 affirmed 2023
(HER2); Allred 1998 with CAP's whole percents; International Ki-67 Working Group 2021.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from scoring.types import ScoringError

Number = int | float | str | Decimal | Fraction
_PLACES = 10_000


@dataclass(frozen=True)
class Scheme:
    """One version of one scheme. ``inputs`` maps each input to its meaning; ``rules`` are the sentences a result may
    cite, by key.
    """

    key: str
    version: str
    name: str
    markers: tuple[str, ...]
    inputs: Mapping[str, str]
    value_range: tuple[float, float] | None
    unit: str
    categories: tuple[str, ...]
    rules: Mapping[str, str]
    source: str

    def as_json(self) -> dict[str, Any]:
        """The scheme as plain data."""
        return {
            "key": self.key,
            "version": self.version,
            "name": self.name,
            "markers": list(self.markers),
            "inputs": dict(self.inputs),
            "value_range": list(self.value_range) if self.value_range else None,
            "unit": self.unit,
            "categories": list(self.categories),
            "rules": dict(self.rules),
            "source": self.source,
        }


@dataclass(frozen=True)
class SchemeResult:
    """``distance`` is how far the deciding number is from the nearest other category (0 on a boundary), ``nearest``
    that category.
    """

    scheme: str
    version: str
    value: Decimal | None
    category: str
    rule: str
    distance: Decimal | None = None
    nearest: str = ""
    flags: tuple[str, ...] = ()
    interval: tuple[Decimal, Decimal] | None = None
    derived: Mapping[str, Any] = field(default_factory=dict)


_H_SCORE = Scheme(
    "h-score",
    "1",
    "H-score",
    ("ER", "PR", "p53"),
    MappingProxyType({"weak": "% of tumour nuclei", "moderate": "% of tumour nuclei", "strong": "% of tumour nuclei"}),
    (0, 300),
    "",
    ("negative", "low positive", "positive"),
    MappingProxyType(
        {
            "below-1": "fewer than 1 % of nuclei are positive: negative, whatever the H-score",
            "er-1-to-10": "1 to 10 % of nuclei are positive: ER low positive",
            "er-above-10": "more than 10 % of nuclei are positive: positive",
            "from-1": "at least 1 % of nuclei are positive: positive",
            "number-only": "a number without category",
        }
    ),
    "1 x weak + 2 x moderate + 3 x strong; ASCO/CAP 2020",
)

_ALLRED = Scheme(
    "allred",
    "1",
    "Allred",
    ("ER", "PR"),
    MappingProxyType({"percent": "% positive tumour nuclei", "intensity": "average of the positive nuclei, 0..3"}),
    (0, 8),
    "",
    ("negative", "positive"),
    MappingProxyType(
        {
            "cap_integer": "proportion 0, <1, 1-10, 11-33, 34-66, >=67 % (whole percents, as readers enter them)",
            "fraction": "proportion 0, <1/100, <1/10, <1/3, <2/3, >=2/3 (computed percentages)",
            "total-3": "3 or more is positive",
        }
    ),
    "Allred 1998; CAP; domain rules",
)

_KI67 = Scheme(
    "ki-67",
    "1",
    "Ki-67",
    ("Ki-67",),
    MappingProxyType({"positive": "nuclei", "counted": "nuclei", "counting": "global or hot spot"}),
    (0, 100),
    "%",
    ("<= 5 %", "5-30 %", ">= 30 %"),
    MappingProxyType(
        {
            "at-most-5": "at most 5 % positive",
            "between": "more than 5 and fewer than 30 % positive",
            "from-30": "at least 30 % positive",
        }
    ),
    "International Ki-67 Working Group 2021; 95 % interval by Wilson 1927",
)

_HER2 = Scheme(
    "her2-ihc",
    "asco-cap-2018",
    "HER2 IHC (ASCO/CAP 2018, affirmed 2023)",
    ("HER2",),
    MappingProxyType(
        {
            "intense_complete": "% of tumour cells",
            "moderate_complete": "% of tumour cells, weak to moderate and complete",
            "faint_incomplete": "% of tumour cells",
            "intense_incomplete": "% of tumour cells (unusual pattern)",
        }
    ),
    None,
    "",
    ("0", "1+", "2+", "3+"),
    MappingProxyType(
        {
            "3+": "complete, intense staining in more than 10 % of tumour cells",
            "2+ complete": "weak to moderate complete staining in more than 10 % of tumour cells",
            "2+ intense": "complete, intense staining in at most 10 % of tumour cells",
            "2+ unusual": "intense but incomplete staining in more than 10 % of tumour cells",
            "1+": "incomplete, faint staining in more than 10 % of tumour cells",
            "0": "no staining, or incomplete and faint in at most 10 % of tumour cells",
        }
    ),
    "ASCO/CAP 2018, affirmed 2023",
)

SCHEMES: Mapping[str, Scheme] = MappingProxyType({s.key: s for s in (_H_SCORE, _ALLRED, _KI67, _HER2)})
"""Every scheme by key."""


def exact(number: Number) -> Fraction:
    """The number without rounding; a float stands for the decimal it prints as. Raises ScoringError for anything not
    finite.
    """
    try:
        return Fraction(str(number)) if isinstance(number, float) else Fraction(number)
    except (ValueError, OverflowError, TypeError, ZeroDivisionError) as error:
        raise ScoringError(f"A number was expected; received {number!r}.") from error


def decimal(number: Fraction) -> Decimal:
    """Rounded to 4 decimals, halves to even."""
    return Decimal(round(number * _PLACES)) / _PLACES


def _percent(name: str, number: Number) -> Fraction:
    value = exact(number)
    if not 0 <= value <= 100:
        raise ScoringError(f"{name} is a percentage, 0 to 100; received {number}.")
    return value


def h_score(weak: Number, moderate: Number, strong: Number, *, marker: str = "ER") -> SchemeResult:
    """H-score of percentages; negative is the rest to 100. The category depends on the percentage positive, never on
    the value.

    ER: < 1 negative, 1..10 low positive, > 10 positive. PR: < 1 negative, else positive. Other markers (p53): the
    number only.
    """
    parts = [_percent(n, p) for n, p in (("weak", weak), ("moderate", moderate), ("strong", strong))]
    positive = sum(parts, Fraction(0))
    if positive > 100:
        raise ScoringError(f"weak, moderate and strong together exceed 100 %: {float(positive):g}.")
    value = decimal(parts[0] + 2 * parts[1] + 3 * parts[2])
    key, version = _H_SCORE.key, _H_SCORE.version
    if marker not in ("ER", "PR"):
        return SchemeResult(key, version, value, "", _H_SCORE.rules["number-only"])
    if positive < 1:
        nearest = "low positive" if marker == "ER" else "positive"
        return SchemeResult(key, version, value, "negative", _H_SCORE.rules["below-1"], decimal(1 - positive), nearest)
    if marker == "PR":
        return SchemeResult(
            key, version, value, "positive", _H_SCORE.rules["from-1"], decimal(positive - 1), "negative"
        )
    if positive > 10:
        distance = decimal(positive - 10)
        return SchemeResult(key, version, value, "positive", _H_SCORE.rules["er-above-10"], distance, "low positive")
    down, up = positive - 1, 10 - positive
    distance, nearest = (decimal(down), "negative") if down < up else (decimal(up), "positive")
    return SchemeResult(key, version, value, "low positive", _H_SCORE.rules["er-1-to-10"], distance, nearest)


_FRACTION_BOUNDS = (Fraction(1), Fraction(10), Fraction(100, 3), Fraction(200, 3))


def allred_proportion(percent: Number, rule: str) -> int:
    """Proportion score 0..5 under ``cap_integer`` (whole percents, or between 0 and 1) or ``fraction``. 10 % is 2 and
    3 respectively.
    """
    value = _percent("percent", percent)
    if value == 0:
        return 0
    if value < 1:
        return 1
    if rule == "cap_integer":
        if value.denominator != 1:
            raise ScoringError(f"The rule cap_integer takes whole percents; received {percent}. Use the rule fraction.")
        return 2 + sum(value >= bound for bound in (11, 34, 67))
    if rule == "fraction":
        return 1 + sum(value >= bound for bound in _FRACTION_BOUNDS)
    raise ScoringError(f"The Allred rule is 'cap_integer' or 'fraction'; received {rule!r}.")


def allred(percent: Number, intensity: Number, *, rule: str = "cap_integer") -> SchemeResult:
    """Allred score 0 or 2..8: proportion + average intensity of the positive nuclei (0..3, rounded half up to a whole).

    ``distance`` is in Allred points. Flags the clash of < 1 % positive (negative by ASCO/CAP) with a total of 3 or
    more.
    """
    proportion = allred_proportion(percent, rule)
    average = exact(intensity)
    if not 0 <= average <= 3:
        raise ScoringError(f"intensity lies between 0 and 3; received {intensity}.")
    level = math.floor(average + Fraction(1, 2))
    if (proportion == 0) != (average == 0):
        raise ScoringError(
            f"0 % positive goes with intensity 0 and nothing else; received {percent} % and {intensity}."
        )
    level = max(level, 1) if proportion else 0
    total = proportion + level
    positive = total >= 3
    flags = ("allred-positive-but-below-1-percent",) if positive and _percent("percent", percent) < 1 else ()
    return SchemeResult(
        _ALLRED.key,
        _ALLRED.version,
        Decimal(total),
        "positive" if positive else "negative",
        f"{_ALLRED.rules[rule]}: {proportion} + intensity {level} = {total}; {_ALLRED.rules['total-3']}",
        Decimal(total - 2 if positive else 3 - total),
        "negative" if positive else "positive",
        flags,
    )


def wilson(positive: int, counted: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Wilson 95 % interval of a proportion, 0..1."""
    share = positive / counted
    centre = share + z * z / (2 * counted)
    half = z * math.sqrt(share * (1 - share) / counted + z * z / (4 * counted * counted))
    scale = 1 + z * z / counted
    low = 0.0 if positive == 0 else max(0.0, (centre - half) / scale)
    high = 1.0 if positive == counted else min(1.0, (centre + half) / scale)
    return low, high


def ki67(positive: int, counted: int, *, counting: str = "global") -> SchemeResult:
    """Ki-67 index in % with its 95 % interval. <= 5 and >= 30 are the usable ends; ``counting`` is "global" or "hot
    spot".
    """
    if counting not in ("global", "hot spot"):
        raise ScoringError(f"counting is 'global' or 'hot spot'; received {counting!r}.")
    if counted < 1 or not 0 <= positive <= counted:
        raise ScoringError(
            f"Ki-67 needs 0 <= positive <= counted and at least one nucleus; received {positive} of {counted}."
        )
    percent = Fraction(100 * positive, counted)
    low, high = wilson(positive, counted)
    interval = (decimal(100 * Fraction(low)), decimal(100 * Fraction(high)))
    if percent <= 5:
        category, rule, distance, nearest = "<= 5 %", "at-most-5", 5 - percent, "5-30 %"
    elif percent >= 30:
        category, rule, distance, nearest = ">= 30 %", "from-30", percent - 30, "5-30 %"
    else:
        down, up = percent - 5, 30 - percent
        category, rule = "5-30 %", "between"
        distance, nearest = (down, "<= 5 %") if down <= up else (up, ">= 30 %")
    return SchemeResult(
        _KI67.key,
        _KI67.version,
        decimal(percent),
        category,
        f"{_KI67.rules[rule]} ({positive} of {counted}, {counting})",
        decimal(distance),
        nearest,
        ("fewer-than-500-counted",) if counted < 500 else (),
        interval,
    )


def her2_ihc(
    intense_complete: Number,
    moderate_complete: Number,
    faint_incomplete: Number,
    *,
    intense_incomplete: Number = 0,
    ish_amplified: bool | None = None,
) -> SchemeResult:
    """HER2 category of percentages of tumour cells; the rest is unstained. ``> 10 %`` is strict.

    ``derived``: reflex_ish, her2_low (1+, or 2+ not amplified; None while ISH is awaited), ultralow, null - beside
    the category, never instead of it. Weaker patterns are counted cumulatively (ours): 2+ asks for complete staining
    of any strength.
    """
    p3, p2 = _percent("intense_complete", intense_complete), _percent("moderate_complete", moderate_complete)
    p1, unusual = _percent("faint_incomplete", faint_incomplete), _percent("intense_incomplete", intense_incomplete)
    stained = p1 + p2 + p3 + unusual
    if stained > 100:
        raise ScoringError(f"The patterns together exceed 100 %: {float(stained):g}.")
    if p3 > 10:
        category, rule, distance, nearest = "3+", "3+", p3 - 10, "2+"
    elif p2 + p3 > 10:
        category, rule, distance, nearest = "2+", "2+ complete", 10 - p3, "3+"
        if p3 == 0 and p2 - 10 < distance:
            distance, nearest = p2 - 10, "1+"
    elif p3 > 0:
        category, rule, distance, nearest = "2+", "2+ intense", 10 - p3, "3+"
        if p3 < distance:
            distance, nearest = p3, "1+" if stained - p3 > 10 else "0"
    elif unusual > 10:
        category, rule, distance, nearest = "2+", "2+ unusual", unusual - 10, "1+"
    elif stained > 10:
        category, rule, distance, nearest = "1+", "1+", stained - 10, "0"
        if 10 - p2 - p3 < distance:
            distance, nearest = 10 - p2 - p3, "2+"
    else:
        category, rule, distance, nearest = "0", "0", 10 - stained, "1+"
    low = (
        category == "1+" or (None if ish_amplified is None else not ish_amplified)
        if category in ("1+", "2+")
        else False
    )
    derived = {
        "reflex_ish": category == "2+",
        "her2_low": low,
        "ultralow": category == "0" and stained > 0,
        "null": stained == 0,
    }
    return SchemeResult(
        _HER2.key,
        _HER2.version,
        None,
        category,
        _HER2.rules[rule],
        decimal(distance),
        nearest,
        (),
        None,
        MappingProxyType(derived),
    )
