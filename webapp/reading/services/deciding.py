"""What follows from a signature: exactly one consensus per round, or an adjudicator, whatever the concurrency.

The round's row is locked by whoever decides; ``Consensus.round`` is unique besides; and the reconciler finds rounds
that are complete and undecided, should a rule or a process have failed in between.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from scoring.schemes import SCHEMES
from webapp.audit.services import record
from webapp.blinding.models import Exposure, Opening
from webapp.blinding.permissions import unfit_readers
from webapp.blinding.services import admit, open_specimen
from webapp.core.errors import NotVisible
from webapp.core.states import move
from webapp.reading.discrepancy import RULE_VERSION, Decision, adjudicated, decide, grade
from webapp.reading.models import Amendment, Assignment, Consensus, Purpose, QaReview, Reading, Round
from webapp.reading.permissions import adjudicable_rounds
from webapp.reading.scores import Score
from webapp.reading.services.assigning import assign, open_session
from webapp.studies.models import Protocol, Study

log = structlog.get_logger(__name__)

RECONCILED_AT_ONCE = 500
UNDECIDED = (Round.State.OPEN, Round.State.DISCORDANT)
UNREAD = (Assignment.State.WAITING, Assignment.State.DEFERRED)
QA_AHEAD = (QaReview.State.CHOSEN, QaReview.State.ASSIGNED)


def after_signing(assignment: Assignment, reading: Reading) -> None:
    """Decide what the signature completes. Called in its transaction, with the round locked."""
    if assignment.purpose == Purpose.QUALIFICATION or assignment.round is None:
        return
    protocol = assignment.session.protocol
    if protocol.mode == Protocol.Mode.SEQUENTIAL and assignment.purpose in (Purpose.PRIMARY, Purpose.RE_READ):
        admit(assignment.reader, assignment.specimen, Exposure.Source.ALGORITHM, reason="unaided reading signed")
    round_ = Round.objects.select_for_update().get(pk=assignment.round.pk)
    if assignment.purpose == Purpose.ADJUDICATION:
        _adjudicate(round_, reading)
    elif assignment.purpose == Purpose.QA:
        _grade(round_, reading)
    else:
        settle(round_)


def settle(round_: Round) -> None:
    """Decide the round if all its readings are in. Call it with the round locked; again changes nothing."""
    if round_.state != Round.State.OPEN:
        return
    readings = counted_readings(round_)
    if len(readings) < max(round_.readers_required, 1):
        return
    if round_.series > 1:
        move(round_, Round.State.CLOSED, decided_at=timezone.now())
        _say(round_, "round.closed", why="re-read")
        reveal_if_over(round_)
        return
    decision = decide(
        [score_said(reading) for reading in readings],
        marker=round_.specimen.slide.marker,
        tolerance=tolerance_of(round_),
    )
    if decision.is_discordant:
        move(round_, Round.State.DISCORDANT)
        _say(round_, "round.discordant")
        return
    _conclude(round_, decision, readings)


def counted_readings(round_: Round) -> list[Reading]:
    """The readings of the round that count: first signatures of primary (or re-read) assignments not taken back."""
    return list(
        Reading.objects.filter(
            assignment__round=round_,
            assignment__state=Assignment.State.SIGNED,
            purpose__in=[Purpose.PRIMARY, Purpose.RE_READ],
        )
        .exclude(stage=Reading.Stage.REVISED)
        .order_by("pk")
    )


def score_said(reading: Reading) -> Score:
    """What the reading says, with the last amendment that counts."""
    last = reading.amendments.filter(counts=True).order_by("-number").first()
    said: Reading | Amendment = last or reading
    return Score(
        reading.scheme, reading.scheme_version, said.scoreable, said.reason, said.inputs, said.value, said.category,
        said.rule, tuple(said.flags),
    )  # fmt: skip


def tolerance_of(round_: Round) -> Decimal | None:
    """The largest difference that is averaged under the round's protocol; None where only categories count."""
    text = round_.protocol.tolerances.get(round_.scheme)
    return None if text is None else Decimal(str(text))


