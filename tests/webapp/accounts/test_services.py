from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from webapp.accounts import services
from webapp.accounts.models import Token, User
from webapp.audit.models import Event
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible

pytestmark = pytest.mark.django_db
PHRASE = "a long pass phrase"


def test_a_system_administrator_registers_a_person(root: Any) -> None:
    user = services.create_user(root, username="erin", display_name=" Erin ", password=PHRASE)
    assert (user.username, user.display_name, user.is_staff, user.is_superuser) == ("erin", "Erin", False, False)
    assert user.check_password(PHRASE)
    event = Event.objects.get(verb="user.created")
    assert (event.actor, event.object_id) == ("root", str(user.pk))
    assert PHRASE not in str(event.details)


def test_nobody_else_registers_people(dora: Any) -> None:
    with pytest.raises(NotAllowed):
        services.create_user(dora, username="erin", display_name="", password=PHRASE)
    assert not User.objects.filter(username="erin").exists()


@pytest.mark.parametrize("username", ["", "e", "-erin", "e rin", "erin\x00", "<erin>", "é" * 5, "a" * 65])
def test_hostile_user_names_are_refused(root: Any, username: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_user(root, username=username, display_name="", password=PHRASE)
    assert set(refused.value.fields) == {"username"}


@pytest.mark.parametrize("password", ["short", "password1234"])
def test_weak_passwords_are_refused(root: Any, password: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_user(root, username="erin", display_name="", password=password)
    assert set(refused.value.fields) == {"password"}


def test_a_user_name_is_taken_in_whatever_case(root: Any, alice: Any) -> None:
    with pytest.raises(Conflict, match="ALICE"):
        services.create_user(root, username="ALICE", display_name="", password=PHRASE)


def test_a_token_is_shown_once_and_kept_as_a_digest(tina: Any) -> None:
    token, secret = services.create_token(tina, name="script", expires_in_days=30)
    assert secret.startswith("dsk_")
    assert len(secret) == 4 + 43  # 32 random bytes in base64
    row = Token.objects.values().get(pk=token.pk)
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert not any(secret in str(value) for value in row.values())
    assert secret not in str(list(Event.objects.values()))
    found = services.token_of(secret)
    assert found is not None
    assert found.user == tina


def test_what_is_no_live_token_is_nobody_s(tina: Any) -> None:
    token, secret = services.create_token(tina, name="script")
    for wrong in ("", "dsk_", secret[:-1], secret + "x", secret.upper(), "x" * 10_000, token.digest):
        assert services.token_of(wrong) is None
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert services.token_of(secret) is None
    Token.objects.update(expires_at=None)
    services.revoke_token(tina, token.pk)
    assert services.token_of(secret) is None


def test_a_token_of_a_closed_account_is_dead(tina: Any, root: Any) -> None:
    _, secret = services.create_token(tina, name="script")
    services.deactivate_user(root, tina)
    services.set_active(root, tina, is_active=True)
    assert services.token_of(secret) is None  # opening the account again does not bring it back


def test_one_revokes_only_one_s_own_tokens(tina: Any, dora: Any) -> None:
    token, secret = services.create_token(tina, name="script")
    with pytest.raises(NotVisible):
        services.revoke_token(dora, token.pk)
    assert services.token_of(secret) is not None


def test_there_is_a_limit_to_tokens(tina: Any) -> None:
    for number in range(services.TOKENS_PER_PERSON):
        factories.TokenFactory(user=tina, name=f"{number}")
    with pytest.raises(Conflict):
        services.create_token(tina, name="one more")


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_token_s_life_has_limits(tina: Any, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_token(tina, name="script", expires_in_days=days)
    assert set(refused.value.fields) == {"expires_in_days"}


def test_one_cannot_lock_oneself_out(root: Any) -> None:
    with pytest.raises(Conflict):
        services.deactivate_user(root, root)
    root.refresh_from_db()
    assert root.is_active
