"""What a reader does over HTTP, in short."""

from __future__ import annotations

import json
from typing import Any

from rest_framework.test import APIClient

from tests.factories import PASSWORD
from webapp.reading.models import Assignment

HALF = {"inputs": {"weak": 20, "moderate": 30, "strong": 10}}
"""H-score 110."""


def at(assignment: Assignment, act: str = "") -> str:
    return f"/api/assignments/{assignment.pk}" + (f"/{act}" if act else "")


def sign(client: APIClient, assignment: Assignment, body: Any = None, key: str = "", act: str = "sign") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    sent = {"password": PASSWORD, **(HALF if body is None else body)}
    return client.post(at(assignment, act), sent, format="json", headers=headers)


def names_nothing(answer: Any, assignment: Assignment) -> None:
    text = json.dumps(answer)
    specimen = assignment.specimen
    for secret in (specimen.pk, specimen.slide_id, specimen.slide.name, specimen.case_id, specimen.case.code):
        assert str(secret) not in text
    assert str(assignment.round_id) not in text


def save(client: APIClient, assignment: Assignment, draft: Any, version: str | None) -> Any:
    headers = {} if version is None else {"If-Match": version}
    return client.put(at(assignment, "draft"), {"draft": draft}, format="json", headers=headers)
