"""Slides with a real file behind their row, as ingest makes them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests import factories
from webapp.slides import ingest, storage
from webapp.slides.models import Slide


def ingested(source: Path, **fields: Any) -> Slide:
    """A ready slide made from ``source`` (copied into the slide folder)."""
    slide: Slide = factories.SlideFactory(**fields)
    slide.stored_path = storage.adopt(slide.id, source)
    report = asdict(ingest.ingest(storage.slide_folder(slide.id)))
    slide.sha256, slide.levels = report["sha256"], report["levels"]
    slide.width_px, slide.height_px = report["width_px"], report["height_px"]
    slide.save()
    return slide
