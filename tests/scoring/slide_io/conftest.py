"""Fixtures of the slide tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import shared_data


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real test data."""
    folder = shared_data()
    if folder is None:
        pytest.skip("The shared test data are not here (set DUOSCOPE_SHARED_DATA).")
    return folder


@pytest.fixture(scope="session")
def aperio(data: Path) -> Path:
    """The real Aperio slide, with label and macro image."""
    return data / "slides" / "cmu-1-small-region.svs"
