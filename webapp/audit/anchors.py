"""Signed notes of where the chain stood, in a file outside the database.

Each line is JSON: ``seq``, ``hash`` (of that event), ``at``, ``before`` (SHA-256 of the line before) and an Ed25519
``signature`` over the others. Whoever can write the database but not this file cannot cut the chain's tail or compute
it anew unseen. Copy the file to another machine: its own last lines could be cut by whoever owns this one.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone


@dataclass(frozen=True)
class Anchor:
    """The chain's end at some time: the last event's number and hash (hexadecimal)."""

    seq: int
    hash: str
    at: str


class BadAnchor(Exception):
    """A line of the file is not what was signed."""

    def __init__(self, seq: int, message: str) -> None:
        super().__init__(message)
        self.seq = seq


def _key() -> Ed25519PrivateKey:
    seed = settings.AUDIT_SIGNING_KEY
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    except ValueError as error:
        raise ImproperlyConfigured(
            "AUDIT_SIGNING_KEY must be 64 hexadecimal digits; make one with `openssl rand -hex 32`."
        ) from error


def _signed_part(seq: int, digest: str, at: str, before: str) -> bytes:
    return json.dumps([seq, digest, at, before]).encode()


def _lines(file: Path) -> list[str]:
    try:
        text = file.read_text()
    except FileNotFoundError:
        return []
    # A line without its end was cut by a crash in mid-write; it was never acknowledged.
    return [line for line in text.splitlines(keepends=True) if line.endswith("\n")]


def read() -> list[Anchor]:
    """All anchors, oldest first.

    Raises:
        BadAnchor: a line was changed, or one before it was taken out.
    """
    public = _key().public_key()
    found: list[Anchor] = []
    before = ""
    for number, line in enumerate(_lines(Path(settings.AUDIT_ANCHOR_FILE)), start=1):
        try:
            entry = json.loads(line)
            anchor = Anchor(int(entry["seq"]), str(entry["hash"]), str(entry["at"]))
            public.verify(bytes.fromhex(entry["signature"]), _signed_part(anchor.seq, anchor.hash, anchor.at, before))
        except (ValueError, KeyError, TypeError, InvalidSignature) as error:
            seq = found[-1].seq if found else 0
            raise BadAnchor(seq, f"Line {number} of the file of anchors is not what was signed.") from error
        found.append(anchor)
        before = hashlib.sha256(line.encode()).hexdigest()
    return found


def append(seq: int, digest: str) -> Anchor:
    """Sign and add one anchor; it is on the disk when this returns."""
    file = Path(settings.AUDIT_ANCHOR_FILE)
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        lines = _lines(file)
        before = hashlib.sha256(lines[-1].encode()).hexdigest() if lines else ""
        at = timezone.now().isoformat()
        signature = _key().sign(_signed_part(seq, digest, at, before)).hex()
        entry = {"seq": seq, "hash": digest, "at": at, "signature": signature}
        stream.truncate(len("".join(lines).encode()))
        stream.seek(0, os.SEEK_END)
        stream.write(json.dumps(entry).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    return Anchor(seq, digest, at)
