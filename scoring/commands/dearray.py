"""``python -m scoring dearray``: where the cores of a tissue microarray lie, in rows and columns."""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path
from typing import Any

from scoring.dearray import VERSION, dearray_slide
from scoring.slide_io import SlideError, open_slide
from scoring.types import ScoringError


def add_arguments(subparsers: Any, um_per_px: Any) -> None:
    """The verb; ``um_per_px`` reads a pixel size."""
    verb = subparsers.add_parser("dearray", help="cores of a tissue microarray: circles, rows and columns")
    verb.add_argument("image", type=Path, help="image or slide file")
    verb.add_argument("--um-per-px", type=um_per_px, default=None, help="µm/px; overrides what the file says")
    verb.add_argument("--out", type=Path, default=None, help="file for the JSON instead of stdout")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Dearray an image or slide. No length matters: a file that does not say its µm/px is taken as well.

    Raises:
        ScoringError: the file cannot be used, or shows no array.
    """
    started = time.perf_counter()
    image: Path = options.image
    if not image.is_file():
        raise ScoringError(f"{image}: no such file; give the path of an image or slide")
    if options.out is not None and not options.out.parent.is_dir():
        raise ScoringError(f"{options.out}: its folder does not exist; make it first")
    try:
        with open_slide(image, checksum=False) as reader:
            array = dearray_slide(reader)
            info = reader.info
    except SlideError as error:
        raise ScoringError(f"{image}: {error.message}") from error
    except ScoringError as error:
        raise ScoringError(f"{image}: {error}") from error
    if not array.cores:
        raise ScoringError(f"{image}: shows no array of cores; give an overview in which cores are 10 px wide or more")
    is_told = options.um_per_px is not None
    with image.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return {
        "method": "dearray",
        "preset": "default",
        "version": VERSION,
        "weights_sha256": None,
        "um_per_px": options.um_per_px if is_told else info.um_per_px,
        "um_per_px_source": "command line" if is_told else info.um_per_px_source,
        "input_sha256": sha256,
        "seconds": round(time.perf_counter() - started, 4),
        "cores": [core.as_json() for core in array.cores],
        "rows": array.rows,
        "columns": array.columns,
    }
