"""A study's scores and agreement as files: all forms say the same, none is taken for a formula, and all read back."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pypdfium2
import pytest

from scoring.__main__ import main
from scoring.types import RESEARCH_USE
from tests import factories
from tests.webapp.agreement.test_agreement import READINGS, read
from webapp.agreement import services
from webapp.agreement.results.study_rows import COLUMNS
from webapp.audit.models import Event
from webapp.reading import services as reading
from webapp.reading.models import Round
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(client_of: Any, study: Study) -> Callable[..., bytes]:
    """``export(person, form, **filters)``: the file."""

    def get(person: Any, form: str, **filters: str) -> bytes:
        answer = client_of(person).get(f"/api/studies/{study.pk}/agreement/export", {"as": form, **filters})
        assert answer.status_code == 200, b"".join(answer.streaming_content) if answer.streaming else answer.content
        return b"".join(answer.streaming_content)

    return get


@pytest.fixture
def told(study: Study, alice: Any, bob: Any, adam: Any, dora: Any, give: Any, sign: Any) -> list[Any]:
    """Five specimens read by two, one of them decided by adam, one scored by an algorithm; dora has looked at all."""
    found = [read(study, give, sign, (alice, bob), parts, place + 1) for place, parts in enumerate(READINGS)]
    sign(reading.claim_adjudication(adam, Round.objects.get(specimen=found[2]).pk), 0, 0, 0)
    factories.ResultFactory(run__specimen=found[0], scheme="h-score", value=70, category="positive")
    services.reveal_finished(dora, study.pk)
    return found


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_every_form_says_the_same(told: Any, export: Any, dora: Any) -> None:
    lines = rows_of(export(dora, "csv"))
    objects = json.loads(export(dora, "json"))
    columns = pq.read_table(io.BytesIO(export(dora, "parquet"))).to_pylist()
    sheet = openpyxl.load_workbook(io.BytesIO(export(dora, "xlsx"))).active
    header, *cells = sheet.iter_rows(values_only=True)
    # Ten readings, the adjudicator's, five consensuses, one result.
    assert len(lines) == len(objects) == len(columns) == len(cells) == 17
    assert list(header) == list(lines[0]) == list(objects[0]) == list(COLUMNS)
    for place, line in enumerate(lines):
        for name in ("specimen", "kind", "who", "category", "value", "percent_strong"):
            said = objects[place][name]
            assert said == columns[place][name] == cells[place][COLUMNS.index(name)]
            assert line[name] == ("" if said is None else str(said))
    assert {line["research_use"] for line in lines} == {RESEARCH_USE}


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet", "readings", "imrmc"])
def test_the_same_scores_are_the_same_file(told: Any, export: Any, dora: Any, form: str) -> None:
    first = export(dora, form)
    time.sleep(1.1)  # an XLSX says when it was made, to the second
    assert export(dora, form) == first


def test_a_row_says_who_said_what_under_which_rules(told: Any, export: Any, alice: Any, dora: Any) -> None:
    said = [row for row in rows_of(export(dora, "csv")) if row["specimen"] == str(told[0].pk)]
    assert sorted(row["kind"] for row in said) == ["algorithm", "consensus", "reading", "reading"]
    own = next(row for row in said if row["who"] == alice.display_name)
    parts = [float(own[f"percent_{name}"]) for name in ("negative", "weak", "moderate", "strong")]
    assert parts == [65, 10, 20, 5]
    assert (own["value"], own["category"], own["series"], own["stage"]) == ("65.0", "positive", "1", "unaided")
    assert own["signed_at"].endswith("+00:00")


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "+4", "-2", "\t=1"])
def test_no_text_is_a_formula(
    study: Study, export: Any, alice: Any, bob: Any, dora: Any, give: Any, sign: Any, name: str
) -> None:
    case = factories.CaseFactory(study=study, code=name)
    specimen = factories.SpecimenFactory(slide__study=study, case=case)
    for person in (alice, bob):
        sign(give(person, specimen), 10, 20, 30)
    services.reveal_finished(dora, study.pk)
    assert rows_of(export(dora, "csv"))[0]["case"] == f"'{name}"
    sheet = openpyxl.load_workbook(io.BytesIO(export(dora, "xlsx"))).active
    cell = sheet.cell(2, COLUMNS.index("case") + 1)
    assert (cell.data_type, cell.value) == ("s", f"'{name}")
    assert json.loads(export(dora, "json"))[0]["case"] == name


def test_the_readings_read_back_to_the_same_agreement(
    told: Any, export: Any, client_of: Any, dora: Any, study: Study, tmp_path: Path
) -> None:
    """The command line, given the exported file, finds what the page shows."""
    shown = client_of(dora).get(f"/api/studies/{study.pk}/agreement").json()["human"]["statistics"]
    file = tmp_path / "readings.csv"
    file.write_bytes(export(dora, "readings"))
    again = tmp_path / "again.json"
    out = ["--draws", "1000", "--out", str(again)]
    assert main(["agreement", str(file), "--scale", "interval", *out]) == 0
    said = json.loads(again.read_text())
    for name in ("mae", "sd", "pearson", "ccc", "icc1", "icc2", "icc3"):
        assert said[name]["value"] == pytest.approx(shown[name]["value"], abs=1e-9), name
        assert said[name]["n"] == shown[name]["n"]
    scale = "ordinal:negative,low positive,positive"
    assert main(["agreement", str(file), "--scale", scale, "--value", "category", *out]) == 0
    said = json.loads(again.read_text())
    assert said["kappa_quadratic"]["value"] == pytest.approx(shown["kappa_quadratic"]["value"], abs=1e-9)


def test_imrmc_has_a_truth_for_every_case_and_counts_that_fit(told: Any, export: Any, dora: Any) -> None:
    text = export(dora, "imrmc").decode()
    counts = {name: int(number) for name, number in re.findall(r"^(N0|N1|NR|NM): (\d+)$", text, re.M)}
    assert counts == {"N0": 1, "N1": 4, "NR": 2, "NM": 2}
    data = [line.split(",") for line in text.split("BEGIN DATA:\n")[1].splitlines()]
    assert all(len(line) == 4 for line in data)
    truth = [line for line in data if line[0] == "-1"]
    assert sorted(line[1] for line in truth) == ["1", "2", "3", "4", "5"]
    assert sum(int(line[3]) for line in truth) == 4
    assert sum(line[2] == "readers" for line in data) == 10
    assert "not independent" in text


def test_imrmc_needs_both_kinds_of_truth(
    study: Study, client_of: Any, alice: Any, bob: Any, dora: Any, give: Any, sign: Any
) -> None:
    read(study, give, sign, (alice, bob), (10, 20, 30), 1)
    services.reveal_finished(dora, study.pk)
    answer = client_of(dora).get(f"/api/studies/{study.pk}/agreement/export", {"as": "imrmc"})
    assert (answer.status_code, answer.json()["code"]) == (409, "no_truth")


def test_the_report_holds_the_figures_and_its_warning_on_every_page(
    told: Any, export: Any, client_of: Any, dora: Any, study: Study
) -> None:
    shown = client_of(dora).get(f"/api/studies/{study.pk}/agreement").json()["human"]["statistics"]
    pages = [page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(export(dora, "pdf"))]
    assert pages
    assert all(RESEARCH_USE in page and dora.display_name in page for page in pages)
    text = "\n".join(pages)
    assert study.name in text
    assert f"{shown['mae']['value']:.1f} ({shown['mae']['ci95'][0]:.1f} to {shown['mae']['ci95'][1]:.1f})" in text
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


def test_a_report_of_nothing_says_so(export: Any, dora: Any) -> None:
    (page,) = pypdfium2.PdfDocument(export(dora, "pdf"))
    assert "nothing to compare" in page.get_textpage().get_text_bounded()
    assert export(dora, "json") == b"[]\n"


def test_an_export_is_in_the_trail_and_never_kept_by_a_proxy(
    told: Any, client_of: Any, dora: Any, study: Study
) -> None:
    answer = client_of(dora).get(f"/api/studies/{study.pk}/agreement/export", {"as": "csv"})
    assert answer["Cache-Control"] == "private, no-store"
    assert "research-use-only" in answer["Content-Disposition"]
    event = Event.objects.get(verb="study.exported")
    assert (event.actor_id, event.details) == (dora.pk, {"form": "csv"})


def test_only_administrators_export(told: Any, client_of: Any, alice: Any, study: Study) -> None:
    assert client_of(alice).get(f"/api/studies/{study.pk}/agreement/export", {"as": "csv"}).status_code == 403


@pytest.mark.parametrize("form", ["", "docx"])
def test_an_unknown_form_is_named(client_of: Any, dora: Any, study: Study, form: str) -> None:
    answer = client_of(dora).get(f"/api/studies/{study.pk}/agreement/export", {"as": form})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["as"])
