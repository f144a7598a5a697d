"""What a decoder process gives up before it looks at a file it cannot trust.

Always: address space, core files, open files, size of written files, new privileges, life beyond its parent.
Where the kernel has them (Linux): Landlock, so that only the slide can be read, and a seccomp filter, so that there is
no network and no other program. Both are best effort: an old kernel leaves the limits alone.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 1, 22, 38, 4
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_FS_READ_FILE, _FS_READ_DIR = 1 << 2, 1 << 3
_FS_WRITE = (1 << 1) | (1 << 5) | (1 << 8) | (1 << 14)  # write, remove, make a regular file, truncate
_FS_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_FS_LATEST = (1 << 16) - 1
_NET_BIND_CONNECT = 0b11

_libc = ctypes.CDLL(None, use_errno=True)


def die_with(parent: int) -> None:
    """End when the thread that started this process ends (the parent starts decoders from a thread that lives on)."""
    _libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def limit(address_space_bytes: int, written_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space_bytes, address_space_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written_bytes, written_bytes))
    # A write beyond the limit must be an error, not a death.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


def allow_cpu(seconds: int) -> None:
    """Let this process use ``seconds`` of processor time from now on; SIGXCPU ends it then."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def enclose(readable: Iterable[str], listable: Iterable[str], writable: Iterable[str]) -> list[str]:
    """Shut the process in; returns what holds ("landlock", "seccomp"). Cannot be undone."""
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return []
    held = []
    if _landlock([*readable, *_program_folders()], listable, writable):
        held.append("landlock")
    if _seccomp():
        held.append("seccomp")
    return held


def _program_folders() -> list[str]:
    """Code that may be loaded later: Python's and its libraries' folders hold no patient data."""
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    standard = [os.path.dirname(os.__file__), *(path for path in sys.path if "site-packages" in path)]
    return [path for path in {here, *standard, "/usr/lib", "/lib", "/lib64"} if os.path.isdir(path)]


def _landlock(readable: Iterable[str], listable: Iterable[str], writable: Iterable[str]) -> bool:
    abi = _libc.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return False
    handled = _FS_BY_ABI.get(abi, _FS_LATEST)
    rules = struct.pack("<QQ", handled, _NET_BIND_CONNECT) if abi >= 4 else struct.pack("<Q", handled)
    ruleset = _libc.syscall(_LANDLOCK_CREATE, rules, ctypes.c_size_t(len(rules)), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for paths, rights in (
            (readable, _FS_READ_FILE | _FS_READ_DIR),
            (listable, _FS_READ_DIR),
            (writable, _FS_READ_FILE | _FS_READ_DIR | _FS_WRITE),
        ):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        return bool(_libc.syscall(_LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    if not os.path.isdir(path):
        rights &= ~_FS_READ_DIR  # a right of folders only; the kernel refuses it for a file
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("<Qi", rights, fd)
        _libc.syscall(_LANDLOCK_ADD, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    finally:
        os.close(fd)


# Calls a decoder never needs: socket, connect, execve, execveat, ptrace, process_vm_readv, process_vm_writev, bpf.
_DENIED = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 310, 311, 321)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 270, 271, 280)),
}


def _seccomp() -> bool:
    machine = _DENIED.get(platform.machine())
    if machine is None:
        return False
    architecture, denied = machine

    def step(code: int, yes: int, no: int, value: int) -> bytes:
        return struct.pack("<HBBI", code, yes, no, value)

    load, equal, answer = 0x20, 0x15, 0x06
    allowed, refused = 0x7FFF0000, 0x00050000 | 1  # ALLOW, ERRNO(EPERM)
    steps = [step(load, 0, 0, 4), step(equal, 1, 0, architecture), step(answer, 0, 0, refused), step(load, 0, 0, 0)]
    for index, number in enumerate(denied):
        steps.append(step(equal, len(denied) - index, 0, number))
    steps += [step(answer, 0, 0, allowed), step(answer, 0, 0, refused)]
    code = ctypes.create_string_buffer(b"".join(steps))
    program = struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(code))
    return bool(_libc.prctl(_PR_SET_SECCOMP, 2, program, 0, 0) == 0)
