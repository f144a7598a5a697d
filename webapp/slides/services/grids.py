"""The cores on a TMA slide, written all at once: from a CSV map, an edited grid, or another slide's map.

A core in use keeps its case and stays where it is, give or take: somebody may have judged that tissue as that case's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from webapp.cases.models import Case
from webapp.core.errors import Conflict
from webapp.slides.models import Slide, Specimen
from webapp.slides.services.changes import locked_slide
from webapp.slides.services.in_use import specimens_in_use
from webapp.studies.models import Study

MOST_CORES = 5000
LARGEST_PLACE = 9999
SLIGHTLY = 0.5
"""How far a core in use may be moved, in its radii; its radius may change by as much."""
ASIDE = 20_000
"""Row numbers for cores that change places, while they do: no place has them."""
SHOWN = 5
WRITTEN = ["case", "row", "column", "center_x_px", "center_y_px", "radius_px", "is_missing"]


@dataclass(frozen=True)
class Circle:
    """Where a core lies, in level-0 px of the slide."""

    x_px: float
    y_px: float
    radius_px: float


@dataclass(frozen=True)
class Wanted:
    """One core as it is to be. ``specimen`` is the one it is already; without it, the one at its row and column."""

    row: int
    column: int
    case: str
    circle: Circle
    is_missing: bool
    specimen: UUID | None = None


@dataclass(frozen=True)
class Written:
    """What became of the cores, in numbers."""

    created: int
    updated: int
    deleted: int
    reassigned: int
    cases_created: int

    def as_details(self) -> dict[str, Any]:
        """For the audit trail."""
        return {"created": self.created, "updated": self.updated, "deleted": self.deleted,
                "cases_created": self.cases_created, "reassigned": self.reassigned}  # fmt: skip


def locked_tma(actor: Any, slide_id: UUID) -> tuple[Slide, list[Specimen]]:
    """A TMA slide that is ready, and its cores, all locked. Call it in a transaction.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.
        Conflict: the slide is not ready, or was registered as a whole section.
    """
    slide = locked_slide(actor, slide_id)
    if slide.state != Slide.State.READY:
        raise Conflict(f"A map is applied to a slide that is ready; this one is {slide.state}.", code="not_ready")
    there = list(Specimen.objects.select_for_update().filter(slide=slide).order_by("row", "column"))
    if any(specimen.kind == Specimen.Kind.WHOLE_SECTION for specimen in there):
        raise Conflict(
            "This slide was registered as the whole section of one case. Register it again as a TMA.",
            code="whole_section",
        )
    return slide, there


def write_cores(slide: Slide, there: list[Specimen], wanted: Sequence[Wanted], *, keep_others: bool) -> Written:
    """Make the slide's cores those that are wanted; cases that do not exist yet are created. Counts as an edit of the
    slide. Call it in a transaction, with what ``locked_tma`` gave; places must differ.

    Args:
        keep_others: whether cores that are not among them stay, or are deleted.

    Raises:
        Conflict: a core in use would be deleted, given to another case or moved away; nothing was written.
    """
    cases, new_cases = _cases(slide.study_id, sorted({core.case for core in wanted}))
    pairs = _paired(there, wanted)
    kept = {specimen.pk for specimen, _ in pairs if specimen is not None}
    gone = [] if keep_others else [specimen for specimen in there if specimen.pk not in kept]
    _check_use(pairs, gone, cases)
    Specimen.objects.filter(pk__in=[specimen.pk for specimen in gone]).delete()
    _step_aside(pairs)
    created: list[Specimen] = []
    updated: list[Specimen] = []
    reassigned = 0
    for there_already, core in pairs:
        specimen = there_already or Specimen(slide=slide, kind=Specimen.Kind.CORE)
        if there_already is None:
            created.append(specimen)
        else:
            reassigned += specimen.case_id != cases[core.case].pk
            updated.append(specimen)
        specimen.case, specimen.row, specimen.column = cases[core.case], core.row, core.column
        specimen.center_x_px, specimen.center_y_px = core.circle.x_px, core.circle.y_px
        specimen.radius_px, specimen.is_missing = core.circle.radius_px, core.is_missing
    Specimen.objects.bulk_update(updated, WRITTEN, batch_size=500)
    Specimen.objects.bulk_create(created, batch_size=1000)
    slide.version += 1
    slide.save(update_fields=["version"])
    return Written(len(created), len(updated), len(gone), reassigned, new_cases)


def circle_of(specimen: Specimen) -> Circle:
    """The circle of a core."""
    x_px, y_px, radius_px = specimen.center_x_px, specimen.center_y_px, specimen.radius_px
    if x_px is None or y_px is None or radius_px is None:
        raise ValueError("A whole section has no circle.")
    return Circle(x_px, y_px, radius_px)


_Pair = tuple[Specimen | None, Wanted]


def _paired(there: list[Specimen], wanted: Sequence[Wanted]) -> list[_Pair]:
    by_id = {specimen.pk: specimen for specimen in there}
    named = {core.specimen for core in wanted if core.specimen is not None}
    by_place = {(specimen.row, specimen.column): specimen for specimen in there if specimen.pk not in named}
    return [
        (by_place.get((core.row, core.column)) if core.specimen is None else by_id[core.specimen], core)
        for core in wanted
    ]


def _check_use(pairs: list[_Pair], gone: list[Specimen], cases: dict[str, Case]) -> None:
    touched = [specimen for specimen, core in pairs if specimen is not None and _is_touched(specimen, core, cases)]
    used = specimens_in_use([specimen.pk for specimen in touched + gone])
    places = [f"row {core.row}, column {core.column}" for core in touched + gone if core.pk in used]
    if places:
        more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
        raise Conflict(
            f"These cores are in use already and can be moved only slightly, not deleted or given to another case: "
            f"{'; '.join(places[:SHOWN])}{more}. Nothing was changed.",
            code="core_in_use",
        )


def _is_touched(specimen: Specimen, core: Wanted, cases: dict[str, Case]) -> bool:
    """Whether the change is more than a core in use allows."""
    old, new = circle_of(specimen), core.circle
    return (
        specimen.case_id != cases[core.case].pk
        or math.hypot(new.x_px - old.x_px, new.y_px - old.y_px) > SLIGHTLY * old.radius_px
        or abs(new.radius_px - old.radius_px) > SLIGHTLY * old.radius_px
    )


def _step_aside(pairs: list[_Pair]) -> None:
    """Free the places of cores that change places: the database wants every place held once at every moment."""
    moving = [
        specimen
        for specimen, core in pairs
        if specimen is not None and (specimen.row, specimen.column) != (core.row, core.column)
    ]
    for number, specimen in enumerate(moving):
        specimen.row = ASIDE + number
    Specimen.objects.bulk_update(moving, ["row"], batch_size=500)


def _cases(study_id: UUID, codes: list[str]) -> tuple[dict[str, Case], int]:
    Study.objects.select_for_update().get(pk=study_id)  # two maps may name the same new case
    known = {case.code: case for case in Case.objects.filter(study=study_id, code__in=codes)}
    new = [Case(study_id=study_id, code=code) for code in codes if code not in known]
    Case.objects.bulk_create(new, batch_size=1000)
    return {**known, **{case.code: case for case in new}}, len(new)
