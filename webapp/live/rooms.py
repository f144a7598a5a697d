"""Rooms: who is told that something changed. A room carries only what everybody in it may know.

* ``study``: every member: its slides, cases and fields;  ``slide``: every member of its study;
* ``runs``: those who may know of all runs of a study;  ``run``: those who may know of this run;
* ``person``: one person, on all their sockets.

Joining "study:<id>" also joins its ``runs`` room where that is permitted; the answer is the same frame either way, so
nobody learns from it whether there are runs. Who may join is judged without looking at what runs there are, except for
``run`` itself, whose refusal is that of an unknown id.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from webapp.blinding.permissions import veiled_specimens
from webapp.runs.permissions import studies_with_visible_runs, visible_runs
from webapp.slides.permissions import visible_slides
from webapp.studies.permissions import visible_studies

#: What a client may ask to join.
JOINABLE = ("study", "run", "slide")


class Room(NamedTuple):
    """A room by kind and the id of what it is about."""

    kind: str
    id: UUID

    @property
    def group(self) -> str:
        """The channel layer's name for it; ids are random, so the name tells nothing."""
        return f"{self.kind}.{self.id.hex}"

    @property
    def name(self) -> str:
        """The client's name for it."""
        return f"{self.kind}:{self.id}"


def parse(name: object) -> Room | None:
    """The room a client means by "study:<id>", "run:<id>" or "slide:<id>"; None for anything else."""
    if not isinstance(name, str) or len(name) > 60:
        return None
    kind, _, text = name.partition(":")
    if kind not in JOINABLE:
        return None
    try:
        return Room(kind, UUID(text))
    except ValueError:
        return None


def may_join(user: Any, room: Room) -> bool:
    """Whether the person may be told of changes in this room, now."""
    if room.kind == "study":
        return visible_studies(user).filter(pk=room.id).exists()
    if room.kind == "slide":
        return visible_slides(user).filter(pk=room.id).exists()
    if room.kind == "run":
        return visible_runs(user).filter(pk=room.id).exists()
    if room.kind == "runs":
        return _may_know_all_runs(user, room.id)
    return room.kind == "person" and room.id == user.pk


def _may_know_all_runs(user: Any, study_id: UUID) -> bool:
    """Somebody for whom any specimen of the study is veiled hears of no run there: even an id and its moment tell."""
    if not studies_with_visible_runs(user).filter(pk=study_id).exists():
        return False
    return not veiled_specimens(user).filter(slide__study=study_id).exists()
