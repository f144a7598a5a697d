"""Tiles: permission before anything else, the pixels of the slide and nothing more, and no slide harms another."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import openslide
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from tests import factories, shared_data
from tests.scoring.slide_io import samples
from tests.webapp.slides.slide_files import ingested
from webapp.slides import storage, tokens
from webapp.slides.models import Presentation, Slide
from webapp.slides.tiles.application import Tiles
from webapp.slides.tiles.catalogue import OpenSlide
from webapp.slides.tiles.decoded import DecodedTiles, Place

pytestmark = pytest.mark.django_db(transaction=True)
NOT_FOUND = b'{"status": 404, "code": "not_found", "detail": "Not found."}'


class Recording(DecodedTiles):
    """The real thing, which also remembers what was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Place] = []

    async def get(self, slide: OpenSlide, place: Place) -> bytes:
        self.asked.append(place)
        return await super().get(slide, place)


class Answer:
    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status: int = messages[0]["status"]
        self.headers: dict[str, str] = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body: bytes = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def pixels(self) -> np.ndarray[Any, Any]:
        with Image.open(io.BytesIO(self.body)) as image:
            return np.asarray(image.convert("RGB")).astype(int)


async def fetch(app: Tiles, path: str, cookie: str | None = None, method: str = "GET", **headers: str) -> Answer:
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    if cookie is not None:
        sent.append((b"cookie", cookie.encode()))
    await app({"type": "http", "method": method, "path": path, "headers": sent}, receive, send)
    return Answer(messages)


def cookie_of(presentation: Presentation) -> str:
    token = tokens.issue(user_id=presentation.user_id, presentation_id=presentation.pk, slide_id=presentation.slide_id)
    return f"sessionid=abc; {tokens.COOKIE}={token}"


@pytest.fixture
def app(settings: Any, tmp_path: Path) -> Iterator[Tiles]:
    settings.SLIDE_FOLDER = tmp_path / "slides"
    tiles = Tiles(Recording())
    yield tiles
    tiles.decoded.forget()
    tiles.slides.forget()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A pyramid of stored JPEG tiles."""
    return samples.write_pyramid(tmp_path / "jpeg.tif", samples.pixels(900, 1100), levels=3)


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """A pyramid without JPEG tiles: everything is decoded."""
    return samples.write_pyramid(tmp_path / "lzw.tif", samples.pixels(900, 1100), levels=3, compression="lzw")


def shown(source: Path, **fields: Any) -> Presentation:
    presentation: Presentation = factories.PresentationFactory(slide=ingested(source), **fields)
    return presentation


@pytest.fixture
def stored(app: Tiles, source: Path) -> Presentation:
    return shown(source)


@pytest.fixture
def decoded(app: Tiles, flat: Path) -> Presentation:
    return shown(flat)


async def test_stored_tiles_are_the_slides_pixels_at_every_level(
    app: Tiles, stored: Presentation, source: Path
) -> None:
    cookie = cookie_of(stored)
    with openslide.OpenSlide(source) as slide:
        for level, (width, height) in enumerate(slide.level_dimensions):
            for column in range(-(-width // 256)):
                for row in range(-(-height // 256)):
                    answer = await fetch(app, f"/tiles/{stored.pk}/{level}/{column}/{row}", cookie)
                    assert answer.status == 200
                    w, h = min(256, width - 256 * column), min(256, height - 256 * row)
                    corner = (column * 256 * 2**level, row * 256 * 2**level)
                    truth = np.asarray(slide.read_region(corner, level, (w, h)).convert("RGB")).astype(int)
                    assert np.array_equal(answer.pixels[:h, :w], truth)
    assert app.decoded.asked == []  # type: ignore[attr-defined]


async def test_decoded_tiles_are_the_slides_pixels_padded_with_white(
    app: Tiles, decoded: Presentation, flat: Path
) -> None:
    cookie = cookie_of(decoded)
    with openslide.OpenSlide(flat) as slide:
        for level, column, row in ((0, 0, 0), (0, 4, 3), (1, 1, 1), (2, 1, 0)):
            answer = await fetch(app, f"/tiles/{decoded.pk}/{level}/{column}/{row}", cookie)
            assert answer.pixels.shape == (256, 256, 3)
            width, height = slide.level_dimensions[level]
            w, h = min(256, width - 256 * column), min(256, height - 256 * row)
            corner = (column * 256 * 2**level, row * 256 * 2**level)
            truth = np.asarray(slide.read_region(corner, level, (w, h)).convert("RGB")).astype(int)
            assert np.abs(answer.pixels[:h, :w] - truth).mean() < 8
            if w < 240:
                assert (answer.pixels[:, w + 16 :] > 250).all()


async def test_headers_of_a_tile(app: Tiles, stored: Presentation) -> None:
    path, cookie = f"/tiles/{stored.pk}/0/0/0", cookie_of(stored)
    answer = await fetch(app, path, cookie)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"].startswith("private")
    assert answer.headers["vary"] == "Cookie"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert stored.slide.sha256[:8] not in str(answer.headers)
    head = await fetch(app, path, cookie, method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", answer.headers["content-length"])


async def test_etags(app: Tiles, stored: Presentation, tmp_path: Path) -> None:
    cookie = cookie_of(stored)
    places = ["0/0/0", "0/1/0", "0/0/1", "1/0/0"]
    etags = [(await fetch(app, f"/tiles/{stored.pk}/{place}", cookie)).headers["etag"] for place in places]
    assert len(set(etags)) == 4
    path = f"/tiles/{stored.pk}/0/0/0"
    for sent in (etags[0], f'"other", {etags[0]}', f"W/{etags[0]}", "*"):
        again = await fetch(app, path, cookie, if_none_match=sent)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etags[0])
    assert (await fetch(app, path, cookie, if_none_match=etags[1])).status == 200
    assert (await fetch(app, path, None, if_none_match=etags[0])).status == 404


async def test_another_persons_warm_tiles_are_not_served_and_nothing_is_touched(
    app: Tiles, decoded: Presentation
) -> None:
    """The cache is warm with A's tile; B is asked for a permission first (reliability.md §0.13)."""
    path = f"/tiles/{decoded.pk}/0/0/0"
    assert (await fetch(app, path, cookie_of(decoded))).status == 200
    asked, children = list(app.decoded.asked), app.decoded.pool.open_count()  # type: ignore[attr-defined]
    stranger, other = uuid.uuid4(), uuid.uuid4()
    as_b = {
        "own token, A's presentation": Presentation(pk=decoded.pk, user_id=stranger, slide_id=decoded.slide_id),
        "own presentation's token": Presentation(pk=other, user_id=stranger, slide_id=decoded.slide_id),
        "another slide": Presentation(pk=decoded.pk, user_id=decoded.user_id, slide_id=other),
    }
    for how, presentation in as_b.items():
        answer = await fetch(app, path, cookie_of(presentation))
        assert (answer.status, answer.body) == (404, NOT_FOUND), how
    assert (app.decoded.asked, app.decoded.pool.open_count()) == (asked, children)  # type: ignore[attr-defined]


