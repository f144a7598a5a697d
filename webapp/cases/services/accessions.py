"""Whose a case is: for the one role that holds the pseudonym key, and never without a trace."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.audit.services import record
from webapp.cases.models import AccessionKey
from webapp.cases.permissions import can_hold_key, visible_accession_keys, visible_cases
from webapp.core.errors import Conflict, NotAllowed, NotVisible


def show_accession(actor: Any, case_id: UUID) -> AccessionKey:
    """The accession behind a pseudonym. The audit trail says who looked; it does not say what they saw.

    Raises:
        NotVisible: the actor may not know of the case.  NotAllowed: they do not hold the key.
        Conflict: the case came without an accession.
    """
    with transaction.atomic():
        case = visible_cases(actor).filter(pk=case_id).first()
        if case is None:
            raise NotVisible("There is no such case, or you may not know of it.")
        if not can_hold_key(actor, case.study_id):
            raise NotAllowed("Only the study's key holders, who read nothing in it, look up accessions.")
        key = visible_accession_keys(actor).filter(case=case).select_related("case").first()
        if key is None:
            raise Conflict("This case was entered without an accession.", code="no_accession")
        record(actor, "accession.shown", obj=case, study_id=case.study_id)
    return key
