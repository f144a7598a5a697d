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

from webapp.audit.signals import recorded
from webapp.live.rooms import Room
from webapp.runs.signals import progressed
from webapp.slides.models import FieldOfView

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
