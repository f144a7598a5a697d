"""``GET /tiles/{presentation}/{level}/{column}/{row}``: the ASGI application mounted in front of Django.

In this order, always: the path is read, the cookie's token is verified, its revocation is asked, and only then is a
cache, an index or a file looked at. Whatever is wrong is answered with one and the same 404.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from scoring.slide_io import SlideError
from webapp.slides.tiles import catalogue
from webapp.slides.tiles.decoded import BusyError, DecodedTiles, Place
from webapp.slides.tokens import COOKIE, Grant, is_revoked, verify
from webapp.slides.tokens.revocation import listen
from webapp.slides.tokens.signing import keys

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
Scope = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]

_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_PATH = re.compile(rf"/tiles/({_UUID})/(0|[1-9][0-9]?)/(0|[1-9][0-9]{{0,5}})/(0|[1-9][0-9]{{0,5}})", re.ASCII)
_MAX_GRANTS = 4096
_MAX_TOKENS_PER_REQUEST = 4
_NAME = COOKIE.encode()

_ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
]
_TILE: Headers = [
    (b"content-type", b"image/jpeg"),
    (b"cache-control", b"private, max-age=600"),
    (b"vary", b"Cookie"),
    *_ALWAYS,
]
_PROBLEM: Headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store"), *_ALWAYS]
_NOT_FOUND = b'{"status": 404, "code": "not_found", "detail": "Not found."}'
_UNREADABLE = b'{"status": 503, "code": "tile_unreadable", "detail": "This part of the slide cannot be read."}'
_BUSY = b'{"status": 503, "code": "busy", "detail": "Too many tiles are being decoded; try again in a moment."}'


class Tiles:
    """The application and what it keeps: verified tokens, open slides, decoded tiles."""

    def __init__(self, decoded: DecodedTiles | None = None) -> None:
        self.slides = catalogue.Catalogue()
        self.decoded = decoded or DecodedTiles()
        self._grants: dict[tuple[bytes, str], Grant] = {}
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="tile-files")
        self._loading: dict[UUID, asyncio.Task[catalogue.Shown | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        match = _PATH.fullmatch(scope["path"])
        if match is None or scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 404, _PROBLEM, _NOT_FOUND, scope)
            return
        grant = self._grant(scope["headers"], match.group(1))
        if grant is None or is_revoked(grant):
            await _answer(send, 404, _PROBLEM, _NOT_FOUND, scope)
            return
        shown = self.slides.get(grant) or await self._load(grant)
        place = (int(match.group(2)), int(match.group(3)), int(match.group(4)))
        if shown is None or is_revoked(grant):
            await _answer(send, 404, _PROBLEM, _NOT_FOUND, scope)
            return
        await self._tile(shown.slide, place, scope, send)

    async def _tile(self, slide: catalogue.OpenSlide, place: Place, scope: Scope, send: Send) -> None:
        try:
            stored = slide.index.find(*place)
        except IndexError:
            await _answer(send, 404, _PROBLEM, _NOT_FOUND, scope)
            return
        etag = b'"%s-%d-%d-%d"' % (slide.key.encode(), *place)
        if _has(scope["headers"], etag):
            await _answer(send, 304, [(b"etag", etag), *_TILE[1:]], b"", scope)
            return
        try:
            if stored is None:
                body = await self.decoded.get(slide, place)
            else:
                # The stored tile's own SOI is left out: the head begins with one.
                data = await self._read(slide, stored[0] + 2, stored[1] - 2)
                body = slide.index.levels[place[0]].head + data
        except (SlideError, OSError):
            await _answer(send, 503, _PROBLEM, _UNREADABLE, scope)
        except BusyError:
            await _answer(send, 503, [(b"retry-after", b"1"), *_PROBLEM], _BUSY, scope)
        else:
            await _answer(send, 200, [(b"etag", etag), *_TILE], body, scope)

    async def _read(self, slide: catalogue.OpenSlide, offset: int, length: int) -> bytes | bytearray:
        """Bytes of the slide's file: at once where the page cache has them, else in a thread (a disk may be slow)."""
        buffer = bytearray(length)
        try:
            if os.preadv(slide.fd, [buffer], offset, os.RWF_NOWAIT) == length:
                return buffer
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EOPNOTSUPP}:
                raise
        data = await asyncio.get_running_loop().run_in_executor(self._threads, _pread, slide, length, offset)
        if len(data) != length:
            raise OSError("The slide's file has become shorter.")
        return data

    def _grant(self, headers: Iterable[tuple[bytes, bytes]], presentation: str) -> Grant | None:
        """The verified grant for this presentation in the request's cookies, or None."""
        for name, value in headers:
            if name != b"cookie":
                continue
            now_ms = time.time_ns() // 1_000_000
            known = self._grants.get((value, presentation))
            if known is not None and now_ms < known.expires_at_ms:
                return known
            grant = _verified(value, presentation, now_ms)
            if grant is not None:
                if len(self._grants) >= _MAX_GRANTS:
                    self._grants.clear()
                self._grants[value, presentation] = grant
                return grant
        return None

    async def _load(self, grant: Grant) -> catalogue.Shown | None:
        listen()
        task = self._loading.get(grant.presentation_id)
        if task is None:
            task = asyncio.create_task(self._load_once(grant))
            self._loading[grant.presentation_id] = task
            task.add_done_callback(lambda _task: self._loading.pop(grant.presentation_id, None))
        await asyncio.shield(task)
        return self.slides.get(grant)

    async def _load_once(self, grant: Grant) -> catalogue.Shown | None:
        shown = await asyncio.get_running_loop().run_in_executor(self._threads, catalogue.load, grant)
        if shown is not None:
            self.slides.put(grant, shown)
        return shown


def _pread(slide: catalogue.OpenSlide, length: int, offset: int) -> bytes:
    return os.pread(slide.fd, length, offset)


def _verified(cookies: bytes, presentation: str, now_ms: int) -> Grant | None:
    tried = 0
    for pair in cookies.split(b";"):
        name, _, value = pair.strip().partition(b"=")
        if name != _NAME:
            continue
        tried += 1
        if tried > _MAX_TOKENS_PER_REQUEST:
            return None
        grant = verify(value.decode("ascii", "replace"), keys(), now_ms=now_ms)
        if grant is not None and str(grant.presentation_id) == presentation:
            return grant
    return None


def _has(headers: Iterable[tuple[bytes, bytes]], etag: bytes) -> bool:
    """Whether If-None-Match names this tile."""
    for name, value in headers:
        if name == b"if-none-match":
            return value.strip() == b"*" or any(part.strip().removeprefix(b"W/") == etag for part in value.split(b","))
    return False


async def _answer(send: Send, status: int, headers: Headers, body: bytes | bytearray, scope: Scope) -> None:
    if status != 304:
        headers = [*headers, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else bytes(body)})


application = Tiles()
