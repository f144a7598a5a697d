"""What a reader entered, checked and scored by the scheme. No database, no HTTP.

Percentages are 0 to 100 with at most two decimals, written plainly ("50", "50.5"): no sign, exponent, comma or space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from scoring import schemes
from scoring.schemes import SCHEMES, SchemeResult
from scoring.types import ScoringError
from webapp.core.errors import Invalid

_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,2})?", re.ASCII)
_COUNT: Final = re.compile(r"0|[1-9][0-9]{0,6}", re.ASCII)
PERCENT_RULE: Final = "A number from 0 to 100 with at most two decimals."
#: Why a specimen is not scoreable.
REASONS: Final[Mapping[str, str]] = {
    "no_tumour": "no tumour",
    "too_little_tumour": "tumour occupies 15 % of the core or less",
    "fold": "tissue folded",
    "out_of_focus": "out of focus",
    "missing_core": "the core is missing",
    "control_failed": "the control failed",
    "other": "another reason (see the comment)",
}
P53_PATTERNS: Final = ("wild-type", "overexpressed", "null", "cytoplasmic")
HER2_BY_CATEGORY: Final[Mapping[str, tuple[str, ...]]] = {
    "3+": ("3+",), "2+": ("2+ complete", "2+ intense", "2+ unusual"), "1+": ("1+",), "0": ("0",),
}  # fmt: skip
"""The guideline's sentences (keys of the scheme's rules) that give each category."""
HER2_PERCENTAGES: Final = ("intense_complete", "moderate_complete", "faint_incomplete", "intense_incomplete")


@dataclass(frozen=True)
class Score:
    """What one reader says of one specimen. ``inputs`` are texts; ``value`` and ``category`` follow from them."""

    scheme: str
    scheme_version: str
    scoreable: bool
    reason: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    value: Decimal | None = None
    category: str = ""
    rule: str = ""
    flags: tuple[str, ...] = ()


def score_of(scheme: str, marker: str, body: Mapping[str, Any]) -> Score:
    """The score that ``body`` says: ``{"scoreable": false, "reason": …}`` or ``{"inputs": {…}}``.

    Raises:
        Invalid: naming the field that is not acceptable.
    """
    version = SCHEMES[scheme].version
    scoreable = body.get("scoreable", True)
    if not isinstance(scoreable, bool):
        raise _wrong("scoreable", "true or false.", scoreable)
    inputs = body.get("inputs", {})
    if not isinstance(inputs, Mapping):
        raise _wrong("inputs", "An object.", inputs)
    if not scoreable:
        reason = body.get("reason", "")
        if not isinstance(reason, str) or reason not in REASONS:
            raise _wrong("reason", f"One of {', '.join(REASONS)}.", reason)
        if inputs:
            raise Invalid("A specimen that is not scoreable has no scores.", fields={"inputs": "Leave them out."})
        return Score(scheme, version, False, reason)
    if body.get("reason"):
        raise Invalid("Only what is not scoreable has a reason.", fields={"reason": "Leave it out."})
    return _READERS[scheme](marker, inputs)


def percent(name: str, value: Any) -> Decimal:
    """A percentage as entered. Raises Invalid, naming the field."""
    text = _text(value)
    if text is None or not _NUMBER.fullmatch(text) or Decimal(text) > 100:
        raise _wrong(name, PERCENT_RULE, value)
    return Decimal(text).normalize()


def _text(value: Any) -> str | None:
    """How a JSON number or text was written; None for anything else (true is no number)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = value if isinstance(value, str) else repr(value)
    # JSON's 50.0 is 50; a text is taken as it stands.
    return text.removesuffix(".0") if isinstance(value, float) else text


def _count(name: str, value: Any) -> int:
    text = _text(value)
    if text is None or isinstance(value, float) or not _COUNT.fullmatch(text):
        raise _wrong(name, "A whole number from 0 to 9999999.", value)
    return int(text)


def _wrong(name: str, rule: str, received: Any) -> Invalid:
    shown = repr(received)
    shown = f"{shown[:60]}…" if len(shown) > 60 else shown
    return Invalid(f"{name} is not acceptable; received {shown}.", fields={name: rule})


def _only(inputs: Mapping[str, Any], *names: str) -> None:
    unknown = sorted(str(name)[:40] for name in inputs if name not in names)
    if unknown:
        raise Invalid(f"Unknown: {', '.join(unknown)}.", fields=dict.fromkeys(unknown, "Unknown."))


def _needed(inputs: Mapping[str, Any], *names: str) -> None:
    missing = [name for name in names if name not in inputs]
    if missing:
        raise Invalid(f"Missing: {', '.join(missing)}.", fields=dict.fromkeys(missing, "Needed."))


