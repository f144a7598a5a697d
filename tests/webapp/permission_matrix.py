"""Who gets which answer from which route: the whole table, to be read like a specification.

``alice`` is a pathologist, ``tina`` technician, ``dora`` administrator of the study that the scene plays in; ``root``
is system administrator, ``carol`` holds every role of another study. ``objects`` names what stands for the route's ids
(fixture ``scene``); ``body`` is the JSON sent. A route without a row here fails ``test_routes.py``, so a new route is a
decision about every person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

PEOPLE = ("alice", "tina", "dora", "root", "carol")


@dataclass(frozen=True)
class Row:
    """Expected status codes in the order of ``PEOPLE``; a stranger always gets 401."""

    statuses: tuple[int, int, int, int, int]
    objects: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)


STUDY = {"study_id": "study"}
FIELD = {"name": "Hot spot", "x_px": 0, "y_px": 0, "width_px": 10, "height_px": 10}
CORE = {"row": 1, "column": 1, "x_px": 100, "y_px": 100, "radius_px": 50, "case": "C-1"}
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
    "GET studies/<uuid:pk>/audit": Row((403, 403, 200, 404, 404), {"pk": "study"}),
}
