"""Recording what happened, once, and finding out whether anybody changed the record."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from webapp.audit import anchors
from webapp.audit.models import Event
from webapp.audit.signals import recorded
from webapp.audit.verbs import VERBS

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_INSERT = "INSERT INTO audit_event (actor, actor_id, verb, study_id, specimen_id, object_kind, object_id, details)"
_VALUES = "(%s, %s, %s, %s::uuid, %s::uuid, %s, %s, %s::jsonb)"


class Actor(Protocol):
    """Whoever does something: a person, as ``request.user`` gives it."""

    pk: Any

    def get_username(self) -> str: ...


def record(
    actor: Actor | None,
    verb: str,
    *,
    obj: models.Model,
    study_id: uuid.UUID | None = None,
    specimen_id: uuid.UUID | None = None,
    **details: Any,
) -> int:
    """Say what happened; the last statement of the transaction that did it, because the chain's head stays locked until
    commit. After commit the signal ``recorded`` goes out.

    Args:
        actor: who did it; None for the system itself (a worker, the sweeper). The name is copied.
        verb: a key of ``VERBS``.
        obj: what it was done to.
        study_id, specimen_id: where the event belongs; with a specimen, the veil over it hides the event too.
        details: JSON values; never a secret, never anything that identifies a patient.

    Returns:
        The event's number in the chain.

    Raises:
        ValueError: the verb is unknown or a detail is not JSON (NaN and infinity are not).
    """
    return record_many(actor, verb, [Happened(obj, study_id, specimen_id, details)])[-1]


@dataclass(frozen=True)
class Happened:
    """What something was done to, where it belongs, and what else is to be said of it (JSON values)."""

    obj: models.Model
    study_id: uuid.UUID | None = None
    specimen_id: uuid.UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def record_many(actor: Actor | None, verb: str, happened: Sequence[Happened]) -> list[int]:
    """Say at once that the same was done to many things, in this order; otherwise as ``record``. The signal
    ``recorded`` goes out for the last of them alone.

    Returns:
        The events' numbers in the chain.

    Raises:
        ValueError: the verb is unknown, a detail is not JSON, or nothing happened.
    """
    if verb not in VERBS:
        raise ValueError(f"Unknown audit verb {verb!r}: add it to webapp.audit.verbs with its sentence.")
    if not happened:
        raise ValueError(f"Nothing happened that could be recorded as {verb}.")
    person = actor if actor is not None and actor.pk is not None else None
    name, person_id = (person.get_username(), person.pk) if person else ("system", None)
    rows = [
        [
            name, person_id, verb, each.study_id, each.specimen_id, each.obj._meta.model_name or "", str(each.obj.pk),
            json.dumps(each.details, cls=DjangoJSONEncoder, allow_nan=False),
        ]
        for each in happened
    ]  # fmt: skip
    numbers: list[int] = []
    with transaction.atomic(), connection.cursor() as cursor:
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            cursor.execute(
                f"{_INSERT} VALUES {', '.join([_VALUES] * len(part))} RETURNING seq",
                [value for row in part for value in row],
            )
            numbers += [row[0] for row in cursor.fetchall()]
    last = happened[-1]
    ids = {
        "verb": verb,
        "kind": last.obj._meta.model_name or "",
        "id": str(last.obj.pk),
        "study_id": str(last.study_id) if last.study_id else None,
        "specimen_id": str(last.specimen_id) if last.specimen_id else None,
    }

    def tell() -> None:
        for receiver, answer in recorded.send_robust(sender=Event, **ids):
            if isinstance(answer, Exception):
                log.error("recorded_receiver_failed", receiver=str(receiver), exc_info=answer, **ids)

    transaction.on_commit(tell)
    return numbers


@dataclass(frozen=True)
class Break:
    """The first event (or anchor) at which the record is not what was written."""

    seq: int
    why: str


# Every column, as the migration's audit_digest has it. Repeated here because who can change rows can change functions.
_VERIFY = """
WITH chained AS (
    SELECT seq, hash, prev,
        sha256(convert_to(jsonb_build_array(seq, extract(epoch FROM at)::text, actor, actor_id, verb, study_id,
            specimen_id, object_kind, object_id, details, encode(prev, 'hex'))::text, 'UTF8')) AS digest,
        coalesce(lag(hash) OVER (ORDER BY seq), '\\x00') AS before,
        coalesce(lag(seq) OVER (ORDER BY seq), 0) AS seq_before
    FROM audit_event
)
SELECT seq, CASE WHEN seq <> seq_before + 1 THEN 'gap' WHEN hash <> digest THEN 'content' ELSE 'link' END
FROM chained WHERE seq <> seq_before + 1 OR hash <> digest OR prev <> before
ORDER BY seq LIMIT 1
"""
_REASONS = {
    "gap": "events before it are missing",
    "content": "it is not what was recorded",
    "link": "it does not follow from the event before it",
}


def verify() -> Break | None:
    """Check the whole chain and compare it with the signed anchors outside the database; None if nothing is wrong.

    Editing, dating back, deleting, swapping and inserting break the chain itself; a tail cut off and a chain computed
    anew from some event on are found where they disagree with an anchor.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VERIFY)
        row = cursor.fetchone()
    found = Break(row[0], f"Event {row[0]}: {_REASONS[row[1]]}.") if row else None
    try:
        known = anchors.read()
    except anchors.BadAnchor as error:
        return found or Break(error.seq, str(error))
    hashes = dict(Event.objects.filter(seq__in=[anchor.seq for anchor in known]).values_list("seq", "hash"))
    for anchor in known:
        if found and found.seq <= anchor.seq:
            break
        if anchor.seq not in hashes:
            return Break(anchor.seq, f"Event {anchor.seq} was anchored and is no longer there.")
        if bytes(hashes[anchor.seq]).hex() != anchor.hash:
            return Break(anchor.seq, f"Event {anchor.seq} or one before it differs from what was anchored.")
    return found


def anchor() -> anchors.Anchor | None:
    """Sign the chain's present end into the file of anchors; None if nothing happened since the last one."""
    last = Event.objects.order_by("-seq").values_list("seq", "hash").first()
    if last is None:
        return None
    known = anchors.read()
    if known and known[-1].seq >= last[0]:
        return None
    return anchors.append(last[0], bytes(last[1]).hex())