def claim_adjudication(person: Any, round_id: UUID) -> Assignment:
    """The person takes up a discordant round; a second one who tries finds it gone.

    Raises:
        NotVisible: it is not waiting, or not for this person.
    """
    with transaction.atomic():
        Round.objects.select_for_update().filter(pk=round_id).first()
        round_ = (
            adjudicable_rounds(person).select_related("specimen__slide__study", "protocol").filter(pk=round_id).first()
        )
        if round_ is None:
            raise NotVisible("There is no such round, or it is not for you to adjudicate.")
        session = open_session(
            None, round_.specimen.slide.study, person, Purpose.ADJUDICATION, protocol=round_.protocol
        )
        (assignment,) = assign(None, session, [round_.specimen])
        if round_.protocol.readings_shown_to_adjudicator:
            admit(person, round_.specimen, Exposure.Source.READING, reason="adjudication with the readings shown")
    return assignment


def reconcile(limit: int = RECONCILED_AT_ONCE) -> int:
    """Do what was left undone, should a process have died or two decisions have crossed: decide the rounds that are
    complete, and open the specimens that nobody has to read any more. Returns how many rounds were dealt with. One
    that fails is logged and stops no other."""
    done = 0
    for round_id in _left_undone(limit):
        try:
            with transaction.atomic():
                _finish(Round.objects.select_for_update().get(pk=round_id))
            done += 1
        except Exception as error:  # whatever is wrong with this round, the others do not wait for it
            log.error("round_not_reconciled", round=str(round_id), error=f"{type(error).__name__}: {error}")
    return done


def _left_undone(limit: int) -> list[UUID]:
    signed = Assignment.objects.filter(round=OuterRef("pk"), state=Assignment.State.SIGNED)
    first = signed.filter(purpose__in=[Purpose.PRIMARY, Purpose.RE_READ]).order_by()
    number = Subquery(first.values("round").annotate(number=Count("pk")).values("number"))
    complete = Q(state=Round.State.OPEN, number__gte=Greatest(F("readers_required"), 1))
    adjudicated_ = Q(state=Round.State.DISCORDANT) & Exists(signed.filter(purpose=Purpose.ADJUDICATION))
    rounds = Round.objects.annotate(number=number).filter(complete | adjudicated_)
    undecided = list(rounds.order_by("created_at", "pk").values_list("pk", flat=True)[:limit])
    return undecided + list(_unopened().values_list("pk", flat=True)[: limit - len(undecided)])


def _unopened() -> QuerySet[Round]:
    """Rounds that are over, of specimens that the protocol reveals, that nobody has to read and that are not opened."""
    same = Q(specimen=OuterRef("specimen"))
    rounds = Round.objects.filter(same)
    series = Subquery(rounds.order_by().values("specimen").annotate(number=Count("pk")).values("number"))
    return (
        Round.objects.filter(state__in=[Round.State.DECIDED, Round.State.CLOSED])
        .annotate(number=series)
        .exclude(protocol__reveal_to_readers=Protocol.Reveal.NEVER)
        .exclude(
            protocol__reveal_to_readers=Protocol.Reveal.AFTER_RE_READS, number__lt=1 + F("protocol__re_read_series")
        )
        .exclude(specimen__in=Opening.objects.values("specimen"))
        .exclude(specimen__case__withdrawn_at__isnull=False)
        .exclude(Exists(rounds.filter(protocol__version__gt=OuterRef("protocol__version"))))
        .exclude(Exists(rounds.filter(state__in=UNDECIDED)))
        .exclude(Exists(Assignment.objects.filter(same, state__in=UNREAD)))
        .exclude(Exists(QaReview.objects.filter(round__specimen=OuterRef("specimen"), state__in=QA_AHEAD)))
        .order_by("created_at", "pk")
    )


def _finish(round_: Round) -> None:
    if round_.state == Round.State.DISCORDANT:
        last = Reading.objects.filter(
            assignment__round=round_, assignment__state=Assignment.State.SIGNED, purpose=Purpose.ADJUDICATION
        ).first()
        if last is not None:
            _adjudicate(round_, last)
    elif round_.state == Round.State.OPEN:
        settle(round_)
    else:
        reveal_if_over(round_)


def _adjudicate(round_: Round, reading: Reading) -> None:
    if round_.state == Round.State.DISCORDANT:
        _conclude(round_, adjudicated(score_said(reading)), [reading])


