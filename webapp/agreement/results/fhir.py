"""A case as a FHIR R4 bundle: a DiagnosticReport with an Observation for each consensus, reading and algorithm's score.

Status is "preliminary", the meta tag says that it is for research use only, and the subject is the pseudonym. LOINC
codes stand where there is one; scores have codes of Duoscope's own system, because LOINC has none of an H-score.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from scoring.schemes import SCHEMES
from scoring.types import RESEARCH_USE
from webapp.agreement.results.case_report import CaseReport, Reported
from webapp.reading.scores import REASONS

LOINC: Final = "http://loinc.org"
OWN: Final = "urn:duoscope"
_UCUM: Final = "http://unitsofmeasure.org"
_CODES: Final[Mapping[str, tuple[str, str]]] = {
    "ER": ("85337-4", "Estrogen receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
    "PR": ("85339-0", "Progesterone receptor Ag [Presence] in Breast cancer specimen by Immune stain"),
    "HER2": ("85319-2", "HER2 [Presence] in Breast cancer specimen by Immune stain"),
}
_NAMESPACE: Final = UUID("4a0c3c0e-6f0e-5d6a-9f56-0d2f6b1f6f10")


def fhir_bundle(report: CaseReport, *, made_at: datetime) -> dict[str, Any]:
    """The bundle (type "collection") as plain data. The same report has the same ids."""
    entries: list[dict[str, Any]] = []
    subject = {"identifier": {"system": f"{OWN}:case", "value": report.case.code}, "display": "pseudonymous"}
    results = []
    for reported in report.specimens:
        specimen = _specimen(reported, subject)
        entries.append(_entry(specimen))
        for observation in _observations(reported, subject, f"urn:uuid:{specimen['id']}"):
            entries.append(_entry(observation))
            results.append({"reference": f"urn:uuid:{observation['id']}"})
    diagnostic = {
        "resourceType": "DiagnosticReport",
        "id": _id("report", report.case.pk),
        "meta": _meta(),
        "status": "preliminary",
        "code": {"coding": [{"system": LOINC, "code": "60568-3", "display": "Pathology Synoptic report"}]},
        "subject": subject,
        "effectiveDateTime": _time(made_at),
        "issued": _time(made_at),
        "result": results,
        "conclusion": RESEARCH_USE,
    }
    return {
        "resourceType": "Bundle",
        "id": _id("bundle", report.case.pk),
        "type": "collection",
        "timestamp": _time(made_at),
        "entry": [_entry(diagnostic), *entries],
    }


def _id(kind: str, of: Any) -> str:
    return str(uuid5(_NAMESPACE, f"{kind} {of}"))


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _entry(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {"fullUrl": f"urn:uuid:{resource['id']}", "resource": dict(resource)}


def _meta() -> dict[str, Any]:
    return {"tag": [{"system": f"{OWN}:use", "code": "research", "display": RESEARCH_USE}]}


def _specimen(reported: Reported, subject: Mapping[str, Any]) -> dict[str, Any]:
    found = reported.comparison
    place = "" if found["place"] is None else f", core {found['place']}"
    return {
        "resourceType": "Specimen",
        "id": _id("specimen", found["specimen"]),
        "meta": _meta(),
        "identifier": [{"system": f"{OWN}:specimen", "value": str(found["specimen"])}],
        "subject": dict(subject),
        "note": [{"text": f"Slide {found['slide_name']}{place}, stained for {found['marker']}"}],
    }


def _observations(reported: Reported, subject: Mapping[str, Any], specimen: str) -> list[dict[str, Any]]:
    found, consensus = reported.comparison, reported.consensus
    common = {"subject": dict(subject), "specimen": {"reference": specimen}}
    made = []
    if consensus is not None:
        said = {name: getattr(consensus, name) for name in ("scoreable", "reason", "value", "category", "inputs")}
        made.append(
            _observation("consensus", consensus.pk, found, said, consensus.created_at)
            | common
            | {"performer": [{"display": "Consensus of the readers"}], "method": {"text": consensus.rule}}
        )
    for reading in found["readings"]:
        counted = [amendment for amendment in reading["amendments"] if amendment["counts"]]
        made.append(
            _observation("reading", reading["id"], found, counted[-1] if counted else reading, reading["signed_at"])
            | common
            | {
                "performer": [{"display": reading["name"] or reading["who"]}],
                "method": {"text": f"{reading['purpose']}, {reading['stage']}, series {reading['series']}"},
            }
        )
    for score in found["algorithms"]:
        said = {**score, "inputs": score["percentages"] or {}}
        weights = reported.provenance[score["run"]]["weights_sha256"]
        made.append(
            _observation("algorithm", score["run"], found, said, score["finished_at"])
            | common
            | {
                "performer": [{"display": f"{score['name']} {score['version']}"}],
                "method": {"text": f"preset {score['preset'] or 'default'}; weights {weights or 'none'}"},
                "device": {"display": f"Duoscope: {score['name']} {score['version']}"},
            }
        )
    return made


def _observation(
    kind: str, of: UUID, found: Mapping[str, Any], said: Mapping[str, Any], at: datetime | None
) -> dict[str, Any]:
    """Value as the scheme's number, category as interpretation; without a number the category is the value."""
    scheme = SCHEMES[found["scheme"]]
    codes = [{"system": f"{OWN}:scheme", "code": scheme.key, "version": scheme.version, "display": scheme.name}]
    if found["marker"] in _CODES:
        code, display = _CODES[found["marker"]]
        codes.insert(0, {"system": LOINC, "code": code, "display": display})
    made: dict[str, Any] = {
        "resourceType": "Observation",
        "id": _id(kind, of),
        "meta": _meta(),
        "status": "preliminary",
        "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category",
                                  "code": "laboratory"}]}],
        "code": {"coding": codes, "text": f"{found['marker']} {scheme.name}, {kind}"},
    }  # fmt: skip
    if at is not None:
        made["effectiveDateTime"] = _time(at)
    category = {"coding": [{"system": f"{OWN}:{scheme.key}", "code": said["category"]}], "text": said["category"]}
    if not said["scoreable"]:
        reason = REASONS.get(said["reason"], said["reason"])
        made["dataAbsentReason"] = {"text": f"Not scoreable: {reason}"}
    elif said["value"] is None:
        made["valueCodeableConcept"] = category
    else:
        percent = scheme.key == "ki-67"
        made["valueQuantity"] = {
            "value": float(said["value"]), "unit": "%" if percent else scheme.unit or "score", "system": _UCUM,
            "code": "%" if percent else "{score}",
        }  # fmt: skip
        if said["category"]:
            made["interpretation"] = [category]
    components = [{"code": {"text": name}, "valueString": str(value)} for name, value in sorted(said["inputs"].items())]
    if components:
        made["component"] = components
    return made
