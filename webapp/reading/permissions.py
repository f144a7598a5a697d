"""Who may see assignments and readings. A reader sees their own; what others said is shown by ``agreement`` alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from webapp.blinding.models import Exposure
from webapp.blinding.permissions import own_exposures, veiled_specimens
from webapp.reading.models import Absence, Assignment, Purpose, QaReview, Reading, Round, SlideRequest
from webapp.studies.models import Protocol, Role
from webapp.studies.permissions import roles_of, studies_where, visible_studies

#: The role each purpose asks for.
ROLE_FOR = {
    Purpose.PRIMARY: Role.PATHOLOGIST,
    Purpose.RE_READ: Role.PATHOLOGIST,
    Purpose.QA: Role.QA_READER,
    Purpose.ADJUDICATION: Role.ADJUDICATOR,
    Purpose.QUALIFICATION: Role.PATHOLOGIST,
}


def visible_assignments(user: Any) -> QuerySet[Assignment]:
    """The person's own, in studies they are still a member of, from the day their session opens; those taken back are
    gone."""
    if not getattr(user, "is_active", False):
        return Assignment.objects.none()
    return Assignment.objects.filter(
        reader=user.pk, session__opens_at__lte=timezone.now(), session__study__in=visible_studies(user)
    ).exclude(state=Assignment.State.WITHDRAWN)


def visible_readings(user: Any) -> QuerySet[Reading]:
    """The person's own signed readings, except that a series cannot be looked at while a later one of the same
    specimen is still to be read by the same person, be it after a washout that has not ended."""
    unread = [Assignment.State.WAITING, Assignment.State.DEFERRED]
    again = Assignment.objects.filter(reader=user.pk, purpose=Purpose.RE_READ, state__in=unread).values("specimen")
    return Reading.objects.filter(assignment__in=visible_assignments(user)).exclude(specimen__in=again)


def may_revise(user: Any, assignment: Assignment) -> bool:
    """Whether the person may sign a second, revised reading of their own assignment now: the mode is sequential, they
    signed without the algorithm, and it (and nothing else of the specimen) has been shown to them since."""
    session = assignment.session
    if session.protocol.mode != Protocol.Mode.SEQUENTIAL or assignment.state != Assignment.State.SIGNED:
        return False
    if session.study.closed_at is not None:
        return False
    if Reading.objects.filter(assignment=assignment, stage=Reading.Stage.REVISED).exists():
        return False
    sources = set(own_exposures(user).filter(specimen=assignment.specimen_id).values_list("source", "planned"))
    return sources == {(Exposure.Source.ALGORITHM, True)}


def adjudicable_rounds(user: Any) -> QuerySet[Round]:
    """The discordant rounds the person may take up: they adjudicate in the study, read none of it themselves, were
    shown nothing of it, and nobody has taken it up."""
    studies = studies_where(user, [Role.ADJUDICATOR])
    waiting = Round.objects.filter(state=Round.State.DISCORDANT, specimen__slide__study__in=studies)
    waiting = waiting.filter(
        specimen__slide__study__closed_at=None, specimen__case__withdrawn_at=None
    )  # fmt: skip
    read = Assignment.objects.filter(reader=user.pk).values("specimen")
    seen = Exposure.objects.filter(person=user.pk).values("specimen")
    taken = Assignment.objects.filter(purpose=Purpose.ADJUDICATION).exclude(state=Assignment.State.WITHDRAWN)
    return waiting.exclude(specimen__in=read).exclude(specimen__in=seen).exclude(pk__in=taken.values("round"))


def administered_assignments(user: Any) -> QuerySet[Assignment]:
    """All assignments of the studies the person administers: who reads what and how far they are, never what they
    said. Specimens veiled for them are left out: an administrator who also reads in the study learns nothing here of
    what they may still have to read."""
    administered = studies_where(user, [Role.ADMINISTRATOR])
    return Assignment.objects.filter(session__study__in=administered).exclude(specimen__in=veiled_specimens(user))


def administered_absences(user: Any) -> QuerySet[Absence]:
    """Who is away in the studies the person administers."""
    return Absence.objects.filter(study__in=studies_where(user, [Role.ADMINISTRATOR]))


def administered_rounds(user: Any) -> QuerySet[Round]:
    """The rounds of the studies the person administers, but none of a specimen veiled for them: how far a round has
    come tells of the other readers."""
    administered = Round.objects.filter(specimen__slide__study__in=studies_where(user, [Role.ADMINISTRATOR]))
    return administered.exclude(specimen__in=veiled_specimens(user))


def administered_qa_reviews(user: Any) -> QuerySet[QaReview]:
    """The QA reviews of the studies the person administers, but none of a specimen veiled for them."""
    return QaReview.objects.filter(round__in=administered_rounds(user))


def can_sign_out(user: Any, study_id: UUID) -> bool:
    """Pathologists and adjudicators of the study sign cases out."""
    return bool(roles_of(user, study_id) & {Role.PATHOLOGIST, Role.ADJUDICATOR})


def visible_slide_requests(user: Any) -> QuerySet[SlideRequest]:
    """Requests for another image or cut: for the technicians and administrators of the study, and one's own. That
    somebody else asked for something tells that they are reading, so the veil over the specimen hides it."""
    working = Q(specimen__slide__study__in=studies_where(user, [Role.TECHNICIAN, Role.ADMINISTRATOR]))
    unveiled = ~Q(specimen__in=veiled_specimens(user))
    return SlideRequest.objects.filter((working & unveiled) | Q(assignment__in=visible_assignments(user)))


def can_read(user: Any, study_id: UUID, purpose: str) -> bool:
    """Whether the person holds the role that the purpose asks for."""
    return ROLE_FOR[Purpose(purpose)] in roles_of(user, study_id)
