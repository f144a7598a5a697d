"""ASGI applications that the tile benchmark serves with uvicorn: ours, and the peers. Argument: JSON in BENCH_TILES."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

_WORDS = json.loads(os.environ["BENCH_TILES"])
_PATH = re.compile(r"/tiles/[0-9a-f-]+/(\d+)/(\d+)/(\d+)")


def _view(tile: Callable[[int, int, int], bytes]) -> Any:
    """The least that a view around a tile library does: find the numbers, ask in a thread, answer."""
    threads = ThreadPoolExecutor(4)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        match = _PATH.fullmatch(scope["path"])
        assert match
        place = tuple(int(number) for number in match.groups())
        body = await asyncio.get_running_loop().run_in_executor(threads, tile, *place)
        headers = [(b"content-type", b"image/jpeg"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


def duoscope() -> Any:
    """The application as it is mounted; only the presentation's row is known beforehand, not asked of a database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings.testing")
    import django

    django.setup()
    from scoring.slide_io import TileIndex
    from webapp.slides.tiles import catalogue
    from webapp.slides.tiles.application import Tiles

    def load(grant: Any) -> Any:
        index = TileIndex.load(Path(_WORDS["index"]))
        return catalogue.Shown(grant.user_id, grant.slide_id, catalogue.OpenSlide(Path(_WORDS["slide"]), index))

    catalogue.load = load
    return Tiles()


def deepzoom() -> Any:
    """OpenSlide's DeepZoomGenerator with Pillow's JPEG, as in openslide-python's example server."""
    import openslide
    from openslide.deepzoom import DeepZoomGenerator

    generator = DeepZoomGenerator(openslide.OpenSlide(_WORDS["slide"]), tile_size=254, overlap=1)

    def tile(level: int, column: int, row: int) -> bytes:
        out = io.BytesIO()
        generator.get_tile(generator.level_count - 1 - level, (column, row)).save(out, "jpeg", quality=75)
        return out.getvalue()

    return _view(tile)


def large_image() -> Any:
    """large_image's own choice of source and encoding."""
    import large_image as library

    class Forgetful(dict[Any, Any]):
        def __setitem__(self, key: Any, value: Any) -> None:
            return

    source = library.open(_WORDS["slide"], encoding="JPEG")
    if _WORDS.get("no_cache"):
        source.cache = Forgetful()
    top = source.levels - 1

    def tile(level: int, column: int, row: int) -> bytes:
        return bytes(source.getTile(column, row, top - level))

    return _view(tile)


def nothing() -> Any:
    """An application that does nothing but answer 14 KB: what uvicorn itself costs here."""
    body = b"\xff\xd8" + b"x" * 14_000
    headers = [(b"content-type", b"image/jpeg"), (b"content-length", b"%d" % len(body))]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application
