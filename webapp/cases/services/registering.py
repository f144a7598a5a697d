"""Cases enter a study under their pseudonyms."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from webapp.audit.services import record
from webapp.cases.models import Case
from webapp.cases.permissions import can_create_case
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.studies.models import Study
from webapp.studies.permissions import visible_studies

#: A pseudonym begins with a letter or digit, so that no spreadsheet takes it for a formula.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,39}", re.ASCII)
CODE_RULE = "1 to 40 letters, digits, spaces and . _ / -, beginning with a letter or digit."


def checked_code(code: str) -> str:
    """The pseudonym without white space around it.

    Raises:
        Invalid: it is not one.
    """
    code = code.strip()
    if not CODE.fullmatch(code):
        raise Invalid("The case's code is not acceptable.", fields={"code": CODE_RULE})
    return code


def create_case(actor: Any, study_id: UUID, *, code: str) -> Case:
    """Enter a case under its pseudonym.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.
        Invalid: the code is not acceptable.  Conflict: it is taken in this study.
    """
    study = visible_studies(actor).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    if not can_create_case(actor, study_id):
        raise NotAllowed("Only the study's technicians enter cases.")
    code = checked_code(code)
    try:
        with transaction.atomic():
            case = Case.objects.create(study=study, code=code)
    except IntegrityError as error:
        raise Conflict(f"There is a case {code} in this study already.", code="code_taken") from error
    with transaction.atomic():
        record(actor, "case.created", obj=case, study_id=study.pk, code=code)
    return case


def next_code(study: Study) -> str:
    """The next free pseudonym of the form C-0001. Call it with the study's row locked."""
    taken = Case.objects.filter(study=study, code__regex=r"^C-[0-9]{4,9}$").values_list("code", flat=True)
    return f"C-{max((int(code[2:]) for code in taken), default=0) + 1:04d}"