async def test_every_wrong_request_gets_the_same_answer(app: Tiles, stored: Presentation) -> None:
    cookie, path = cookie_of(stored), f"/tiles/{stored.pk}/0/0/0"
    token = cookie.rpartition("=")[2]
    wrong = {
        "no cookie": (path, None),
        "empty": (path, f"{tokens.COOKIE}="),
        "forged": (path, cookie[:-3] + "AAA"),
        "another's key": (path, f"{tokens.COOKIE}={token[::-1]}"),
        "under another name": (path, f"sessionid={token}"),
        "another presentation": (f"/tiles/{uuid.uuid4()}/0/0/0", cookie),
        "no such level": (f"/tiles/{stored.pk}/9/0/0", cookie),
        "no such column": (f"/tiles/{stored.pk}/0/5/0", cookie),
        "negative": (f"/tiles/{stored.pk}/0/-1/0", cookie),
        "not a number": (f"/tiles/{stored.pk}/0/NaN/0", cookie),
        "another alphabet's digits": (f"/tiles/{stored.pk}/0/٣/0", cookie),
        "huge": (f"/tiles/{stored.pk}/0/{10**30}/0", cookie),
        "a suffix": (f"{path}.svg", cookie),
        "a parent": (f"/tiles/{stored.pk}/0/../../etc/passwd", cookie),
        "a newline": (f"{path}\n", cookie),
        "upper case": (f"/tiles/{str(stored.pk).upper()}/0/0/0", cookie),
    }
    answers = {how: await fetch(app, *request) for how, request in wrong.items()}
    answers["a POST"] = await fetch(app, path, cookie, method="POST")
    first = answers["no cookie"]
    for how, answer in answers.items():
        assert (answer.status, answer.body, answer.headers) == (404, NOT_FOUND, first.headers), how
    assert (await fetch(app, path, cookie)).status == 200


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
@given(path=st.one_of(st.text(max_size=80), st.from_regex(r"/tiles/[0-9a-f-]{36}/\d+/-?\d+/\d+", fullmatch=True)),
       cookie=st.text(max_size=200))  # fmt: skip
async def test_no_path_and_no_cookie_breaks_it(app: Tiles, path: str, cookie: str) -> None:
    answer = await fetch(app, path, cookie.encode("utf-8", "ignore").decode())
    assert (answer.status, answer.body) == (404, NOT_FOUND)


async def test_an_expired_token_is_refused_though_it_was_verified_before(
    app: Tiles, stored: Presentation, monkeypatch: pytest.MonkeyPatch
) -> None:
    cookie, path = cookie_of(stored), f"/tiles/{stored.pk}/0/0/0"
    assert (await fetch(app, path, cookie)).status == 200
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now + 61 * 10**9)
    assert (await fetch(app, path, cookie)).status == 404
    assert (await fetch(app, path, cookie_of(stored))).status == 200


