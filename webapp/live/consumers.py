"""The socket at /ws/live: joins rooms, passes on "X changed", and ends when the right to listen ends.

Client: ``{"join": "study:<id>"}``, ``{"leave": …}``. Server: ``{"joined": …}``, ``{"left": …}``, ``{"refused": …}``,
``{"error": …}``, ``{"changed": kind, "id": …}``. A room one may not know of and one that does not exist are refused
alike. Close codes: 4400 unusable frame, 4401 not (or no longer) signed in, 4403 no longer permitted, 4429 too much.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.sessions import SessionMiddlewareStack
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http.request import validate_host
from django.urls import path
from django.utils.module_loading import import_string

from webapp.live.rooms import Room, may_join, parse

log = structlog.get_logger(__name__)

UNUSABLE, NOT_SIGNED_IN, NOT_PERMITTED, TOO_MUCH = 4400, 4401, 4403, 4429
JUDGE_EVERY_S = 4.0
MAX_FRAME_BYTES = 64 * 1024
MAX_MESSAGES_PER_S = 20
MAX_ROOMS = 50
MAX_SOCKETS = 5

#: Open sockets by person, in this process.
_open: Counter[UUID] = Counter()


class LiveConsumer(AsyncWebsocketConsumer):  # type: ignore[misc]  # Channels comes without types
    """One browser's socket. Permission is asked on joining, every few seconds, and whenever rights changed."""

    user_id: UUID | None = None

    async def connect(self) -> None:
        """Refuse strangers, foreign origins and a sixth socket; join the person's own room."""
        self.rooms: dict[Room, None] = {}
        self.stamps: list[float] = []
        self.judging: asyncio.Task[None] | None = None
        if not origin_is_ours(self.scope):
            await self._refuse(NOT_PERMITTED)
            return
        user = await self._present_user()
        if user is None:
            await self._refuse(NOT_SIGNED_IN)
            return
        if _open[user.pk] >= MAX_SOCKETS:
            await self._refuse(TOO_MUCH)
            return
        self.user_id = user.pk
        _open[user.pk] += 1
        await self.accept()
        await self._enter(Room("person", user.pk))
        self.judging = asyncio.create_task(self._judge_for_ever())

    async def disconnect(self, code: int) -> None:
        if self.judging is not None:
            self.judging.cancel()
        for room in list(self.rooms):
            await self._leave(room)
        if self.user_id is not None:
            _open[self.user_id] -= 1
            if _open[self.user_id] <= 0:
                del _open[self.user_id]
            self.user_id = None

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is None or len(text_data.encode()) > MAX_FRAME_BYTES:
            await self.close(UNUSABLE)
            return
        if self._is_flooding():
            await self.close(TOO_MUCH)
            return
        try:
            frame = json.loads(text_data)
        except (ValueError, RecursionError):
            await self.close(UNUSABLE)
            return
        if not isinstance(frame, dict) or len(frame) != 1:
            await self._tell(error='Send one of {"join": …}, {"leave": …}.')
        elif "join" in frame:
            await self._join(frame["join"])
        elif "leave" in frame:
            room = parse(frame["leave"])
            for left in (room, Room("runs", room.id)) if room is not None else ():
                await self._leave(left)
            await self._tell(left=_echo(frame["leave"]))
        else:
            await self._tell(error='Send one of {"join": …}, {"leave": …}.')

    async def live_changed(self, message: dict[str, Any]) -> None:
        """Pass on a hint."""
        await self._tell(changed=message["changed"], id=message["id"])

    async def live_judge(self, message: dict[str, Any]) -> None:
        """Rights changed somewhere near: judge again now."""
        await self._judge()

    async def _join(self, name: object) -> None:
        room = parse(name)
        if room is None or (room not in self.rooms and len(self.rooms) >= MAX_ROOMS):
            await self._tell(refused=_echo(name))
            return
        user = await self._present_user()
        if user is None:
            await self.close(NOT_SIGNED_IN)
            return
        if not await database_sync_to_async(may_join)(user, room):
            await self._tell(refused=room.name)
            return
        await self._enter(room)
        runs = Room("runs", room.id)
        if room.kind == "study" and await database_sync_to_async(may_join)(user, runs):
            await self._enter(runs)
        await self._tell(joined=room.name)

    async def _enter(self, room: Room) -> None:
        self.rooms[room] = None
        with contextlib.suppress(OSError, ConnectionError):  # hints only: REST goes on without the layer
            await self.channel_layer.group_add(room.group, self.channel_name)

    async def _leave(self, room: Room) -> None:
        if self.rooms.pop(room, True) is None:
            with contextlib.suppress(OSError, ConnectionError):
                await self.channel_layer.group_discard(room.group, self.channel_name)

    async def _judge_for_ever(self) -> None:
        while True:
            await asyncio.sleep(JUDGE_EVERY_S)
            try:
                await self._judge()
            except Exception as error:  # the database may be away: this socket's rights cannot be known, so it ends
                log.warning("live_cannot_judge", error=f"{type(error).__name__}: {error}")
                await self.close(NOT_PERMITTED)

    async def _judge(self) -> None:
        """Close a socket whose person signed out, was deactivated, changed the password or lost a room's permission.
        The runs of a study are left in silence: losing them tells nothing."""
        user = await self._present_user()
        if user is None:
            await self.close(NOT_SIGNED_IN)
            return
        for room in list(self.rooms):
            permitted = await database_sync_to_async(may_join)(user, room)
            if permitted:
                continue
            await self._leave(room)
            if room.kind != "runs":
                await self.close(NOT_PERMITTED)
                return
        await self._hear_of_runs_again(user)

    async def _hear_of_runs_again(self, user: Any) -> None:
        """A person whose veil was lifted hears of runs without joining anew."""
        for room in [room for room in self.rooms if room.kind == "study"]:
            runs = Room("runs", room.id)
            if runs not in self.rooms and await database_sync_to_async(may_join)(user, runs):
                await self._enter(runs)

    async def _present_user(self) -> Any | None:
        """The person this socket's session belongs to *now*; None when it ended, however that came about."""
        old: SessionBase | None = self.scope.get("session")
        if old is None or not old.session_key:
            return None
        store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
        user = await get_user({"session": store(old.session_key)})
        return user if user.is_authenticated and user.is_active else None

    def _is_flooding(self) -> bool:
        now_s = time.monotonic()
        self.stamps = [stamp for stamp in self.stamps if now_s - stamp < 1.0] + [now_s]
        return len(self.stamps) > MAX_MESSAGES_PER_S

    async def _tell(self, **frame: Any) -> None:
        await self.send(json.dumps(frame))

    async def _refuse(self, code: int) -> None:
        # Accepted first: a browser never learns the code of a refused handshake.
        await self.accept()
        await self.close(code)


def origin_is_ours(scope: dict[str, Any]) -> bool:
    """Whether the page that opened the socket came from this very server (scheme-less host and port as asked for), or
    from one the settings trust. A browser cannot leave the header out, so a missing one is refused."""
    headers = {name: value.decode("latin-1") for name, value in scope.get("headers", [])}
    origin, host = headers.get(b"origin", ""), headers.get(b"host", "")
    parts = urlsplit(origin)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    is_secure = scope.get("scheme") in ("wss", "https")
    if is_secure and parts.scheme != "https":
        return False
    return parts.netloc.lower() == host.lower() and validate_host(parts.hostname or "", settings.ALLOWED_HOSTS)


def _echo(name: object) -> str:
    return name[:60] if isinstance(name, str) else ""


websocket_urlpatterns = [path("ws/live", LiveConsumer.as_asgi())]
#: What ``asgi`` serves websockets with. The session is all it needs: the person is looked up anew each time.
websocket_application = SessionMiddlewareStack(URLRouter(websocket_urlpatterns))
