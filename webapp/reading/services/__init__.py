"""Writes about reading, each a verb; one module for each part of a reading's life."""

from webapp.reading.services.assigning import assign, open_session, protocol_in_force, scheme_of
from webapp.reading.services.calendar import end_absence, record_absence, set_deadline
from webapp.reading.services.closing import administered_case, lock_study, withdraw_case
from webapp.reading.services.deciding import (
    choose_for_qa,
    claim_adjudication,
    counted_readings,
    fit_adjudicators_exist,
    reconcile,
    score_said,
    settle,
    tolerance_of,
)
from webapp.reading.services.drafting import (
    defer,
    open_assignment,
    request_slide,
    resume,
    save_draft,
    settle_slide_request,
)
from webapp.reading.services.planning import allocate, preview_allocation
from webapp.reading.services.plans import Asked, Load, Plan, away
from webapp.reading.services.quality import (
    ITEMS_AT_MOST,
    choose_specimens_for_qa,
    drop_qa,
    set_qualification,
)
from webapp.reading.services.signing import Signed, amend_reading, sign_reading
from webapp.reading.services.signing_out import check_can_sign_out, show_case, sign_out_case, sign_out_of
from webapp.reading.services.withdrawing import REASON_LENGTH, reassign, withdraw_assignment

__all__ = [
    "ITEMS_AT_MOST",
    "REASON_LENGTH",
    "Asked",
    "Load",
    "Plan",
    "Signed",
    "administered_case",
    "allocate",
    "amend_reading",
    "assign",
    "away",
    "check_can_sign_out",
    "choose_for_qa",
    "choose_specimens_for_qa",
    "claim_adjudication",
    "counted_readings",
    "defer",
    "drop_qa",
    "end_absence",
    "fit_adjudicators_exist",
    "lock_study",
    "open_assignment",
    "open_session",
    "preview_allocation",
    "protocol_in_force",
    "reassign",
    "reconcile",
    "record_absence",
    "request_slide",
    "resume",
    "save_draft",
    "scheme_of",
    "score_said",
    "set_deadline",
    "set_qualification",
    "settle",
    "settle_slide_request",
    "show_case",
    "sign_out_case",
    "sign_out_of",
    "sign_reading",
    "tolerance_of",
    "withdraw_assignment",
    "withdraw_case",
]
