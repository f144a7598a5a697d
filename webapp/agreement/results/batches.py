"""The results of a batch as a table: a line a core, each score with where it comes from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from scoring.types import CLASS_NAMES, RESEARCH_USE
from webapp.agreement.results.exports import csv_line, neutral
from webapp.runs.models import Result

_PROVENANCE = ("method", "version", "preset", "weights_sha256", "um_per_px", "um_per_px_source", "input_sha256",
               "device", "software", "software_version", "started_at", "finished_at", "seconds")  # fmt: skip
HEADER = [
    "slide", "marker", "row", "column", "case", "run", "scheme", "value", "category", "scoreable", "reason",
    "tumour_fraction", "qc_flags", "nuclei", *(f"nuclei_{name}" for name in CLASS_NAMES),
    *(f"percent_{name}" for name in CLASS_NAMES), "windows", *_PROVENANCE, "parameters", "research_use",
]  # fmt: skip


def qc_flags(result: Result) -> list[dict[str, str]]:
    """What quality control says of the specimen: code, severity ("refuse", "review") and a sentence."""
    flags = (result.provenance.get("qc") or {}).get("flags") or []
    return [{name: str(flag.get(name, "")) for name in ("code", "severity", "message")} for flag in flags]


def batch_csv(results: Sequence[Result]) -> Iterator[bytes]:
    """The header and one line a result. Text that a spreadsheet would take for a formula is led by an apostrophe."""
    yield csv_line(HEADER)
    for result in results:
        yield csv_line(_values(result))


def _values(result: Result) -> list[Any]:
    specimen, provenance = result.run.specimen, result.provenance
    shares = result.percentages or {}
    return [
        neutral(specimen.slide.name), specimen.slide.marker, specimen.row, specimen.column, neutral(specimen.case.code),
        result.run_id, result.scheme, result.value, neutral(result.category), str(result.scoreable).lower(),
        neutral(result.reason), provenance.get("tumour_fraction"),
        " ".join(flag["code"] for flag in qc_flags(result)), result.cell_count,
        *(result.counts.get(name, 0) for name in CLASS_NAMES), *(shares.get(name) for name in CLASS_NAMES),
        len(provenance.get("windows") or []), *(provenance.get(name) for name in _PROVENANCE),
        json.dumps(provenance.get("parameters") or {}, sort_keys=True), RESEARCH_USE,
    ]  # fmt: skip
