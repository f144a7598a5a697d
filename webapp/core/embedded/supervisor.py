"""Keeps children running: what dies is started again, with growing pauses; a stop is orderly."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from webapp.core.embedded import process

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_HEALTHY_AFTER_S = 20.0


@dataclass
class Child:
    """How one child is started and stopped."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_signal: int = signal.SIGTERM
    patience_s: float = 10
    #: The others need it until they have stopped.
    is_server: bool = False
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0
    pause_s: float = _FIRST_PAUSE_S
    due_at: float = field(default=0)

    def begin(self) -> subprocess.Popen[bytes]:
        self.running = self.start()
        self.started_at = time.monotonic()
        return self.running


class Supervisor:
    """Runs in one thread, the one that starts the children: the kernel ends them with it."""

    def __init__(self, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        """``say`` gets a sentence for people; ``changed`` is called whenever a child was started again."""
        self.children: list[Child] = []
        self._say = say
        self._changed = changed

    def add(self, child: Child) -> subprocess.Popen[bytes]:
        """Start a child and keep it running from now on."""
        self.children.append(child)
        return child.begin()

    def look(self) -> None:
        """Start again what died, once its pause is over. Call it several times a second."""
        now = time.monotonic()
        for child in self.children:
            if child.running is not None:
                code = child.running.poll()
                if code is None:
                    continue
                if now - child.started_at > _HEALTHY_AFTER_S:
                    child.pause_s = _FIRST_PAUSE_S
                how = signal.Signals(-code).name if code < 0 else f"status {code}"
                self._say(f"{child.name} ended ({how}); it is started again in {child.pause_s:g} s.")
                child.running = None
                child.due_at = now + child.pause_s
                child.pause_s = min(2 * child.pause_s, _LONGEST_PAUSE_S)
            elif now >= child.due_at:
                child.begin()
                self._changed()

    def stop(self) -> None:
        """Stop everything: what uses the servers at once, then the servers."""
        users = [child for child in self.children if not child.is_server]
        for child in users:
            if child.running is not None and child.running.poll() is None:
                child.running.send_signal(child.stop_signal)
        for child in users:
            if child.running is not None:
                process.stop(child.running, signal_number=None, patience_s=child.patience_s)
        for child in self.children:
            if child.is_server and child.running is not None:
                process.stop(child.running, signal_number=child.stop_signal, patience_s=child.patience_s)

    def pids(self) -> dict[str, int]:
        return {child.name: child.running.pid for child in self.children if child.running is not None}
