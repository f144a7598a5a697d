"""A body beyond the limit is refused while it arrives: before Django keeps it, and whoever sends it."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import pytest
from pytest_django import Settings

from webapp.core.bodies import BodyLimit

UPLOAD = "/api/studies/00000000-0000-4000-8000-000000000000/slides"
SIGNED_IN = [(b"cookie", b"sessionid=abc")]


class Exchange:
    """One request through the limit into an application that reads all of it."""

    def __init__(self, path: str, chunks: list[bytes], *, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.scope = {"type": "http", "method": "POST", "path": path, "headers": headers or []}
        self.chunks = list(chunks)
        self.read = b""
        self.cut_off = False
        self.answers: list[MutableMapping[str, Any]] = []

    async def receive(self) -> MutableMapping[str, Any]:
        body = self.chunks.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(self.chunks)}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        self.answers.append(message)

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.cut_off = True
                return
            self.read += message["body"]
            if not message["more_body"]:
                return

    async def run(self) -> Exchange:
        await BodyLimit(self.application)(self.scope, self.receive, self.send)
        return self


@pytest.fixture(autouse=True)
def small_limits(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    settings.UPLOAD_MAX_BYTES = 100


async def test_an_announced_size_beyond_the_limit_is_413_before_anything_is_read() -> None:
    exchange = await Exchange("/api/runs", [b"x" * 11], headers=[(b"content-length", b"11")]).run()
    assert exchange.answers[0]["status"] == 413
    assert exchange.read == b""


async def test_a_size_that_is_no_number_is_refused() -> None:
    exchange = await Exchange("/api/runs", [b"x"], headers=[(b"content-length", b"-1")]).run()
    assert exchange.answers[0]["status"] == 413


async def test_an_unannounced_body_is_cut_off_at_the_limit() -> None:
    exchange = await Exchange("/api/runs", [b"x" * 6, b"x" * 6, b"x" * 6]).run()
    assert exchange.cut_off
    assert len(exchange.read) <= 10


async def test_a_body_within_the_limit_passes_untouched() -> None:
    exchange = await Exchange("/api/runs", [b"hello", b"world"]).run()
    assert exchange.read == b"helloworld"
    assert exchange.answers == []


async def test_only_a_signed_in_person_may_send_a_file_and_only_where_files_are_taken() -> None:
    body = [b"x" * 50]
    assert (await Exchange(UPLOAD, body, headers=SIGNED_IN).run()).read == body[0]
    assert (await Exchange(UPLOAD, body).run()).cut_off
    assert (await Exchange("/api/runs", body, headers=SIGNED_IN).run()).cut_off
