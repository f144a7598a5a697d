"""TMA maps: which core of a slide belongs to which case, as a CSV file. All of it is applied, or nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.audit.services import record
from webapp.cases.services import CODE, CODE_RULE
from webapp.core.csv_lines import Form, read_lines, shown
from webapp.core.errors import LineError
from webapp.slides.models import CoreProposal, Slide, Specimen
from webapp.slides.services.grids import MOST_CORES, Circle, Wanted, circle_of, locked_tma, write_cores
from webapp.studies.models import MARKERS

PLACES = ("row", "column", "case")
CIRCLES = ("x_px", "y_px", "radius_px")
OPTIONAL = ("missing", "marker")
LARGEST_BYTES = 1_000_000
MOST_ROWS = MOST_CORES
FORM = Form("map", "cores", MOST_ROWS, LARGEST_BYTES, code="tma_map")
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
PLACE = re.compile(r"[0-9]{1,4}", re.ASCII)
YES_NO = {"0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}


@dataclass(frozen=True)
class Core:
    """One line of the map. Without a ``circle`` it lies where the slide's grid has its row and column; without
    ``is_missing`` that says as well whether it is there.
    """

    line: int
    row: int
    column: int
    case: str
    circle: Circle | None
    is_missing: bool | None


@dataclass(frozen=True)
class Applied:
    """How many cores a map made and how many it updated."""

    created: int
    updated: int


def apply_tma_map(actor: Any, slide_id: UUID, text: str) -> Applied:
    """Apply a map to a TMA slide: every line becomes a core or updates the one at its row and column. Cases that do not
    exist yet are created. Cores the map does not name stay.

    Args:
        text: CSV with the header row,column,case[,x_px,y_px,radius_px][,missing][,marker]; at most 5000 lines and 1 MB.
            A map without circles takes those of the slide's cores, and of the proposal where there is none. With
            markers, lines of another marker than the slide's are for another slide.

    Raises:
        BadLines: with the line of each problem; nothing was applied.
        Conflict: the slide is not ready, was registered as a whole section, or a core in use would change its case or
            place.
        NotVisible, NotAllowed: the actor is no technician of the study.
    """
    with transaction.atomic():
        slide, there = locked_tma(actor, slide_id)
        cores = parse(text, slide.width_px, slide.height_px, marker=slide.marker)
        wanted = _placed(cores, slide, there)
        written = write_cores(slide, there, wanted, keep_others=True)
        details = written.as_details()
        del details["deleted"]
        record(actor, "tma_map.applied", obj=slide, study_id=slide.study_id, **details)
    return Applied(written.created, written.updated)


def parse(text: str, width_px: int, height_px: int, *, marker: str = "") -> list[Core]:
    """The cores a map names, on a slide of that size and ``marker``.

    Raises:
        BadLines: with the line of each problem.
    """

    def line(number: int, cells: dict[str, str]) -> tuple[bool, Core] | LineError:
        core = _core(number, cells, width_px, height_px)
        return core if isinstance(core, LineError) else (cells.get("marker", "") in ("", marker), core)

    taken, errors = read_lines(text, FORM, wrong_header=_wrong_header, line=line)
    cores = [core for is_ours, core in taken if is_ours]
    errors += _doubles(cores)
    if not cores and not errors:
        none = f"The map names no core of marker {marker}." if taken else "The map names no core."
        errors.append(LineError(1, none))
    if errors:
        raise FORM.refused(errors)
    return cores


def _wrong_header(header: list[str]) -> str:
    missing = [name for name in PLACES if name not in header]
    circles = sum(name in header for name in CIRCLES)
    unknown = [name for name in header if name not in PLACES + CIRCLES + OPTIONAL]
    if missing or unknown or circles not in (0, len(CIRCLES)) or len(set(header)) != len(header):
        return (
            f"The header must name {','.join(PLACES)}, and may name {','.join(CIRCLES)} (all or none), "
            f"{' and '.join(OPTIONAL)}, each once, nothing else."
        )
    return ""


def _core(line: int, cells: dict[str, str], width_px: int, height_px: int) -> Core | LineError:
    wrong = []
    for name in ("row", "column"):
        if not PLACE.fullmatch(cells[name]) or int(cells[name]) < 1:
            wrong.append(f"{name} must be a number from 1 to 9999, got {shown(cells[name])}")
    if not CODE.fullmatch(cells["case"]):
        wrong.append(f"case {shown(cells['case'])} is not acceptable: {CODE_RULE.rstrip('.')}")
    circle = _circle(cells, width_px, height_px, wrong.append) if "x_px" in cells else None
    given = cells.get("missing", "").lower()
    if given and given not in YES_NO:
        wrong.append(f"missing must be yes, no or empty, got {shown(cells['missing'])}")
    if cells.get("marker", "") not in ("", *MARKERS):
        wrong.append(f"marker must be one of {', '.join(MARKERS)} or empty, got {shown(cells['marker'])}")
    if wrong:
        return LineError(line, "; ".join(wrong) + ".")
    is_missing = YES_NO.get(given, False if circle else None)
    return Core(line, int(cells["row"]), int(cells["column"]), cells["case"], circle, is_missing)


def _circle(cells: dict[str, str], width_px: int, height_px: int, wrong: Callable[[str], None]) -> Circle | None:
    numbers: dict[str, float] = {}
    for name, most in zip(CIRCLES, (width_px, height_px, math.hypot(width_px, height_px)), strict=True):
        if not NUMBER.fullmatch(cells[name]):
            wrong(f"{name} must be a number of pixels, got {shown(cells[name])}")
        elif float(cells[name]) > most:
            wrong(f"{name} {cells[name]} lies outside the slide ({width_px} × {height_px} px)")
        else:
            numbers[name] = float(cells[name])
    if numbers.get("radius_px") == 0:
        wrong("radius_px must be more than 0")
    return Circle(**numbers) if len(numbers) == len(CIRCLES) else None


def _doubles(cores: list[Core]) -> list[LineError]:
    first: dict[tuple[int, int], int] = {}
    errors = []
    for core in cores:
        place = (core.row, core.column)
        if place in first:
            where = f"row {core.row}, column {core.column}"
            errors.append(LineError(core.line, f"{where} is on line {first[place]} already."))
        first.setdefault(place, core.line)
    return errors


def _placed(cores: list[Core], slide: Slide, there: list[Specimen]) -> list[Wanted]:
    """The cores with their circles: the map's own, else those of the slide's cores, else those proposed.

    Raises:
        BadLines: a line has no circle and neither has the slide at its place.
    """
    grid: dict[tuple[int | None, int | None], tuple[Circle, bool]] = {}
    proposal = CoreProposal.objects.filter(slide=slide).first()
    for place in proposal.cores if proposal is not None else ():
        circle = Circle(place["x_px"], place["y_px"], place["radius_px"])
        grid[place["row"], place["column"]] = circle, not place["present"]
    grid |= {(core.row, core.column): (circle_of(core), core.is_missing) for core in there}
    if not grid and any(core.circle is None for core in cores):
        message = f"Without {','.join(CIRCLES)} the map needs the slide's grid: have its cores looked for first."
        raise FORM.refused([LineError(1, message)])
    wanted: list[Wanted] = []
    errors: list[LineError] = []
    for core in cores:
        place = (core.circle, False) if core.circle else grid.get((core.row, core.column))
        if place is None:
            errors.append(LineError(core.line, f"The slide's grid has no row {core.row}, column {core.column}."))
            continue
        circle, is_missing = place
        missing = is_missing if core.is_missing is None else core.is_missing
        wanted.append(Wanted(core.row, core.column, core.case, circle, missing))
    if errors:
        raise FORM.refused(errors)
    return wanted