def plain(number: Decimal) -> str:
    """Decimal text without exponent or trailing zeros."""
    return f"{number.normalize():f}"


def _scored(result: SchemeResult, inputs: Mapping[str, str]) -> Score:
    return Score(
        result.scheme, result.version, True, "", inputs, result.value, result.category, result.rule, result.flags
    )


def _h_score(marker: str, inputs: Mapping[str, Any]) -> Score:
    names = ("weak", "moderate", "strong")
    _only(inputs, *names, *(("pattern",) if marker == "p53" else ()))
    _needed(inputs, *names)
    parts = [percent(name, inputs[name]) for name in names]
    _check_sum(dict(zip(names, parts, strict=True)))
    texts = {name: plain(part) for name, part in zip(names, parts, strict=True)}
    if inputs.get("pattern") not in (None, ""):
        if inputs["pattern"] not in P53_PATTERNS:
            raise _wrong("pattern", f"One of {', '.join(P53_PATTERNS)}.", inputs["pattern"])
        texts["pattern"] = str(inputs["pattern"])
    weak, moderate, strong = parts
    return _scored(schemes.h_score(weak, moderate, strong, marker=marker), texts)


def _check_sum(parts: Mapping[str, Decimal]) -> None:
    total = sum(parts.values(), Decimal(0))
    if total > 100:
        over = plain(total - 100)
        raise Invalid(
            f"The percentages together are {plain(total)}: {over} too many.",
            fields=dict.fromkeys(parts, f"{over} over 100 together."),
        )


def _allred(marker: str, inputs: Mapping[str, Any]) -> Score:
    _only(inputs, "percent", "intensity")
    _needed(inputs, "percent", "intensity")
    share, intensity = percent("percent", inputs["percent"]), _count("intensity", inputs["intensity"])
    if share >= 1 and share != share.to_integral_value():
        raise _wrong("percent", "A whole percentage, or one below 1.", inputs["percent"])
    if intensity > 3:
        raise _wrong("intensity", "0, 1, 2 or 3.", inputs["intensity"])
    try:
        result = schemes.allred(share, intensity, rule="cap_integer")
    except ScoringError as error:
        raise Invalid(str(error), fields={"intensity": "0 goes with 0 % and nothing else."}) from error
    return _scored(result, {"percent": plain(share), "intensity": str(intensity)})


def _ki67(marker: str, inputs: Mapping[str, Any]) -> Score:
    _only(inputs, "positive", "counted", "counting")
    _needed(inputs, "positive", "counted")
    positive, counted = _count("positive", inputs["positive"]), _count("counted", inputs["counted"])
    counting = inputs.get("counting", "global")
    if counting not in ("global", "hot spot"):
        raise _wrong("counting", "global or hot spot.", counting)
    if counted < 1:
        raise _wrong("counted", "At least one nucleus.", inputs["counted"])
    if positive > counted:
        raise _wrong("positive", "At most as many as were counted.", inputs["positive"])
    texts = {"positive": str(positive), "counted": str(counted), "counting": counting}
    return _scored(schemes.ki67(positive, counted, counting=counting), texts)


def _her2(marker: str, inputs: Mapping[str, Any]) -> Score:
    if "category" in inputs:
        _only(inputs, "category", "sentence")
        category = inputs["category"]
        if not isinstance(category, str) or category not in HER2_BY_CATEGORY:
            raise _wrong("category", f"One of {', '.join(HER2_BY_CATEGORY)}.", category)
        fitting = HER2_BY_CATEGORY[category]
        sentence = inputs.get("sentence", fitting[0] if len(fitting) == 1 else "")
        if sentence not in fitting:
            raise _wrong("sentence", f"One of {', '.join(fitting)}.", sentence)
        found = SCHEMES["her2-ihc"]
        texts = {"category": category, "sentence": sentence}
        return Score(found.key, found.version, True, "", texts, None, category, found.rules[sentence])
    _only(inputs, *HER2_PERCENTAGES)
    _needed(inputs, *HER2_PERCENTAGES[:3])
    parts = {name: percent(name, inputs.get(name, 0)) for name in HER2_PERCENTAGES}
    _check_sum(parts)
    return _scored(_her2_result(parts), {name: plain(part) for name, part in parts.items()})


def _her2_result(parts: Mapping[str, Decimal]) -> SchemeResult:
    three, two, one, unusual = (parts[name] for name in HER2_PERCENTAGES)
    return schemes.her2_ihc(three, two, one, intense_incomplete=unusual)


_READERS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], Score]]] = {
    "h-score": _h_score, "allred": _allred, "ki-67": _ki67, "her2-ihc": _her2,
}  # fmt: skip
