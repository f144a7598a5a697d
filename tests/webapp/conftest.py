"""Fixtures of every app's tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def result_store(settings: Any, tmp_path: Path) -> Path:
    """A result store of the test's own."""
    settings.RESULT_FOLDER = tmp_path / "results"
    return tmp_path / "results"
