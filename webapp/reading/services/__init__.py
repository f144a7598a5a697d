"""Writes about reading, each a verb; one module for each part of a reading's life."""

from webapp.reading.services.assigning import assign, open_session, protocol_in_force, round_of, scheme_of
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
from webapp.reading.services.planning import (
    REASON_LENGTH,
    Asked,
    Load,
    Plan,
    allocate,
    preview_allocation,
    reassign,
    withdraw_assignment,
)
from webapp.reading.services.signing import Signed, amend_reading, sign_reading

__all__ = [
    "REASON_LENGTH",
    "Asked",
    "Load",
    "Plan",
    "Signed",
    "allocate",
    "amend_reading",
    "assign",
    "choose_for_qa",
    "claim_adjudication",
    "counted_readings",
    "defer",
    "fit_adjudicators_exist",
    "open_assignment",
    "open_session",
    "preview_allocation",
    "protocol_in_force",
    "reassign",
    "reconcile",
    "request_slide",
    "resume",
    "round_of",
    "save_draft",
    "scheme_of",
    "score_said",
    "settle",
    "settle_slide_request",
    "sign_reading",
    "tolerance_of",
    "withdraw_assignment",
]
