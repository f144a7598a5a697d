"""Decoders for many slides: each slide has its own children, few stay open, a slide that kills them is set aside."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scoring.slide_io.errors import QUARANTINED, DecoderDiedError, SlideError
from scoring.slide_io.limits import Limits
from scoring.slide_io.reader import SlideReader, open_slide


class _Slide:
    """The open readers of one slide."""

    def __init__(self) -> None:
        self.idle: list[SlideReader] = []
        self.lent = 0
        self.deaths = 0
        self.quarantined_until = 0.0
        self.condition = threading.Condition()


class DecoderPool:
    """Lends readers. At most ``max_open`` children are kept, ``per_slide`` of them for one slide; thread-safe.

    The least recently used slide's children are ended first. After ``limits.deaths`` deaths in ``quarantine_seconds``
    a slide is quarantined for that long; other slides are not touched.
    """

    def __init__(
        self, *, max_open: int = 8, per_slide: int = 2, quarantine_seconds: float = 300.0, limits: Limits | None = None
    ) -> None:
        self._limits = limits or Limits()
        self._max_open = max_open
        self._per_slide = per_slide
        self._quarantine_seconds = quarantine_seconds
        self._slides: OrderedDict[str, _Slide] = OrderedDict()
        self._lock = threading.Lock()

    def read_jpeg(
        self, key: str, path: Path, *, x_px: int, y_px: int, level: int, width_px: int, height_px: int
    ) -> bytes:
        """A region of the slide ``key`` (its hash) at ``path`` as JPEG; see ``SlideReader.read_jpeg``.

        Raises:
            SlideError: the region cannot be read, or the slide is quarantined.
        """
        with self._lent(key, path) as reader:
            return reader.read_jpeg(x_px, y_px, level, width_px, height_px)

    @contextmanager
    def _lent(self, key: str, path: Path) -> Iterator[SlideReader]:
        slide = self._slide(key)
        reader = self._take(slide, path)
        try:
            yield reader
        except DecoderDiedError:
            self._count_death(slide)
            self._give_back(slide, None, reader)
            raise
        except BaseException:
            self._give_back(slide, reader, None)
            raise
        else:
            self._give_back(slide, reader, None)

    def _slide(self, key: str) -> _Slide:
        with self._lock:
            slide = self._slides.setdefault(key, _Slide())
            self._slides.move_to_end(key)
            return slide

    def _take(self, slide: _Slide, path: Path) -> SlideReader:
        with slide.condition:
            while True:
                if slide.quarantined_until > time.monotonic():
                    raise SlideError(
                        QUARANTINED,
                        "The decoder stopped several times while it read this slide: it is set aside for a few "
                        "minutes. Copy the slide again from the scanner.",
                    )
                if slide.idle:
                    slide.lent += 1
                    return slide.idle.pop()
                if slide.lent < self._per_slide:
                    slide.lent += 1
                    break
                slide.condition.wait()
        try:
            self._make_room()
            return open_slide(path, limits=self._limits, checksum=False)
        except BaseException as error:
            if isinstance(error, DecoderDiedError):
                self._count_death(slide)
            self._give_back(slide, None, None)
            raise

    def _give_back(self, slide: _Slide, reader: SlideReader | None, dead: SlideReader | None) -> None:
        if dead is not None:
            dead.close()
        with slide.condition:
            slide.lent -= 1
            if reader is not None:
                slide.idle.append(reader)
            slide.condition.notify()

    def _count_death(self, slide: _Slide) -> None:
        with slide.condition:
            now = time.monotonic()
            if 0 < slide.quarantined_until <= now:
                slide.quarantined_until, slide.deaths = 0.0, 0
            slide.deaths += 1
            if slide.deaths >= self._limits.deaths:
                slide.quarantined_until = now + self._quarantine_seconds

    def _make_room(self) -> None:
        """End idle children of the least recently used slides until one more may be opened."""
        closing: list[SlideReader] = []
        with self._lock:
            count = sum(len(slide.idle) + slide.lent for slide in self._slides.values())
            for key, slide in list(self._slides.items()):
                if count <= self._max_open:
                    break
                with slide.condition:
                    count -= len(slide.idle)
                    closing += slide.idle
                    slide.idle = []
                    if not slide.lent and not slide.deaths:
                        del self._slides[key]
        for reader in closing:
            reader.close()

    def open_count(self) -> int:
        """Children now alive or being started."""
        with self._lock:
            return sum(len(slide.idle) + slide.lent for slide in self._slides.values())

    def decoder_pids(self, key: str) -> list[int]:
        """Process ids of a slide's idle decoders."""
        with self._lock:
            slide = self._slides.get(key)
        readers = slide.idle if slide is not None else []
        return [pid for reader in readers if (pid := reader.decoder_pid) is not None]

    def close(self) -> None:
        """End every idle child."""
        with self._lock:
            slides = list(self._slides.values())
            self._slides.clear()
        for slide in slides:
            with slide.condition:
                idle, slide.idle = slide.idle, []
            for reader in idle:
                reader.close()
