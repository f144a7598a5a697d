"""A case as PDF and as FHIR: of what the person has looked at, with names only for administrators."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import highdicom
import pydicom
import pypdfium2
import pytest
from PIL import Image

from scoring.types import RESEARCH_USE
from tests import factories
from webapp.agreement import services
from webapp.audit.models import Event
from webapp.reading import services as reading
from webapp.reading.services import Signed
from webapp.slides import storage
from webapp.slides.models import Specimen
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def read(study: Study, specimen: Specimen, alice: Any, bob: Any, give: Any, sign: Any) -> Specimen:
    """110 and 150, of which the mean is 130; an algorithm says 140."""
    first, second = give(alice, specimen), give(bob, specimen)
    sign(first, 20, 30, 10)
    sign(second, 10, 40, 20)
    factories.ResultFactory(
        run__specimen=specimen, run__algorithm="nnp", scheme="h-score", value=140, category="positive",
        provenance={"weights_sha256": "f" * 64, "um_per_px": 0.25},
    )  # fmt: skip
    return specimen


@pytest.fixture
def report(client_of: Any) -> Callable[..., Any]:
    """``report(person, specimen, form)``: the answer."""

    def get(person: Any, specimen: Specimen, form: str) -> Any:
        return client_of(person).get(f"/api/cases/{specimen.case_id}/report", {"as": form})

    return get


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer.content
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.content))


def test_there_is_nothing_to_report_before_one_has_looked(
    read: Specimen, report: Any, dora: Any, alice: Any, tina: Any
) -> None:
    for person in (dora, alice, tina):
        for form in ("pdf", "fhir"):
            answer = report(person, read, form)
            assert (answer.status_code, answer.json()["code"]) == (409, "nothing_shown")


def test_the_report_tells_everything_of_the_specimen(
    read: Specimen, report: Any, dora: Any, alice: Any, bob: Any
) -> None:
    services.reveal_comparison(dora, read.pk)
    text = text_of(report(dora, read, "pdf"))
    for said in (
        "Consensus: 130, positive", "110, positive", "150, positive", "140, positive",
        "weak 20, moderate 30, strong 10", alice.display_name, bob.display_name, "f" * 20, RESEARCH_USE,
        "synthetic tissue", "differ by 40 (tolerance 40)", read.case.code, "It decides nothing.",
    ):  # fmt: skip
        assert said in " ".join(text.split()), said


def test_a_readers_report_names_nobody_else(read: Specimen, report: Any, alice: Any, bob: Any) -> None:
    services.reveal_comparison(alice, read.pk)
    text, bundle = text_of(report(alice, read, "pdf")), report(alice, read, "fhir").content.decode()
    assert "Reader A" in text
    for said in (text, bundle):
        assert bob.display_name not in said
        assert str(bob.pk) not in said


def test_what_is_not_looked_at_is_counted_and_not_told(
    read: Specimen, study: Study, report: Any, alice: Any, bob: Any, dora: Any, give: Any, sign: Any
) -> None:
    other = factories.SpecimenFactory(slide__study=study, case=read.case)
    for person in (alice, bob):
        sign(give(person, other), 0, 0, 90)
    services.reveal_comparison(dora, read.pk)
    text = text_of(report(dora, read, "pdf"))
    assert "1 further specimen" in text
    assert "270" not in text


def test_a_correction_is_told_with_its_reason(
    specimen: Specimen, report: Any, alice: Any, bob: Any, dora: Any, give: Any, sign: Any
) -> None:
    first, second = give(alice, specimen), give(bob, specimen)
    slip = sign(first, 20, 30, 10)
    reading.amend_reading(alice, slip.pk, Signed({"inputs": {"weak": 20, "moderate": 30, "strong": 12}}), why="A slip.")
    sign(second, 20, 30, 10)
    services.reveal_comparison(dora, specimen.pk)
    text = " ".join(text_of(report(dora, specimen, "pdf")).split())
    assert "amendment 1 (counts): A slip." in text
    values = {
        entry["resource"]["valueQuantity"]["value"]
        for entry in json.loads(report(dora, specimen, "fhir").content)["entry"]
        if "valueQuantity" in entry["resource"]
    }
    assert values == {116.0, 110.0, 113.0}  # with the correction, the other reading, their mean


def test_the_tissue_is_cut_from_the_slides_picture(read: Specimen, report: Any, dora: Any) -> None:
    services.reveal_comparison(dora, read.pk)
    plain = len(report(dora, read, "pdf").content)
    picture = io.BytesIO()
    Image.effect_noise((256, 128), 60).convert("RGB").save(picture, "JPEG")
    path = storage.thumbnail_path(read.slide_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture.getvalue())
    answer = report(dora, read, "pdf")
    assert len(answer.content) > plain + 5000
    page = pypdfium2.PdfDocument(answer.content)[0]
    assert sum(isinstance(each, pypdfium2.PdfImage) for each in page.get_objects()) == 1


def test_the_bundle_refers_only_to_what_is_in_it(read: Specimen, report: Any, dora: Any) -> None:
    services.reveal_comparison(dora, read.pk)
    bundle = json.loads(report(dora, read, "fhir").content)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert sorted(kinds) == ["DiagnosticReport", *["Observation"] * 4, "Specimen"]
    diagnostic = bundle["entry"][0]["resource"]
    assert {result["reference"] for result in diagnostic["result"]} <= set(urls)
    observations = [
        entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Observation"
    ]
    assert len(diagnostic["result"]) == len(observations)
    for observation in observations:
        assert observation["specimen"]["reference"] in urls
        assert observation["status"] == "preliminary"
        assert observation["meta"]["tag"][0]["display"] == RESEARCH_USE
        assert observation["code"]["coding"][0]["code"] == "85337-4"
        assert observation["valueQuantity"]["code"] == "{score}"
        assert observation["interpretation"][0]["text"] == "positive"
    again = json.loads(report(dora, read, "fhir").content)
    assert [entry["fullUrl"] for entry in again["entry"]] == urls


def test_the_structured_report_reads_back_with_every_score(read: Specimen, report: Any, dora: Any, alice: Any) -> None:
    services.reveal_comparison(dora, read.pk)
    content = report(dora, read, "dicom").content
    found = pydicom.dcmread(io.BytesIO(content))
    assert (found.Modality, found.CompletionFlag, found.VerificationFlag) == ("SR", "PARTIAL", "UNVERIFIED")
    assert found.PatientID == read.case.code
    assert found.SeriesDescription == RESEARCH_USE
    groups = highdicom.sr.MeasurementReport.from_sequence([found]).get_image_measurement_groups()
    assert len(groups) == 4
    scores = {
        group.tracking_identifier.split(" of ")[0]: [
            float(measurement.value) for measurement in group.get_measurements() if measurement.name.value == "h-score"
        ]
        for group in groups
    }
    assert scores[f"{alice.display_name}, primary, unaided,"] == [110]
    assert scores["Consensus"] == [130]
    assert sorted(value for (value,) in scores.values()) == [110, 130, 140, 150]
    for group in groups:
        said = {each.name.value: each.value.meaning for each in group.get_qualitative_evaluations()}
        assert said == {"category": "positive", "use": RESEARCH_USE}
    again = pydicom.dcmread(io.BytesIO(report(dora, read, "dicom").content))
    assert again.StudyInstanceUID == found.StudyInstanceUID


def test_a_readers_structured_report_names_nobody_else(read: Specimen, report: Any, alice: Any, bob: Any) -> None:
    services.reveal_comparison(alice, read.pk)
    assert bob.display_name.encode() not in report(alice, read, "dicom").content


def test_what_was_not_scoreable_says_why_and_has_no_value(
    specimen: Specimen, report: Any, alice: Any, bob: Any, dora: Any, give: Any, sign: Any
) -> None:
    for person in (alice, bob):
        sign(give(person, specimen), reason="fold")
    services.reveal_comparison(dora, specimen.pk)
    assert "Not scoreable: tissue folded" in " ".join(text_of(report(dora, specimen, "pdf")).split())
    for entry in json.loads(report(dora, specimen, "fhir").content)["entry"]:
        if entry["resource"]["resourceType"] == "Observation":
            assert entry["resource"]["dataAbsentReason"]["text"] == "Not scoreable: tissue folded"
            assert "valueQuantity" not in entry["resource"]


def test_text_of_people_is_text_on_paper(
    specimen: Specimen, report: Any, alice: Any, bob: Any, dora: Any, give: Any
) -> None:
    for person in (alice, bob):
        body = {"inputs": {"weak": 1, "moderate": 0, "strong": 0}}
        reading.sign_reading(
            person, give(person, specimen).pk, Signed(body, comment="<b>x</b> & <img src='/etc/passwd'/> κ")
        )
    services.reveal_comparison(dora, specimen.pk)
    assert "<b>x</b> & <img src='/etc/passwd'/> κ" in " ".join(text_of(report(dora, specimen, "pdf")).split())


def test_a_report_is_in_the_trail(read: Specimen, report: Any, dora: Any) -> None:
    services.reveal_comparison(dora, read.pk)
    assert report(dora, read, "fhir")["Cache-Control"] == "private, no-store"
    event = Event.objects.get(verb="case.reported")
    assert (event.actor_id, event.details) == (dora.pk, {"form": "fhir"})


@pytest.mark.parametrize("form", ["", "docx"])
def test_an_unknown_form_is_named(read: Specimen, report: Any, dora: Any, form: str) -> None:
    services.reveal_comparison(dora, read.pk)
    answer = report(dora, read, form)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["as"])
