"""Dearrays a slide: the only caller of ``scoring.dearray``, in a worker, through the capped decoder."""

from __future__ import annotations

from uuid import UUID

from scoring.dearray import VERSION, dearray_slide
from scoring.slide_io import SlideError, open_slide
from scoring.types import ScoringError
from webapp.core.errors import NotVisible
from webapp.slides import services
from webapp.slides.storage import readable_path

NO_ARRAY = "No array of cores was found on this slide. Place the grid by hand."


def dearray(slide_id: UUID) -> None:
    """Look for the cores of a slide whose search waits. Does nothing where another worker has it."""
    claim = services.claim_dearray(slide_id)
    if claim is None:
        return
    with services.dearray_heartbeat(claim):
        try:
            with open_slide(readable_path(claim.slide), checksum=False) as reader:
                array = dearray_slide(reader, progress=lambda done: services.report_dearray_progress(claim, done))
        except (SlideError, NotVisible) as error:
            services.fail_dearray(claim, error.message)
        except ScoringError as error:
            services.fail_dearray(claim, str(error))
        else:
            if array.cores:
                found = [core.as_json() for core in array.cores]
                services.finish_dearray(claim, found, method=f"dearray {VERSION}")
            else:
                services.fail_dearray(claim, NO_ARRAY)
