from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from rest_framework.test import APIClient

from tests import factories
from webapp.accounts import services
from webapp.audit.models import Event

pytestmark = pytest.mark.django_db
LOGIN = "/_allauth/browser/v1/auth/login"


def sign_in(client: APIClient, username: str, password: str = factories.PASSWORD) -> Any:
    return client.post(LOGIN, {"username": username, "password": password}, format="json")


def test_me_tells_who_one_is(client_of: Callable[..., APIClient], root: Any, tina: Any) -> None:
    me = client_of(tina).get("/api/me").json()
    assert me.pop("csrf_token")
    assert me == {
        "id": str(tina.pk),
        "username": "tina",
        "display_name": "Tina",
        "is_system_administrator": False,
        "mfa_enabled": False,
    }
    assert client_of(root).get("/api/me").json()["is_system_administrator"] is True


def test_a_person_may_change_what_they_are_called_and_nothing_else(
    client_of: Callable[..., APIClient], tina: Any
) -> None:
    answer = client_of(tina).patch(
        "/api/me", {"display_name": "Tina T.", "is_staff": True, "username": "root2", "is_active": False}, format="json"
    )
    assert (answer.status_code, answer.json()["display_name"]) == (200, "Tina T.")
    tina.refresh_from_db()
    assert (tina.username, tina.is_staff, tina.is_superuser, tina.is_active) == ("tina", False, False, True)


def test_a_token_opens_the_api_and_a_wrong_one_does_not(client_of: Callable[..., APIClient], tina: Any) -> None:
    made = client_of(tina).post("/api/tokens", {"name": "script", "expires_in_days": 7}, format="json")
    secret = made.json()["token"]
    assert set(made.json()) == {"id", "name", "prefix", "created_at", "last_used_at", "expires_at", "token"}
    stranger = client_of(None)
    assert stranger.get("/api/me", headers={"Authorization": f"Token {secret}"}).json()["username"] == "tina"
    for wrong in (f"Token {secret}x", "Token", f"Token {secret} {secret}", "Token dsk_\xff", f"Bearer {secret}"):
        answer = stranger.get("/api/me", headers={"Authorization": wrong})
        assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    listed = client_of(tina).get("/api/tokens").json()
    assert listed["count"] == 1
    assert secret not in json.dumps(listed)


def test_signing_in_and_out_leaves_a_trace(tina: Any) -> None:
    client = APIClient()
    assert sign_in(client, "tina").status_code == 200
    assert client.get("/api/me").json()["username"] == "tina"
    assert client.delete("/_allauth/browser/v1/auth/session").status_code == 401
    assert client.get("/api/me").status_code == 401
    assert list(Event.objects.values_list("actor", "verb")) == [("tina", "signed_in"), ("tina", "signed_out")]


def test_a_failed_sign_in_leaves_a_trace_without_what_was_typed(tina: Any) -> None:
    wrong_password = sign_in(APIClient(), "tina", "not her pass phrase")
    wrong_name = sign_in(APIClient(), "my secret pass phrase", "x")
    assert wrong_password.status_code == wrong_name.status_code == 400
    assert wrong_password.json() == wrong_name.json()  # tells nobody which names exist
    events = list(Event.objects.values_list("verb", "object_id", "details"))
    nobody = "00000000-0000-0000-0000-000000000000"
    assert events == [
        ("sign_in_failed", str(tina.pk), {"known": True}),
        ("sign_in_failed", nobody, {"known": False}),
    ]


def test_nobody_signs_up(client_of: Callable[..., APIClient]) -> None:
    answer = APIClient().post(
        "/_allauth/browser/v1/auth/signup", {"username": "mallory", "password": "a long pass phrase"}, format="json"
    )
    assert answer.status_code == 403
    assert sign_in(APIClient(), "mallory", "a long pass phrase").status_code == 400


def test_closing_an_account_ends_sessions_and_tokens(client_of: Callable[..., APIClient], root: Any, tina: Any) -> None:
    browser = APIClient()
    sign_in(browser, "tina")
    browser.get("/api/me")
    _, secret = services.create_token(tina, name="script")
    sessions = Session.objects.count()
    answer = client_of(root).patch(f"/api/users/{tina.pk}", {"is_active": False}, format="json")
    assert (answer.status_code, answer.json()["is_active"]) == (200, False)
    assert Session.objects.count() == sessions - 1
    assert browser.get("/api/me").status_code == 401
    assert client_of(None).get("/api/me", headers={"Authorization": f"Token {secret}"}).status_code == 401
    again = APIClient()
    assert sign_in(again, "tina").status_code == 400  # as for a wrong password: it tells nobody that the account exists
    assert again.get("/api/me").status_code == 401


def test_people_are_searched_by_name_and_by_nothing_else(
    client_of: Callable[..., APIClient], root: Any, tina: Any
) -> None:
    found = client_of(root).get("/api/users", {"search": "TIN"}).json()
    assert [person["username"] for person in found["results"]] == ["tina"]
    assert set(found["results"][0]) == {
        "id", "username", "display_name", "is_active", "is_system_administrator", "last_login",
    }  # fmt: skip
    for oracle in ({"password__startswith": "argon"}, {"is_staff": "1"}, {"search": "\x00"}, {"search": "x" * 201}):
        assert client_of(root).get("/api/users", oracle).status_code == 400


def test_mass_assignment_changes_only_what_is_documented(client_of: Callable[..., APIClient], root: Any) -> None:
    body = {
        "username": "erin",
        "password": "a long pass phrase",
        "is_staff": True,
        "is_superuser": True,
        "id": str(root.pk),
    }
    made = client_of(root).post("/api/users", body, format="json")
    assert (made.status_code, made.json()["is_system_administrator"]) == (201, False)
    assert made.json()["id"] != str(root.pk)


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '"x"',
        "null",
        '{"display_name": {"a": 1}}',
        '{"display_name": "a\\u0000b"}',
        '{"display_name": "\\ud800"}',
    ],
)
def test_broken_bodies_are_answered_with_400(client_of: Callable[..., APIClient], tina: Any, body: str) -> None:
    answer = client_of(tina).patch("/api/me", body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_the_session_needs_a_csrf_token(client_of: Callable[..., APIClient], tina: Any) -> None:
    browser = client_of(tina, csrf=True)
    token = browser.get("/api/me").json()["csrf_token"]
    assert browser.patch("/api/me", {"display_name": "X"}, format="json").status_code == 403
    answer = browser.patch("/api/me", {"display_name": "X"}, format="json", headers={"X-CSRFToken": token})
    assert answer.status_code == 200
