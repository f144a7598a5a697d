"""A result as a file for other programs: JSON (the command line's keys), CSV, GeoJSON for QuPath. All stream."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from scoring.cells import CellFile, Records
from scoring.geometry import OUTLINE_UNIT_PX, outline_vertices
from scoring.types import CLASS_NAMES, RESEARCH_USE
from webapp.runs.models import Result

CHUNK = 2048
#: Colours of the interface; names by which QuPath knows intensity classes, so that it computes H-scores.
QUPATH_CLASSES = (
    ("Negative", (59, 130, 196)),
    ("1+", (244, 211, 94)),
    ("2+", (238, 150, 75)),
    ("3+", (193, 18, 31)),
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_PROVENANCE_KEYS = (
    "method", "preset", "version", "weights_sha256", "um_per_px", "um_per_px_source", "input_sha256", "seconds",
)  # fmt: skip


def summary(result: Result) -> dict[str, Any]:
    """What the command line prints of an H-score, with the counts."""
    provenance = result.provenance
    return {
        **{key: provenance.get(key) for key in _PROVENANCE_KEYS},
        "scheme": result.scheme,
        "value": None if result.value is None else float(result.value),
        "category": result.category or None,
        "scoreable": result.scoreable,
        "reason": result.reason or None,
        "percentages": result.percentages,
        "tumour_fraction": provenance.get("tumour_fraction"),
        "qc": provenance.get("qc"),
        "counts": result.counts,
        "cell_count": result.cell_count,
        "parameters": provenance.get("parameters"),
        "run": str(result.run_id),
        "research_use": RESEARCH_USE,
    }


def json_export(result: Result, cells: CellFile) -> Iterator[bytes]:
    """One JSON object; ``cells`` comes last."""
    yield json.dumps(summary(result), ensure_ascii=False)[:-1].encode() + b', "cells": ['
    before = b""
    for part in _chunks(cells):
        yield before + b",\n".join(json.dumps(cell).encode() for cell in _plain_cells(part))
        before = b",\n"
    yield b"]}\n"


def csv_export(result: Result, cells: CellFile) -> Iterator[bytes]:
    """One line a cell. Text that a spreadsheet would take for a formula is led by an apostrophe."""
    specimen = result.run.specimen
    words = [neutral(specimen.slide.name), neutral(specimen.case.code), neutral(str(result.run_id))]
    yield csv_line(["slide", "case", "run", "x_px", "y_px", "area_um2", "dab_od", "class", "tumour"])
    for part in _chunks(cells):
        yield b"".join(
            csv_line([*words, cell["x_px"], cell["y_px"], cell["area_um2"], cell["dab_od"], cell["class"],
                   "" if cell["tumour"] is None else str(cell["tumour"]).lower()])
            for cell in _plain_cells(part)
        )  # fmt: skip


def geojson_export(result: Result, cells: CellFile) -> Iterator[bytes]:
    """A FeatureCollection of polygons in level-0 px, as QuPath imports detections."""
    yield b'{"type": "FeatureCollection", "features": ['
    before, number = b"", 0
    for part in _chunks(cells):
        outlines = outline_vertices(part["x_px"], part["y_px"], part["radii"] * OUTLINE_UNIT_PX).round(2).tolist()
        features = []
        for cell, outline in zip(_plain_cells(part), outlines, strict=True):
            features.append(_feature(uuid.uuid5(result.run_id, str(number)), cell, outline))
            number += 1
        yield before + b",\n".join(features)
        before = b",\n"
    yield b"]}\n"


EXPORTS: dict[str, tuple[Callable[[Result, CellFile], Iterator[bytes]], str]] = {
    "json": (json_export, "application/json"),
    "csv": (csv_export, "text/csv; charset=utf-8"),
    "geojson": (geojson_export, "application/geo+json"),
}


def neutral(text: str) -> str:
    """The text, led by an apostrophe where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _chunks(cells: CellFile) -> Iterator[Records]:
    for start in range(0, cells.count, CHUNK):
        yield cells.records[start : start + CHUNK]


def _plain_cells(part: Records) -> Iterator[dict[str, Any]]:
    """Cells as every export writes them: positions to 1/100 px, areas to 1/100 µm², densities to 1/10000."""
    columns = zip(
        part["x_px"].tolist(), part["y_px"].tolist(), part["area_um2"].tolist(), part["dab_od"].tolist(),
        part["class"].tolist(), part["tumour"].tolist(), strict=True,
    )  # fmt: skip
    for x_px, y_px, area_um2, dab_od, number, tumour in columns:
        yield {
            "x_px": round(x_px, 2),
            "y_px": round(y_px, 2),
            "area_um2": round(area_um2, 2),
            "dab_od": round(dab_od, 4),
            "class": CLASS_NAMES[number],
            "tumour": None if tumour < 0 else bool(tumour),
        }


def _feature(identifier: uuid.UUID, cell: dict[str, Any], outline: list[list[float]]) -> bytes:
    name, colour = QUPATH_CLASSES[CLASS_NAMES.index(cell["class"])]
    return json.dumps(
        {
            "type": "Feature",
            "id": str(identifier),
            "geometry": {"type": "Polygon", "coordinates": [[*outline, outline[0]]]},
            "properties": {
                "objectType": "detection",
                "classification": {"name": name, "color": colour},
                "class": cell["class"],
                "measurements": {"Nucleus: DAB OD mean": cell["dab_od"], "Nucleus: Area µm^2": cell["area_um2"]},
            },
        }
    ).encode()


def csv_line(values: list[Any]) -> bytes:
    """One line of CSV, as UTF-8."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue().encode()
