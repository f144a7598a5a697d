"""How much a request may send, judged while it arrives: Django would first keep a whole body, a stranger's too."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

# The one address that takes files. What is around the file in its multipart body is small.
_UPLOAD = re.compile(r"/api/studies/[0-9a-f-]{36}/slides", re.ASCII)
_AROUND_A_FILE = 1 << 20
_TOO_LARGE = (
    b'{"type": "about:blank", "title": "Too large", "status": 413, "detail": "The request is larger than allowed."}'
)


class BodyLimit:
    """ASGI middleware: a body beyond the address's limit is answered with 413, whether it was announced or not."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        limit = self._limit(scope, headers)
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await self._refuse(send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # Django takes it for a client that went away: the body so far is dropped, no view runs.
                return {"type": "http.disconnect"}
            return message

        await self._app(scope, counted, send)

    @staticmethod
    def _limit(scope: MutableMapping[str, Any], headers: dict[bytes, bytes]) -> int:
        signed_in = b"authorization" in headers or settings.SESSION_COOKIE_NAME.encode() in headers.get(b"cookie", b"")
        if signed_in and scope["method"] == "POST" and _UPLOAD.fullmatch(scope["path"]):
            return int(settings.UPLOAD_MAX_BYTES) + _AROUND_A_FILE
        return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)

    @staticmethod
    async def _refuse(send: Send) -> None:
        kind = (b"content-type", b"application/problem+json")
        head = [kind, (b"cache-control", b"no-store"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": head})
        await send({"type": "http.response.body", "body": _TOO_LARGE})