@pytest.mark.parametrize("whose", ["user", "presentation"])
async def test_revocation_holds_for_the_next_request(app: Tiles, stored: Presentation, whose: str) -> None:
    cookie, path = cookie_of(stored), f"/tiles/{stored.pk}/0/0/0"
    etag = (await fetch(app, path, cookie)).headers["etag"]
    if whose == "user":
        tokens.revoke(user_id=stored.user_id)
    else:
        tokens.revoke(presentation_id=stored.pk)
    assert (await fetch(app, path, cookie)).status == 404
    assert (await fetch(app, path, cookie, if_none_match=etag)).status == 404
    await asyncio.sleep(0.005)
    assert (await fetch(app, path, cookie_of(stored))).status == 200


@pytest.mark.parametrize("what", ["closed", "inactive", "not ready", "no index", "file replaced"])
def test_what_may_not_be_opened_is_not_found(app: Tiles, stored: Presentation, what: str) -> None:
    if what == "closed":
        Presentation.objects.filter(pk=stored.pk).update(closed_at=stored.created_at)
    elif what == "inactive":
        stored.user.is_active = False
        stored.user.save()
    elif what == "not ready":
        Slide.objects.filter(pk=stored.slide_id).update(state=Slide.State.REFUSED)
    elif what == "no index":
        storage.index_path(stored.slide_id).unlink()
    else:
        storage.stored_source(stored.slide).write_bytes(b"II*\0another slide")
    answer = asyncio.run(fetch(app, f"/tiles/{stored.pk}/0/0/0", cookie_of(stored)))
    assert (answer.status, answer.body) == (404, NOT_FOUND)


async def test_requests_for_one_tile_share_one_decoding(
    app: Tiles, decoded: Presentation, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool, calls = app.decoded.pool, []
    real = pool.read_jpeg
    monkeypatch.setattr(pool, "read_jpeg", lambda *args, **words: (calls.append(1), real(*args, **words))[1])
    path, cookie = f"/tiles/{decoded.pk}/0/1/1", cookie_of(decoded)
    answers = await asyncio.gather(*(fetch(app, path, cookie) for _ in range(30)))
    assert {answer.body for answer in answers} == {answers[0].body}
    assert len(calls) == 1


def test_a_killed_decoder_harms_only_its_slide(app: Tiles, decoded: Presentation, tmp_path: Path) -> None:
    path = samples.write_pyramid(tmp_path / "b.tif", samples.pixels(900, 1100, seed=5), compression="lzw")
    other = shown(path, user=decoded.user)

    async def play() -> None:
        cookies = {decoded: cookie_of(decoded), other: cookie_of(other)}
        for presentation, cookie in cookies.items():
            assert (await fetch(app, f"/tiles/{presentation.pk}/0/0/0", cookie)).status == 200
        keys = {p: app.slides.get(g).slide.key for p in cookies for g in app._grants.values()  # type: ignore[union-attr]
                if g.presentation_id == p.pk}  # fmt: skip
        pool = app.decoded.pool
        others = pool.decoder_pids(keys[other])
        for pid in pool.decoder_pids(keys[decoded]):
            os.kill(pid, signal.SIGKILL)
        tiles = [fetch(app, f"/tiles/{p.pk}/0/{column}/1", cookie) for p, cookie in cookies.items()
                 for column in range(4)]  # fmt: skip
        assert {answer.status for answer in await asyncio.gather(*tiles)} == {200}
        assert set(others) <= set(pool.decoder_pids(keys[other]))

    asyncio.run(play())


def test_a_slide_that_keeps_killing_its_decoder_is_set_aside(app: Tiles, decoded: Presentation, source: Path) -> None:
    other = shown(source, user=decoded.user)
    path = storage.readable_path(decoded.slide)

    async def play() -> None:
        cookie = cookie_of(decoded)
        assert (await fetch(app, f"/tiles/{decoded.pk}/0/0/0", cookie)).status == 200
        # The same file on the disk is now another one: every decoder that opens it anew is refused.
        path.write_bytes(b"II*\0" + b"\0" * 50)
        app.decoded.pool.close()
        answers = [await fetch(app, f"/tiles/{decoded.pk}/0/1/{row}", cookie) for row in range(3)]
        assert {answer.status for answer in answers} == {503}
        assert (await fetch(app, f"/tiles/{other.pk}/0/0/0", cookie_of(other))).status == 200

    asyncio.run(play())


def test_the_real_slide(app: Tiles) -> None:
    data = shared_data()
    if data is None:
        pytest.skip("The shared test data are not here (set DUOSCOPE_SHARED_DATA).")
    path = data / "slides" / "cmu-1-small-region.svs"
    presentation = shown(path)
    with openslide.OpenSlide(path) as slide:
        truth = np.asarray(slide.read_region((2160, 2880), 0, (60, 87)).convert("RGB")).astype(int)
    answer = asyncio.run(fetch(app, f"/tiles/{presentation.pk}/0/9/12", cookie_of(presentation)))
    assert np.array_equal(answer.pixels[:87, :60], truth)
