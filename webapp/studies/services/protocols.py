"""Versions of a study's protocol, and what each field of one may hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.db.models import Max

from scoring.cards import CARDS
from scoring.schemes import SCHEMES
from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotAllowed
from webapp.studies.models import Protocol, Study
from webapp.studies.permissions import can_administer

MOST_RE_READS = 5
MOST_DAYS = 3650
MOST_ALGORITHMS = 20
_TOLERANCE = re.compile(r"(?:0|[1-9][0-9]{0,3})(?:\.[0-9]{1,4})?", re.ASCII)
#: A model card by key and version; an older version than the installed one may stand in a protocol.
_ALGORITHM = re.compile(r"([a-z0-9-]{1,40})@([A-Za-z0-9._-]{1,20})", re.ASCII)


def new_protocol_version(actor: Any, study: Study, **fields: Any) -> Protocol:
    """Put a new version of the protocol into force; what is not given stays as it was. Earlier versions stay as they
    are, frozen or not: a reading refers to the version under which it was made.

    Raises:
        NotAllowed: the actor does not administer the study.  Invalid: a field is unknown or not acceptable.
        Conflict: the study's data are locked.
    """
    if actor is not None and not can_administer(actor, study):
        raise NotAllowed("Only the study's administrators change its protocol.")
    with transaction.atomic():
        locked = Study.objects.select_for_update().get(pk=study.pk)  # so that two administrators make two versions
        if locked.locked_at is not None:
            raise Conflict("The study's data are locked, for good.", code="study_locked")
        before = study.protocols.order_by("-version").first()
        kept = {field: getattr(before, field) for field in PROTOCOL_FIELDS} if before else {}
        last = study.protocols.aggregate(last=Max("version"))["last"] or 0
        protocol = write_protocol(study, last + 1, {**kept, **fields})
        record(
            actor, "protocol.versioned", obj=protocol, study_id=study.pk,
            version=protocol.version, changed=sorted(fields),
        )  # fmt: skip
    return protocol


def write_protocol(study: Study, version: int, fields: Mapping[str, Any]) -> Protocol:
    """Store a version of which every field is checked.

    Raises:
        Invalid: naming every field that is unknown or not acceptable.
    """
    wrong = dict.fromkeys(sorted(set(fields) - PROTOCOL_FIELDS), "Unknown.")
    values: dict[str, Any] = {}
    for name in sorted(PROTOCOL_FIELDS & set(fields)):
        try:
            values[name] = _CHECKS[name](fields[name])
        except ValueError as error:
            wrong[name] = str(error)
    if not wrong:
        protocol = Protocol(study=study, version=version, **values)
        wrong = _together(protocol)
    if wrong:
        received = ", ".join(f"{name}: {_shown(fields.get(name))}" for name in wrong)
        raise Invalid(f"The protocol is not acceptable; received {received}.", fields=wrong)
    protocol.save(force_insert=True)
    return protocol


def _together(protocol: Protocol) -> dict[str, str]:
    """What is wrong with fields that are acceptable one by one."""
    if protocol.re_read_series and protocol.reveal_to_readers == Protocol.Reveal.AFTER_ALL_READINGS:
        return {"reveal_to_readers": "Re-reads need after_re_reads or never: who has seen the others reads no more."}
    return {}


def _shown(value: Any) -> str:
    text = repr(value)
    return f"{text[:60]}…" if len(text) > 60 else text


def _number(least: int, most: int, *, may_be_none: bool = False) -> Callable[[Any], int | None]:
    def check(value: Any) -> int | None:
        if value is None and may_be_none:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"A whole number from {least} to {most}{' or null' if may_be_none else ''}.")
        return value

    return check


def _decimal(most: str, places: int) -> Callable[[Any], Decimal]:
    def check(value: Any) -> Decimal:
        rule = f"A number from 0 to {most} with at most {places} decimals."
        if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
            raise ValueError(rule)
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            raise ValueError(rule) from None
        if not number.is_finite() or not 0 <= number <= Decimal(most) or number != round(number, places):
            raise ValueError(rule)
        return abs(round(number, places))

    return check


def _choice(choices: list[str]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"One of {', '.join(choices)}.")
        return value

    return check


def _yes_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false.")
    return value


def _marker_schemes(value: Any) -> dict[str, str]:
    markers = sorted({marker for scheme in SCHEMES.values() for marker in scheme.markers})
    if not isinstance(value, Mapping):
        raise ValueError('An object of markers and schemes, e.g. {"ER": "h-score"}.')
    for marker, key in value.items():
        if marker not in markers:
            raise ValueError(f"Unknown marker {_shown(marker)}; known are {', '.join(markers)}.")
        fitting = sorted(scheme.key for scheme in SCHEMES.values() if marker in scheme.markers)
        if not isinstance(key, str) or key not in fitting:
            raise ValueError(f"{marker} is scored by {' or '.join(fitting)}, not by {_shown(key)}.")
    return dict(value)


def _tolerances(value: Any) -> dict[str, str]:
    numbered = sorted(scheme.key for scheme in SCHEMES.values() if scheme.value_range is not None)
    if not isinstance(value, Mapping):
        raise ValueError('An object of schemes and numbers, e.g. {"h-score": "40"}.')
    for scheme, text in value.items():
        if scheme not in numbered:
            raise ValueError(f"{_shown(scheme)} has no number to tolerate; those that have are {', '.join(numbered)}.")
        if not isinstance(text, str) or not _TOLERANCE.fullmatch(text):
            raise ValueError(f"{scheme}: a number from 0 to 9999 with at most four decimals, as text.")
    return dict(value)


def _algorithms(value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or len(value) > MOST_ALGORITHMS:
        raise ValueError(f"A list of at most {MOST_ALGORITHMS}.")
    for name in value:
        found = _ALGORITHM.fullmatch(name) if isinstance(name, str) else None
        if found is None or found[1] not in CARDS:
            raise ValueError(f"{_shown(name)} is no model card; write key@version, keys are {', '.join(CARDS)}.")
    if len(set(value)) != len(value):
        raise ValueError("Each once.")
    return list(value)


_CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "readers_per_specimen": _number(0, 5),
    "mode": _choice(Protocol.Mode.values),
    "reveal_to_readers": _choice(Protocol.Reveal.values),
    "marker_schemes": _marker_schemes,
    "algorithms": _algorithms,
    "tolerances": _tolerances,
    "readings_shown_to_adjudicator": _yes_no,
    "algorithm_weight": _decimal("99.99", 2),
    "design": _choice(Protocol.Design.values),
    "workload_cap": _number(1, 1_000_000, may_be_none=True),
    "reading_days": _number(1, MOST_DAYS, may_be_none=True),
    "qa_share": _decimal("1", 3),
    "re_read_series": _number(0, MOST_RE_READS),
    "re_reads_turned": _yes_no,
    "washout_days": _number(0, MOST_DAYS),
    "qualification_share": _decimal("1", 3),
    "core_rule": _choice(Protocol.CoreRule.values),
}
PROTOCOL_FIELDS = frozenset(_CHECKS)
