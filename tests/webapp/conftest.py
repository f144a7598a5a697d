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


@pytest.fixture(autouse=True)
def slide_store(settings: Any, tmp_path: Path) -> Path:
    """A slide folder and an inbox of the test's own."""
    settings.SLIDE_FOLDER = tmp_path / "slides"
    settings.INBOX_FOLDER = tmp_path / "inbox"
    settings.INBOX_FOLDER.mkdir()
    return tmp_path / "slides"
