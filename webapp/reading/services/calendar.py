"""When readers are expected to be done, and when they are away."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotVisible
from webapp.reading.models import Absence, ReadingSession
from webapp.reading.permissions import administered_absences, administered_assignments
from webapp.studies.models import READING_ROLES
from webapp.studies.services import administered_study, check_not_locked


def set_deadline(
    actor: Any, study_id: UUID, *, reader: UUID, purpose: str, series: int, due_at: datetime | None
) -> datetime | None:
    """Say until when a reader is to be done with what they hold of that purpose and series; None for no deadline.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.
        Invalid: the day is past, or the reader holds no such thing (as far as the actor may know).
        Conflict: the study's data are locked.
    """
    study = administered_study(actor, study_id)
    if due_at is not None and due_at <= timezone.now():
        raise Invalid("A deadline lies ahead.", fields={"due_at": f"Later than now; got {due_at.isoformat()}."})
    with transaction.atomic():
        held = administered_assignments(actor).filter(
            session__study=study, reader=reader, purpose=purpose, session__series=series
        )
        sessions = list(
            ReadingSession.objects.select_for_update().filter(pk__in=held.values("session")).order_by("pk")
        )  # fmt: skip
        check_not_locked(study)
        if not sessions:
            raise Invalid("The reader holds nothing of that kind.", fields={"reader": "See the progress for who does."})
        for session in sessions:
            session.due_at = due_at
            session.save(update_fields=["due_at"])
            record(
                actor, "session.due", obj=session, study_id=study.pk, person=str(reader),
                due_at=due_at and due_at.isoformat(),
            )  # fmt: skip
    return due_at


def record_absence(actor: Any, study_id: UUID, *, reader: UUID, first_day: date, last_day: date) -> Absence:
    """Record that a reader is away; what they hold stays theirs until an administrator moves it.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.
        Invalid: the person reads nothing in the study, or the days are in the wrong order or all past.
        Conflict: the reader is recorded as away within these days already.
    """
    study = administered_study(actor, study_id)
    if last_day < first_day:
        raise Invalid("An absence ends after it begins.", fields={"last_day": f"{first_day:%Y-%m-%d} or later."})
    if last_day < timezone.now().date():
        raise Invalid("The absence is over already.", fields={"last_day": "Today or later."})
    with transaction.atomic():
        # One at a time for each study, so that two do not record the same days.
        type(study).objects.select_for_update(no_key=True).get(pk=study.pk)
        if not study.memberships.filter(user=reader, role__in=READING_ROLES).exists():
            raise Invalid("This person reads nothing in the study.", fields={"reader": "Give a reading role first."})
        known = Absence.objects.filter(study=study, reader=reader, first_day__lte=last_day, last_day__gte=first_day)
        if (there := known.first()) is not None:
            raise Conflict(
                f"Recorded as away from {there.first_day:%Y-%m-%d} to {there.last_day:%Y-%m-%d} already.",
                code="away_already",
            )
        absence = Absence.objects.create(study=study, reader_id=reader, first_day=first_day, last_day=last_day)
        record(
            actor, "absence.recorded", obj=absence, study_id=study.pk, person=str(reader),
            first_day=f"{first_day:%Y-%m-%d}", last_day=f"{last_day:%Y-%m-%d}",
        )  # fmt: skip
    return absence


def end_absence(actor: Any, absence_id: UUID) -> None:
    """Strike an absence out.

    Raises:
        NotVisible: the actor does not administer its study, or it is gone.
    """
    with transaction.atomic():
        absence = administered_absences(actor).select_for_update().filter(pk=absence_id).first()
        if absence is None:
            raise NotVisible("There is no such absence, or you may not know of it.")
        record(actor, "absence.ended", obj=absence, study_id=absence.study_id, person=str(absence.reader_id))
        absence.delete()
