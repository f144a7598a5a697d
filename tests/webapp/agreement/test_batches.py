"""Results of a batch of cores: looked at together by one act, and never further than the veil allows."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests import factories
from tests.results import done_run
from webapp.agreement.services import results
from webapp.audit.models import Event
from webapp.blinding.models import Exposure
from webapp.runs.models import Batch, Run
from webapp.slides.models import Slide
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db
FLAG = {"code": "blur", "severity": "review", "message": "A fifth of the tissue is out of focus."}


@pytest.fixture
def slide(study: Study) -> Slide:
    return factories.SlideFactory(study=study, name="=TMA")


@pytest.fixture
def batch(study: Study, slide: Slide) -> Batch:
    return factories.BatchFactory(study=study, slide=slide)


def core(slide: Slide, column: int) -> Any:
    return factories.SpecimenFactory(slide=slide, core=True, row=1, column=column)


@pytest.fixture
def runs(slide: Slide, batch: Batch) -> list[Run]:
    """Two that are done and one that still runs."""
    provenance = {"qc": {"flags": [FLAG]}, "tumour_fraction": 0.42, "windows": [{}, {}], "weights_sha256": "ab" * 32}
    done = [done_run(specimen=core(slide, n), batch=batch, cells=50 * n, provenance=provenance) for n in (1, 2)]
    return [*done, factories.RunFactory(specimen=core(slide, 3), batch=batch)]


def address(batch: Batch, path: str) -> str:
    return f"/api/batches/{batch.pk}/{path}"


def test_before_the_reveal_there_is_nothing_for_anybody(
    client_of: Any, batch: Batch, runs: list[Run], tina: Any, dora: Any
) -> None:
    client_of(dora).post(address(batch, "reveal"))
    for path in ("results", "export"):
        assert client_of(dora).get(address(batch, path)).status_code == 200
        assert client_of(tina).get(address(batch, path)).status_code == 404
    assert not Exposure.objects.filter(person=tina).exists()


def test_one_act_commits_an_exposure_for_each_specimen(
    client_of: Any, batch: Batch, runs: list[Run], tina: Any
) -> None:
    client = client_of(tina)
    assert client.post(address(batch, "reveal")).json() == {"shown": 2}
    exposures = Exposure.objects.filter(person=tina)
    assert {(one.specimen_id, one.source_id) for one in exposures} == {(run.specimen_id, run.pk) for run in runs[:2]}
    assert not exposures.filter(planned=True).exists()  # two readers, independent: it ends the right to read these
    assert Event.objects.filter(verb="result.revealed").count() == 2
    assert client.get(f"/api/results/{runs[0].pk}").status_code == 200
    assert client.post(address(batch, "reveal")).json() == {"shown": 2}
    assert Event.objects.filter(verb="result.revealed").count() == 2  # nothing new was shown


def test_what_ends_later_needs_an_act_of_its_own(
    client_of: Any, batch: Batch, slide: Slide, runs: list[Run], tina: Any
) -> None:
    client = client_of(tina)
    client.post(address(batch, "reveal"))
    done_run(specimen=core(slide, 4), batch=batch)
    assert client.get(address(batch, "results")).json()["count"] == 2
    assert client.post(address(batch, "reveal")).json() == {"shown": 3}
    assert client.get(address(batch, "results")).json()["count"] == 3


def test_a_veiled_core_is_neither_shown_nor_exposed(client_of: Any, batch: Batch, runs: list[Run], tina: Any) -> None:
    factories.VeilFactory(person=tina, specimen=runs[0].specimen)
    client = client_of(tina)
    assert client.post(address(batch, "reveal")).json() == {"shown": 1}
    assert [row["run"] for row in client.get(address(batch, "results")).json()["results"]] == [str(runs[1].pk)]
    assert set(Exposure.objects.values_list("specimen", flat=True)) == {runs[1].specimen_id}
    assert str(runs[0].pk) not in b"".join(client.get(address(batch, "export")).streaming_content).decode()


def test_a_veil_drawn_after_the_reveal_takes_the_core_back(
    client_of: Any, batch: Batch, runs: list[Run], tina: Any
) -> None:
    client = client_of(tina)
    client.post(address(batch, "reveal"))
    factories.VeilFactory(person=tina, specimen=runs[0].specimen)
    assert [row["run"] for row in client.get(address(batch, "results")).json()["results"]] == [str(runs[1].pk)]


def test_a_failure_midway_shows_nothing(
    client_of: Any, batch: Batch, runs: list[Run], tina: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, told = results.record_exposure, []

    def second_fails(*arguments: Any, **words: Any) -> Any:
        told.append(arguments)
        if len(told) == 2:
            raise RuntimeError("the database went away")
        return real(*arguments, **words)

    monkeypatch.setattr(results, "record_exposure", second_fails)
    assert client_of(tina).post(address(batch, "reveal")).status_code == 500
    assert not Exposure.objects.exists()


def test_nothing_is_done_yet(client_of: Any, batch: Batch, slide: Slide, tina: Any) -> None:
    factories.RunFactory(specimen=core(slide, 1), batch=batch)
    answer = client_of(tina).post(address(batch, "reveal"))
    assert (answer.status_code, answer.json()["code"]) == (409, "no_result")


def test_the_table_has_a_line_a_core(client_of: Any, batch: Batch, runs: list[Run], tina: Any) -> None:
    client = client_of(tina)
    client.post(address(batch, "reveal"))
    lines = client.get(address(batch, "results")).json()["results"]
    assert [(line["row"], line["column"]) for line in lines] == [(1, 1), (1, 2)]
    assert lines[0]["case"] == runs[0].specimen.case.code
    assert lines[0]["qc_flags"] == [FLAG]
    assert lines[0]["tumour_fraction"] == 0.42
    assert sum(lines[0]["counts"].values()) == lines[0]["cell_count"] == 50
    values = [line["value"] for line in client.get(address(batch, "results"), {"order": "-value"}).json()["results"]]
    assert values == sorted(values, reverse=True)
    assert client.get(address(batch, "results"), {"page_size": 1}).json()["next"] is not None
    for wrong in ({"order": "case__code"}, {"value__gte": "100"}):
        assert client.get(address(batch, "results"), wrong).status_code == 400


def test_the_csv_gives_each_score_with_where_it_comes_from(
    client_of: Any, batch: Batch, runs: list[Run], tina: Any
) -> None:
    client = client_of(tina)
    client.post(address(batch, "reveal"))
    answer = client.get(address(batch, "export"))
    assert answer["Content-Disposition"].startswith("attachment;")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["run"] for row in rows] == [str(run.pk) for run in runs[:2]]
    first = rows[0]
    assert (first["slide"], first["tumour_fraction"], first["qc_flags"]) == ("'=TMA", "0.42", "blur")
    assert (first["weights_sha256"], first["method"], first["windows"]) == ("ab" * 32, "nnp", "2")
    assert json.loads(first["parameters"]) == {}
    assert "Research use only" in first["research_use"]
    assert sum(int(first[f"nuclei_{name}"]) for name in ("negative", "weak", "moderate", "strong")) == 50
    assert Event.objects.filter(verb="result.exported").count() == 2


def test_a_table_costs_the_same_however_long_it_is(
    client_of: Any, batch: Batch, slide: Slide, runs: list[Run], tina: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(tina)

    def queries() -> int:
        client.post(address(batch, "reveal"))
        with CaptureQueriesContext(connection) as context:
            assert client.get(address(batch, "results")).status_code == 200
        return len(context)

    two = queries()
    for column in (4, 5, 6):
        done_run(specimen=core(slide, column), batch=batch)
    assert queries() == two
