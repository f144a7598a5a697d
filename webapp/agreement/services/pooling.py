"""Looking at everything of a study that is over, so that agreement can be computed of it."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db import transaction

from webapp.agreement.permissions import pooled_specimens, unseen_specimens
from webapp.agreement.services.comparisons import everything_said
from webapp.agreement.services.locks import lock_rounds
from webapp.audit.services import record
from webapp.blinding.services import record_exposures
from webapp.cases.models import Case
from webapp.core.errors import NotVisible
from webapp.studies.models import Study
from webapp.studies.permissions import visible_studies

AT_ONCE: Final = 250
"""Specimens that one request shows, so that each is over in about a second."""


def reveal_finished(user: Any, study_id: UUID, *, at_once: int = AT_ONCE) -> int:
    """Show the person what was said of specimens whose reading is over and that they have not looked at, as many as are
    shown at once. Every one is an exposure, as if it had been opened by itself.

    Returns:
        How many are left to be shown.

    Raises:
        NotVisible: they are no member of the study.
    """
    study = visible_studies(user).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    with transaction.atomic():
        ids = list(unseen_specimens(user, study_id).order_by("pk").values_list("pk", flat=True)[:at_once])
        lock_rounds(ids)
        # What was judged before the lock may be over.
        specimens = list(pooled_specimens(user, study_id).select_related("slide").filter(pk__in=ids))
        if specimens:
            record_exposures(user, everything_said(user, specimens), planned=True)
            record(user, "agreement.revealed", obj=study, study_id=study_id, specimens=len(specimens))
    return unseen_specimens(user, study_id).count()


def record_study_export(user: Any, study: Study, form: str) -> None:
    """Say that the person took a copy of what they have looked at of the study with them."""
    with transaction.atomic():
        record(user, "study.exported", obj=study, study_id=study.pk, form=form)


def record_case_report(user: Any, case: Case, form: str) -> None:
    """Say that the person took a report of the case, as far as they have looked at it, with them."""
    with transaction.atomic():
        record(user, "case.reported", obj=case, study_id=case.study_id, form=form)
