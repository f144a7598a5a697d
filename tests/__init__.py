"""Duoscope's tests. They mirror the code and read like the specification."""

from __future__ import annotations

import os
from pathlib import Path


def shared_data() -> Path | None:
    """The folder of real test data, or None where it is absent; tests that need it skip with a clear message."""
    named = os.environ.get("DUOSCOPE_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if folder.is_dir() else None
