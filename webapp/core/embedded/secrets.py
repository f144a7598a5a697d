"""Passwords and keys of one installation: made once, kept in one file that only its owner reads."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

NAMES = (
    "SECRET_KEY",
    "AUDIT_SIGNING_KEY",
    "DATABASE_ADMIN_PASSWORD",
    "DATABASE_OWNER_PASSWORD",
    "DATABASE_PASSWORD",
    "VALKEY_PASSWORD",
)


def read(file: Path) -> dict[str, str]:
    """The secrets in ``file`` (lines NAME=value); empty where there is none."""
    if not file.exists():
        return {}
    lines = file.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def read_or_make(file: Path) -> dict[str, str]:
    """The secrets in ``file``; what is missing is made and written (0600, atomically) first."""
    known = read(file)
    missing = [name for name in NAMES if name not in known]
    if missing:
        known |= {name: secrets.token_hex(32) for name in missing}
        write_private(
            file,
            "# Made once by Duoscope. Keep it private; back it up with the data.\n"
            + "".join(f"{name}={value}\n" for name, value in known.items()),
        )
    return known


def write_private(file: Path, text: str) -> None:
    """Write ``text`` to ``file`` atomically, readable by its owner alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=".", dir=file.parent)  # mkstemp makes it 0600
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    Path(unfinished).rename(file)
