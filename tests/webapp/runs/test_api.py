from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

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


def test_a_batch_is_followed_and_ended(client_of: Any, tina: Any, study: Study) -> None:
    slide = factories.SlideFactory(study=study, name="TMA 1")
    cores = [factories.SpecimenFactory(slide=slide, core=True, column=column) for column in range(4)]
    client = client_of(tina)
    body = {"specimens": [str(core.pk) for core in cores], "algorithm": "nnp"}
    batch = client.post("/api/batches", body, format="json").json()["id"]
    done, running, failed, _ = Run.objects.order_by("specimen__column")
    Run.objects.filter(pk=done.pk).update(state="done")
    Run.objects.filter(pk=running.pk).update(state="running", attempt=1, lease_until=timezone.now())
    Run.objects.filter(pk=failed.pk).update(state="failed")
    shown = client.get(f"/api/batches/{batch}").json()
    assert shown["counts"] == {"queued": 1, "running": 1, "done": 1, "failed": 1, "cancelled": 0}
    assert (shown["total"], shown["is_active"], shown["slide"]) == (4, True, str(slide.pk))
    assert (shown["slide_name"], shown["algorithm"], shown["preset"]) == ("TMA 1", "nnp", "default")
    assert client.get("/api/batches", {"slide": slide.pk}).json()["results"] == [shown]
    assert client.get("/api/batches", {"slide": uuid.uuid4()}).json()["count"] == 0
    assert client.get("/api/batches", {"name": "x"}).status_code == 400
    ended = client.post(f"/api/batches/{batch}/cancel").json()
    assert ended["counts"] == {"queued": 0, "running": 1, "done": 1, "failed": 1, "cancelled": 1}
    assert Run.objects.get(pk=running.pk).cancel_requested_at is not None
    assert client.post(f"/api/batches/{batch}/cancel").json() == ended


def test_a_batch_tells_of_no_core_that_is_veiled(client_of: Any, tina: Any, study: Study) -> None:
    """With a veil on one core the batch answers as if it had been asked without it; with all veiled it is not there."""
    slide = factories.SlideFactory(study=study)
    batch = factories.BatchFactory(study=study, slide=slide)
    cores = [factories.SpecimenFactory(slide=slide, core=True, column=column) for column in (1, 2)]
    runs = [factories.RunFactory(specimen=core, batch=batch) for core in cores]
    factories.VeilFactory(person=tina, specimen=cores[0])
    client = client_of(tina)
    shown = client.get(f"/api/batches/{batch.pk}").json()
    assert (shown["total"], shown["counts"]["queued"]) == (1, 1)
    client.post(f"/api/batches/{batch.pk}/cancel")
    assert [Run.objects.get(pk=run.pk).state for run in runs] == ["queued", "cancelled"]
    factories.VeilFactory(person=tina, specimen=cores[1])
    for method, path in (("get", ""), ("post", "/cancel"), ("post", "/reveal")):
        answer = getattr(client, method)(f"/api/batches/{batch.pk}{path}")
        absent = getattr(client, method)(f"/api/batches/{uuid.uuid4()}{path}")
        assert (answer.status_code, answer.content) == (404, absent.content)
    assert client.get("/api/batches").json()["count"] == 0


def test_a_list_of_batches_costs_the_same_however_long_it_is(client_of: Any, tina: Any, study: Study) -> None:
    client = client_of(tina)

    def queries() -> int:
        with CaptureQueriesContext(connection) as context:
            assert client.get("/api/batches").status_code == 200
        return len(context)

    def batch() -> None:
        slide = factories.SlideFactory(study=study)
        core = factories.SpecimenFactory(slide=slide, core=True)
        factories.RunFactory(specimen=core, batch=factories.BatchFactory(study=study, slide=slide))

    batch()
    one = queries()
    for _ in range(3):
        batch()
    assert queries() == one


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
    run_id, batch_id = uuid.uuid4(), uuid.uuid4()
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
            client.get(f"/api/results/{run_id}/layers"),
            client.get(f"/api/results/{run_id}/layers/0/0"),
            client.get("/api/batches"),
            client.get("/api/batches", {"study": study.pk, "page_size": 1}),
            client.get(f"/api/batches/{batch_id}"),
            client.post(f"/api/batches/{batch_id}/cancel"),
            client.post(f"/api/batches/{batch_id}/reveal"),
            client.get(f"/api/batches/{batch_id}/results"),
            client.get(f"/api/batches/{batch_id}/export"),
            *(client.get(f"/api/results/{run_id}/export", {"as": form}) for form in ("json", "csv", "geojson", "xml")),
            client.get(f"/api/studies/{study.pk}/audit"),
        ]
        return [(answer.status_code, answer.content, str(sorted(answer.headers.items()))) for answer in asked]

    without = everything()
    batch = factories.BatchFactory(id=batch_id, study=study)
    done_run(id=run_id, specimen=specimen, batch=batch, layers=True)
    factories.RunFactory(specimen=specimen, batch=batch)
    assert everything() == without
    factories.ProtocolFactory(study=study, version=2, readers_per_specimen=0)
    assert client.get(f"/api/runs/{run_id}").status_code == 200
    assert client.get("/api/runs").json()["count"] == 2
    assert client.post(f"/api/results/{run_id}/reveal").status_code == 200
