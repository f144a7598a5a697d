"""Sign and verify tile tokens: pure functions of the keys and the clock, and the cookie they travel in.

A token is ``base64url(user, presentation, slide, issued at).base64url(HMAC-SHA-256)``. The key is derived from
SECRET_KEY for this use alone; older keys (SECRET_KEY_FALLBACKS) still verify.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
import hmac
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

COOKIE = "duoscope_tiles"
VALID_SECONDS = 60
_CLOCK_SKEW_MS = 5_000
_PURPOSE = b"duoscope tile token 1"
_PAYLOAD = struct.Struct(">16s16s16sQ")
_MAC_BYTES = 32
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Grant:
    """What a valid token says. ``issued_at_ms`` and ``expires_at_ms`` are Unix milliseconds."""

    user_id: UUID
    presentation_id: UUID
    slide_id: UUID
    issued_at_ms: int

    @property
    def expires_at_ms(self) -> int:
        return self.issued_at_ms + VALID_SECONDS * 1000


def sign(grant: Grant, key: bytes) -> str:
    """The token of ``grant`` under ``key`` (see ``keys``)."""
    payload = _PAYLOAD.pack(grant.user_id.bytes, grant.presentation_id.bytes, grant.slide_id.bytes, grant.issued_at_ms)
    return f"{_encode(payload)}.{_encode(hmac.digest(key, payload, 'sha256'))}"


def verify(token: str, keys: Sequence[bytes], *, now_ms: int) -> Grant | None:
    """The grant of ``token``, or None if it is malformed, forged, expired or from the future. Never raises."""
    if len(token) > LONGEST or not token.isascii():
        return None
    payload_text, _, mac_text = token.partition(".")
    payload, mac = _decode(payload_text), _decode(mac_text)
    if payload is None or mac is None or len(payload) != _PAYLOAD.size or len(mac) != _MAC_BYTES:
        return None
    if not any(hmac.compare_digest(hmac.digest(key, payload, "sha256"), mac) for key in keys):
        return None
    user, presentation, slide, issued_at_ms = _PAYLOAD.unpack(payload)
    grant = Grant(UUID(bytes=user), UUID(bytes=presentation), UUID(bytes=slide), issued_at_ms)
    if not issued_at_ms - _CLOCK_SKEW_MS <= now_ms < grant.expires_at_ms:
        return None
    return grant


def issue(*, user_id: UUID, presentation_id: UUID, slide_id: UUID) -> str:
    """A token for now, under this installation's key. The caller has checked that the person may see the slide."""
    return sign(Grant(user_id, presentation_id, slide_id, time.time_ns() // 1_000_000), keys()[0])


def cookie(presentation_id: UUID | str) -> dict[str, Any]:
    """Keyword arguments of ``HttpResponse.set_cookie`` besides the value: sent to this presentation's tiles only."""
    return {
        "key": COOKIE,
        "path": f"/tiles/{presentation_id}",
        "max_age": VALID_SECONDS,
        "httponly": True,
        "samesite": "Strict",
        "secure": bool(settings.SESSION_COOKIE_SECURE),
    }


def keys() -> tuple[bytes, ...]:
    """The derived keys: the present one first, then those of SECRET_KEY_FALLBACKS."""
    return _derived(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))


@functools.lru_cache(maxsize=4)
def _derived(secret: str, fallbacks: tuple[str, ...]) -> tuple[bytes, ...]:
    return tuple(hmac.digest(key.encode(), _PURPOSE, hashlib.sha256) for key in (secret, *fallbacks))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # One text for one token: base64 leaves bits over at the end, which must not make a second one.
    return data if _encode(data) == text else None