def _conclude(round_: Round, decision: Decision, readings: list[Reading]) -> None:
    consensus = Consensus.objects.create(
        round=round_, specimen=round_.specimen, kind=decision.kind, scheme=round_.scheme,
        scheme_version=SCHEMES[round_.scheme].version, scoreable=decision.scoreable, reason=decision.reason,
        inputs=dict(decision.inputs), value=decision.value, category=decision.category, rule=decision.rule[:400],
        rule_version=RULE_VERSION, spread=decision.spread, tolerance=decision.tolerance,
        readings=[str(reading.pk) for reading in readings],
    )  # fmt: skip
    move(round_, Round.State.DECIDED, decided_at=timezone.now())
    record(
        None, "consensus.made", obj=consensus, study_id=round_.specimen.slide.study_id,
        specimen_id=round_.specimen_id, how=decision.kind,
    )  # fmt: skip
    if decision.kind == Consensus.Kind.PROVISIONAL and _is_sampled(round_):
        choose_for_qa(None, round_, readings[0])
    reveal_if_over(round_)


def choose_for_qa(actor: Any, round_: Round, first: Reading, *, targeted: bool = False) -> QaReview:
    """Have the single-read specimen read a second time, blinded."""
    review = QaReview.objects.create(round=round_, first=first, targeted=targeted)
    record(
        actor, "qa.chosen", obj=review, study_id=round_.specimen.slide.study_id, specimen_id=round_.specimen_id,
        targeted=targeted,
    )  # fmt: skip
    return review


def _is_sampled(round_: Round) -> bool:
    """By lot: a number that follows from the specimen's random id, so that nobody chooses and a repeat agrees."""
    number = int.from_bytes(hashlib.sha256(round_.specimen_id.bytes + b"qa").digest()[:8], "big")
    return number / 2**64 < float(round_.protocol.qa_share)


def _grade(round_: Round, second: Reading) -> None:
    review = QaReview.objects.select_for_update().filter(round=round_, state=QaReview.State.ASSIGNED).first()
    if review is None or review.first is None:
        return
    found = grade(score_said(review.first), score_said(second), tolerance_of(round_))
    move(review, QaReview.State.READ, second=second, grade=found)
    record(
        None, "qa.graded", obj=review, study_id=round_.specimen.slide.study_id, specimen_id=round_.specimen_id
    )  # fmt: skip
    reveal_if_over(round_)


def reveal_if_over(round_: Round) -> None:
    """Open the specimen to readers where the protocol says so and nobody has to read it any more.

    The latest version of the protocol that any of its rounds is read under decides: re-reads that were planned later
    keep it closed. Where the protocol reveals after the re-reads, a specimen of which a series was never given out
    stays closed until the study's data are locked. What a patient withdrew is shown to nobody new.
    """
    rounds = Round.objects.filter(specimen=round_.specimen_id).select_related("protocol")
    protocol = max((found.protocol for found in rounds), key=lambda found: found.version)
    reveal = protocol.reveal_to_readers
    if round_.specimen.case.withdrawn_at is not None or rounds.filter(state__in=UNDECIDED).exists():
        return
    if Assignment.objects.filter(specimen=round_.specimen_id, state__in=UNREAD).exists():
        return
    if QaReview.objects.filter(round__specimen=round_.specimen_id, state__in=QA_AHEAD).exists():
        return
    if reveal == Protocol.Reveal.NEVER:
        return
    if reveal == Protocol.Reveal.AFTER_RE_READS and rounds.count() < 1 + protocol.re_read_series:
        return
    open_specimen(None, round_.specimen, reason="all readings are in")


def fit_adjudicators_exist(study: Study, round_: Round) -> bool:
    """Whether anybody could adjudicate the round."""
    unfit = unfit_readers(round_.specimen)
    readers = round_.assignments.values_list("reader", flat=True)
    members = study.memberships.filter(role="adjudicator", user__is_active=True)
    return members.exclude(user__in=unfit).exclude(user__in=readers).exists()


def _say(round_: Round, verb: str, **details: Any) -> None:
    record(
        None, verb, obj=round_, study_id=round_.specimen.slide.study_id, specimen_id=round_.specimen_id, **details
    )  # fmt: skip
