"""Who gets which answer from which route: the whole table, to be read like a specification.

``alice`` is a pathologist, ``tina`` technician, ``dora`` administrator of the study that the scene plays in; ``root``
is system administrator, ``carol`` holds every role of another study. ``objects`` names what stands for the route's ids
(fixture ``scene``); ``body`` is the JSON sent. A route without a row here fails ``test_routes.py``, so a new route is a
decision about every person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.factories import PASSWORD

PEOPLE = ("alice", "tina", "dora", "root", "carol")


@dataclass(frozen=True)
class Row:
    """Expected status codes in the order of ``PEOPLE``; a stranger always gets 401."""

    statuses: tuple[int, int, int, int, int]
    objects: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


def filled(body: str, scene: Any) -> str:
    """A row's body with the scene's ids in the places of ``{name}``."""
    for name in ("specimen", "single_specimen", "fresh_specimen", "mapped_slide", "alice", "assignment_of_alice"):
        body = body.replace(f"{{{name}}}", str(getattr(scene, name).pk))
    return body


STUDY = {"study_id": "study"}
FIELD = {"name": "Hot spot", "x_px": 0, "y_px": 0, "width_px": 10, "height_px": 10}
CORE = {"row": 1, "column": 1, "x_px": 100, "y_px": 100, "radius_px": 50, "case": "C-1"}
HALF = {"inputs": {"weak": 20, "moderate": 30, "strong": 10}, "password": PASSWORD}
RUN = {"specimen": "{specimen}", "algorithm": "nnp"}

MATRIX: dict[str, Row] = {
    # accounts
    "GET me": Row((200, 200, 200, 200, 200)),
    "PATCH me": Row((200, 200, 200, 200, 200), body={"display_name": "Somebody"}),
    "GET tokens": Row((200, 200, 200, 200, 200)),
    "POST tokens": Row((201, 201, 201, 201, 201), body={"name": "script"}),
    "DELETE tokens/<uuid:pk>": Row((404, 204, 404, 404, 404), {"pk": "token_of_tina"}),
    "GET users": Row((403, 403, 403, 200, 403)),
    "POST users": Row(
        (403, 403, 403, 201, 403), body={"username": "erin", "display_name": "Erin", "password": "a long pass phrase"}
    ),
    "PATCH users/<uuid:pk>": Row((403, 404, 404, 200, 404), {"pk": "alice"}, {"is_active": True}),
    # studies
    "GET studies": Row((200, 200, 200, 200, 200)),
    "POST studies": Row((403, 403, 403, 201, 403), body={"name": "A new study"}),
    "GET studies/<uuid:pk>": Row((200, 200, 200, 404, 404), {"pk": "study"}),
    "GET studies/<uuid:study_id>/members": Row((403, 403, 200, 403, 404), STUDY),
    "POST studies/<uuid:study_id>/members": Row(
        (403, 403, 201, 403, 404), STUDY, {"username": "alice", "role": "adjudicator"}
    ),
    "DELETE members/<uuid:pk>": Row((404, 404, 204, 404, 404), {"pk": "membership_of_alice"}),
    "GET studies/<uuid:study_id>/protocol": Row((403, 403, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/protocol": Row((403, 403, 201, 404, 404), STUDY, {"readers_per_specimen": 3}),
    # cases
    "GET studies/<uuid:study_id>/cases": Row((200, 200, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/cases": Row((403, 201, 403, 404, 404), STUDY, {"code": "NEW-1"}),
    "GET cases/<uuid:pk>": Row((200, 200, 200, 404, 404), {"pk": "case"}),
    # slides
    "GET studies/<uuid:study_id>/slides": Row((200, 200, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/slides": Row(
        (403, 202, 403, 404, 404), STUDY, {"inbox_name": "waiting.svs", "marker": "ER"}
    ),
    "GET studies/<uuid:study_id>/inbox": Row((403, 200, 403, 404, 404), STUDY),
    "GET studies/<uuid:study_id>/staining-batches": Row((200, 200, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/staining-batches": Row(
        (403, 201, 403, 404, 404), STUDY, {"name": "Monday", "marker": "ER"}
    ),
    "GET slides/<uuid:pk>": Row((200, 200, 200, 404, 404), {"pk": "slide"}),
    "PATCH slides/<uuid:pk>": Row((403, 200, 403, 404, 404), {"pk": "slide"}, {"um_per_px": 0.25}, {"If-Match": '"1"'}),
    "POST slides/<uuid:pk>/retry": Row((403, 200, 403, 404, 404), {"pk": "refused_slide"}),
    "GET slides/<uuid:pk>/thumbnail": Row((200, 200, 200, 404, 404), {"pk": "slide"}),
    "POST slides/<uuid:pk>/tma-map": Row(
        (403, 200, 403, 404, 404),
        {"pk": "tma_slide"},
        {"csv": "row,column,case,x_px,y_px,radius_px\n1,1,C-1,100,100,50\n"},
    ),
    "POST slides/<uuid:pk>/dearray": Row((403, 202, 403, 404, 404), {"pk": "tma_slide"}),
    "GET slides/<uuid:pk>/cores": Row((403, 200, 200, 404, 404), {"pk": "tma_slide"}),
    "PUT slides/<uuid:pk>/cores": Row(
        (403, 200, 403, 404, 404), {"pk": "tma_slide"}, {"cores": [CORE]}, {"If-Match": '"1"'}
    ),
    "POST slides/<uuid:pk>/cores/copy": Row((403, 200, 403, 404, 404), {"pk": "tma_slide"}, {"from": "{mapped_slide}"}),
    "POST slides/<uuid:pk>/open": Row((200, 200, 200, 404, 404), {"pk": "slide"}),
    "GET slides/<uuid:slide_id>/fields-of-view": Row((200, 200, 200, 404, 404), {"slide_id": "slide"}),
    "POST slides/<uuid:slide_id>/fields-of-view": Row((403, 201, 201, 404, 404), {"slide_id": "slide"}, FIELD),
    "DELETE fields-of-view/<uuid:pk>": Row((403, 204, 204, 404, 404), {"pk": "field"}),
    "GET presentations/<uuid:pk>": Row((200, 404, 404, 404, 404), {"pk": "presentation_of_alice"}),
    "POST presentations/<uuid:pk>/renew": Row((200, 404, 404, 404, 404), {"pk": "presentation_of_alice"}),
    # reading: an assignment is its reader's alone; a study's administrator is shown progress, elsewhere
    "GET worklist": Row((200, 200, 200, 200, 200)),
    "GET worklist/counts": Row((200, 200, 200, 200, 200)),
    "GET adjudications": Row((200, 200, 200, 200, 200)),
    "POST adjudications/<uuid:pk>/claim": Row((404, 404, 404, 404, 404), {"pk": "discordant_round"}),
    "GET assignments/<uuid:pk>": Row((200, 404, 404, 404, 404), {"pk": "assignment_of_alice"}),
    "POST assignments/<uuid:pk>/open": Row((200, 404, 404, 404, 404), {"pk": "assignment_of_alice"}),
    "PUT assignments/<uuid:pk>/draft": Row(
        (200, 404, 404, 404, 404), {"pk": "assignment_of_alice"}, {"draft": {"weak": "5"}}, {"If-Match": '"1"'}
    ),
    "POST assignments/<uuid:pk>/sign": Row(
        (201, 404, 404, 404, 404), {"pk": "assignment_of_alice"}, HALF, {"Idempotency-Key": "matrix"}
    ),
    "POST assignments/<uuid:pk>/revise": Row((409, 404, 404, 404, 404), {"pk": "assignment_of_alice"}, HALF),
    "POST assignments/<uuid:pk>/defer": Row((200, 404, 404, 404, 404), {"pk": "assignment_of_alice"}),
    "POST assignments/<uuid:pk>/resume": Row((200, 404, 404, 404, 404), {"pk": "assignment_of_alice"}),
    "POST assignments/<uuid:pk>/requests": Row(
        (201, 404, 404, 404, 404), {"pk": "assignment_of_alice"}, {"kind": "rescan"}
    ),
    "GET readings/<uuid:pk>": Row((200, 404, 404, 404, 404), {"pk": "reading_of_alice"}),
    "POST readings/<uuid:pk>/amend": Row(
        (201, 404, 404, 404, 404), {"pk": "reading_of_alice"}, {**HALF, "why": "mistyped"}
    ),
    "GET slide-requests": Row((200, 200, 200, 200, 200)),
    "POST slide-requests/<uuid:pk>/settle": Row(
        (403, 200, 403, 404, 404), {"pk": "slide_request_of_alice"}, {"answer": "Scanned again."}
    ),
    # an administrator's side of reading
    "POST studies/<uuid:study_id>/allocations/preview": Row((403, 403, 200, 404, 404), STUDY, {"readers": ["{alice}"]}),
    "POST studies/<uuid:study_id>/allocations": Row((403, 403, 201, 404, 404), STUDY, {"readers": ["{alice}"]}),
    "GET studies/<uuid:study_id>/assignments": Row((403, 403, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/reassign": Row(
        (403, 403, 409, 404, 404), STUDY, {"assignments": ["{assignment_of_alice}"], "to": "{alice}", "reason": "Away."}
    ),
    "GET studies/<uuid:study_id>/progress": Row((403, 403, 200, 404, 404), STUDY),
    "PUT studies/<uuid:study_id>/deadlines": Row(
        (403, 403, 200, 404, 404), STUDY, {"reader": "{alice}", "purpose": "primary", "due_at": "2099-01-01T12:00:00Z"}
    ),
    "GET studies/<uuid:study_id>/absences": Row((403, 403, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/absences": Row(
        (403, 403, 201, 404, 404),
        STUDY,
        {"reader": "{alice}", "first_day": "2099-01-01", "last_day": "2099-01-07"},
    ),
    "DELETE absences/<uuid:pk>": Row((404, 404, 204, 404, 404), {"pk": "absence_of_alice"}),
    "POST studies/<uuid:study_id>/close": Row((403, 403, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/reopen": Row((403, 403, 200, 404, 404), STUDY),
    "GET studies/<uuid:study_id>/qa": Row((403, 403, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/qa": Row((403, 403, 201, 404, 404), STUDY, {"specimens": ["{single_specimen}"]}),
    "POST qa/<uuid:pk>/drop": Row((404, 404, 200, 404, 404), {"pk": "qa_review"}),
    "GET studies/<uuid:study_id>/qualification": Row((403, 403, 200, 404, 404), STUDY),
    "PUT studies/<uuid:study_id>/qualification": Row(
        (403, 403, 200, 404, 404),
        STUDY,
        {"items": [{"specimen": "{fresh_specimen}", "value": "110", "category": "positive"}]},
    ),
    "POST studies/<uuid:study_id>/lock": Row((403, 403, 409, 404, 404), STUDY),  # it is not closed
    "POST cases/<uuid:pk>/withdraw": Row((403, 403, 200, 404, 404), {"pk": "case"}, {"reason": "Asked for it."}),
    # a case is signed out once it is revealed; this one is not
    "GET cases/<uuid:pk>/sign-out": Row((200, 200, 200, 404, 404), {"pk": "case"}),
    "POST cases/<uuid:pk>/sign-out": Row((409, 403, 403, 404, 404), {"pk": "case"}, {"password": PASSWORD}),
    "POST cases/<uuid:pk>/sign-out/show": Row((409, 403, 403, 404, 404), {"pk": "case"}),
    # whose a case is: nobody in the scene holds the key
    "GET studies/<uuid:study_id>/orders": Row((403, 200, 200, 404, 404), STUDY),
    "POST studies/<uuid:study_id>/orders": Row(
        (403, 403, 403, 404, 404), STUDY, {"csv": "accession,marker,barcode\nH1,ER,B1\n"}
    ),
    "POST cases/<uuid:pk>/accession/show": Row((403, 403, 403, 404, 404), {"pk": "case"}),
    "POST assignments/<uuid:pk>/withdraw": Row(
        (404, 404, 200, 404, 404), {"pk": "assignment_of_alice"}, {"reason": "Ill."}
    ),
    # runs: the protocol asks two readers, so pathologists know of none
    "GET model-cards": Row((200, 200, 200, 200, 200)),
    "GET runs": Row((200, 200, 200, 200, 200)),
    "POST runs": Row((403, 201, 201, 404, 404), body=RUN, headers={"Idempotency-Key": "matrix"}),
    "GET runs/<uuid:pk>": Row((404, 200, 200, 404, 404), {"pk": "run"}),
    "POST runs/<uuid:pk>/cancel": Row((404, 200, 200, 404, 404), {"pk": "run"}),
    "POST batches": Row(
        (403, 201, 201, 404, 404),
        body={"specimens": ["{specimen}"], "algorithm": "nnp"},
        headers={"Idempotency-Key": "matrix"},
    ),
    "GET batches": Row((200, 200, 200, 200, 200)),
    "GET batches/<uuid:pk>": Row((404, 200, 200, 404, 404), {"pk": "batch"}),
    "POST batches/<uuid:pk>/cancel": Row((404, 200, 200, 404, 404), {"pk": "batch"}),
    # results: each of them only after the person's own reveal
    "POST batches/<uuid:pk>/reveal": Row((404, 200, 200, 404, 404), {"pk": "batch"}),
    "GET batches/<uuid:pk>/results": Row((404, 404, 404, 404, 404), {"pk": "batch"}),
    "GET batches/<uuid:pk>/export": Row((404, 404, 404, 404, 404), {"pk": "batch"}),
    "POST results/<uuid:pk>/reveal": Row((404, 200, 200, 404, 404), {"pk": "done_run"}),
    "GET results/<uuid:pk>": Row((404, 404, 404, 404, 404), {"pk": "done_run"}),
    "GET results/<uuid:pk>/cells": Row((404, 404, 404, 404, 404), {"pk": "done_run"}),
    "GET results/<uuid:pk>/density": Row((404, 404, 404, 404, 404), {"pk": "done_run"}),
    "GET results/<uuid:pk>/layers": Row((404, 404, 404, 404, 404), {"pk": "done_run"}),
    "GET results/<uuid:pk>/layers/<int:column>/<int:row>": Row((404, 404, 404, 404, 404), {"pk": "done_run"}),
    "GET results/<uuid:pk>/export": Row((404, 404, 404, 404, 404), {"pk": "done_run"}),
    # comparisons: readers once the specimen is opened, administrators once it is finished; technicians never
    "GET cases/<uuid:pk>/report": Row((409, 409, 409, 404, 404), {"pk": "case"}),
    "GET comparisons": Row((200, 200, 200, 200, 200)),
    "GET comparisons/<uuid:pk>": Row((404, 404, 404, 404, 404), {"pk": "read_specimen"}),
    "POST comparisons/<uuid:pk>/reveal": Row((200, 404, 200, 404, 404), {"pk": "read_specimen"}),
    "POST comparisons/<uuid:pk>/unblind": Row(
        (403, 403, 200, 404, 404), {"pk": "specimen"}, {"reason": "A complaint."}
    ),
    "POST assignments/<uuid:pk>/readings/reveal": Row((409, 404, 404, 404, 404), {"pk": "assignment_of_alice"}),
    "POST assignments/<uuid:pk>/algorithm/reveal": Row((409, 404, 404, 404, 404), {"pk": "assignment_of_alice"}),
    "GET sample-size": Row((400, 400, 400, 400, 400)),
    "GET studies/<uuid:pk>/agreement": Row((200, 403, 200, 404, 404), {"pk": "study"}),
    "GET studies/<uuid:pk>/agreement/export": Row((403, 403, 400, 404, 404), {"pk": "study"}),
    "POST studies/<uuid:pk>/agreement/reveal": Row((200, 403, 200, 404, 404), {"pk": "study"}),
    "GET studies/<uuid:pk>/audit": Row((403, 403, 200, 404, 404), {"pk": "study"}),
}
