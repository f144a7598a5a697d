from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from scoring.cards import CARDS
from tests import factories
from webapp.slides.models import Slide, Specimen
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db
Clients = Callable[..., APIClient]

CANARY = "CANARY-Smith-1947"
READER_SEES = {
    "id", "study", "name", "marker", "state", "version", "width_px", "height_px", "um_per_px", "um_per_px_source",
    "needs_um_per_px", "objective_power", "format", "staining_batch", "specimens", "has_thumbnail", "created_at",
}  # fmt: skip


@pytest.fixture
def slide(study: Study) -> Slide:
    return factories.SlideFactory(study=study, name="ER-0001")


# Studies and cases


def test_a_member_sees_their_study_with_what_is_in_it(client_of: Clients, study: Study, alice: Any) -> None:
    factories.SpecimenFactory(slide__study=study)
    factories.CaseFactory(study=study)
    factories.ProtocolFactory(study=study, version=2, readers_per_specimen=3)
    shown = {
        "id": str(study.pk),
        "name": "ER in breast cancer",
        "description": "",
        "my_roles": ["pathologist"],
        "case_count": 2,
        "slide_count": 1,
        "closed_at": None,
        "locked_at": None,
        "protocol": {
            "version": 2,
            "readers_per_specimen": 3,
            "mode": "independent",
            "reveal_to_readers": "after_all_readings",
            "marker_schemes": {"ER": "h-score"},
            "algorithms": [f"nnp@{CARDS['nnp'].version}"],
            "tolerances": {"h-score": "40", "allred": "1", "ki-67": "10"},
            "readings_shown_to_adjudicator": False,
            "algorithm_weight": "1.00",
            "design": "balanced",
            "workload_cap": None,
            "reading_days": None,
            "qa_share": "0.000",
            "re_read_series": 0,
            "re_reads_turned": False,
            "washout_days": 14,
            "qualification_share": "0.000",
            "core_rule": "mean",
            "frozen": None,  # that somebody has begun to read is not for readers to know
        },
    }
    [listed] = client_of(alice).get("/api/studies").json()["results"]
    assert listed["protocol"].pop("created_at")
    assert listed == shown
    one = client_of(alice).get(f"/api/studies/{study.pk}").json()
    assert one["protocol"].pop("created_at")
    assert one == shown


def test_a_system_administrator_learns_a_study_s_name_and_no_more(client_of: Clients, study: Study, root: Any) -> None:
    factories.SpecimenFactory(slide__study=study)
    Study.objects.update(description=CANARY)
    [shown] = client_of(root).get("/api/studies").json()["results"]
    assert shown == {
        "id": str(study.pk), "name": study.name, "description": "", "my_roles": [],
        "case_count": None, "slide_count": None, "closed_at": None, "locked_at": None, "protocol": None,
    }  # fmt: skip


def test_root_creates_a_study_and_gives_it_its_first_administrator(client_of: Clients, dora: Any, root: Any) -> None:
    client = client_of(root)
    made = client.post("/api/studies", {"name": "p53", "protocol": {"readers_per_specimen": 0}}, format="json")
    assert (made.status_code, made.json()["name"]) == (201, "p53")
    url = f"/api/studies/{made.json()['id']}/members"
    assert client.post(url, {"username": "dora", "role": "pathologist"}, format="json").status_code == 403
    assert client.post(url, {"username": "DORA", "role": "administrator"}, format="json").status_code == 201
    assert client.post(url, {"username": "root", "role": "administrator"}, format="json").status_code == 403
    shown = client_of(dora).get(f"/api/studies/{made.json()['id']}").json()
    assert (shown["my_roles"], shown["protocol"]["readers_per_specimen"]) == (["administrator"], 0)
    assert client.post("/api/studies", {"name": "p53"}, format="json").status_code == 409


