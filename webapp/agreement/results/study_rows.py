"""Everything that was said of the specimens of a study, a row each: readings, consensuses, algorithms' results; for
administrators, over what they have looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from scoring.types import RESEARCH_USE
from webapp.agreement.permissions import pooled_consensuses, pooled_readings, pooled_results
from webapp.reading.models import Amendment, Consensus, Purpose, Reading
from webapp.runs.models import Result
from webapp.slides.models import Specimen

PARTS: Final = ("negative", "weak", "moderate", "strong")
COLUMNS: Final = (
    "study", "case", "slide", "place", "marker", "specimen", "kind", "who", "series", "stage", "scheme",
    "scheme_version", "scoreable", "reason", "value", "category", *(f"percent_{part}" for part in PARTS), "inputs",
    "rule", "flags", "comment", "amended", "signed_at", "meaning", "protocol_version", "algorithm_version", "preset",
    "weights_sha256", "um_per_px", "um_per_px_source", "input_sha256", "research_use",
)  # fmt: skip
_KINDS: Final = {
    Purpose.PRIMARY: "reading", Purpose.RE_READ: "re-read", Purpose.QA: "qa", Purpose.ADJUDICATION: "adjudication",
}  # fmt: skip
_PROVENANCE: Final = ("weights_sha256", "um_per_px", "um_per_px_source", "input_sha256")


def study_rows(user: Any, study_id: UUID) -> Iterator[dict[str, Any]]:
    """The rows in the order of case, place and who said it; values are text, numbers, booleans or None."""
    rows = [*_readings(user, study_id), *_consensuses(user, study_id), *_results(user, study_id)]
    rows.sort(key=lambda row: (row["case"], row["slide"], row["place"] or "", row["specimen"], row["kind"], row["who"]))
    yield from rows


def _of(specimen: Specimen) -> dict[str, Any]:
    slide = specimen.slide
    return dict.fromkeys(COLUMNS) | {
        "study": slide.study.name, "case": specimen.case.code, "slide": slide.name, "place": specimen.place,
        "marker": slide.marker, "specimen": str(specimen.pk), "research_use": RESEARCH_USE,
    }  # fmt: skip


def _said(said: Reading | Amendment | Consensus | Result, scheme: str) -> dict[str, Any]:
    return {
        "scheme": scheme, "scoreable": said.scoreable, "reason": said.reason or None,
        "value": None if said.value is None else float(said.value), "category": said.category or None,
    }  # fmt: skip


def _inputs(inputs: dict[str, Any]) -> dict[str, Any]:
    """Percentages have columns of their own; whatever else was entered is JSON."""
    given = {name: Decimal(str(inputs[name])) for name in PARTS[1:] if name in inputs}
    found: dict[str, Any] = {f"percent_{name}": float(part) for name, part in given.items()}
    if len(given) == len(PARTS) - 1:
        found["percent_negative"] = float(100 - sum(given.values()))
    rest = {name: value for name, value in inputs.items() if name not in given}
    return found | {"inputs": json.dumps(rest, sort_keys=True) if rest else None}


def _readings(user: Any, study_id: UUID) -> Iterator[dict[str, Any]]:
    shown = pooled_readings(user, study_id)
    loaded = shown.select_related("assignment__session", "specimen__slide__study", "specimen__case", "protocol")
    for reading in loaded.prefetch_related("amendments"):
        counted = [amendment for amendment in reading.amendments.all() if amendment.counts]
        said: Reading | Amendment = counted[-1] if counted else reading
        yield (
            _of(reading.specimen)
            | _said(said, reading.scheme)
            | _inputs(said.inputs)
            | {
                "kind": _KINDS[Purpose(reading.purpose)], "who": reading.signer,
                "series": reading.assignment.session.series, "stage": reading.stage,
                "scheme_version": reading.scheme_version, "rule": said.rule or None,
                "flags": " ".join(map(str, said.flags)) or None, "comment": said.comment or None,
                "amended": bool(counted), "signed_at": reading.created_at.isoformat(), "meaning": reading.meaning,
                "protocol_version": reading.protocol.version,
            }
        )  # fmt: skip


def _consensuses(user: Any, study_id: UUID) -> Iterator[dict[str, Any]]:
    shown = pooled_consensuses(user, study_id)
    for consensus in shown.select_related("round__protocol", "specimen__slide__study", "specimen__case"):
        yield (
            _of(consensus.specimen)
            | _said(consensus, consensus.scheme)
            | _inputs(consensus.inputs)
            | {
                "kind": "consensus", "who": consensus.kind, "series": consensus.round.series,
                "scheme_version": consensus.scheme_version, "rule": f"{consensus.rule} ({consensus.rule_version})",
                "signed_at": consensus.created_at.isoformat(), "protocol_version": consensus.round.protocol.version,
            }
        )  # fmt: skip


def _results(user: Any, study_id: UUID) -> Iterator[dict[str, Any]]:
    shown = pooled_results(user, study_id)
    for result in shown.select_related("run__specimen__slide__study", "run__specimen__case"):
        run, provenance = result.run, result.provenance
        shares = result.percentages or {}
        yield (
            _of(run.specimen)
            | _said(result, result.scheme)
            | {f"percent_{part}": shares.get(part) for part in PARTS}
            | {
                "kind": "algorithm", "who": run.algorithm, "algorithm_version": run.algorithm_version,
                "preset": run.preset, "signed_at": None if run.finished_at is None else run.finished_at.isoformat(),
                **{name: provenance.get(name) for name in _PROVENANCE},
            }
        )  # fmt: skip
