"""Children that die with the launcher, and may run as another user."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """The operating system's user a child runs as."""

    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()


def service_account() -> Account:
    """Who runs the servers: whoever starts them, but ``nobody`` instead of root (PostgreSQL refuses root)."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _prepare(signal_number: int, parent: int, niceness: int) -> Callable[[], None]:
    def prepare() -> None:
        os.nice(niceness)
        # Runs in the child after the change of user: the kernel clears the setting when privileges are dropped.
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
            if os.getppid() != parent:  # it died before the call above
                os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def start(
    command: Sequence[str | Path],
    *,
    account: Account | None = None,
    parent_death_signal: int = signal.SIGKILL,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    output: IO[bytes] | int | None = None,
    text_in: bytes | None = None,
    niceness: int = 0,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl-C reaches the launcher alone.

    Must be called from a thread that lives as long as the child should: the kernel counts the starting *thread* as the
    parent. ``text_in`` is written to the child's standard input, which is closed otherwise. A positive ``niceness``
    lets other processes go first.
    """
    other = account if account is not None and not account.is_me else None
    child = subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE if text_in is not None else subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=dict(environment) if environment is not None else None,
        cwd=folder,
        start_new_session=True,
        user=other.uid if other else None,
        group=other.gid if other else None,
        extra_groups=[] if other else None,
        umask=0o077,
        preexec_fn=_prepare(parent_death_signal, os.getpid(), niceness),  # noqa: PLW1509 - the launcher has one thread
    )
    if text_in is not None and child.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(text_in)
            child.stdin.close()
    return child


def stop(child: subprocess.Popen[bytes], *, signal_number: int | None = signal.SIGTERM, patience_s: float = 10) -> None:
    """Ask a child to stop (None: it was asked already), and insist once ``patience_s`` have passed."""
    if child.poll() is None:
        if signal_number is not None:
            child.send_signal(signal_number)
        try:
            child.wait(patience_s)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def birth(pid: int) -> str | None:
    """When the process was born, in the kernel's ticks; None if there is none. With the pid it names a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]