def test_a_case_shows_its_specimens(client_of: Clients, study: Study, alice: Any, slide: Slide) -> None:
    specimen = factories.SpecimenFactory(slide=slide, case__code="A-1", case__study=study)
    factories.SpecimenFactory(slide__study=study, case__code="B-1", case__study=study)
    shown = {
        "id": str(specimen.case_id),
        "study": str(study.pk),
        "code": "A-1",
        "withdrawn_at": None,
        "specimens": [
            {
                "id": str(specimen.pk),
                "kind": "whole_section",
                "row": None,
                "column": None,
                "is_missing": False,
                "slide": {
                    "id": str(slide.pk), "name": "ER-0001", "marker": "ER", "state": "ready", "has_thumbnail": True,
                },
            }
        ],
    }  # fmt: skip
    found = client_of(alice).get(f"/api/studies/{study.pk}/cases", {"search": "a-"}).json()
    assert (found["count"], found["results"]) == (1, [shown])
    assert client_of(alice).get(f"/api/cases/{specimen.case_id}").json() == shown


# What readers must not learn


def test_nothing_that_identifies_the_file_reaches_a_reader(
    client_of: Clients, study: Study, alice: Any, tina: Any, dora: Any
) -> None:
    slide = factories.SlideFactory(
        study=study, original_name=f"{CANARY}.svs", sha256="c0ffee" * 10 + "beef", refusal=f"{CANARY} is damaged.",
        scanner=CANARY, inbox_name=CANARY, stored_path=f"{CANARY}/source.svs",
    )  # fmt: skip
    specimen = factories.SpecimenFactory(slide=slide)
    factories.AccessionKeyFactory(case=specimen.case, accession=CANARY)
    factories.FieldOfViewFactory(slide=slide)
    reader = client_of(alice)
    opened = reader.post(f"/api/slides/{slide.pk}/open").json()
    seen = [json.dumps(opened)]
    for url in (
        "/api/studies", f"/api/studies/{study.pk}", f"/api/studies/{study.pk}/cases", f"/api/cases/{specimen.case_id}",
        f"/api/studies/{study.pk}/slides", f"/api/slides/{slide.pk}", f"/api/presentations/{opened['id']}",
        f"/api/slides/{slide.pk}/fields-of-view", f"/api/studies/{study.pk}/staining-batches",
        f"/api/studies/{study.pk}/inbox", f"/api/slides/{slide.pk}/thumbnail", f"/api/slides/{slide.pk}/retry",
    ):  # fmt: skip
        answer = reader.get(url)
        seen.append(answer.content.decode() + str(answer.headers))
    for search in (CANARY, "c0ffee"):
        assert reader.get(f"/api/studies/{study.pk}/slides", {"search": search}).json()["count"] == 0
    assert not any(canary in text for canary in (CANARY, "c0ffee") for text in seen)
    assert set(reader.get(f"/api/slides/{slide.pk}").json()) == READER_SEES
    for worker in (tina, dora):  # the test would find it, were it there
        shown = client_of(worker).get(f"/api/slides/{slide.pk}").json()
        assert set(shown) == READER_SEES | {"refusal", "original_name", "sha256"}
        assert shown["original_name"] == f"{CANARY}.svs"


def test_label_and_macro_have_no_address(client_of: Clients, slide: Slide, tina: Any) -> None:
    for name in ("label", "macro", "associated", "source", "download"):
        assert client_of(tina).get(f"/api/slides/{slide.pk}/{name}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        {"sha256": "0"},
        {"original_name__startswith": "C"},
        {"study__name": "x"},
        {"ordering": "refusal"},
        {"expand": "study"},
        {"state": "exposed"},
        {"marker": "CD3"},
        {"search": "a\x00"},
    ],
)
def test_filters_that_are_not_listed_are_refused(
    client_of: Clients, study: Study, alice: Any, query: dict[str, str]
) -> None:
    answer = client_of(alice).get(f"/api/studies/{study.pk}/slides", query)
    assert (answer.status_code, set(answer.json()["fields"])) == (400, set(query))


def test_slides_are_found_by_name_marker_and_state(client_of: Clients, study: Study, slide: Slide, alice: Any) -> None:
    other = factories.SlideFactory(study=study, name="PR-0001", marker="PR", state="registered")

    def found(**query: str) -> list[str]:
        return [row["name"] for row in client_of(alice).get(f"/api/studies/{study.pk}/slides", query).json()["results"]]

    assert found() == [slide.name, other.name]
    assert found(search="pr-") == found(marker="PR") == found(state="registered") == ["PR-0001"]
    assert found(page_size="1", page="2") == ["PR-0001"]


# Queries


