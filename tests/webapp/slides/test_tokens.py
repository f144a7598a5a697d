"""The tile token: whose it is, how long it lives, that it cannot be made or bent, and that it can be taken back."""

from __future__ import annotations

import time
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.slides import tokens
from webapp.slides.tokens import Grant, revocation, sign, verify
from webapp.slides.tokens.signing import _derived, keys

NOW = 1_800_000_000_000
KEY = b"k" * 32
GRANT = Grant(uuid.UUID(int=1), uuid.UUID(int=2), uuid.UUID(int=3), NOW)


def test_a_token_says_what_was_signed() -> None:
    assert verify(sign(GRANT, KEY), [KEY], now_ms=NOW + 1000) == GRANT


@pytest.mark.parametrize(("later_ms", "valid"), [(0, True), (59_999, True), (60_000, False), (-5_000, True),
                                                 (-5_001, False)])  # fmt: skip
def test_it_lives_sixty_seconds(later_ms: int, valid: bool) -> None:
    assert (verify(sign(GRANT, KEY), [KEY], now_ms=NOW + later_ms) is not None) is valid


def test_another_key_does_not_verify_and_a_fallback_does() -> None:
    token = sign(GRANT, KEY)
    assert verify(token, [b"x" * 32], now_ms=NOW) is None
    assert verify(token, [b"x" * 32, KEY], now_ms=NOW) == GRANT


def test_every_changed_character_is_noticed() -> None:
    token = sign(GRANT, KEY)
    for at in range(len(token)):
        for letter in "A-_z.":
            changed = token[:at] + letter + token[at + 1 :]
            if changed != token:
                assert verify(changed, [KEY], now_ms=NOW) is None, at


@given(st.text(max_size=200))
def test_nonsense_is_refused_quietly(text: str) -> None:
    assert verify(text, [KEY], now_ms=NOW) is None


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1), st.integers(0, 2**128 - 1))
def test_tokens_of_different_people_and_slides_differ(user: int, presentation: int, slide: int) -> None:
    grant = Grant(uuid.UUID(int=user), uuid.UUID(int=presentation), uuid.UUID(int=slide), NOW)
    assert verify(sign(grant, KEY), [KEY], now_ms=NOW) == grant
    assert (sign(grant, KEY) == sign(GRANT, KEY)) is (grant == GRANT)


def test_the_key_is_used_for_nothing_else(settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "now", ["before"]
    assert keys()[0] != b"now"
    assert len(keys()) == 2
    old = sign(GRANT, _derived("before", ())[0])
    assert verify(old, keys(), now_ms=NOW) == GRANT


def test_cookie_goes_to_its_presentation_alone(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    words = tokens.cookie(GRANT.presentation_id)
    assert words["path"] == f"/tiles/{GRANT.presentation_id}"
    assert (words["httponly"], words["samesite"], words["secure"], words["max_age"]) == (True, "Strict", True, 60)


@pytest.mark.parametrize("whose", ["user_id", "presentation_id"])
def test_revocation_holds_at_once_for_what_was_issued_before(whose: str) -> None:
    user, presentation, slide = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    now_ms = time.time_ns() // 1_000_000
    grant, other = Grant(user, presentation, slide, now_ms), Grant(uuid.uuid4(), uuid.uuid4(), slide, now_ms)
    assert not tokens.is_revoked(grant)
    tokens.revoke(**{whose: getattr(grant, whose)})
    assert tokens.is_revoked(grant)
    assert not tokens.is_revoked(other)
    later = Grant(user, presentation, slide, time.time_ns() // 1_000_000 + 1)
    assert not tokens.is_revoked(later)


def test_revoke_needs_somebody() -> None:
    with pytest.raises(ValueError, match="Name the person"):
        tokens.revoke()


def test_other_processes_hear_of_it() -> None:
    """Through the real Valkey: what this process publishes, its own listener takes as one of another process would."""
    revocation.listen()
    user = uuid.uuid4()
    grant = Grant(user, uuid.uuid4(), uuid.uuid4(), time.time_ns() // 1_000_000)
    deadline = time.monotonic() + 10
    while not tokens.is_revoked(grant):
        assert time.monotonic() < deadline, "nobody heard of the revocation"
        revocation._publish([user], grant.issued_at_ms)
        time.sleep(0.05)


@pytest.mark.parametrize("said", [b"", b"[]", b'{"ids": ["x"], "at_ms": 1}', b'{"ids": 5, "at_ms": 1}', b"\xff", None])
def test_nonsense_on_the_channel_is_ignored(said: bytes | None) -> None:
    revocation._take(said)


def test_the_registry_forgets_what_no_token_can_be_older_than() -> None:
    old, new = uuid.uuid4(), uuid.uuid4()
    now_ms = time.time_ns() // 1_000_000
    revocation.remember(old, now_ms - 200_000)
    revocation.remember(new, now_ms)
    assert new in revocation._revoked
    assert old not in revocation._revoked
