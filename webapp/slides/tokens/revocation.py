"""Revocation of tile tokens: at once in this process, a moment later in the others (Redis pub/sub, in the background).

A token that was issued before the instant of revocation is refused. An instant needs to be kept only as long as a token
lives. Where Redis is away, the other processes go on for what is left of a token's 60 seconds.
"""

from __future__ import annotations

import json
import os
import threading
import time
from typing import Any
from uuid import UUID

import redis
import structlog
from django.conf import settings

from webapp.slides.tokens.signing import VALID_SECONDS, Grant

log = structlog.get_logger(__name__)
CHANNEL = "duoscope.tiles.revoked"
_KEPT_MS = (VALID_SECONDS + 30) * 1000

_revoked: dict[UUID, int] = {}
_lock = threading.Lock()
_listening_in = 0


def revoke(*, user_id: UUID | None = None, presentation_id: UUID | None = None) -> None:
    """Refuse every token of a person or a presentation that has been issued until now."""
    ids = [some_id for some_id in (user_id, presentation_id) if some_id is not None]
    if not ids:
        raise ValueError("Name the person or the presentation whose tokens are revoked.")
    now_ms = time.time_ns() // 1_000_000
    for some_id in ids:
        remember(some_id, now_ms)
    threading.Thread(target=_publish, args=(ids, now_ms), daemon=True, name="tile-revocation").start()


def remember(some_id: UUID, at_ms: int) -> None:
    """Note an instant of revocation in this process, and forget those that no living token can be older than."""
    global _revoked  # noqa: PLW0603 - replaced as a whole, so that reading needs no lock
    with _lock:
        kept = {key: at for key, at in _revoked.items() if at > at_ms - _KEPT_MS}
        kept[some_id] = max(at_ms, kept.get(some_id, 0))
        _revoked = kept


def is_revoked(grant: Grant) -> bool:
    """Whether the person or the presentation of ``grant`` was revoked when or after it was issued."""
    revoked = _revoked
    if not revoked:
        return False
    newest = max(revoked.get(grant.user_id, 0), revoked.get(grant.presentation_id, 0))
    return grant.issued_at_ms <= newest


def listen() -> None:
    """Hear of revocations in other processes; starts one background thread in each process, once."""
    global _listening_in  # noqa: PLW0603 - one thread per process, started again after a fork
    if _listening_in == os.getpid():
        return
    with _lock:
        if _listening_in == os.getpid():
            return
        _listening_in = os.getpid()
    threading.Thread(target=_hear, daemon=True, name="tile-revocation-listener").start()


def _client() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_keepalive=True)


def _channel() -> str:
    # Redis publishes across numbered databases: the channel layer's prefix keeps parallel installations apart.
    layer: dict[str, Any] = dict(settings.CHANNEL_LAYERS["default"])
    return f"{layer.get('CONFIG', {}).get('prefix', '')}{CHANNEL}"


def _publish(ids: list[UUID], at_ms: int) -> None:
    try:
        with _client() as client:
            client.publish(_channel(), json.dumps({"ids": [str(some_id) for some_id in ids], "at_ms": at_ms}))
    except redis.RedisError as error:
        log.warning("tile_revocation_not_published", error=type(error).__name__)


def _hear() -> None:
    wait = 0.2
    while True:
        try:
            with _client() as client, client.pubsub(ignore_subscribe_messages=True) as subscription:
                subscription.subscribe(_channel())
                wait = 0.2
                for message in subscription.listen():
                    _take(message.get("data"))
        except redis.RedisError as error:
            if wait == 0.2:  # once for each outage
                log.warning("tile_revocation_deaf", error=type(error).__name__)
        time.sleep(wait)
        wait = min(5.0, wait * 2)


def _take(data: Any) -> None:
    try:
        said = json.loads(data)
        # An instant in the future would refuse people for long; no honest process sends one.
        at_ms = min(int(said["at_ms"]), time.time_ns() // 1_000_000)
        for text in said["ids"]:
            remember(UUID(text), at_ms)
    except (ValueError, KeyError, TypeError) as error:
        log.warning("tile_revocation_not_understood", error=type(error).__name__)
