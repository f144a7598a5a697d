"""Tiles that are not stored as JPEG: decoded once, by a capped child, and kept for a while in bounded memory."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from scoring.slide_io.pool import DecoderPool
from webapp.slides.tiles.catalogue import OpenSlide

Place = tuple[int, int, int]
_CACHE_BYTES = 64 << 20
_MAX_WAITING = 512
_THREADS = 4


class BusyError(Exception):
    """More tiles wait to be decoded than will be reached in time."""


class DecodedTiles:
    """Decoded tiles by (slide's key, level, column, row). Requests for one tile share one decoding."""

    def __init__(self, pool: DecoderPool | None = None) -> None:
        self.pool = pool or DecoderPool()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="tile-decoder")
        self._cache: OrderedDict[tuple[str, Place], bytes] = OrderedDict()
        self._cached_bytes = 0
        self._pending: dict[tuple[str, Place], asyncio.Task[bytes]] = {}

    async def get(self, slide: OpenSlide, place: Place) -> bytes:
        """JPEG bytes of a tile, padded with white at the slide's edge.

        Raises:
            SlideError: it cannot be decoded.
            BusyError: too many others are waiting.
        """
        key = (slide.key, place)
        cached = self._cache.get(key)
        if cached is not None:
            self._cache.move_to_end(key)
            return cached
        task = self._pending.get(key)
        if task is None:
            if len(self._pending) >= _MAX_WAITING:
                raise BusyError
            task = asyncio.create_task(self._decode(slide, place))
            self._pending[key] = task
            task.add_done_callback(lambda _task: self._pending.pop(key, None))
        # A reader who leaves must not take the tile away from the others who wait for it.
        return await asyncio.shield(task)

    async def _decode(self, slide: OpenSlide, place: Place) -> bytes:
        jpeg = await asyncio.get_running_loop().run_in_executor(self._threads, self._work(slide, place))
        self._cache[slide.key, place] = jpeg
        self._cached_bytes += len(jpeg)
        while self._cached_bytes > _CACHE_BYTES:
            _key, old = self._cache.popitem(last=False)
            self._cached_bytes -= len(old)
        return jpeg

    def _work(self, slide: OpenSlide, place: Place) -> Callable[[], bytes]:
        number, column, row = place
        grid, whole = slide.index.levels[number], slide.index.levels[0]

        def work() -> bytes:
            return self.pool.read_jpeg(
                slide.key,
                slide.path,
                x_px=round(column * grid.tile_width_px * whole.width_px / grid.width_px),
                y_px=round(row * grid.tile_height_px * whole.height_px / grid.height_px),
                level=number,
                width_px=grid.tile_width_px,
                height_px=grid.tile_height_px,
            )

        return work

    def forget(self) -> None:
        """Drop the cache and end the children."""
        self._cache.clear()
        self._cached_bytes = 0
        self.pool.close()
