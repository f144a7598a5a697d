"""What ``/api/slides/<id>/cores`` and its neighbours say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import factories
from webapp.slides.models import Slide, Specimen
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db
Clients = Callable[..., APIClient]

A1 = {"row": 1, "column": 1, "x_px": 100.5, "y_px": 100, "radius_px": 40, "case": "A-1"}
BARE = {"row": 1, "column": 2, "x_px": 300, "y_px": 100, "radius_px": 40, "is_missing": True}


@pytest.fixture
def slide(study: Study) -> Slide:
    return factories.SlideFactory(study=study)


def test_a_slide_nobody_dearrayed_has_an_empty_grid(client_of: Clients, slide: Slide, tina: Any) -> None:
    answer = client_of(tina).get(f"/api/slides/{slide.pk}/cores")
    assert answer.json() == {
        "state": "none", "progress": 0.0, "error": "", "is_edited": False, "method": "", "rows": 0, "columns": 0,
        "proposal": [], "map": [], "version": 1,
    }  # fmt: skip
    assert answer["ETag"] == '"1"'


def test_dearraying_waits_for_a_worker(client_of: Clients, slide: Slide, tina: Any) -> None:
    answer = client_of(tina).post(f"/api/slides/{slide.pk}/dearray")
    assert (answer.status_code, answer.json()["state"], answer.json()["proposal"]) == (202, "waiting", [])


def test_a_grid_is_saved_and_shown(client_of: Clients, slide: Slide, tina: Any) -> None:
    url = f"/api/slides/{slide.pk}/cores"
    saved = client_of(tina).put(url, {"cores": [A1, BARE]}, format="json", headers={"If-Match": '"1"'})
    assert (saved.status_code, saved["ETag"]) == (200, '"2"')
    assert saved.json() == client_of(tina).get(url).json()
    core = Specimen.objects.get()
    assert saved.json()["map"] == [
        {
            "id": str(core.pk), "row": 1, "column": 1, "x_px": 100.5, "y_px": 100.0, "radius_px": 40.0, "case": "A-1",
            "is_missing": False,
        }
    ]  # fmt: skip
    assert [place["present"] for place in saved.json()["proposal"]] == [True, False]
    assert (saved.json()["rows"], saved.json()["columns"], saved.json()["is_edited"]) == (1, 2, True)


def test_a_grid_is_saved_on_the_version_it_was_made_on(client_of: Clients, slide: Slide, tina: Any) -> None:
    url = f"/api/slides/{slide.pk}/cores"
    body = {"cores": [A1]}
    assert client_of(tina).put(url, body, format="json").status_code == 428
    for stale in ('"7"', "W/nonsense", "*"):
        assert client_of(tina).put(url, body, format="json", headers={"If-Match": stale}).status_code == 412
    assert not Specimen.objects.exists()


def test_a_core_in_use_is_a_conflict(client_of: Clients, slide: Slide, tina: Any) -> None:
    factories.AssignmentFactory(specimen=factories.SpecimenFactory(slide=slide, core=True))
    url = f"/api/slides/{slide.pk}/cores"
    refused = client_of(tina).put(url, {"cores": []}, format="json", headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "core_in_use")
    assert "row 1, column 1" in refused.json()["detail"]
    assert Specimen.objects.filter(slide=slide).count() == 1


@pytest.mark.parametrize(
    "change", [{"row": None}, {"x_px": "NaN"}, {"y_px": "far"}, {"radius_px": -1}, {"case": "@A"}, {"id": "x"}]
)
def test_a_place_that_makes_no_sense_is_refused(
    client_of: Clients, slide: Slide, tina: Any, change: dict[str, Any]
) -> None:
    url = f"/api/slides/{slide.pk}/cores"
    body = {"cores": [{**A1, **change}]}
    refused = client_of(tina).put(url, body, format="json", headers={"If-Match": '"1"'})
    assert refused.status_code == 400
    assert refused.json()["fields"]
    assert not Specimen.objects.exists()


def test_a_map_is_taken_over(client_of: Clients, slide: Slide, study: Study, tina: Any) -> None:
    core = factories.SpecimenFactory(slide__study=study, core=True)
    url = f"/api/slides/{slide.pk}/cores/copy"
    answer = client_of(tina).post(url, {"from": str(core.slide.pk)}, format="json")
    assert [(place["case"], place["x_px"]) for place in answer.json()["map"]] == [(core.case.code, 500.0)]
    assert client_of(tina).post(url, {}, format="json").json()["fields"] == {"from": ["This field is required."]}


def test_a_map_without_circles_before_dearraying_says_so_by_line(client_of: Clients, slide: Slide, tina: Any) -> None:
    answer = client_of(tina).post(
        f"/api/slides/{slide.pk}/tma-map", {"csv": "row,column,case\n1,1,A-1\n"}, format="json"
    )
    assert (answer.status_code, [line["line"] for line in answer.json()["lines"]]) == (400, [1])
