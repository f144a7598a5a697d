"""The decoder's loop: one file, requests on one pipe, answers on another, nothing else.

Started by ``scoring.slide_io.process``; argv: descriptor of requests, of answers, process id of the parent.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any

from scoring.slide_io.child import sandbox
from scoring.slide_io.errors import DAMAGED, INTERNAL, TOO_LARGE, SlideError
from scoring.slide_io.limits import Limits
from scoring.slide_io.protocol import ClosedError, read_frame, write_frame

_OPENSLIDE_NEEDED = (4, 0, 1)
Answer = tuple[dict[str, Any], bytes | bytearray]


def main() -> None:
    requests, answers, parent = (int(word) for word in sys.argv[1:4])
    sandbox.die_with(parent)
    _silence()
    setup, _ = read_frame(requests, max_body=0)
    limits = Limits(**setup["limits"])
    sandbox.limit(limits.address_space_bytes, int(setup["written_bytes"]))
    sandbox.allow_cpu(limits.cpu_seconds)
    decoder = _Decoder(limits, setup)
    held = sandbox.enclose(setup["readable"], setup["listable"], setup["writable"])
    write_frame(answers, {"ok": True, "sandbox": held})
    while True:
        try:
            request, _ = read_frame(requests, max_body=0)
        except ClosedError:
            os._exit(0)
        sandbox.allow_cpu(int(request["cpu_seconds"]))
        header, body = _answer(decoder, request)
        write_frame(answers, header, body)


def _answer(decoder: _Decoder, request: dict[str, Any]) -> Answer:
    try:
        return decoder.verbs[request["verb"]](request)
    except SlideError as error:
        return {"ok": False, "code": error.code, "message": error.message}, b""
    except MemoryError:
        message = "Reading the slide needs more memory than one slide may use."
        return {"ok": False, "code": TOO_LARGE, "message": message}, b""
    except Exception as error:  # the decoder answers every request; what a hostile file raises cannot be listed
        code, kind = (INTERNAL if isinstance(error, (TypeError, AttributeError)) else DAMAGED), type(error).__name__
        return {"ok": False, "code": code, "message": f"The file cannot be read ({kind}): it is probably damaged."}, b""


class _Decoder:
    def __init__(self, limits: Limits, setup: dict[str, Any]) -> None:
        # Imported before the sandbox shuts. OpenSlide 4.0.1 fixed memory errors (CVE-2026-48977, CVE-2026-54604).
        import openslide  # noqa: PLC0415 - once the limits hold

        from scoring.slide_io.child import source  # noqa: PLC0415 - likewise

        version = tuple(int(part) for part in openslide.__library_version__.split("."))
        if version < _OPENSLIDE_NEEDED:
            raise RuntimeError(f"OpenSlide 4.0.1 or newer is needed; found {openslide.__library_version__}.")
        self.limits = limits
        self.path, self.kind = setup["path"], setup["kind"]
        self._open_source = source.open_source
        self._source: source.Opened | None = None
        self.verbs: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "open": self.open,
            "region": self.region,
            "tile": self.tile,
            "thumbnail": self.thumbnail,
            "convert": self.convert,
            "index": self.index,
        }

    @property
    def source(self) -> Any:
        if self._source is None:
            self._source = self._open_source(self.path, self.kind, self.limits)
        return self._source

    def open(self, request: dict[str, Any]) -> Answer:
        facts = self.source.facts
        if request.get("look"):
            self._look()
        return {"ok": True, **facts}, b""

    def _look(self) -> None:
        """Decode a little of the first and the last level: some damaged slides open and fail at the first read."""
        for level in {0, len(self.source.sizes) - 1}:
            width, height = self.source.sizes[level]
            self.source.read(0, 0, level, min(256, width), min(256, height))

    def region(self, request: dict[str, Any]) -> Answer:
        return {"ok": True}, self._read(request).tobytes()

    def tile(self, request: dict[str, Any]) -> Answer:
        return {"ok": True}, _jpeg(self._read(request), int(request["quality"]))

    def _read(self, request: dict[str, Any]) -> Any:
        x, y, level, width, height = (int(request[key]) for key in ("x", "y", "level", "width", "height"))
        return self.source.read(x, y, level, width, height)

    def thumbnail(self, request: dict[str, Any]) -> Answer:
        """The whole slide, made from its pyramid alone: the label, macro and thumbnail images are never read."""
        from scoring.slide_io.child.overview import overview  # noqa: PLC0415 - few decoders need it

        return {"ok": True}, _jpeg(overview(self.source, int(request["side"]), self.limits), 85)

    def convert(self, request: dict[str, Any]) -> Answer:
        from scoring.slide_io.child.pyramid import write_pyramid  # noqa: PLC0415 - few decoders need it

        return {"ok": True, **write_pyramid(self.source, str(request["target"]), request, self.limits)}, b""

    def index(self, request: dict[str, Any]) -> Answer:
        from scoring.slide_io.child.stored_tiles import write_index  # noqa: PLC0415 - few decoders need it

        return {"ok": True, **write_index(self.source, str(request["target"]), str(request["sha256"]))}, b""


def _jpeg(image: Any, quality: int) -> bytes:
    out = io.BytesIO()
    image.info = {}  # no ICC profile, EXIF or comment of the source travels along
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _silence() -> None:
    """Native libraries print about hostile files; nothing they print may reach the pipes or a log."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    if null > 2:
        os.close(null)
