"""A case as a DICOM Comprehensive SR: a measurement report (TID 1500) with a group of measurements for each consensus,
reading and algorithm's score. Written only; nothing is decoded here.

It refers to no image: most slides here are no DICOM. Completion is PARTIAL and verification UNVERIFIED: it is for
research use only, which every group says. The patient is the pseudonym. Scores have codes of the scheme 99DUOSCOPE.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from scoring.schemes import SCHEMES
from scoring.types import RESEARCH_USE
from webapp.agreement.results.case_report import CaseReport, Reported
from webapp.reading.scores import REASONS

OWN: Final = "99DUOSCOPE"
_COMPREHENSIVE_SR: Final = "1.2.840.10008.5.1.4.1.1.88.33"
_UNITS: Final = {"percent": ("%", "percent"), "score": ("{score}", "score")}


@dataclass(frozen=True)
class Group:
    """One score: who or what said it, of which specimen, and what."""

    identity: str
    title: str
    scheme: str
    said: Mapping[str, Any]
    inputs: Mapping[str, Any]
    algorithm: tuple[str, str, str] | None = None


def groups_of(report: CaseReport) -> Iterator[Group]:
    """The scores in the order of the report."""
    for reported in report.specimens:
        yield from _groups(reported)


def _groups(reported: Reported) -> Iterator[Group]:
    found, consensus = reported.comparison, reported.consensus
    place = "" if found["place"] is None else f", core {found['place']}"
    where = f"{found['marker']}, {found['slide_name']}{place}"
    if consensus is not None:
        said = {name: getattr(consensus, name) for name in ("scoreable", "reason", "value", "category")}
        yield Group(f"consensus {consensus.pk}", f"Consensus of {where}", found["scheme"], said, consensus.inputs)
    for reading in found["readings"]:
        counted = [amendment for amendment in reading["amendments"] if amendment["counts"]]
        said = counted[-1] if counted else reading
        title = f"{reading['name'] or reading['who']}, {reading['purpose']}, {reading['stage']}, of {where}"
        yield Group(f"reading {reading['id']}", title, found["scheme"], said, said["inputs"])
    for score in found["algorithms"]:
        weights = reported.provenance[score["run"]]["weights_sha256"] or "no weights"
        algorithm = (score["name"], score["version"], f"preset {score['preset'] or 'default'}; {weights}")
        title = f"{score['name']} {score['version']} of {where}"
        yield Group(
            f"algorithm {score['run']}", title, found["scheme"], score, score["percentages"] or {}, algorithm
        )  # fmt: skip


def dicom_sr(report: CaseReport, *, made_at: datetime) -> bytes:
    """The file (Explicit VR Little Endian). The same report has the same UIDs."""
    # Half a second to load, and needed by nobody else in this process.
    from highdicom import sr  # noqa: PLC0415
    from highdicom.sr import CodedConcept  # noqa: PLC0415
    from pydicom.dataset import Dataset, FileMetaDataset  # noqa: PLC0415
    from pydicom.uid import ExplicitVRLittleEndian, generate_uid  # noqa: PLC0415

    def uid(*named: str) -> Any:
        return generate_uid(entropy_srcs=["duoscope", str(report.case.pk), *named])

    device = sr.DeviceObserverIdentifyingAttributes(uid=uid("device"), name="Duoscope")
    observer = sr.ObserverContext(CodedConcept("121007", "DCM", "Device"), device)
    content = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=observer),
        procedure_reported=CodedConcept("104157003", "SCT", "Light microscopy procedure"),
        imaging_measurements=[_measured(sr, CodedConcept, group, uid) for group in groups_of(report)],
        title=CodedConcept("126000", "DCM", "Imaging Measurement Report"),
    )[0]
    made = Dataset()
    made.update(content)
    made.SOPClassUID, made.SOPInstanceUID = _COMPREHENSIVE_SR, uid("instance", made_at.isoformat())
    made.SpecificCharacterSet = "ISO_IR 192"
    made.PatientName, made.PatientID = f"{report.case.code}^PSEUDONYM"[:64], report.case.code[:64]
    made.PatientBirthDate = made.PatientSex = ""
    made.StudyInstanceUID, made.SeriesInstanceUID = uid("study"), uid("series", made_at.isoformat())
    made.StudyID = made.AccessionNumber = made.ReferringPhysicianName = ""
    made.StudyDate = made.ContentDate = f"{made_at:%Y%m%d}"
    made.StudyTime = made.ContentTime = f"{made_at:%H%M%S}"
    made.TimezoneOffsetFromUTC = "+0000"
    made.Modality, made.SeriesNumber, made.InstanceNumber = "SR", 1, 1
    made.SeriesDescription = RESEARCH_USE
    made.Manufacturer, made.ManufacturerModelName = "Duoscope", "Duoscope"
    made.ReferencedPerformedProcedureStepSequence = []
    made.PerformedProcedureCodeSequence = []
    made.CompletionFlag, made.CompletionFlagDescription = "PARTIAL", RESEARCH_USE
    made.VerificationFlag, made.PreliminaryFlag = "UNVERIFIED", "PRELIMINARY"
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()


def _measured(sr: Any, code: Any, group: Group, uid: Any) -> Any:
    scheme = SCHEMES[group.scheme]
    named = (
        sr.AlgorithmIdentification(*group.algorithm[:2], parameters=[group.algorithm[2]]) if group.algorithm else None
    )

    def measured(name: str, key: str, value: Any, unit: str) -> Any:
        units = code(_UNITS[unit][0], "UCUM", _UNITS[unit][1])
        return sr.Measurement(code(key, OWN, name), float(value), units, algorithm_id=named)

    measurements, told = [], []
    if group.said["scoreable"] and group.said["value"] is not None:
        unit = "percent" if scheme.key == "ki-67" else "score"
        measurements.append(measured(scheme.name, scheme.key, group.said["value"], unit))
    for name, value in sorted(group.inputs.items()):
        if _is_number(value):
            unit = "score" if name in ("intensity", "positive", "counted") else "percent"
            measurements.append(measured(f"Entered: {name}", f"input-{name}"[:16], value, unit))
    if not group.said["scoreable"]:
        told.append((f"Not scoreable: {REASONS.get(group.said['reason'], group.said['reason'])}", "not-scoreable"))
    elif group.said["category"]:
        told.append((group.said["category"], "category"))
    told.append((RESEARCH_USE, "use"))
    return sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(uid=uid(group.identity), identifier=group.title),
        measurements=measurements,
        qualitative_evaluations=[
            sr.QualitativeEvaluation(code(kind, OWN, kind.capitalize()), code(f"{kind}-value"[:16], OWN, text[:64]))
            for text, kind in told
        ],
    )


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