@pytest.mark.parametrize("url", ["studies", "studies/{study}/cases", "studies/{study}/slides"])
def test_a_longer_list_takes_no_more_queries(client_of: Clients, study: Study, alice: Any, url: str) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client_of(alice).get(f"/api/{url.format(study=study.pk)}").status_code == 200
        return len(queries)

    def add() -> None:
        factories.SpecimenFactory(slide__study=study)
        more = factories.MembershipFactory(user=alice).study
        factories.ProtocolFactory(study=more)

    add()
    one = ask()
    add()
    add()
    assert ask() == one


# Changes


def test_a_change_needs_the_version_it_was_made_on(client_of: Clients, slide: Slide, tina: Any) -> None:
    client = client_of(tina)
    url = f"/api/slides/{slide.pk}"
    assert client.get(url)["ETag"] == '"1"'
    without = client.patch(url, {"um_per_px": 0.25}, format="json")
    assert (without.status_code, without.json()["code"]) == (428, "if_match_missing")
    changed = client.patch(url, {"um_per_px": 0.25, "marker": "PR"}, format="json", headers={"If-Match": '"1"'})
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert (changed.json()["um_per_px"], changed.json()["um_per_px_source"]) == (0.25, "technician")
    for old in ('"1"', "1", "*", '"x"', ""):
        assert client.patch(url, {"marker": "ER"}, format="json", headers={"If-Match": old}).status_code == 412
    assert client.get(url).json()["marker"] == "PR"


@pytest.mark.parametrize(
    "body",
    [{"state": "ready"}, {"sha256": "0"}, {"study": None}, {"version": 9}, {"um_per_px": True}, {"um_per_px": "NaN"}],
)
def test_only_documented_fields_change(client_of: Clients, slide: Slide, tina: Any, body: dict[str, Any]) -> None:
    before = Slide.objects.values().get(pk=slide.pk)
    answer = client_of(tina).patch(f"/api/slides/{slide.pk}", body, format="json", headers={"If-Match": '"1"'})
    assert answer.status_code == 400
    assert Slide.objects.values().get(pk=slide.pk) == before


# Registration


def test_the_inbox_lists_files_and_folders(client_of: Clients, study: Study, tina: Any, settings: Any) -> None:
    inbox = Path(settings.INBOX_FOLDER)
    (inbox / "a.svs").write_bytes(b"12345")
    (inbox / "dicom").mkdir()
    (inbox / "dicom" / "1.dcm").write_bytes(b"123")
    (inbox / "link.svs").symlink_to(inbox / "a.svs")
    assert client_of(tina).get(f"/api/studies/{study.pk}/inbox").json()["results"] == [
        {"name": "a.svs", "size_bytes": 5, "is_folder": False},
        {"name": "dicom", "size_bytes": 3, "is_folder": True},
    ]


def upload(client: APIClient, study: Study, content: bytes = b"II*\0", name: str = "H23 Smith.svs", **more: Any) -> Any:
    body = {"file": SimpleUploadedFile(name, content), "marker": "ER", **more}
    return client.post(f"/api/studies/{study.pk}/slides", body, format="multipart")


def test_an_upload_becomes_a_slide(client_of: Clients, study: Study, tina: Any, slide_store: Path) -> None:
    content = b"II*\0" + bytes(range(256)) * 4096
    answer = upload(client_of(tina), study, content, case_code="A-1", um_per_px="0.25")
    assert answer.status_code == 202
    shown = answer.json()
    assert (shown["name"], shown["state"], shown["original_name"], shown["um_per_px"]) == (
        "ER-0001", "registered", "H23 Smith.svs", 0.25,
    )  # fmt: skip
    assert [specimen["case"]["code"] for specimen in shown["specimens"]] == ["A-1"]
    slide = Slide.objects.get()
    assert (slide_store / slide.stored_path).read_bytes() == content
    assert slide.stored_path == f"{slide.pk}/source.svs"
    assert slide.size_bytes == len(content)
    assert list((slide_store / ".incoming").iterdir()) == []


@pytest.mark.parametrize("name", ["../../x.svs", "a\x00.svs", "x" * 4096 + ".svs", "a\u202egnp.svs", "CON"])
def test_hostile_upload_names_are_harmless(
    client_of: Clients, study: Study, tina: Any, slide_store: Path, name: str
) -> None:
    answer = upload(client_of(tina), study, name=name)
    assert answer.status_code in {202, 400}
    folders = {path for path in slide_store.rglob("*") if path.is_dir()}
    expected = {slide_store / str(pk) for pk in Slide.objects.values_list("pk", flat=True)}
    assert folders - {slide_store / ".incoming"} == expected
    assert {path.stem for folder in expected for path in folder.iterdir()} <= {"source"}


