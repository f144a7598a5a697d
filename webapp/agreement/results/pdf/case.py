"""A case on paper: both readings, the algorithm with version, parameters and disclosure, consensus and signatures."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.platypus import Flowable, KeepTogether, Table

from scoring.schemes import SCHEMES
from webapp.agreement.results.case_report import CaseReport, Reported
from webapp.agreement.results.pdf.sheet import WIDTH, document, gap, paragraph, table
from webapp.agreement.results.pictures import Picture
from webapp.reading.scores import REASONS

PICTURE_MM: Final = 38
DISCLOSURE: Final = (
    "The weights shipped with Duoscope are trained on synthetic tissue. An algorithm's score stands beside the "
    "readings; it is no part of the consensus."
)
_ORDER: Final = ("negative", "weak", "moderate", "strong", "percent", "intensity", "positive", "counted", "counting")
_STAGES: Final = {
    "unaided": "without the algorithm",
    "aided": "with the algorithm in view",
    "revised": "after the algorithm was shown",
}
_PURPOSES: Final = {"primary": "", "re_read": "re-read", "qa": "QA second read", "adjudication": "adjudication"}


def case_pdf(report: CaseReport, *, made_at: datetime) -> bytes:
    """The PDF of a case."""
    case = report.case
    story: list[Flowable] = [
        paragraph(f"Case {case.code}", "title"),
        paragraph(f"Study: {case.study.name}"),
    ]
    if report.left_out:
        story.append(
            paragraph(f"{report.left_out} further specimens were not looked at and are not reported.", "small")
        )
    for number, reported in enumerate(report.specimens, start=1):
        story += _specimen(number, reported)
    story += _signed_out(report)
    story += [gap(4), paragraph(DISCLOSURE, "small")]
    return document(f"Case {case.code}", story, made_at=made_at, made_for=report.made_for)


class _Tissue(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A picture of pieces that reach beyond it. Their JPEG data are embedded as they are; nothing is decoded here."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture
        self._scale = PICTURE_MM * mm / max(picture.width_px, picture.height_px)
        self.width, self.height = picture.width_px * self._scale, picture.height_px * self._scale

    def draw(self) -> None:
        path = self.canv.beginPath()
        path.rect(0, 0, self.width, self.height)
        self.canv.saveState()
        self.canv.clipPath(path, stroke=0)
        for piece in self._picture.pieces:
            width, height = piece.width_px * self._scale, piece.height_px * self._scale
            x, y = piece.x_px * self._scale, self.height - piece.y_px * self._scale - height
            self.canv.drawImage(ImageReader(io.BytesIO(piece.jpeg)), x, y, width, height)
        self.canv.restoreState()


def said_text(said: Mapping[str, Any], scheme: str) -> str:
    """A score in words: number, category; or why there is none."""
    if not said["scoreable"]:
        return f"Not scoreable: {REASONS.get(said['reason'], said['reason'])}"
    unit = " %" if scheme == "ki-67" else ""
    number = "" if said["value"] is None else f"{_plain(said['value'])}{unit}"
    return ", ".join(part for part in (number, said["category"]) if part)


def inputs_text(inputs: Mapping[str, Any]) -> str:
    """What was entered: "weak 20, moderate 30". The database does not keep the order of names."""
    ordered = sorted(inputs, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    return ", ".join(f"{name.replace('_', ' ')} {inputs[name]}" for name in ordered)


def _plain(value: Any) -> str:
    return f"{Decimal(str(value)):.1f}".removesuffix(".0")


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _specimen(number: int, reported: Reported) -> list[Flowable]:
    found = reported.comparison
    scheme = found["scheme"]
    place = "" if found["place"] is None else f", core {found['place']}"
    title = f"{number}. {found['marker']}{place}: {SCHEMES[scheme].name if scheme else ''}"
    text: list[Flowable] = [
        paragraph(f"Slide {found['slide_name']}{place}. Specimen {found['specimen']}.", "small"),
        gap(1.5),
        *_consensus(reported),
    ]
    if reported.picture is None:
        head: list[Flowable] = text
    else:
        cut = _Tissue(reported.picture)
        side = cut.width + 5 * mm
        head = [
            Table(
                [[cut, text]],
                colWidths=[side, WIDTH - side],
                style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
            )
        ]
    return [
        KeepTogether([paragraph(title, "heading"), *head]),
        gap(2),
        *_readings(reported),
        *_algorithms(reported),
    ]


def _consensus(reported: Reported) -> list[Flowable]:
    found, consensus = reported.comparison, reported.consensus
    lines = []
    if consensus is None:
        lines.append(paragraph("No consensus was made or shown."))
    else:
        said = {name: getattr(consensus, name) for name in ("scoreable", "reason", "value", "category")}
        lines.append(paragraph(f"Consensus: {said_text(said, found['scheme'])}"))
        made = f"{consensus.rule_version}, {consensus.get_kind_display()}"
        lines.append(paragraph(f"{consensus.rule} ({made}), {_at(consensus.created_at)}.", "small"))
    if found["difference"] is not None:
        tolerance = "" if found["tolerance"] is None else f" (tolerance {_plain(found['tolerance'])})"
        lines.append(paragraph(f"The readings differ by {_plain(found['difference'])}{tolerance}.", "small"))
    beside = found["with_algorithm"]
    if beside is not None:
        said = {"scoreable": True, "reason": "", "value": beside["value"], "category": beside["category"]}
        lines.append(paragraph(f"{beside['label']}: {said_text(said, found['scheme'])}. It decides nothing.", "small"))
    return lines


def _readings(reported: Reported) -> list[Flowable]:
    found = reported.comparison
    rows, notes = [], []
    for reading in found["readings"]:
        about = [_PURPOSES[reading["purpose"]], _STAGES[reading["stage"]]]
        about += [f"series {reading['series']}"] if reading["series"] > 1 else []
        signature = (
            f"{reading['name'] or reading['who']}, {_at(reading['signed_at'])}: {reported.meanings[reading['id']]}"
        )
        said = said_text(reading, found["scheme"])
        rows.append([
            reading["who"], ", ".join(filter(None, about)), said, inputs_text(reading["inputs"]),
            reading["rule"], signature,
        ])  # fmt: skip
        if reading["comment"]:
            notes.append(f"{reading['who']}: {reading['comment']}")
        for amendment in reading["amendments"]:
            counts = "counts" if amendment["counts"] else "a note, came too late to count"
            said = f"{said_text(amendment, found['scheme'])} ({inputs_text(amendment['inputs'])}; {amendment['rule']})"
            why = f"{reading['who']}, amendment {amendment['number']} ({counts}): {amendment['why']}"
            notes.append(f"{why} Now {said}, {_at(amendment['signed_at'])}.")
    header = ["Reader", "How", "Score", "Entered", "Rule", "Signature"]
    made = [table(header, rows, [1.3, 1.9, 1.7, 2, 2.4, 2.9], left=len(header))] if rows else []
    return [*made, *(paragraph(note, "small") for note in notes)]


def _algorithms(reported: Reported) -> list[Flowable]:
    rows = []
    for found in reported.comparison["algorithms"]:
        provenance = reported.provenance[found["run"]]
        told = [
            f"{name.replace('_', ' ')}: {provenance[name]}"
            for name in provenance
            if name != "parameters" and provenance[name]
        ]
        parameters = json.dumps(provenance["parameters"], sort_keys=True) if provenance["parameters"] else "defaults"
        percentages = {name: f"{share:.1f} %" for name, share in (found["percentages"] or {}).items()}
        rows.append([
            f"{found['name']} {found['version']} ({found['preset'] or 'default'})",
            said_text(found, found["scheme"]), inputs_text(percentages),
            f"parameters: {parameters}; " + "; ".join(told),
        ])  # fmt: skip
    header = ["Algorithm", "Score", "Percentages", "Provenance"]
    return [gap(2), table(header, rows, [2, 1.6, 2.4, 5.4], left=len(header))] if rows else []


def _signed_out(report: CaseReport) -> list[Flowable]:
    signed = report.signed_out
    if signed is None:
        return []
    rows = [[each["marker"], said_text(each, each["scheme"]), each["rule"]] for each in signed.markers]
    return [
        KeepTogether([
            paragraph("Sign-out", "heading"),
            table(["Marker", "Result", "Rule"], [[a, b, c] for a, b, c in rows], [1, 2, 5], left=3),
            gap(2),
            paragraph(f"{signed.signer}, {_at(signed.at)}: {signed.meaning}"),
        ])
    ]  # fmt: skip
