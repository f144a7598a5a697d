"""The qualification set: whether a reader agrees with enough of the known answers to begin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from webapp.reading.discrepancy import grade
from webapp.reading.models import Assignment, Purpose, QualificationItem, Reading
from webapp.reading.scores import Score
from webapp.studies.models import Protocol, Role
from webapp.studies.permissions import studies_where


@dataclass(frozen=True)
class Standing:
    """How far a reader has come. ``agreed`` is told once the last answer is in, not before: answer by answer it would
    say which were wrong."""

    needed: int
    done: int
    passed: bool
    agreed: int | None = None
    share: str = "0"

    def as_json(self) -> dict[str, Any]:
        return {
            "needed": self.needed, "done": self.done, "passed": self.passed, "agreed": self.agreed, "share": self.share,
        }  # fmt: skip


def standing_of(reader_id: UUID, study_id: UUID, protocol: Protocol | None = None) -> Standing | None:
    """The reader's standing in their last attempt; None where the protocol asks for no qualification.

    They are judged by what they were given: a set that grows later takes nobody's qualification away.
    """
    protocol = protocol or Protocol.objects.filter(study=study_id).order_by("-version").first()
    if protocol is None or protocol.qualification_share <= 0:
        return None
    given = list(
        Assignment.objects.filter(reader=reader_id, session__study=study_id, purpose=Purpose.QUALIFICATION)
        .exclude(state=Assignment.State.WITHDRAWN)
        .values_list("pk", "session__series", "state")
    )
    last = max((series for _, series, _ in given), default=1)
    attempt = [(pk, state) for pk, series, state in given if series == last]
    signed = [pk for pk, state in attempt if state == Assignment.State.SIGNED]
    share = f"{protocol.qualification_share.normalize():f}"
    if not attempt or len(signed) < len(attempt):
        needed = len(attempt) or QualificationItem.objects.filter(study=study_id).count()
        return Standing(needed, len(signed), passed=False, share=share)
    agreed = _agreed(signed, study_id, protocol)
    passed = Decimal(agreed) >= protocol.qualification_share * len(attempt)
    return Standing(len(attempt), len(signed), passed, agreed, share)


def is_qualified(reader_id: UUID, study_id: UUID, protocol: Protocol) -> bool:
    """Whether the reader may begin to read under the protocol."""
    standing = standing_of(reader_id, study_id, protocol)
    return standing is None or standing.passed


def _agreed(assignments: Iterable[UUID], study_id: UUID, protocol: Protocol) -> int:
    """How many of the readings say what was expected: same category, within the tolerance."""
    items = {item.specimen_id: item for item in QualificationItem.objects.filter(study=study_id)}
    readings = Reading.objects.filter(assignment__in=list(assignments), stage=Reading.Stage.UNAIDED)
    count = 0
    for reading in readings:
        item = items.get(reading.specimen_id)
        if item is None:
            continue
        tolerance = protocol.tolerances.get(reading.scheme)
        expected = Score(reading.scheme, "", item.scoreable, value=item.value, category=item.category)
        said = Score(reading.scheme, "", reading.scoreable, value=reading.value, category=reading.category)
        count += grade(expected, said, Decimal(tolerance) if tolerance is not None else None) == "concordant"
    return count


def own_standing(user: Any, study_id: UUID | None = None) -> Standing | None:
    """The person's own standing in a study; without one, of all the open studies together in which they are to qualify.
    None where they are not to."""
    studies = studies_where(user, [Role.PATHOLOGIST]).filter(closed_at=None)
    if study_id is not None:
        studies = studies.filter(pk=study_id)
    in_force = Protocol.objects.filter(study__in=studies).order_by("study", "-version").distinct("study")
    found = [standing_of(user.pk, protocol.study_id, protocol) for protocol in in_force]
    asked = [standing for standing in found if standing is not None]
    if len(asked) <= 1:
        return asked[0] if asked else None
    return Standing(
        sum(standing.needed for standing in asked),
        sum(standing.done for standing in asked),
        all(standing.passed for standing in asked),
    )
