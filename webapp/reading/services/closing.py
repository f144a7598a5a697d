"""The end of reading: of a whole study, for good, and of a case whose patient withdrew."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.audit.services import record
from webapp.blinding.services import open_specimen
from webapp.cases.models import Case
from webapp.cases.permissions import visible_cases
from webapp.core.errors import Conflict, NotAllowed, NotVisible
from webapp.core.states import move
from webapp.reading.models import Assignment, QaReview, Round
from webapp.reading.services.quality import call_off
from webapp.reading.services.withdrawing import UNREAD, checked_reason, take_back
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Study
from webapp.studies.permissions import can_administer
from webapp.studies.services import administered_study

UNDECIDED = (Round.State.OPEN, Round.State.DISCORDANT)
_QA_AHEAD = (QaReview.State.CHOSEN, QaReview.State.ASSIGNED)


def lock_study(actor: Any, study_id: UUID) -> Study:
    """Lock the data of a closed study, for good. Nothing of it is read any more: what was not read is taken back,
    second reads that wait are called off, rounds without a consensus are closed. Then every specimen is opened to its
    readers unless the protocol never reveals: whoever waited for re-reads waits no longer.

    Afterwards nobody, whoever asks, writes readings, amendments, consensuses, assignments, drafts, sign-outs or
    versions of the protocol: PostgreSQL refuses. Members still come and go, because who may look must stay in an
    administrator's hand; looking is still recorded; and a patient may still withdraw.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.  Conflict: reading is not closed yet.
    """
    with transaction.atomic():
        administered_study(actor, study_id)
        # Rounds before the study, as everybody who signs does.
        rounds = list(
            Round.objects.select_for_update(of=("self",))
            .filter(specimen__slide__study=study_id)
            .select_related("specimen__slide", "specimen__case", "protocol")
            .order_by("specimen", "series")
        )
        study = Study.objects.select_for_update().get(pk=study_id)
        if study.locked_at is not None:
            return study
        if study.closed_at is None:
            raise Conflict("Close the study first; then its data can be locked.", code="study_open")
        _end_reading(actor, Assignment.objects.filter(session__study=study), rounds, reason="the data were locked")
        _open_all(rounds)
        study.locked_at = timezone.now()
        study.save(update_fields=["locked_at"])
        record(actor, "study.locked", obj=study, study_id=study.pk)
    return study


def withdraw_case(actor: Any, case_id: UUID, *, reason: str) -> Case:
    """The patient withdrew: the case is read no more and its readings, which stay, are left out of everything that is
    counted. What was not read is taken back, its rounds are closed without a consensus, second reads called off;
    nothing of it is shown to anybody new. Again changes nothing.

    Raises:
        NotVisible: the actor may not know of the case.  NotAllowed: they do not administer its study.
        Invalid: no reason is given.
    """
    reason = checked_reason(reason)
    with transaction.atomic():
        case = administered_case(actor, case_id)
        rounds = list(
            Round.objects.select_for_update(of=("self",))
            .filter(specimen__case=case)
            .select_related("specimen__slide", "specimen__case", "protocol")
            .order_by("specimen", "series")
        )
        case = Case.objects.select_for_update().get(pk=case.pk)
        if case.withdrawn_at is not None:
            return case
        if case.study.locked_at is None:  # a locked study has nothing left to take back
            _end_reading(actor, Assignment.objects.filter(specimen__case=case), rounds, reason="the patient withdrew")
        case.withdrawn_at = timezone.now()
        case.save(update_fields=["withdrawn_at"])
        record(actor, "case.withdrawn", obj=case, study_id=case.study_id, reason=reason)
    return case


def _end_reading(actor: Any, assignments: Any, rounds: list[Round], *, reason: str) -> None:
    """Take back what was not read, call off second reads, close what has no consensus. The rounds are locked."""
    for round_ in rounds:
        # Before anything is taken back: that would have rounds of re-reads settle and specimens be revealed.
        if round_.state in UNDECIDED:
            move(round_, Round.State.CLOSED, decided_at=timezone.now())
            record(
                None, "round.closed", obj=round_, study_id=round_.specimen.slide.study_id,
                specimen_id=round_.specimen_id, why=reason,
            )  # fmt: skip
    by_id = {round_.pk: round_ for round_ in rounds}
    for review in QaReview.objects.select_for_update().filter(round__in=by_id, state__in=_QA_AHEAD).order_by("pk"):
        call_off(actor, review, by_id[review.round_id], reason=reason)
    unread = assignments.filter(state__in=UNREAD).select_related(
        "round", "session__study", "specimen__slide", "specimen__case", "reader"
    )
    for assignment in unread.select_for_update(of=("self",)).order_by("pk"):
        take_back(actor, assignment, reason)


def _open_all(rounds: list[Round]) -> None:
    latest: dict[Specimen, Protocol] = {}
    for round_ in rounds:
        before = latest.get(round_.specimen)
        if before is None or before.version < round_.protocol.version:
            latest[round_.specimen] = round_.protocol
    for specimen, protocol in sorted(latest.items(), key=lambda item: item[0].pk):
        if protocol.reveal_to_readers != Protocol.Reveal.NEVER and specimen.case.withdrawn_at is None:
            open_specimen(None, specimen, reason="the data were locked")


def administered_case(actor: Any, case_id: UUID) -> Case:
    """The case, for the administrators of its study.

    Raises:
        NotVisible: the actor may not know of it.  NotAllowed: they do not administer its study.
    """
    case = visible_cases(actor).filter(pk=case_id).first()
    if case is None:
        raise NotVisible("There is no such case, or you may not know of it.")
    if not can_administer(actor, case.study_id):
        raise NotAllowed("Only the study's administrators withdraw a case.")
    return case
