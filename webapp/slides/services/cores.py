"""The grid of a TMA slide as a person edits it, and a map taken over from a serial section."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.audit.services import record
from webapp.cases.services import CODE, CODE_RULE
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible, Stale, counted_problems
from webapp.core.states import move
from webapp.slides.models import CoreProposal, Slide, Specimen
from webapp.slides.permissions import can_see_maps, visible_slides
from webapp.slides.services.grids import (
    LARGEST_PLACE,
    MOST_CORES,
    Circle,
    Wanted,
    circle_of,
    locked_tma,
    write_cores,
)

State = CoreProposal.State


@dataclass(frozen=True)
class GridPlace:
    """One place of an edited grid. Without a ``case`` it is a circle only; ``specimen`` is the core it is already."""

    row: int
    column: int
    circle: Circle
    is_missing: bool = False
    case: str = ""
    specimen: UUID | None = None

    def as_proposed(self) -> dict[str, Any]:
        """As a proposal keeps it."""
        return {
            "row": self.row, "column": self.column, "x_px": self.circle.x_px, "y_px": self.circle.y_px,
            "radius_px": self.circle.radius_px, "present": not self.is_missing,
        }  # fmt: skip


def save_cores(actor: Any, slide_id: UUID, places: Sequence[GridPlace], *, version: int) -> Slide:
    """Save the whole grid of a TMA slide: places with a case are its cores from now on, the others circles that a map
    may give to cases. Cores that are not among the places are deleted.

    Args:
        places: at most 5000, each row and column once.
        version: of the slide whose grid was edited; it counts edits.

    Raises:
        Stale: somebody changed the slide since.  Invalid: a place is not acceptable; nothing was saved.
        Conflict: the slide is not ready, is a whole section, is being dearrayed, or a core in use would be deleted,
            given to another case or moved away.
        NotVisible, NotAllowed: the actor is no technician of the study.
    """
    with transaction.atomic():
        slide, there = locked_tma(actor, slide_id)
        if slide.version != version:
            raise Stale(
                f"This slide was changed in the meantime (version {slide.version}, yours is {version}); load it again.",
                code="stale",
            )
        _check(places, slide, {specimen.pk for specimen in there})
        _keep_proposal(slide, places)
        wanted = [
            Wanted(place.row, place.column, place.case, place.circle, place.is_missing, place.specimen)
            for place in places
            if place.case
        ]
        written = write_cores(slide, there, wanted, keep_others=False)
        details = written.as_details()
        record(actor, "cores.saved", obj=slide, study_id=slide.study_id, places=len(places), **details)
    return slide


def copy_cores(actor: Any, slide_id: UUID, *, source: UUID) -> Slide:
    """Take over which core is whose from another slide of the same array. Circles come from the slide's own proposal
    by row and column, and from the other slide where there is none.

    Raises:
        Invalid: the other slide is not of this study, or has no map.
        Conflict: the grids differ in shape, the slide is not ready or a whole section, or a core in use would change.
        NotVisible, NotAllowed: the actor is no technician of the study.
    """
    with transaction.atomic():
        slide, there = locked_tma(actor, slide_id)
        mapped = list(
            Specimen.objects.filter(slide__in=visible_slides(actor), slide__study=slide.study_id, slide=source)
            .filter(kind=Specimen.Kind.CORE)
            .exclude(slide=slide)
            .select_related("case")
            .order_by("row", "column")
        )
        if not mapped:
            raise Invalid(
                "Only the map of another TMA slide of this study can be taken over.",
                fields={"from": "No other slide of this study with a map."},
            )
        wanted = _taken_over(mapped, slide)
        written = write_cores(slide, there, wanted, keep_others=True)
        details = written.as_details()
        record(actor, "cores.copied", obj=slide, study_id=slide.study_id, source=str(source), **details)
    return slide


def proposal_of(slide: Slide) -> CoreProposal | None:
    """Where the slide's cores are proposed to lie, if anybody asked."""
    return CoreProposal.objects.filter(slide=slide).first()


def slide_with_map(person: Any, slide_id: UUID) -> Slide:
    """The slide, for those who may see which core is whose.

    Raises:
        NotVisible, NotAllowed: the person does not work on the study's material.
    """
    slide = visible_slides(person).filter(pk=slide_id).first()
    if slide is None:
        raise NotVisible("There is no such slide, or you may not know of it.")
    if not can_see_maps(person, slide.study_id):
        raise NotAllowed("Only technicians and administrators see the map of a slide.")
    return slide