def test_uploads_that_are_too_large_or_find_no_room_leave_nothing(
    client_of: Clients, study: Study, tina: Any, settings: Any, slide_store: Path
) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    large = upload(client_of(tina), study, b"x" * 1001)
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    settings.DISK_WATERMARK_PERCENT = 0
    full = upload(client_of(tina), study, b"x" * 2**21)
    assert (full.status_code, full["Content-Type"]) == (413, "application/problem+json")
    settings.UPLOAD_MAX_BYTES = 2**30
    full = upload(client_of(tina), study, b"x" * 2**21)
    assert (full.status_code, full.json()["code"]) == (507, "no_room")
    assert Slide.objects.count() == 0
    assert [path for path in slide_store.rglob("*") if path.is_file()] == []


def test_who_may_not_register_leaves_no_file(
    client_of: Clients, study: Study, alice: Any, carol: Any, slide_store: Path
) -> None:
    assert upload(client_of(alice), study).status_code == 403
    assert upload(client_of(carol), study).status_code == 404
    assert upload(client_of(None), study).status_code == 401
    assert [path for path in slide_store.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"marker": "ER"}, "inbox_name"),
        ({"marker": "ER", "inbox_name": "../a.svs"}, "inbox_name"),
        ({"inbox_name": "a.svs"}, "marker"),
        ({"marker": "ER", "inbox_name": "a.svs", "um_per_px": 1e9}, "um_per_px"),
        ({"marker": "ER", "inbox_name": "a.svs", "staining_batch": "x"}, "staining_batch"),
    ],
)
def test_a_registration_says_what_is_wrong_with_it(
    client_of: Clients, study: Study, tina: Any, settings: Any, body: dict[str, Any], field: str
) -> None:
    (Path(settings.INBOX_FOLDER) / "a.svs").write_bytes(b"II*\0")
    answer = client_of(tina).post(f"/api/studies/{study.pk}/slides", body, format="json")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})


# Maps, fields, pictures


def test_a_map_comes_as_csv_or_inside_json(client_of: Clients, slide: Slide, tina: Any) -> None:
    text = "row,column,case,x_px,y_px,radius_px\n1,1,A-1,100,200,50\n"
    url = f"/api/slides/{slide.pk}/tma-map"
    plain = client_of(tina).post(url, text, content_type="text/csv")
    assert (plain.status_code, plain.json()) == (200, {"created": 1, "updated": 0})
    inside = client_of(tina).post(url, {"csv": text}, format="json")
    assert (inside.status_code, inside.json()) == (200, {"created": 0, "updated": 1})
    wrong = client_of(tina).post(url, text + "1,2,=A1,1,1,1\n1,1,A-1,1,1,1\n", content_type="text/csv")
    body = wrong.json()
    assert (wrong.status_code, wrong["Content-Type"], body["code"]) == (400, "application/problem+json", "tma_map")
    assert [line["line"] for line in body["lines"]] == [3, 4]
    assert Specimen.objects.count() == 1
    latin = client_of(tina).post(url, text.replace("A-1", "Å").encode("latin-1"), content_type="text/csv")
    assert (latin.status_code, latin.json()["code"]) == (400, "not_utf8")


def test_a_field_is_marked_and_unmarked(client_of: Clients, slide: Slide, dora: Any) -> None:
    url = f"/api/slides/{slide.pk}/fields-of-view"
    body = {"name": "Hot spot", "x_px": 1, "y_px": 2, "width_px": 3, "height_px": 4}
    made = client_of(dora).post(url, body, format="json")
    assert made.status_code == 201
    assert client_of(dora).get(url).json()["results"] == [made.json()]
    assert made.json() == {"id": made.json()["id"], **body, "purpose": "analysis", "staining_batch": None}
    assert client_of(dora).post(url, {**body, "width_px": 5000}, format="json").json()["fields"] == {
        "width_px": "Reaches beyond the slide."
    }
    assert client_of(dora).delete(f"/api/fields-of-view/{made.json()['id']}").status_code == 204
    assert client_of(dora).get(url).json()["count"] == 0


