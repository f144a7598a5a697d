"""The variables Django reads, for ``manage.py`` beside a running launcher."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from webapp.core.embedded import process, secrets

ROOT = Path(__file__).resolve().parents[3]
_ADDRESSES = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL")


def home_of(environment: Mapping[str, str]) -> Path:
    """The folder of this installation: DUOSCOPE_HOME, else ``var`` in the repository."""
    return Path(environment.get("DUOSCOPE_HOME") or ROOT / "var").resolve()


def remember(home: Path, addresses: Mapping[str, str], children: Mapping[str, int], sockets: Path) -> None:
    """Note what runs from ``home``: the addresses, the folder of the sockets, and each child's pid and birth."""
    record = {
        "addresses": dict(addresses),
        "sockets": str(sockets),
        "children": {name: [pid, process.birth(pid)] for name, pid in children.items()},
    }
    secrets.write_private(home / "running.json", json.dumps(record))


def recall(home: Path) -> dict[str, object] | None:
    """What was noted by the launcher that runs from ``home``, or by one that was killed; None after a clean stop."""
    try:
        record: dict[str, object] = json.loads((home / "running.json").read_text())
    except (OSError, ValueError):
        return None
    return record


def addresses_for_manage(environment: Mapping[str, str]) -> dict[str, str]:
    """What ``environment`` lacks of the addresses, from the launcher that runs from the same home."""
    if all(environment.get(name) for name in _ADDRESSES):
        return {}
    record = recall(home_of(environment))
    known = record.get("addresses") if record else None
    if not isinstance(known, dict):
        return {}
    return {name: str(value) for name, value in known.items() if not environment.get(name)}
