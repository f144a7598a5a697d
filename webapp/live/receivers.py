"""Turns what was recorded into "object X changed" in the rooms that may know. Frames carry ids, never content, and are
hints: when the channel layer is down, browsers still find everything over REST."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.dispatch import receiver
from django.utils import timezone

from webapp.accounts.models import User
from webapp.audit.signals import recorded
from webapp.blinding.permissions import is_veiled
from webapp.live.rooms import Room
from webapp.reading.models import Assignment, SlideRequest
from webapp.reading.permissions import adjudicable_rounds
from webapp.runs.signals import progressed
from webapp.slides.models import FieldOfView
from webapp.slides.permissions import visible_specimens
from webapp.studies.models import Membership, Role

log = structlog.get_logger(__name__)

PATIENCE_S = 2.0
#: After these, everybody in the study's rooms is judged again at once.
JUDGE_AGAIN = frozenset(
    {"membership.granted", "membership.revoked", "protocol.versioned", "veil.drawn", "veil.lifted", "user.deactivated"}
)
#: What every member of a study may know of: the frame's word for each kind of object. Other kinds are told to nobody.
FOR_MEMBERS = {
    "slide": "slide",
    "case": "case",
    "fieldofview": "field_of_view",
    "stainingbatch": "staining_batch",
    "study": "study",
    "protocol": "study",
}
#: After these, a person's own worklist is not what it was.
OWN_WORK = frozenset(
    {"assignment.made", "assignment.withdrawn", "assignment.deferred", "assignment.resumed", "reading.signed",
     "slide_request.settled"}
)  # fmt: skip
#: Acts that change nothing a member could see.
SILENT = frozenset({"slide.opened", "result.revealed", "result.exported", "exposure.recorded", "comparison.revealed"})


@receiver(recorded, dispatch_uid="live.recorded")
def tell_what_was_recorded(
    *, verb: str, kind: str, id: str, study_id: str | None = None, specimen_id: str | None = None, **_: Any
) -> None:
    """After commit: tell the rooms that may know, and have the people in them judged again where rights changed."""
    if study_id is None:
        if verb == "user.deactivated":
            publish([Room("person", UUID(id))], {"type": "live.judge"})
        return
    study = UUID(study_id)
    if verb in JUDGE_AGAIN:
        publish([Room("study", study)], {"type": "live.judge"})
    if verb in SILENT:
        return
    if verb in OWN_WORK:
        tell_reader(verb, kind, UUID(id))
    elif verb == "specimen.opened" and specimen_id is not None:
        tell_of_reveal(UUID(specimen_id))
    elif verb == "round.discordant":
        tell_adjudicators(UUID(id), study)
    if kind == "run":
        tell_of_run(UUID(id), study, ended=verb == "run.finished")
    elif kind in FOR_MEMBERS:
        rooms = [Room("study", study)]
        if kind == "slide":
            rooms.append(Room("slide", UUID(id)))
        if kind == "fieldofview":
            slide = FieldOfView.objects.filter(pk=id).values_list("slide", flat=True).first()
            rooms += [Room("slide", slide)] if slide else []
        object_id = study_id if kind == "protocol" else id
        publish(rooms, _changed(FOR_MEMBERS[kind], object_id))


def tell_reader(verb: str, kind: str, object_id: UUID) -> None:
    """Tell the reader of an assignment, and nobody else, that something of it changed: in whatever window they did it,
    or by an administrator. Of many made at once the last one stands for all."""
    wanted = {
        "assignment": Assignment.objects.filter(pk=object_id),
        "reading": Assignment.objects.filter(readings=object_id),
        "sliderequest": Assignment.objects.filter(
            pk__in=SlideRequest.objects.filter(pk=object_id).values("assignment")
        ),
    }
    for assignment in wanted[kind].select_related("reader", "session"):
        # One whose session has not opened (a washout) is nothing they may know of yet.
        if assignment.session.opens_at > timezone.now():
            continue
        later = Assignment.objects.filter(session=assignment.session_id, position__gt=assignment.position)
        if verb != "assignment.made" or not later.exists():
            publish([Room("person", assignment.reader_id)], _changed("worklist", str(assignment.pk)))


def tell_of_reveal(specimen_id: UUID) -> None:
    """Tell those who read the specimen that it is open to them, where it is."""
    readers = Assignment.objects.filter(specimen=specimen_id, state=Assignment.State.SIGNED).values("reader")
    for reader in User.objects.filter(pk__in=readers, is_active=True):
        if visible_specimens(reader).filter(pk=specimen_id).exists() and not is_veiled(reader, specimen_id):
            publish([Room("person", reader.pk)], _changed("comparison", str(specimen_id)))


def tell_adjudicators(round_id: UUID, study_id: UUID) -> None:
    """Tell those who may take the discordant round up, as the queue itself judges it."""
    adjudicators = Membership.objects.filter(study=study_id, role=Role.ADJUDICATOR).values("user")
    for person in User.objects.filter(pk__in=adjudicators, is_active=True):
        if adjudicable_rounds(person).filter(pk=round_id).exists():
            publish([Room("person", person.pk)], _changed("adjudication", str(round_id)))


@receiver(progressed, dispatch_uid="live.progressed")
def tell_of_progress(*, run_id: UUID, study_id: UUID, **_: Any) -> None:
    """The worker wrote a run's progress."""
    tell_of_run(run_id, study_id, ended=False)


def tell_of_run(run_id: UUID, study_id: UUID, *, ended: bool) -> None:
    """Tell those who may know of the run; once it has a result, that this is there to be looked at."""
    rooms = [Room("run", run_id), Room("runs", study_id)]
    publish(rooms, _changed("run", str(run_id)))
    if ended:
        publish(rooms, _changed("result", str(run_id)))


def publish(rooms: Iterable[Room], message: dict[str, Any]) -> None:
    """Send a message to rooms; a channel layer that fails is logged, never waited for."""
    layer = get_channel_layer()
    if layer is None:
        return

    async def send() -> None:
        for room in rooms:
            await asyncio.wait_for(layer.group_send(room.group, message), PATIENCE_S)

    try:
        async_to_sync(send)()
    except Exception as error:  # the layer's clients raise what they like; a hint must never fail the write it tells of
        log.warning("live_not_told", error=f"{type(error).__name__}: {error}")


def _changed(what: str, object_id: str) -> dict[str, Any]:
    return {"type": "live.changed", "changed": what, "id": object_id}
