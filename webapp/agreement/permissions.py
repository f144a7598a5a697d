"""Who may see what others said of a specimen: people's readings, the consensus, an algorithm's result, the trail of
what happened. The veil is asked in every answer.

Two steps, always: what a person *may* look at (``revealable_*``), and what they *have* looked at (an exposure of their
own stands) and may still see (``visible_*``). Everything that is shown is of the second kind.

Readers may look once the specimen is opened to readers. Study administrators see that somebody reads and how far they
are; what was said they may look at when nobody has to read the specimen any more, whether or not it is ever opened to
readers, or earlier by ``services.unblind``, with a reason. Technicians see no reading at all.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from webapp.audit.models import Event
from webapp.blinding.models import Admission, Exposure, Opening
from webapp.blinding.permissions import own_exposures, veiled_specimens
from webapp.reading.models import Assignment, Consensus, Purpose, QaReview, Reading, Round
from webapp.runs.models import Result, Run
from webapp.runs.permissions import visible_runs
from webapp.slides.models import Specimen
from webapp.studies.models import READING_ROLES, Protocol, Role
from webapp.studies.permissions import studies_where

#: What people said, as against algorithms.
SAID = (Exposure.Source.READING, Exposure.Source.CONSENSUS)
#: Acts on a study and its material, which tell nothing of who has read what.
NOT_OF_READING = frozenset({
    "study.created", "study.described", "study.closed", "study.reopened", "study.locked", "protocol.versioned",
    "membership.granted", "membership.revoked", "case.created", "case.withdrawn", "orders.imported",
    "slide.registered", "slide.ingested", "slide.refused", "slide.changed", "slide.retried", "tma_map.applied",
    "field_of_view.created", "field_of_view.deleted", "staining_batch.created", "qualification.set",
})  # fmt: skip
_UNREAD = (Assignment.State.WAITING, Assignment.State.DEFERRED)
_AIDED = (Purpose.PRIMARY, Purpose.RE_READ)


def finished_specimens() -> QuerySet[Specimen]:
    """The specimens that nobody has to read any more: opened to readers; or of a study whose data are locked; or with
    every series of the protocol decided, nobody waiting, and no QA second read to come."""
    last = Round.objects.filter(
        series=F("protocol__re_read_series") + 1, state__in=[Round.State.DECIDED, Round.State.CLOSED]
    )
    going_on = Round.objects.filter(state__in=[Round.State.OPEN, Round.State.DISCORDANT])
    waiting = Assignment.objects.filter(state__in=_UNREAD).exclude(purpose=Purpose.QUALIFICATION)
    checked = QaReview.objects.filter(state__in=[QaReview.State.CHOSEN, QaReview.State.ASSIGNED])
    complete = (
        Q(pk__in=last.values("specimen"))
        & ~Q(pk__in=going_on.values("specimen"))
        & ~Q(pk__in=waiting.values("specimen"))
        & ~Q(pk__in=checked.values("round__specimen"))
    )
    opened = Q(pk__in=Opening.objects.values("specimen"))
    return Specimen.objects.filter(opened | Q(slide__study__locked_at__isnull=False) | complete)


def revealable_specimens(user: Any) -> QuerySet[Specimen]:
    """The specimens whose readings the person may look at now, by ``services.reveal_comparison``."""
    opened = Q(slide__study__in=studies_where(user, READING_ROLES)) & Q(pk__in=Opening.objects.values("specimen"))
    finished = Q(slide__study__in=studies_where(user, [Role.ADMINISTRATOR])) & Q(pk__in=finished_specimens())
    return _read_specimens().filter(opened | finished).exclude(pk__in=veiled_specimens(user))


def followed_specimens(user: Any) -> QuerySet[Specimen]:
    """The specimens of which the person may know that they are read, and how far: an administrator's, without those
    that are veiled for them."""
    administered = studies_where(user, [Role.ADMINISTRATOR])
    return _read_specimens().filter(slide__study__in=administered).exclude(pk__in=veiled_specimens(user))


def unblinded_specimens(user: Any) -> QuerySet[Specimen]:
    """The specimens that the person, an administrator, has had shown before their time."""
    forced = own_exposures(user).filter(source__in=SAID, planned=False).values("specimen")
    administered = studies_where(user, [Role.ADMINISTRATOR])
    return Specimen.objects.filter(slide__study__in=administered, pk__in=forced, case__withdrawn_at=None)


def comparable_specimens(user: Any) -> QuerySet[Specimen]:
    """The specimens whose comparison the person may look at again, as far as it was shown to them."""
    return Specimen.objects.filter(Q(pk__in=revealable_specimens(user)) | Q(pk__in=unblinded_specimens(user)))


def admitted_specimens(user: Any, source: str) -> QuerySet[Specimen]:
    """The specimens of which the protocol shows the person this kind of thing although they are veiled. Not while the
    person is to read one unaided: an earlier series' admission does not aid the re-read."""
    admitted = Admission.objects.filter(person=user.pk, source=source).values("specimen")
    found = Specimen.objects.filter(pk__in=admitted)
    if source != Exposure.Source.ALGORITHM:
        return found
    unread = Assignment.objects.filter(reader=user.pk, state__in=_UNREAD)
    aided = Q(session__protocol__mode=Protocol.Mode.CONCURRENT, purpose__in=_AIDED)
    return found.exclude(pk__in=unread.exclude(aided).values("specimen"))


def signed_readings() -> QuerySet[Reading]:
    """All signed readings that were not taken back, of whatever purpose except qualification."""
    return Reading.objects.filter(assignment__state=Assignment.State.SIGNED).exclude(purpose=Purpose.QUALIFICATION)


