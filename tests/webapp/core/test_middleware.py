from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from django.utils import timezone

from webapp.accounts.models import User
from webapp.core.middleware import UNATTENDED, SecurityHeaders

ADDRESSES = ["/healthz", "/readyz", "/api/me", "/api/no-such-thing", "/api/schema/",
             "/_allauth/browser/v1/auth/session",
             "/", "/studies", "/static/no-such-file.js", "/static/rest_framework/css/default.css"]  # fmt: skip


@pytest.fixture
def visitor() -> Client:
    client = Client()
    client.raise_request_exception = False
    return client


def sign_in(client: Client, user: User) -> None:
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def row(client: Client) -> Session:
    return Session.objects.get(session_key=client.cookies["sessionid"].value)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_dressed(visitor: Client, db: None, address: str) -> None:
    headers = visitor.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "fullscreen=(self)" in headers["Permissions-Policy"]
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in headers
    if not address.startswith("/static/"):
        assert "no-store" in headers["Cache-Control"]
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"


def test_the_page_carries_the_nonce_of_its_own_policy(visitor: Client, db: None, settings: Any, tmp_path: Any) -> None:
    manifest = tmp_path / "frontend" / "dist" / ".vite" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text('{"main.tsx": {"file": "assets/main.js", "css": ["assets/main.css"], "isEntry": true}}')
    settings.ROOT = tmp_path
    nonces = []
    for _ in range(2):
        response = visitor.get("/studies")
        assert response.status_code == 200
        (nonce,) = set(re.findall(r'nonce="([^"]+)"', response.content.decode()))
        policy = response.headers["Content-Security-Policy"]
        assert f"script-src 'self' 'nonce-{nonce}'" in policy
        assert f"style-src 'self' 'nonce-{nonce}'" in policy
        nonces.append(nonce)
    assert nonces[0] != nonces[1]


def test_what_a_view_says_of_caching_stands() -> None:
    def view(_request: Any) -> HttpResponse:
        return HttpResponse(headers={"Cache-Control": "private, max-age=600"})

    response = SecurityHeaders(view)(RequestFactory().get("/api/x"))
    assert response.headers["Cache-Control"] == "private, max-age=600"  # type: ignore[union-attr]


async def test_an_asynchronous_server_gets_the_same_headers(transactional_db: None) -> None:
    response = await AsyncClient().get("/healthz")
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/healthz", "/api/me", "/"])
def test_trace_is_refused(visitor: Client, db: None, address: str) -> None:
    assert visitor.trace(address).status_code == 405


def test_an_idle_session_ends(visitor: Client, alice: User, settings: Any) -> None:
    sign_in(visitor, alice)
    assert visitor.get("/api/schema/").status_code == 200
    ends = row(visitor).expire_date - timezone.now()
    assert (
        timedelta(seconds=settings.SESSION_IDLE_SECONDS - 60) < ends <= timedelta(seconds=settings.SESSION_IDLE_SECONDS)
    )
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert visitor.get("/api/schema/").status_code in (401, 403)


def test_work_keeps_a_session_alive_and_an_unattended_page_does_not(visitor: Client, alice: User) -> None:
    sign_in(visitor, alice)
    soon = timezone.now() + timedelta(minutes=2)
    Session.objects.update(expire_date=soon)
    visitor.get("/api/schema/", headers={UNATTENDED: "1"})
    assert row(visitor).expire_date == soon
    visitor.get("/api/schema/")
    assert row(visitor).expire_date > soon + timedelta(minutes=10)


def test_no_work_keeps_a_session_past_its_absolute_end(visitor: Client, alice: User, settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 100
    sign_in(visitor, alice)
    visitor.get("/api/schema/")
    first = row(visitor).expire_date
    assert first <= timezone.now() + timedelta(seconds=100)
    session = visitor.session
    session["anything"] = 1
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(seconds=5))
    visitor.get("/api/schema/")
    assert row(visitor).expire_date <= first


def test_a_session_gets_a_new_key_and_new_hours_at_sign_in(visitor: Client, alice: User) -> None:
    session = visitor.session
    session["_began"] = timezone.now().timestamp() - 11 * 3600
    session.save()
    visitor.cookies["sessionid"] = session.session_key
    old = session.session_key
    alice.set_password("a long enough password")
    alice.save()
    response = visitor.post(
        "/_allauth/browser/v1/auth/login",
        {"username": "alice", "password": "a long enough password"},
        content_type="application/json",
    )
    assert response.status_code == 200, response.content
    assert row(visitor).session_key != old
    assert row(visitor).expire_date > timezone.now() + timedelta(minutes=14)
    cache.clear()


def test_signing_out_clears_the_browser_and_the_old_cookie_opens_nothing(visitor: Client, alice: User) -> None:
    sign_in(visitor, alice)
    assert "Clear-Site-Data" not in visitor.get("/api/schema/").headers
    stolen = visitor.cookies["sessionid"].value
    response = visitor.delete("/_allauth/browser/v1/auth/session")
    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    visitor.cookies["sessionid"] = stolen
    assert visitor.get("/api/schema/").status_code in (401, 403)


def test_a_foreign_page_is_refused_with_problem_details(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client, alice)
    response = client.post("/_allauth/browser/v1/auth/login", {}, content_type="application/json")
    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "csrf"
