"""TMA maps: which core of a slide belongs to which case, as a CSV file. All of it is applied, or nothing."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.audit.services import record
from webapp.cases.models import Case
from webapp.cases.services import CODE, CODE_RULE
from webapp.core.errors import Conflict, Invalid
from webapp.slides.models import Slide, Specimen
from webapp.slides.services.changes import locked_slide
from webapp.studies.models import Study

COLUMNS = ("row", "column", "case", "x_px", "y_px", "radius_px")
OPTIONAL = ("missing",)
LARGEST_BYTES = 1_000_000
MOST_ROWS = 5000
MOST_ERRORS = 100
NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
PLACE = re.compile(r"[0-9]{1,4}", re.ASCII)
YES_NO = {"": False, "0": False, "no": False, "false": False, "1": True, "yes": True, "true": True}


@dataclass(frozen=True)
class LineError:
    """What is wrong with one line of the file; line 1 is the header."""

    line: int
    message: str


class MapErrors(Invalid):
    """The map was refused; ``lines`` says why, line by line."""

    def __init__(self, lines: list[LineError]) -> None:
        shown = lines[:MOST_ERRORS]
        more = f" The first {MOST_ERRORS} are listed." if len(lines) > MOST_ERRORS else ""
        super().__init__(f"Nothing was applied: {len(lines)} problem(s) in the map.{more}", code="tma_map")
        self.lines = shown


@dataclass(frozen=True)
class Core:
    """One line of the map. Lengths in level-0 px of the slide."""

    line: int
    row: int
    column: int
    case: str
    x_px: float
    y_px: float
    radius_px: float
    is_missing: bool


@dataclass(frozen=True)
class Applied:
    """How many cores a map made and how many it updated."""

    created: int
    updated: int


def apply_tma_map(actor: Any, slide_id: UUID, text: str) -> Applied:
    """Apply a map to a TMA slide: every line becomes a core or updates the one at its row and column. Cases that do not
    exist yet are created. Cores the map does not name stay.

    Args:
        text: CSV with the header row,column,case,x_px,y_px,radius_px[,missing]; at most 5000 lines and 1 MB.

    Raises:
        MapErrors: with the line of each problem; nothing was applied.
        Conflict: the slide is not ready, or was registered as a whole section.
        NotVisible, NotAllowed: the actor is no technician of the study.
    """
    with transaction.atomic():
        slide = locked_slide(actor, slide_id)
        if slide.state != Slide.State.READY:
            raise Conflict(f"A map is applied to a slide that is ready; this one is {slide.state}.", code="not_ready")
        there = list(Specimen.objects.select_for_update().filter(slide=slide))
        if any(specimen.kind == Specimen.Kind.WHOLE_SECTION for specimen in there):
            raise Conflict(
                "This slide was registered as the whole section of one case. Register it again as a TMA.",
                code="whole_section",
            )
        cores = parse(text, slide.width_px, slide.height_px)
        cases, new_cases = _cases(slide.study_id, sorted({core.case for core in cores}))
        by_place = {(specimen.row, specimen.column): specimen for specimen in there}
        created: list[Specimen] = []
        updated: list[Specimen] = []
        reassigned = 0
        for core in cores:
            specimen = by_place.get((core.row, core.column))
            if specimen is None:
                specimen = Specimen(slide=slide, kind=Specimen.Kind.CORE, row=core.row, column=core.column)
                created.append(specimen)
            else:
                reassigned += specimen.case_id != cases[core.case].pk
                updated.append(specimen)
            specimen.case = cases[core.case]
            specimen.center_x_px, specimen.center_y_px = core.x_px, core.y_px
            specimen.radius_px, specimen.is_missing = core.radius_px, core.is_missing
        Specimen.objects.bulk_create(created, batch_size=1000)
        Specimen.objects.bulk_update(
            updated, ["case", "center_x_px", "center_y_px", "radius_px", "is_missing"], batch_size=500
        )
        record(
            actor, "tma_map.applied", obj=slide, study_id=slide.study_id,
            created=len(created), updated=len(updated), cases_created=new_cases, reassigned=reassigned,
        )  # fmt: skip
    return Applied(len(created), len(updated))


def parse(text: str, width_px: int, height_px: int) -> list[Core]:
    """The cores a map names, on a slide of that size.

    Raises:
        MapErrors: with the line of each problem.
    """
    if len(text) > LARGEST_BYTES:
        raise MapErrors([LineError(1, f"The map is longer than {LARGEST_BYTES} characters.")])
    if "\x00" in text:
        raise MapErrors([LineError(text[: text.index("\x00")].count("\n") + 1, "Holds NUL: this is no CSV file.")])
    reader = csv.reader(text.removeprefix("\ufeff").splitlines(), strict=True)
    cores: list[Core] = []
    errors: list[LineError] = []
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cores) + len(errors) >= MOST_ROWS:
                errors.append(LineError(reader.line_num, f"A map has at most {MOST_ROWS} cores."))
                break
            if len(cells) != len(header):
                errors.append(LineError(reader.line_num, f"Has {len(cells)} cells; the header has {len(header)}."))
                continue
            core = _core(reader.line_num, dict(zip(header, cells, strict=True)), width_px, height_px)
            if isinstance(core, Core):
                cores.append(core)
            else:
                errors.append(core)
    except csv.Error as error:
        errors.append(LineError(max(reader.line_num, 1), f"Not readable as CSV: {error}."))
    errors += _doubles(cores)
    if not cores and not errors:
        errors.append(LineError(1, "The map names no core."))
    if errors:
        raise MapErrors(sorted(errors, key=lambda error: error.line))
    return cores


def _check_header(header: list[str]) -> None:
    missing = [name for name in COLUMNS if name not in header]
    unknown = [name for name in header if name not in COLUMNS + OPTIONAL]
    if missing or unknown or len(set(header)) != len(header):
        raise MapErrors(
            [LineError(1, f"The header must name {','.join(COLUMNS)} and may name missing, each once, nothing else.")]
        )


def _core(line: int, cells: dict[str, str], width_px: int, height_px: int) -> Core | LineError:
    cells = {name: cell.strip() for name, cell in cells.items()}
    wrong = []
    for name in ("row", "column"):
        if not PLACE.fullmatch(cells[name]) or int(cells[name]) < 1:
            wrong.append(f"{name} must be a number from 1 to 9999, got {_shown(cells[name])}")
    if not CODE.fullmatch(cells["case"]):
        wrong.append(f"case {_shown(cells['case'])} is not acceptable: {CODE_RULE.rstrip('.')}")
    numbers: dict[str, float] = {}
    for name, most in (("x_px", width_px), ("y_px", height_px), ("radius_px", math.hypot(width_px, height_px))):
        if not NUMBER.fullmatch(cells[name]):
            wrong.append(f"{name} must be a number of pixels, got {_shown(cells[name])}")
        elif float(cells[name]) > most:
            wrong.append(f"{name} {cells[name]} lies outside the slide ({width_px} × {height_px} px)")
        else:
            numbers[name] = float(cells[name])
    if numbers.get("radius_px") == 0:
        wrong.append("radius_px must be more than 0")
    missing = YES_NO.get(cells.get("missing", "").lower())
    if missing is None:
        wrong.append(f"missing must be yes, no or empty, got {_shown(cells['missing'])}")
    if wrong:
        return LineError(line, "; ".join(wrong) + ".")
    return Core(
        line, int(cells["row"]), int(cells["column"]), cells["case"],
        numbers["x_px"], numbers["y_px"], numbers["radius_px"], bool(missing),
    )  # fmt: skip


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


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:40] + "…")


def _cases(study_id: UUID, codes: list[str]) -> tuple[dict[str, Case], int]:
    Study.objects.select_for_update().get(pk=study_id)  # two maps may name the same new case
    known = {case.code: case for case in Case.objects.filter(study=study_id, code__in=codes)}
    new = [Case(study_id=study_id, code=code) for code in codes if code not in known]
    Case.objects.bulk_create(new, batch_size=1000)
    return {**known, **{case.code: case for case in new}}, len(new)