def test_a_thumbnail_is_private_and_for_members(
    client_of: Clients, slide: Slide, slide_store: Path, alice: Any, carol: Any
) -> None:
    url = f"/api/slides/{slide.pk}/thumbnail"
    assert client_of(alice).get(url).status_code == 404  # no picture yet
    (slide_store / str(slide.pk)).mkdir(parents=True)
    (slide_store / str(slide.pk) / "thumbnail.jpg").write_bytes(b"\xff\xd8\xff\xd9")
    answer = client_of(alice).get(url, headers={"Accept": "image/webp"})
    assert (answer.status_code, answer.content, answer["Content-Type"], answer["Cache-Control"]) == (
        200, b"\xff\xd8\xff\xd9", "image/jpeg", "private, no-store",
    )  # fmt: skip
    assert client_of(carol).get(url).status_code == 404
    Slide.objects.update(state="refused")
    assert client_of(alice).get(url).status_code == 404


def test_a_presentation_is_what_the_viewer_needs(client_of: Clients, slide: Slide, alice: Any) -> None:
    specimen = factories.SpecimenFactory(slide=slide, case__code="A-1", case__study=slide.study)
    shown = client_of(alice).post(f"/api/slides/{slide.pk}/open").json()
    assert shown == {
        "id": shown["id"],
        "slide": {"id": str(slide.pk), "name": "ER-0001", "marker": "ER", "case_codes": ["A-1"]},
        "width_px": 2048,
        "height_px": 1024,
        "um_per_px": 0.5,
        "um_per_px_source": "file",
        "objective_power": None,
        "rotation_deg": 0,
        "flipped": False,
        "levels": [{"width_px": 2048, "height_px": 1024, "tile_width_px": 256, "tile_height_px": 256}],
        "tile_url": "/tiles/{id}/{level}/{column}/{row}",
        "specimens": [
            {
                "id": str(specimen.pk), "kind": "whole_section", "case": {"id": str(specimen.case_id), "code": "A-1"},
                "row": None, "column": None, "center_x_px": None, "center_y_px": None, "radius_px": None,
                "is_missing": False,
            }
        ],
        "fields_of_view": [],
    }  # fmt: skip
    assert client_of(alice).get(f"/api/presentations/{shown['id']}").json() == shown


# Two ids


def test_the_second_id_of_a_request_is_checked_like_the_first(
    client_of: Clients, study: Study, other_study: Study, slide: Slide, tina: Any, settings: Any
) -> None:
    """Own slide, foreign batch; own study, foreign batch: refused as if it did not exist."""
    (Path(settings.INBOX_FOLDER) / "a.svs").write_bytes(b"II*\0")
    theirs = factories.StainingBatchFactory(study=other_study).pk
    nobody_s = "00000000-0000-4000-8000-000000000000"
    client = client_of(tina)
    box = {"name": "C", "x_px": 0, "y_px": 0, "width_px": 9, "height_px": 9, "purpose": "positive_control"}
    version = {"If-Match": "1"}
    for method, url, body in (
        ("patch", f"/api/slides/{slide.pk}", {}),
        ("post", f"/api/studies/{study.pk}/slides", {"inbox_name": "a.svs", "marker": "ER"}),
        ("post", f"/api/slides/{slide.pk}/fields-of-view", box),
    ):
        foreign, absent = (
            getattr(client, method)(url, {**body, "staining_batch": str(batch)}, format="json", headers=version)
            for batch in (theirs, nobody_s)
        )
        assert (foreign.status_code, foreign.content) == (400, absent.content)


def test_reading_changes_nothing(client_of: Clients, study: Study, slide: Slide, tina: Any) -> None:
    presentation = factories.PresentationFactory(user=tina, slide=slide)
    written = []
    harmless = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    for url in (
        "/api/me", "/api/studies", f"/api/studies/{study.pk}/slides", f"/api/slides/{slide.pk}/open",
        f"/api/slides/{slide.pk}/retry", f"/api/presentations/{presentation.pk}/renew", f"/api/slides/{slide.pk}",
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            client_of(tina).get(url)
        written += [query["sql"] for query in queries if not query["sql"].startswith(harmless)]
    assert written == []
