"""Orders from the laboratory's system as a CSV file: which slides are stained for which accession. All of it is taken,
or nothing.

A file links accessions to pseudonyms, so importing one takes the role that holds the pseudonym key. Cases that are
there are found by their accession; others are made, under the code the file gives or the next free one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from webapp.audit.services import record
from webapp.cases.models import AccessionKey, Case, Order
from webapp.cases.permissions import can_hold_key
from webapp.cases.services.registering import CODE, CODE_RULE, next_code
from webapp.core.csv_lines import Form, read_lines, shown
from webapp.core.errors import BadLines, Conflict, LineError, NotAllowed, NotVisible
from webapp.studies.models import MARKERS, Study
from webapp.studies.permissions import visible_studies

COLUMNS: Final = ("accession", "marker", "barcode")
OPTIONAL: Final = ("case",)
LONGEST: Final = 1_000_000
MOST_ROWS: Final = 5000
FORM: Final = Form("file", "orders", MOST_ROWS, LONGEST)
#: Begins with a letter or digit, like a pseudonym, so that no spreadsheet takes it for a formula.
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,79}", re.ASCII)
NAME_RULE: Final = "1 to 80 letters, digits, spaces and . _ / -, beginning with a letter or digit"


@dataclass(frozen=True)
class Line:
    """One line of the file; ``case`` may be empty."""

    number: int
    accession: str
    case: str
    marker: str
    barcode: str


@dataclass(frozen=True)
class Imported:
    """How many orders a file made, how many were there already, and how many cases it made."""

    created: int
    known: int
    cases_created: int


def import_orders(actor: Any, study_id: UUID, text: str) -> Imported:
    """Take the orders of a file. A line that was imported before changes nothing.

    Args:
        text: CSV with the header accession,marker,barcode and, if wanted, case; at most 5000 lines and 1 MB.

    Raises:
        NotVisible: the actor is no member of the study.  NotAllowed: they do not hold the key.
        BadLines: with the number of each line that is wrong; nothing was taken.  Conflict: the data are locked.
    """
    study = visible_studies(actor).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    if not can_hold_key(actor, study_id):
        raise NotAllowed("Only the study's key holders, who read nothing in it, import orders.")
    if study.locked_at is not None:
        raise Conflict("The study's data are locked, for good.", code="study_locked")
    lines = parse(text)
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)  # codes are given one at a time
        cases, made = _cases(study, lines)
        created, known = _orders(study, lines, cases)
        record(
            actor, "orders.imported", obj=study, study_id=study.pk, created=created, known=known, cases_created=made
        )  # fmt: skip
    return Imported(created, known, made)


def parse(text: str) -> list[Line]:
    """The lines of a file, each acceptable by itself. Raises BadLines."""
    lines, errors = read_lines(text, FORM, wrong_header=_wrong_header, line=_line)
    errors += _clashes(lines)
    if not lines and not errors:
        errors.append(LineError(1, "The file holds no order."))
    if errors:
        raise FORM.refused(errors)
    return lines


def _wrong_header(header: list[str]) -> str:
    if set(header) - {*COLUMNS, *OPTIONAL} or set(COLUMNS) - set(header) or len(set(header)) != len(header):
        return f"The header names {','.join(COLUMNS)} and may name {' and '.join(OPTIONAL)}, each once, nothing else."
    return ""


def _line(number: int, cells: dict[str, str]) -> Line | LineError:
    wrong = [
        f"{name} {shown(cells[name])} is not acceptable: {NAME_RULE}"
        for name in ("accession", "barcode")
        if not NAME.fullmatch(cells[name])
    ]
    code = cells.get("case", "")
    if code and not CODE.fullmatch(code):
        wrong.append(f"case {shown(code)} is not acceptable: {CODE_RULE.rstrip('.')}")
    if cells["marker"] not in MARKERS:
        wrong.append(f"marker {shown(cells['marker'])} is unknown; known are {', '.join(MARKERS)}")
    if wrong:
        return LineError(number, "; ".join(wrong) + ".")
    return Line(number, cells["accession"], code, cells["marker"], cells["barcode"])


def _clashes(lines: list[Line]) -> list[LineError]:
    """Lines of the file that contradict an earlier one."""
    errors = []
    barcodes: dict[str, int] = {}
    code_of: dict[str, str] = {}
    accession_of: dict[str, str] = {}
    for line in lines:
        if line.barcode in barcodes:
            errors.append(LineError(line.number, f"The barcode is on line {barcodes[line.barcode]} already."))
        barcodes.setdefault(line.barcode, line.number)
        if not line.case:
            continue
        if code_of.setdefault(line.accession, line.case) != line.case:
            errors.append(LineError(line.number, "The accession has another case further up."))
        if accession_of.setdefault(line.case, line.accession) != line.accession:
            errors.append(LineError(line.number, "The case has another accession further up."))
    return errors


def _cases(study: Study, lines: list[Line]) -> tuple[dict[str, Case], int]:
    """The case of each accession. Raises BadLines where the file contradicts what is there."""
    keys = AccessionKey.objects.filter(case__study=study, accession__in={line.accession for line in lines})
    cases = {key.accession: key.case for key in keys.select_related("case")}
    codes = {line.accession: line.case for line in lines if line.case}
    there = {case.code: case for case in Case.objects.filter(study=study)}
    keyed = set(AccessionKey.objects.filter(case__study=study).values_list("case", flat=True))
    errors: list[LineError] = []
    made = 0
    number = int(next_code(study).removeprefix("C-")) - 1
    for line in lines:
        wanted = codes.get(line.accession, "")
        known = cases.get(line.accession)
        if known is not None:
            if line.case and known.code != line.case:
                errors.append(LineError(line.number, "This accession belongs to another case of the study."))
            continue
        if errors:
            continue
        if wanted and wanted in there:
            case = there[wanted]
            if case.pk in keyed:
                errors.append(LineError(line.number, f"The case {wanted} has another accession."))
                continue
        else:
            while not wanted:
                number += 1
                free = f"C-{number:04d}"
                wanted = "" if free in there or free in codes.values() else free
            case = Case.objects.create(study=study, code=wanted)
            there[wanted] = case
            made += 1
        AccessionKey.objects.create(case=case, accession=line.accession)
        keyed.add(case.pk)
        cases[line.accession] = case
    if errors:
        raise BadLines(errors)
    return cases, made


def _orders(study: Study, lines: list[Line], cases: dict[str, Case]) -> tuple[int, int]:
    there = {order.barcode: order for order in Order.objects.filter(study=study)}
    errors = []
    fresh = []
    for line in lines:
        case, known = cases[line.accession], there.get(line.barcode)
        if known is None:
            fresh.append(Order(study=study, case=case, marker=line.marker, barcode=line.barcode))
        elif (known.case_id, known.marker) != (case.pk, line.marker):
            errors.append(LineError(line.number, "The barcode belongs to another order of the study."))
    if errors:
        raise BadLines(errors)
    Order.objects.bulk_create(fresh, batch_size=1000)
    return len(fresh), len(lines) - len(fresh)
