"""Signing over HTTP: the score's grammar, the password, corrections, revisions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests import factories
from tests.factories import PASSWORD
from tests.webapp.reading.acts import HALF, at, names_nothing, save, sign
from webapp.accounts.services import create_token
from webapp.blinding.models import Exposure
from webapp.blinding.services import record_exposure
from webapp.reading.models import Assignment, Purpose, Reading, ReadingSession, Round
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Study

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]
ClientOf = Callable[..., APIClient]


# Signing


def test_signing_gives_ones_own_reading_with_everything_that_was_signed(
    assignment: Assignment, client: APIClient, alice: Any
) -> None:
    details = {"confidence": "high", "internal_control": "present", "magnification": 20, "seconds_open": 31.5}
    answer = sign(client, assignment, {**HALF, "comment": " clear ", "details": details}, key="one")
    reading = answer.json()
    assert answer.status_code == 201
    assert (reading["value"], reading["category"], reading["stage"]) == ("110.0000", "positive", "unaided")
    assert reading["inputs"] == {"weak": "20", "moderate": "30", "strong": "10"}
    assert (reading["comment"], reading["details"], reading["signer"]) == ("clear", details, str(alice))
    assert reading["amendments"] == []
    names_nothing(reading, assignment)
    shown = client.get(at(assignment)).json()
    assert (shown["state"], shown["reading"], shown["needs_password"]) == ("signed", reading, False)
    assert client.get(f"/api/readings/{reading['id']}").json() == reading


def test_the_same_signature_again_is_the_same_reading(assignment: Assignment, client: APIClient) -> None:
    first = sign(client, assignment, key="one")
    again = sign(client, assignment, key="one")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    for body, key in (({"inputs": {"weak": 21, "moderate": 30, "strong": 10}}, "one"), (HALF, "two")):
        other = sign(client, assignment, body, key=key)
        assert (other.status_code, other.json()["code"]) == (409, "signed")
    assert Reading.objects.count() == 1


@pytest.mark.parametrize(
    "raw",
    ["NaN", "Infinity", "1e400", "true", "null", "[]", "-0.0", "100.01", "33.333", '"50,5"', '"\\u0663"', '"1_0"',
     '"50 %"', "-0.01", "9" * 5000],
)  # fmt: skip
def test_what_is_no_score_is_refused_by_field(assignment: Assignment, client: APIClient, raw: str) -> None:
    body = f'{{"inputs": {{"weak": {raw}, "moderate": 0, "strong": 0}}, "password": "{PASSWORD}"}}'
    answer = client.generic("POST", at(assignment, "sign"), body.encode(), content_type="application/json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["weak"])
    assert not Reading.objects.exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**HALF, "value": 300}, "value"), ({**HALF, "signer": "Bob"}, "signer"), ({**HALF, "reader": "x"}, "reader"),
        ({**HALF, "category": "negative"}, "category"), ({**HALF, "comment": 5}, "comment"),
        ({**HALF, "comment": "x" * 4001}, "comment"), ({**HALF, "details": []}, "details"),
        ({**HALF, "details": {"mood": "good"}}, "mood"), ({**HALF, "details": {"confidence": "very"}}, "confidence"),
        ({**HALF, "details": {"magnification": True}}, "magnification"),
        ({"scoreable": False, "reason": "other"}, "comment"), ({"scoreable": "no"}, "scoreable"),
        ({"inputs": None}, "inputs"), ({**HALF, "why": "mistyped"}, "why"),
    ],
)  # fmt: skip
def test_only_what_is_documented_is_signed(
    assignment: Assignment, client: APIClient, body: dict[str, Any], field: str
) -> None:
    answer = sign(client, assignment, body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Reading.objects.exists()


def test_not_scoreable_with_a_reason(assignment: Assignment, client: APIClient) -> None:
    reading = sign(client, assignment, {"scoreable": False, "reason": "fold"}).json()
    assert (reading["scoreable"], reading["reason"], reading["value"], reading["inputs"]) == (False, "fold", None, {})


def test_who_was_shown_what_others_said_signs_no_more(
    assignment: Assignment, client: APIClient, alice: Any, specimen: Specimen
) -> None:
    record_exposure(alice, specimen, Exposure.Source.ALGORITHM, uuid.uuid4(), planned=False)
    for answer in (sign(client, assignment), save(client, assignment, {}, '"1"'), client.post(at(assignment, "open"))):
        assert (answer.status_code, answer.json()["code"]) == (403, "exposed")


# The password


def test_the_first_signature_of_a_session_takes_the_password(
    study: Study, alice: Any, give: Give, client_of: ClientOf
) -> None:
    first, second, third = (give(alice, factories.SpecimenFactory(slide__study=study)) for _ in range(3))
    client = client_of(alice)
    needed = sign(client, first, {**HALF, "password": ""})
    assert (needed.status_code, needed.json()["code"]) == (403, "password_needed")
    wrong = sign(client, first, {**HALF, "password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
    assert not Reading.objects.exists()
    assert sign(client, first).status_code == 201
    assert client.get(at(second)).json()["needs_password"] is False
    assert sign(client, second, {**HALF, "password": ""}).status_code == 201
    # Another browser has its own session.
    assert sign(client_of(alice), third, {**HALF, "password": ""}).json()["code"] == "password_needed"
    # A new password asks again.
    alice.set_password("another horse battery staple")
    alice.save()
    assert sign(client, third, {**HALF, "password": ""}).json()["code"] == "password_needed"
    assert sign(client, third).json()["code"] == "password_wrong"


def test_a_token_signs_with_the_password_each_time(study: Study, alice: Any, give: Give) -> None:
    _, secret = create_token(alice, name="script")
    client = APIClient(headers={"Authorization": f"Token {secret}"})
    first, second = (give(alice, factories.SpecimenFactory(slide__study=study)) for _ in range(2))
    assert sign(client, first).status_code == 201
    assert client.get(at(second)).json()["needs_password"] is True
    assert sign(client, second, {**HALF, "password": ""}).json()["code"] == "password_needed"
    assert sign(client, second).status_code == 201


def test_guessing_passwords_by_signing_is_locked_out(assignment: Assignment, client: APIClient, settings: Any) -> None:
    guesses = [sign(client, assignment, {**HALF, "password": f"guess {n}"}) for n in range(settings.AXES_FAILURE_LIMIT)]
    assert {(answer.status_code, answer.json()["code"]) for answer in guesses} == {(403, "password_wrong")}
    locked = sign(client, assignment)
    assert (locked.status_code, locked.json()["code"]) == (429, "password_locked")
    assert not Reading.objects.exists()


# Amendments and revisions


def amend(client: APIClient, reading: Any, body: Any) -> Any:
    return client.post(f"/api/readings/{reading['id']}/amend", body, format="json")


def test_a_correction_stands_beside_the_reading_and_does_not_tell_whether_it_counts(
    specimen: Specimen, alice: Any, bob: Any, give: Give, client_of: ClientOf
) -> None:
    mine, other = give(alice, specimen), give(bob, specimen)
    client = client_of(alice)
    reading = sign(client, mine).json()
    corrected = {"inputs": {"weak": 20, "moderate": 40, "strong": 10}, "why": "mistyped"}
    while_open = amend(client, reading, corrected)
    assert while_open.status_code == 201
    assert sign(client_of(bob), other, {"inputs": corrected["inputs"]}).status_code == 201
    # Both said 130: the amendment counted.
    assert Round.objects.get().state == Round.State.DECIDED
    after = amend(client, reading, corrected)
    assert set(after.json()) == set(while_open.json())
    shown = client.get(f"/api/readings/{reading['id']}").json()
    assert (shown["value"], [entry["value"] for entry in shown["amendments"]]) == ("110.0000", ["130.0000"] * 2)
    assert list(Reading.objects.get(pk=reading["id"]).amendments.values_list("counts", flat=True)) == [True, False]


@pytest.mark.parametrize("why", ["", "  ", "x" * 401, 5, None])
def test_a_correction_gives_its_reason(assignment: Assignment, client: APIClient, why: Any) -> None:
    reading = sign(client, assignment).json()
    answer = amend(client, reading, {**HALF, "why": why})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["why"])


def test_a_revised_reading_belongs_to_the_sequential_mode(
    study: Study, specimen: Specimen, alice: Any, give: Give, client_of: ClientOf
) -> None:
    Protocol.objects.update(mode=Protocol.Mode.SEQUENTIAL)
    assignment, client = give(alice, specimen), client_of(alice)
    assert sign(client, assignment, act="revise").json()["code"] == "not_signed"
    assert sign(client, assignment).status_code == 201
    assert sign(client, assignment, act="revise").json()["code"] == "not_shown"
    assert client.get(at(assignment)).json()["may_revise"] is False
    record_exposure(alice, specimen, Exposure.Source.ALGORITHM, uuid.uuid4(), planned=True)
    assert client.get(at(assignment)).json()["may_revise"] is True
    changed = {"inputs": {"weak": 0, "moderate": 30, "strong": 10}}
    revised = sign(client, assignment, changed, act="revise")
    assert (revised.status_code, revised.json()["stage"], revised.json()["value"]) == (201, "revised", "90.0000")
    assert client.get(at(assignment)).json()["may_revise"] is False
    assert set(Reading.objects.values_list("stage", "value")) == {("unaided", 110), ("revised", 90)}


def test_who_saw_the_other_reader_revises_nothing(
    specimen: Specimen, alice: Any, give: Give, client: APIClient
) -> None:
    Protocol.objects.update(mode=Protocol.Mode.SEQUENTIAL)
    assignment = give(alice, specimen)
    sign(client, assignment)
    for source in (Exposure.Source.ALGORITHM, Exposure.Source.READING):
        record_exposure(alice, specimen, source, uuid.uuid4(), planned=True)
    assert client.get(at(assignment)).json()["may_revise"] is False
    answer = sign(client, assignment, act="revise")
    assert (answer.status_code, answer.json()["code"]) == (403, "exposed")


def test_in_sequential_mode_a_correction_after_the_algorithm_is_a_note(
    specimen: Specimen, alice: Any, give: Give, client: APIClient
) -> None:
    Protocol.objects.update(mode=Protocol.Mode.SEQUENTIAL)
    reading = sign(client, give(alice, specimen)).json()
    amend(client, reading, {**HALF, "why": "mistyped"})
    record_exposure(alice, specimen, Exposure.Source.ALGORITHM, uuid.uuid4(), planned=True)
    amend(client, reading, {**HALF, "why": "mistyped"})
    assert list(Reading.objects.get().amendments.values_list("counts", flat=True)) == [True, False]


def test_in_concurrent_mode_the_algorithm_was_in_view_before(
    specimen: Specimen, alice: Any, give: Give, client: APIClient
) -> None:
    Protocol.objects.update(mode=Protocol.Mode.CONCURRENT)
    assignment = give(alice, specimen)
    record_exposure(alice, specimen, Exposure.Source.ALGORITHM, uuid.uuid4(), planned=True)
    reading = sign(client, assignment).json()
    assert reading["stage"] == "aided"
    record_exposure(alice, specimen, Exposure.Source.ALGORITHM, uuid.uuid4(), planned=True)
    amend(client, reading, {**HALF, "why": "mistyped"})
    assert Reading.objects.get().amendments.get().counts


def test_the_first_reading_is_hidden_while_it_is_to_be_read_again(
    study: Study, assignment: Assignment, client: APIClient, alice: Any, specimen: Specimen
) -> None:
    """In the washout already, before the second session opens."""
    reading = sign(client, assignment).json()
    session = factories.ReadingSessionFactory(
        study=study, protocol=study.protocols.get(), reader=alice, purpose=Purpose.RE_READ, series=2,
        opens_at=timezone.now() + timedelta(days=14),
    )  # fmt: skip
    round_ = factories.RoundFactory(specimen=specimen, protocol=session.protocol, series=2)
    again = factories.AssignmentFactory(round=round_, session=session, purpose=Purpose.RE_READ)
    for _ in range(2):
        assert client.get(f"/api/readings/{reading['id']}").status_code == 404
        assert client.get(at(assignment)).json()["reading"] is None
        assert amend(client, reading, {**HALF, "why": "mistyped"}).status_code == 404
        ReadingSession.objects.update(opens_at=timezone.now())
    assert sign(client, again).status_code == 201
    assert client.get(f"/api/readings/{reading['id']}").status_code == 200
