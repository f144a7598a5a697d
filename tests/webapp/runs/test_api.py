from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.results import done_run
from webapp.runs.models import Run
from webapp.slides.models import Specimen
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def specimen(study: Study) -> Specimen:
    return factories.SpecimenFactory(slide__study=study)


def body(specimen: Specimen, **more: Any) -> dict[str, Any]:
    return {"specimen": str(specimen.pk), "algorithm": "nnp", **more}


def test_a_technician_starts_a_run_and_follows_it(client_of: Any, tina: Any, specimen: Specimen) -> None:
    client = client_of(tina)
    answer = client.post("/api/runs", body(specimen), format="json", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 201
    run = answer.json()
    assert set(run) == {
        "id", "study", "specimen", "slide", "field_of_view", "region", "batch", "algorithm", "algorithm_version",
        "preset", "parameters", "state", "attempt", "progress_done", "progress_total", "phase", "error", "requested_by",
        "created_at", "started_at", "finished_at", "has_result",
    }  # fmt: skip
    assert (run["slide"], run["state"], run["has_result"]) == (str(specimen.slide_id), "queued", False)
    again = client.post("/api/runs", body(specimen), format="json", headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["id"]) == (200, run["id"])
    other = client.post("/api/runs", body(specimen, algorithm="nap"), format="json", headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert client.get(f"/api/runs/{run['id']}").json()["id"] == run["id"]
    assert client.get("/api/runs").json()["count"] == 1
    assert client.post(f"/api/runs/{run['id']}/cancel").json()["state"] == "cancelled"
    assert client.post(f"/api/runs/{run['id']}/cancel").status_code == 200


def test_a_refusal_says_what_to_do(client_of: Any, tina: Any, study: Study) -> None:
    slide = factories.SlideFactory(study=study, um_per_px=None, um_per_px_source="unknown")
    specimen = factories.SpecimenFactory(slide=slide)
    answer = client_of(tina).post("/api/runs", body(specimen), format="json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "needs_um_per_px"
    assert "technician enters it" in answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"specimen": "x"},
        {"algorithm": None},
        {"parameters": []},
        {"parameters": {"min_area_um2": "8"}},
        {"algorithm": ""},
    ],
)
def test_a_body_that_makes_no_sense_is_refused(client_of: Any, tina: Any, specimen: Specimen, wrong: Any) -> None:
    assert client_of(tina).post("/api/runs", body(specimen) | wrong, format="json").status_code == 400
    assert not Run.objects.exists()


def test_a_batch_of_cores(client_of: Any, tina: Any, study: Study) -> None:
    slide = factories.SlideFactory(study=study)
    cores = [factories.SpecimenFactory(slide=slide, core=True, column=column) for column in range(3)]
    answer = client_of(tina).post(
        "/api/batches", {"specimens": [str(core.pk) for core in cores], "algorithm": "nap"}, format="json"
    )
    assert answer.status_code == 201
    assert [run["specimen"] for run in answer.json()["runs"]] == [str(core.pk) for core in cores]
    listed = client_of(tina).get("/api/runs", {"batch": answer.json()["id"]}).json()
    assert listed["count"] == 3


def test_filters_narrow_and_unknown_ones_are_refused(client_of: Any, tina: Any, study: Study) -> None:
    runs = [factories.RunFactory(specimen__slide__study=study) for _ in range(2)]
    client = client_of(tina)
    for name, value in {
        "specimen": runs[0].specimen_id,
        "slide": runs[0].specimen.slide_id,
    }.items():
        assert [run["id"] for run in client.get("/api/runs", {name: value}).json()["results"]] == [str(runs[0].pk)]
    assert client.get("/api/runs", {"state": "done"}).json()["count"] == 0
    assert client.get("/api/runs", {"study": uuid.uuid4()}).json()["count"] == 0
    for wrong in ({"value__gte": "50"}, {"state": "veiled"}, {"study": "1"}):
        assert client.get("/api/runs", wrong).status_code == 400


def test_a_list_costs_the_same_however_long_it_is(client_of: Any, tina: Any, study: Study) -> None:
    client = client_of(tina)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            assert client.get("/api/runs").status_code == 200
        return len(context)

    factories.RunFactory(specimen__slide__study=study)
    one = queries()
    for _ in range(4):
        factories.RunFactory(specimen__slide__study=study)
    assert queries() == one


def test_model_cards_are_for_everybody_who_signed_in(client_of: Any, root: Any) -> None:
    cards = {card["key"]: card for card in client_of(root).get("/api/model-cards").json()}
    assert {"nnp", "nap"} <= set(cards)
    assert "Research use only" in cards["nnp"]["research_use"]
    assert client_of(None).get("/api/model-cards").status_code == 401


def test_strangers_and_readers(client_of: Any, alice: Any, carol: Any, specimen: Specimen) -> None:
    run = factories.RunFactory(specimen=specimen)
    for person in (alice, carol):
        client = client_of(person)
        assert client.get(f"/api/runs/{run.pk}").status_code == 404
        assert client.post(f"/api/runs/{run.pk}/cancel").status_code == 404
        assert client.get("/api/runs").json()["count"] == 0
    assert client_of(alice).post("/api/runs", body(specimen), format="json").status_code == 403
    assert client_of(carol).post("/api/runs", body(specimen), format="json").status_code == 404
    for method, path in (("get", "/api/runs"), ("get", f"/api/runs/{run.pk}"), ("post", "/api/runs")):
        assert getattr(client_of(None), method)(path).status_code == 401


@pytest.mark.parametrize("second_role", [None, Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_a_readers_answers_are_the_same_in_a_world_with_runs_and_one_without(
    client_of: Any, alice: Any, study: Study, second_role: Role | None
) -> None:
    """Two worlds: everything alice can ask about runs, before and after there are some on her specimen."""
    if second_role:
        factories.MembershipFactory(study=study, user=alice, role=second_role)
    specimen = factories.SpecimenFactory(slide__study=study)
    run_id = uuid.uuid4()
    client = client_of(alice)

    def everything() -> list[tuple[int, bytes, str]]:
        asked = [
            client.get("/api/runs"),
            client.get("/api/runs", {"specimen": specimen.pk}),
            client.get("/api/runs", {"slide": specimen.slide_id, "state": "done"}),
            client.get("/api/runs", {"study": study.pk, "page_size": 1}),
            client.get("/api/runs", {"page": 2}),
            client.get(f"/api/runs/{run_id}"),
            client.post(f"/api/runs/{run_id}/cancel"),
            client.post("/api/runs", body(specimen), format="json", headers={"Idempotency-Key": "k"}),
            client.post("/api/batches", {"specimens": [str(specimen.pk)], "algorithm": "nnp"}, format="json"),
            client.post(f"/api/results/{run_id}/reveal"),
            client.get(f"/api/results/{run_id}"),
            client.get(f"/api/results/{run_id}/cells"),
            client.get(f"/api/results/{run_id}/density"),
            *(client.get(f"/api/results/{run_id}/export", {"as": form}) for form in ("json", "csv", "geojson", "xml")),
            client.get(f"/api/studies/{study.pk}/audit"),
        ]
        return [(answer.status_code, answer.content, str(sorted(answer.headers.items()))) for answer in asked]

    without = everything()
    done_run(id=run_id, specimen=specimen)
    factories.RunFactory(specimen=specimen)
    assert everything() == without
    factories.ProtocolFactory(study=study, version=2, readers_per_specimen=0)
    assert client.get(f"/api/runs/{run_id}").status_code == 200
    assert client.get("/api/runs").json()["count"] == 2
    assert client.post(f"/api/results/{run_id}/reveal").status_code == 200