def _check(places: Sequence[GridPlace], slide: Slide, known: set[UUID]) -> None:
    if len(places) > MOST_CORES:
        raise Invalid(f"A grid has at most {MOST_CORES} places.", fields={"cores": f"{len(places)} places."})
    wrong: dict[str, str] = {}
    seen: dict[Any, int] = {}
    reach = math.hypot(slide.width_px, slide.height_px)
    for number, place in enumerate(places):
        circle, key = place.circle, f"cores.{number}"
        if not (1 <= place.row <= LARGEST_PLACE and 1 <= place.column <= LARGEST_PLACE):
            wrong[f"{key}.row"] = f"Row and column are numbers from 1 to {LARGEST_PLACE}."
        if not (0 <= circle.x_px <= slide.width_px and 0 <= circle.y_px <= slide.height_px):
            wrong[f"{key}.x_px"] = f"The centre lies outside the slide ({slide.width_px} × {slide.height_px} px)."
        if not 0 < circle.radius_px <= reach:
            wrong[f"{key}.radius_px"] = "More than 0, and no larger than the slide."
        if place.case and not CODE.fullmatch(place.case):
            wrong[f"{key}.case"] = CODE_RULE
        if place.specimen is not None and place.specimen not in known:
            wrong[f"{key}.id"] = "No core of this slide; leave it out for a new one."
        elif place.specimen is not None and not place.case:
            wrong[f"{key}.case"] = "A core has a case; leave its id out to make it a mere circle."
        for name, what in (("row", (place.row, place.column)), ("id", place.specimen)):
            if what is not None and what in seen:
                wrong[f"{key}.{name}"] = f"The same as of cores.{seen[what]}."
            elif what is not None:
                seen[what] = number
    if wrong:
        shown = dict(list(wrong.items())[:100])
        raise Invalid(f"Nothing was saved: {counted_problems(len(wrong))} in the grid.", fields=shown, code="grid")


def _keep_proposal(slide: Slide, places: Sequence[GridPlace]) -> None:
    """The edited grid takes the proposal's place: maps without circles and other sections build on it."""
    proposal, _ = CoreProposal.objects.select_for_update().get_or_create(
        slide=slide, defaults={"state": State.DONE, "progress": 1.0}
    )
    if proposal.state in (State.WAITING, State.WORKING):
        raise Conflict("This slide's cores are being looked for; edit the grid when that is done.", code="dearraying")
    if proposal.state == State.FAILED:
        move(proposal, State.DONE, error="", progress=1.0)
    proposal.cores = [place.as_proposed() for place in places]
    proposal.is_edited = True
    proposal.save(update_fields=["cores", "is_edited"])


def _taken_over(mapped: list[Specimen], slide: Slide) -> list[Wanted]:
    proposal = proposal_of(slide)
    proposed = {(place["row"], place["column"]): place for place in (proposal.cores if proposal else ())}
    theirs = {(core.row or 0, core.column or 0): core for core in mapped}
    if proposed:
        for word, axis in (("rows", 0), ("columns", 1)):
            has, needs = max(place[axis] for place in proposed), max(place[axis] for place in theirs)
            if has < needs or (has > needs and not _is_empty_beyond(proposed, axis, needs)):
                raise Conflict(
                    f"The grids differ: the other slide's map has {needs} {word}, this slide's grid has {has}. "
                    "Edit the grid first.",
                    code="grids_differ",
                )
    away = _offset(theirs, proposed)
    wanted = []
    for (row, column), core in theirs.items():
        place = proposed.get((row, column))
        if place is not None:
            circle, is_missing = Circle(place["x_px"], place["y_px"], place["radius_px"]), not place["present"]
        else:
            old = circle_of(core)
            circle, is_missing = Circle(old.x_px + away[0], old.y_px + away[1], old.radius_px), core.is_missing
            if not (0 <= circle.x_px <= slide.width_px and 0 <= circle.y_px <= slide.height_px):
                raise Conflict(
                    f"Row {row}, column {column} would lie outside this slide. Have its cores looked for first.",
                    code="outside",
                )
        wanted.append(Wanted(row, column, core.case.code, circle, is_missing))
    return wanted


def _is_empty_beyond(proposed: dict[tuple[int, int], Any], axis: int, needs: int) -> bool:
    """Whether all places beyond the last row (axis 0) or column (1) that is needed are empty."""
    return not any(core["present"] for place, core in proposed.items() if place[axis] > needs)


def _offset(theirs: dict[tuple[int, int], Specimen], proposed: dict[tuple[int, int], Any]) -> tuple[float, float]:
    """How far this section lies from the other, by the places both have."""
    pairs = [(circle_of(theirs[place]), proposed[place]) for place in theirs if place in proposed]
    if not pairs:
        return 0.0, 0.0
    return (
        statistics.median(place["x_px"] - circle.x_px for circle, place in pairs),
        statistics.median(place["y_px"] - circle.y_px for circle, place in pairs),
    )
