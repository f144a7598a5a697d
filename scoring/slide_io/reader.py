"""Open a slide and read regions of it, through a capped decoder process that can be lost without harm."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from scoring.slide_io.checksum import sha256_of
from scoring.slide_io.errors import INTERNAL, QUARANTINED, TOO_SLOW, DecoderDiedError, SlideError
from scoring.slide_io.limits import Limits
from scoring.slide_io.process import Decoder
from scoring.slide_io.sniff import Source, sniff
from scoring.slide_io.types import Level, SlideInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MAX_COORDINATE = 1 << 40
_MAX_JPEG_BYTES = 64 << 20


class SlideReader:
    """One slide and its decoder. Use as a context manager; calls from several threads take turns.

    The decoder is started again after a death (a read is tried once more); after ``limits.deaths`` of them every read
    raises SlideError "quarantined".
    """

    def __init__(self, source: Source, info: SlideInfo, decoder: Decoder, limits: Limits) -> None:
        self.info = info
        self._source = source
        self._decoder: Decoder | None = decoder
        self._limits = limits
        self._deaths = 0
        self._closed = False
        self._lock = threading.Lock()

    def read_region(self, x_px: int, y_px: int, level: int, width_px: int, height_px: int) -> NDArray[np.uint8]:
        """RGB pixels, uint8, height × width × 3. ``x_px``, ``y_px``: upper left corner in level-0 px; the size is in px
        of ``level``. Outside the slide the region is white.

        Raises:
            ValueError: the level does not exist, or the size is not within 1 … ``limits.max_region_pixels``.
            SlideError: the slide cannot be read there.
        """
        import numpy as np  # noqa: PLC0415 - the decoder imports this package too, and starts faster without

        self._check(x_px, y_px, level, width_px, height_px)
        body = self._ask(
            "region",
            megapixels=width_px * height_px / 1e6,
            exact=width_px * height_px * 3,
            x=int(x_px),
            y=int(y_px),
            level=int(level),
            width=int(width_px),
            height=int(height_px),
        )[1]
        return np.frombuffer(body, np.uint8).reshape(height_px, width_px, 3)

    def read_jpeg(self, x_px: int, y_px: int, level: int, width_px: int, height_px: int, *, quality: int = 85) -> bytes:
        """The same region as a JPEG image, encoded in the decoder."""
        self._check(x_px, y_px, level, width_px, height_px)
        words = {"x": int(x_px), "y": int(y_px), "level": level, "width": width_px, "height": height_px}
        return bytes(self._ask("tile", megapixels=width_px * height_px / 1e6, quality=quality, **words)[1])

    def thumbnail(self, side_px: int = 512) -> bytes:
        """JPEG picture of the slide from its own pyramid, without label and macro; longer side ≤ ``side_px``."""
        return bytes(self._ask("thumbnail", megapixels=32, side=int(side_px))[1])

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._decoder is not None:
                self._decoder.kill()
                self._decoder = None

    def __enter__(self) -> SlideReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def decoder_pid(self) -> int | None:
        """Process id of the decoder now, or None while there is none."""
        decoder = self._decoder
        return decoder.pid if decoder is not None and decoder.is_open else None

    def _check(self, x_px: int, y_px: int, level: int, width_px: int, height_px: int) -> None:
        if not 0 <= level < len(self.info.levels):
            raise ValueError(f"The slide has levels 0 to {len(self.info.levels) - 1}; got {level}.")
        if width_px < 1 or height_px < 1 or width_px * height_px > self._limits.max_region_pixels:
            raise ValueError(
                f"A region has 1 to {self._limits.max_region_pixels} pixels; got {width_px} × {height_px}."
            )
        if max(abs(x_px), abs(y_px)) > _MAX_COORDINATE:
            raise ValueError(f"The region's corner ({x_px}, {y_px}) is too far from the slide.")

    def _ask(self, verb: str, *, megapixels: float, exact: int | None = None, **words: Any) -> tuple[Any, bytearray]:
        extra = megapixels * self._limits.seconds_per_megapixel
        with self._lock:
            for attempt in (1, 2):
                decoder = self._living_decoder()
                try:
                    return decoder.ask(
                        verb,
                        seconds=self._limits.open_seconds + extra,
                        cpu_seconds=self._limits.cpu_seconds + math.ceil(extra),
                        max_body=_MAX_JPEG_BYTES if exact is None else exact,
                        exact=exact,
                        **words,
                    )
                except DecoderDiedError as death:
                    self._deaths += 1
                    if attempt == 2 or death.code == TOO_SLOW or self._deaths >= self._limits.deaths:
                        raise
        raise AssertionError("unreachable")

    def _living_decoder(self) -> Decoder:
        if self._closed:
            raise SlideError(INTERNAL, "The slide has been closed.")
        if self._deaths >= self._limits.deaths:
            raise SlideError(
                QUARANTINED,
                f"The decoder stopped {self._deaths} times while it read this slide: it is not tried again. "
                "Copy the slide again from the scanner.",
            )
        if self._decoder is None or not self._decoder.is_open:
            self._decoder = Decoder(self._source, self._limits)
        return self._decoder


def open_slide(
    path: Path, *, limits: Limits | None = None, um_per_px: float | None = None, checksum: bool = True
) -> SlideReader:
    """Open a slide, or a plain PNG, JPEG or TIFF image (one level), in a capped decoder process.

    ``um_per_px`` overrides what the file says (source "given"). ``checksum=False`` leaves ``info.sha256`` empty; a
    multi-gigabyte slide takes seconds to hash.

    Raises:
        SlideError: the file is refused; the message says why.
        ValueError: ``um_per_px`` is not a positive number below 1000.
    """
    if um_per_px is not None and not (math.isfinite(um_per_px) and 0 < um_per_px < 1000):
        raise ValueError(f"µm per pixel must be above 0 and below 1000; got {um_per_px}.")
    limits = limits or Limits()
    source = sniff(Path(path).resolve(), limits)
    decoder = Decoder(source, limits)
    try:
        seconds, cpu_seconds = limits.open_seconds, limits.cpu_seconds
        header, _ = decoder.ask("open", seconds=seconds, cpu_seconds=cpu_seconds, look=True)
        info = replace(read_info(header, limits), size_bytes=source.size_bytes)
        if um_per_px is not None:
            info = replace(info, um_per_px=float(um_per_px), um_per_px_source="given")
        if checksum:
            info = replace(info, sha256=sha256_of(Path(path), limits=limits))
    except BaseException:
        decoder.kill()
        raise
    return SlideReader(source, info, decoder, limits)


def read_info(answer: dict[str, Any], limits: Limits) -> SlideInfo:
    """Build a SlideInfo from a decoder's answer, trusting nothing in it.

    Raises:
        SlideError: a field is missing, of another type, or beyond the limits.
    """
    try:
        levels = tuple(_level(level, limits) for level in answer["levels"])
        um, power = _number(answer["um_per_px"], 1000), _number(answer["objective_power"], 150)
        if not 1 <= len(levels) <= limits.max_levels:
            raise ValueError("levels")
        return SlideInfo(
            format=_word(answer["format"], 40),
            width_px=levels[0].width_px,
            height_px=levels[0].height_px,
            um_per_px=um,
            um_per_px_source=None if um is None else "file",
            objective_power=power,
            scanner=_word(answer["scanner"], 80),
            levels=levels,
            is_plain=answer["is_plain"] is True,
            has_overview=answer["has_overview"] is True,
            notes=tuple(_word(note, 200) for note in answer["notes"][:8]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SlideError(INTERNAL, "The decoder's description of the slide makes no sense.") from error


def _level(level: dict[str, Any], limits: Limits) -> Level:
    width, height, tile_width, tile_height = (
        level[key] for key in ("width_px", "height_px", "tile_width_px", "tile_height_px")
    )
    downsample = _number(level["downsample"], limits.max_side_px)
    whole = all(type(side) is int for side in (width, height, tile_width, tile_height))
    if not whole or downsample is None or not (0 < width <= limits.max_side_px and 0 < height <= limits.max_side_px):
        raise ValueError("level")
    if width * height > limits.max_pixels or not all(
        0 < side <= limits.max_tile_px for side in (tile_width, tile_height)
    ):
        raise ValueError("level")
    return Level(width, height, downsample, tile_width, tile_height)


def _number(value: Any, largest: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= largest:
        raise ValueError("number")
    return float(value)


def _word(text: Any, longest: int) -> str:
    if not isinstance(text, str) or len(text) > longest or not all(letter.isprintable() for letter in text):
        raise ValueError("text")
    return text