def readings_of(specimen: Specimen | UUID) -> QuerySet[Reading]:
    """The signed readings of a specimen."""
    return signed_readings().filter(specimen=specimen.pk if isinstance(specimen, Specimen) else specimen)


def visible_readings(user: Any) -> QuerySet[Reading]:
    """The readings of others that the person has looked at and may still see, and, of these specimens, their own."""
    seen = own_exposures(user).filter(source=Exposure.Source.READING).values("source_id")
    return Reading.objects.filter(specimen__in=comparable_specimens(user)).filter(Q(pk__in=seen) | Q(reader=user.pk))


def visible_consensuses(user: Any) -> QuerySet[Consensus]:
    """The consensuses the person has looked at and may still see."""
    seen = own_exposures(user).filter(source=Exposure.Source.CONSENSUS).values("source_id")
    return Consensus.objects.filter(specimen__in=comparable_specimens(user), pk__in=seen)


def pooled_specimens(user: Any, study_id: UUID) -> QuerySet[Specimen]:
    """The specimens of a study over which the person may see agreement: those whose reading is over, as far as they may
    look at each. Never one that they unblinded for themselves while others read."""
    return revealable_specimens(user).filter(slide__study=study_id)


def pooled_readings(user: Any, study_id: UUID) -> QuerySet[Reading]:
    """The readings that agreement is computed of: each one the person has looked at already, so that no figure can tell
    what they have not seen; and, of the same specimens, their own."""
    return visible_readings(user).filter(
        pk__in=signed_readings().values("pk"), specimen__in=pooled_specimens(user, study_id)
    )  # fmt: skip


def pooled_results(user: Any, study_id: UUID) -> QuerySet[Result]:
    """The algorithms' results that agreement is computed of: those the person has looked at."""
    return visible_results(user).filter(run__specimen__in=pooled_specimens(user, study_id), run__field_of_view=None)


def pooled_consensuses(user: Any, study_id: UUID) -> QuerySet[Consensus]:
    """The consensuses that agreement is computed of: those the person has looked at."""
    return visible_consensuses(user).filter(specimen__in=pooled_specimens(user, study_id))


def unseen_specimens(user: Any, study_id: UUID) -> QuerySet[Specimen]:
    """The specimens whose reading is over and of which something was said that the person has not looked at."""
    seen = own_exposures(user).values("source_id")
    readings = signed_readings().exclude(Q(reader=user.pk) | Q(pk__in=seen))
    results = Result.objects.filter(run__state=Run.State.DONE).exclude(run__in=seen)
    said = Q(pk__in=readings.values("specimen")) | Q(pk__in=results.values("run__specimen"))
    return pooled_specimens(user, study_id).filter(said)


def revealable_runs(user: Any) -> QuerySet[Run]:
    """The runs whose result the person may look at now: those they may know of that are done."""
    return visible_runs(user).filter(state=Run.State.DONE)


def visible_results(user: Any) -> QuerySet[Result]:
    """The results the person has looked at (an exposure of their own stands) and may still see: of runs they may know
    of, of specimens they may compare, and where the protocol admits them to the algorithm."""
    seen = own_exposures(user).filter(source=Exposure.Source.ALGORITHM).values("source_id")
    admitted = admitted_specimens(user, Exposure.Source.ALGORITHM)
    return Result.objects.filter(run__in=seen).filter(
        Q(run__in=revealable_runs(user))
        | Q(run__specimen__in=comparable_specimens(user))
        | Q(run__specimen__in=admitted)
    )


def planned_of(study_id: UUID, specimen_ids: Collection[UUID]) -> set[UUID]:
    """The specimens of a study of which the protocol plans that those who may see an algorithm's result see it at this
    stage: nobody is asked to read, or the algorithm is shown from the start (concurrent), or reading is over.

    Otherwise what technicians and administrators see is an exposure that the protocol does not plan: it ends the right
    to read that specimen, should they be given a reading role later.
    """
    protocol = Protocol.objects.filter(study=study_id).order_by("-version").first()
    if protocol is not None and (protocol.readers_per_specimen == 0 or protocol.mode == Protocol.Mode.CONCURRENT):
        return set(specimen_ids)
    return set(finished_specimens().filter(pk__in=list(specimen_ids)).values_list("pk", flat=True))


def visible_events(user: Any, study_id: UUID) -> QuerySet[Event]:
    """What happened in a study, for its administrators; nothing that tells of a specimen veiled for them. Events are
    shown without their number in the chain, whose gaps would tell how many are hidden.

    Events that name no specimen may tell of reading all the same: somebody opens a slide, a session of adjudication
    begins. While anything in the study is veiled for the person, these are only the ones known to be harmless, and the
    person's own.
    """
    veiled = veiled_specimens(user)
    events = Event.objects.filter(
        study_id=study_id, study_id__in=studies_where(user, [Role.ADMINISTRATOR]).values("pk")
    ).exclude(specimen_id__in=veiled.values("pk"))
    if veiled.filter(slide__study=study_id).exists():
        known = Q(specimen_id__isnull=False) | Q(verb__in=NOT_OF_READING) | Q(actor_id=user.pk)
        events = events.filter(known)
    return events.order_by("-seq")


def _read_specimens() -> QuerySet[Specimen]:
    """Those that are read; of a patient who withdrew nothing is shown any more."""
    return Specimen.objects.filter(pk__in=Round.objects.values("specimen"), case__withdrawn_at=None)
