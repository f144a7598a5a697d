"""One decoder process, seen from the parent: start, ask with a deadline, kill. Its answers are not trusted."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from scoring.slide_io.errors import CODES, INTERNAL, TOO_SLOW, DecoderDiedError, SlideError
from scoring.slide_io.limits import Limits
from scoring.slide_io.protocol import ClosedError, ProtocolError, TimedOutError, read_frame, write_frame
from scoring.slide_io.sniff import Source

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, sys.argv.pop(1)); from scoring.slide_io.child.main import main; main()"
_START_SECONDS = 30.0
_PIPE_BYTES = 1 << 20
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "MALLOC_PERTURB_", "TMPDIR")

_starter_lock = threading.Lock()
_starter: tuple[int, ThreadPoolExecutor] | None = None


def _start(make: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """Start a child from a thread that lives as long as this process: PDEATHSIG follows the thread that started it."""
    global _starter  # noqa: PLW0603 - one per process, made again after a fork
    with _starter_lock:
        if _starter is None or _starter[0] != os.getpid():
            _starter = (os.getpid(), ThreadPoolExecutor(1, thread_name_prefix="slide-decoder-starter"))
        starter = _starter[1]
    return starter.submit(make).result()


class Decoder:
    """A started decoder for one source. Not thread-safe: its owner holds a lock."""

    def __init__(
        self, source: Source, limits: Limits, *, writable: Iterable[Path] = (), written_bytes: int = 0
    ) -> None:
        child_reads, self._requests = os.pipe2(os.O_CLOEXEC)
        self._answers, child_writes = os.pipe2(os.O_CLOEXEC)
        _widen(self._answers)
        environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
        environment["OPENBLAS_NUM_THREADS"] = "1"  # its threads would each claim address space
        environment["MALLOC_ARENA_MAX"] = "2"
        arguments = [sys.executable, "-I", "-c", _START, _ROOT, str(child_reads), str(child_writes), str(os.getpid())]
        try:
            self._process = _start(
                lambda: subprocess.Popen(
                    arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(child_reads, child_writes),
                    env=environment,
                    cwd="/",
                )
            )
        except OSError as error:
            os.close(self._requests)
            os.close(self._answers)
            raise SlideError(INTERNAL, "The slide decoder could not be started.") from error
        finally:
            os.close(child_reads)
            os.close(child_writes)
        self._open = True
        setup = {
            "limits": dataclasses.asdict(limits),
            "path": str(source.path),
            "kind": source.kind,
            "readable": [str(path) for path in source.readable],
            "listable": [str(path) for path in source.listable],
            "writable": [str(path) for path in writable],
            "written_bytes": written_bytes,
        }
        answer, _ = self._exchange(setup, seconds=_START_SECONDS, max_body=0, exact=None)
        held = answer.get("sandbox")
        self.sandbox = tuple(str(word) for word in held) if isinstance(held, list) else ()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_open(self) -> bool:
        return self._open

    def ask(
        self, verb: str, *, seconds: float, cpu_seconds: int, max_body: int = 0, exact: int | None = None, **words: Any
    ) -> tuple[dict[str, Any], bytearray]:
        """Send a request and wait ``seconds`` for its answer: (header, body of at most ``max_body`` bytes).

        Raises:
            DecoderDiedError: it crashed, was too slow (code too_slow; it has been killed), or answered nonsense.
            SlideError: it refused the file.
        """
        request = {"verb": verb, "cpu_seconds": cpu_seconds, **words}
        header, body = self._exchange(request, seconds=seconds, max_body=max_body, exact=exact)
        if header.get("ok") is True:
            if exact is not None and len(body) != exact:
                raise self._died("answered nonsense")
            return header, body
        code, message = header.get("code"), header.get("message")
        if code not in CODES or not isinstance(message, str):
            raise self._died("answered nonsense")
        raise SlideError(str(code), _plain_text(message))

    def _exchange(
        self, request: dict[str, Any], *, seconds: float, max_body: int, exact: int | None
    ) -> tuple[dict[str, Any], bytearray]:
        if not self._open:
            raise self._died("has been closed")
        try:
            write_frame(self._requests, request)
            return read_frame(self._answers, max_body=max_body, deadline=time.monotonic() + seconds, exact=exact)
        except TimedOutError as error:
            self.kill()
            message = f"Reading the slide took longer than {seconds:.0f} s and was stopped."
            raise DecoderDiedError(TOO_SLOW, message) from error
        except (ClosedError, BrokenPipeError) as error:
            raise self._died("") from error
        except ProtocolError as error:
            raise self._died("answered nonsense") from error

    def _died(self, how: str) -> DecoderDiedError:
        if not how and self._open:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2)
        code = self._process.poll()
        self.kill()
        if code == -signal.SIGXCPU:
            return DecoderDiedError(TOO_SLOW, "Reading the slide took too much computing time and was stopped.")
        return DecoderDiedError(
            "damaged",
            "The decoder stopped while it read this file: the file is damaged, or made to do harm. "
            "Copy it again from the scanner, or export it again.",
        )

    def kill(self) -> None:
        """End the process and free everything; may be called twice."""
        if not self._open:
            return
        self._open = False
        self._process.kill()
        os.close(self._requests)
        os.close(self._answers)
        self._process.wait()


def _plain_text(message: str) -> str:
    return "".join(letter for letter in message if letter.isprintable())[:400]


def _widen(fd: int) -> None:
    try:
        fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (OSError, AttributeError):
        return  # a smaller pipe only costs time
