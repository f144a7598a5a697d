"""Reading over HTTP: one's own work under aliases, and drafts that are never overwritten unseen."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from tests import factories
from tests.webapp.reading.acts import at, names_nothing, save, sign
from webapp.reading.models import Assignment, ReadingSession, Round, SlideRequest
from webapp.slides import tokens
from webapp.slides.models import Presentation, Specimen
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]
ClientOf = Callable[..., APIClient]


# The worklist


def fill(study: Study, reader: Any, number: int) -> ReadingSession:
    session: ReadingSession = factories.ReadingSessionFactory(
        study=study, protocol=study.protocols.get(), reader=reader
    )
    for n in range(number):
        specimen = factories.SpecimenFactory(slide__study=study)
        round_ = factories.RoundFactory(specimen=specimen, protocol=session.protocol)
        factories.AssignmentFactory(round=round_, session=session, position=n)
    return session


def test_as_many_queries_for_many_as_for_few(study: Study, alice: Any, bob: Any, client_of: ClientOf) -> None:
    fill(study, alice, 3)
    fill(study, bob, 60)
    queries, sizes = [], []
    for reader in (alice, bob):
        for path in ("/api/worklist", "/api/worklist/counts"):
            with CaptureQueriesContext(connection) as seen:
                answer = client_of(reader).get(path)
            queries.append(len(seen))
            sizes.append(len(answer.json().get("results", [])))
    assert sizes == [3, 0, 50, 0]
    assert queries[:2] == queries[2:]
    assert max(queries) <= 5


def test_an_item_tells_what_the_list_needs_and_nothing_that_names_the_slide(
    assignment: Assignment, client: APIClient
) -> None:
    (item,) = client.get("/api/worklist").json()["results"]
    told = {
        "id": str(assignment.pk), "alias": assignment.alias, "purpose": "primary", "marker": "ER", "scheme": "h-score",
        "series": 1, "state": "to_read", "is_core": False, "has_draft": False, "position": 0, "due_at": None,
    }  # fmt: skip
    assert {name: item[name] for name in told} == told
    names_nothing(item, assignment)


def test_specimens_of_one_slide_in_one_session_belong_together(
    study: Study, alice: Any, bob: Any, give: Give, client_of: ClientOf
) -> None:
    slide = factories.SlideFactory(study=study)
    cores = [factories.SpecimenFactory(core=True, slide=slide, column=n) for n in (1, 2)]
    other = factories.SpecimenFactory(slide__study=study)
    for specimen in (*cores, other):
        give(alice, specimen)
        give(bob, specimen)
    groups = [
        [item["presentation_group"] for item in client_of(reader).get("/api/worklist").json()["results"]]
        for reader in (alice, bob)
    ]
    assert [len(set(of_one)) for of_one in groups] == [2, 2]
    assert not set(groups[0]) & set(groups[1])


def test_to_read_first_then_what_was_put_back_then_what_is_signed(study: Study, alice: Any, client: APIClient) -> None:
    session = fill(study, alice, 5)
    states = {0: "signed", 1: "deferred", 2: "waiting", 3: "withdrawn", 4: "waiting"}
    for position, state in states.items():
        session.assignments.filter(position=position).update(state=state)
    session.assignments.filter(position=4).update(draft={"weak": "5"})

    def listed(**asked: Any) -> list[tuple[int, str]]:
        answer = client.get("/api/worklist", asked)
        assert answer.status_code == 200, answer.content
        assert answer.json()["count"] == len(answer.json()["results"])
        return [(item["position"], item["state"]) for item in answer.json()["results"]]

    usual = [(2, "to_read"), (4, "draft"), (1, "deferred"), (0, "signed")]
    assert listed() == usual
    assert listed(ordering="-position") == [(4, "draft"), (2, "to_read"), (1, "deferred"), (0, "signed")]
    for entry in usual:
        assert listed(state=entry[1]) == [entry]
    alias = session.assignments.get(position=2).alias
    assert listed(search=alias.lower()) == [(2, "to_read")]
    assert listed(search="never") == []
    assert listed(marker="PR") == []
    assert listed(purpose="qa") == []
    assert listed(study=str(study.pk)) == usual
    assert listed(study=str(uuid.uuid4())) == []
    ReadingSession.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert client.get("/api/worklist/counts").json() == {
        "to_read": 1, "drafts": 1, "deferred": 1, "signed": 1, "overdue": 3, "adjudication": 0, "qa": 0,
        "qualification": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["reader=x", "ordering=specimen", "ordering=round__state", "state=waiting", "study=x", "purpose=x",
              "marker=x", "specimen__slide__name=x"]
)  # fmt: skip
def test_nothing_else_can_be_asked_of_the_list(client: APIClient, query: str) -> None:
    answer = client.get(f"/api/worklist?{query}")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [query.partition("=")[0]])


def test_others_and_a_session_that_has_not_opened_are_not_there(
    assignment: Assignment, client_of: ClientOf, alice: Any, bob: Any, dora: Any
) -> None:
    for person in (bob, dora):
        assert client_of(person).get("/api/worklist").json()["count"] == 0
        assert client_of(person).get(at(assignment)).status_code == 404
    ReadingSession.objects.update(opens_at=timezone.now() + timedelta(days=1))
    assert client_of(alice).get("/api/worklist").json()["count"] == 0
    assert client_of(alice).get(at(assignment)).status_code == 404


# One specimen


def test_a_specimen_comes_with_all_its_form_needs(assignment: Assignment, client: APIClient) -> None:
    answer = client.get(at(assignment))
    shown = answer.json()
    assert answer.headers["ETag"] == '"1"'
    assert (shown["version"], shown["draft"], shown["reading"], shown["of"], shown["position"]) == (1, {}, None, 1, 0)
    assert (shown["mode"], shown["may_revise"], shown["needs_password"]) == ("independent", False, True)
    assert shown["scheme_definition"]["key"] == "h-score"
    assert "fold" in shown["reasons"]
    assert shown["her2_sentences"] is None
    names_nothing(shown, assignment)


def test_opening_shows_the_slide_and_never_says_which(assignment: Assignment, client: APIClient, alice: Any) -> None:
    answer = client.post(at(assignment, "open"))
    opened = answer.json()
    presentation = Presentation.objects.get()
    assert opened["presentation"]["id"] == str(presentation.pk)
    assert (opened["place"], opened["rotation_deg"], opened["flipped"]) == (None, 0, False)
    assert opened["presentation"]["levels"]
    names_nothing(opened, assignment)
    value = answer.cookies[tokens.COOKIE].value
    grant = tokens.verify(value, tokens.signing.keys(), now_ms=tokens.signing.time.time_ns() // 1_000_000)
    assert grant is not None
    assert (grant.presentation_id, grant.slide_id) == (presentation.pk, presentation.pk)
    # It can be renewed, and not looked up.
    assert client.post(f"/api/presentations/{presentation.pk}/renew").json() == {"valid_for_seconds": 60}
    absent = client.get(f"/api/presentations/{uuid.uuid4()}")
    hidden = client.get(f"/api/presentations/{presentation.pk}")
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    # The slide opened by its name is another presentation.
    other = client.post(f"/api/slides/{assignment.specimen.slide_id}/open").json()
    assert other["id"] != str(presentation.pk)
    assert client.post(at(assignment, "open")).json() == opened


def test_a_core_is_opened_at_its_place(study: Study, alice: Any, give: Give, client: APIClient) -> None:
    assignment = give(alice, factories.SpecimenFactory(core=True, slide__study=study))
    assert client.post(at(assignment, "open")).json()["place"] == {"x_px": 500, "y_px": 500, "radius_px": 400}


def test_the_first_opening_freezes_the_protocol(assignment: Assignment, client: APIClient) -> None:
    client.post(at(assignment, "open"))
    assert assignment.session.protocol.__class__.objects.get().frozen_at is not None


def test_a_slide_that_is_not_ready_cannot_be_shown(assignment: Assignment, client: APIClient) -> None:
    type(assignment.specimen.slide).objects.update(state="ingesting")
    answer = client.post(at(assignment, "open"))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    names_nothing(answer.json(), assignment)
    assert Assignment.objects.get().opened_at is None


# Drafts


def test_a_draft_is_kept_by_version_and_never_overwritten_unseen(assignment: Assignment, client: APIClient) -> None:
    assert save(client, assignment, {"weak": "5"}, None).status_code == 428
    first = save(client, assignment, {"weak": "5"}, '"1"')
    assert (first.status_code, first.json()["version"], first.headers["ETag"]) == (200, 2, '"2"')
    for stale in ('"1"', '"99"', "x", "*"):
        answer = save(client, assignment, {"weak": "6"}, stale)
        assert (answer.status_code, answer.json()["version"], answer.headers["ETag"]) == (412, 2, '"2"')
    shown = client.get(at(assignment))
    assert (shown.json()["draft"], shown.json()["state"], shown.headers["ETag"]) == ({"weak": "5"}, "draft", '"2"')
    assert save(client, assignment, {}, "2").json()["version"] == 3
    assert client.get(at(assignment)).json()["state"] == "to_read"


@pytest.mark.parametrize("draft", [[], "text", None, 5, {"comment": "x" * 20_000}])
def test_a_draft_is_an_object_of_some_size(assignment: Assignment, client: APIClient, draft: Any) -> None:
    answer = save(client, assignment, draft, '"1"')
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["draft"])


def test_after_signing_there_is_no_draft(assignment: Assignment, client: APIClient) -> None:
    sign(client, assignment)
    answer = save(client, assignment, {"weak": "5"}, '"1"')
    assert (answer.status_code, answer.json()["code"]) == (409, "signed")


# Putting back, and asking the technicians


def test_putting_a_specimen_back_and_taking_it_up(assignment: Assignment, client: APIClient) -> None:
    for act, state in (("defer", "deferred"), ("defer", "deferred"), ("resume", "to_read"), ("resume", "to_read")):
        answer = client.post(at(assignment, act))
        assert (answer.status_code, answer.json()["state"]) == (200, state)
    sign(client, assignment)
    assert client.post(at(assignment, "defer")).status_code == 409


def test_a_request_goes_to_the_technician_who_learns_no_name_and_back_to_the_reader_who_learns_no_slide(
    assignment: Assignment, client_of: ClientOf, alice: Any, tina: Any, bob: Any, specimen: Specimen
) -> None:
    asked = client_of(alice).post(at(assignment, "requests"), {"kind": "rescan", "note": "blurred"}, format="json")
    assert asked.status_code == 201
    names_nothing(asked.json(), assignment)
    assert client_of(alice).get(at(assignment)).json()["state"] == "deferred"
    (seen,) = client_of(tina).get("/api/slide-requests?state=open").json()["results"]
    assert seen["place"]["slide_name"] == specimen.slide.name
    assert (seen["kind"], seen["note"], seen["assignment"], seen["alias"]) == ("rescan", "blurred", None, None)
    assert str(alice) not in json.dumps(seen)
    assert client_of(bob).get("/api/slide-requests").json()["count"] == 0
    path = f"/api/slide-requests/{seen['id']}/settle"
    assert client_of(alice).post(path, {"answer": "me"}, format="json").status_code == 403
    assert client_of(bob).post(path, {"answer": "me"}, format="json").status_code == 404
    assert client_of(tina).post(path, {"answer": " "}, format="json").status_code == 400
    assert client_of(tina).post(path, {"answer": "Scanned again."}, format="json").status_code == 200
    assert client_of(tina).post(path, {"answer": "Once more."}, format="json").status_code == 409
    (back,) = client_of(alice).get("/api/slide-requests?state=settled").json()["results"]
    assert (back["answer"], back["alias"], back["place"]) == ("Scanned again.", assignment.alias, None)
    assert client_of(tina).get("/api/slide-requests?state=open").json()["count"] == 0


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_a_reader_with_another_role_learns_of_nobodys_request(
    study: Study, assignment: Assignment, client_of: ClientOf, alice: Any, bob: Any, role: Role
) -> None:
    factories.MembershipFactory(study=study, user=bob, role=role)
    made = factories.SlideRequestFactory(assignment=assignment)
    assert client_of(bob).get("/api/slide-requests").json()["count"] == 0
    path = "/api/slide-requests/{}/settle"
    hidden = client_of(bob).post(path.format(made.pk), {"answer": "x"}, format="json")
    absent = client_of(bob).post(path.format(uuid.uuid4()), {"answer": "x"}, format="json")
    assert (hidden.status_code, hidden.content) == (404, absent.content)
    assert SlideRequest.objects.get().settled_at is None


# Adjudication


def test_the_queue_is_for_those_who_read_nothing_of_it_and_one_takes_each_up(
    specimen: Specimen, alice: Any, bob: Any, adam: Any, give: Give, client_of: ClientOf, study: Study
) -> None:
    eve = factories.UserFactory(username="eve")
    factories.MembershipFactory(study=study, user=eve, role=Role.ADJUDICATOR)
    factories.MembershipFactory(study=study, user=alice, role=Role.ADJUDICATOR)
    mine, other = give(alice, specimen), give(bob, specimen)
    sign(client_of(alice), mine)
    assert client_of(adam).get("/api/adjudications").json()["count"] == 0
    sign(client_of(bob), other, {"inputs": {"weak": 0, "moderate": 0, "strong": 90}})
    (waiting,) = client_of(adam).get("/api/adjudications").json()["results"]
    assert waiting == {
        "round": str(Round.objects.get().pk), "marker": "ER", "scheme": "h-score", "is_core": False,
        "study": {"id": str(study.pk), "name": study.name},
    }  # fmt: skip
    assert client_of(adam).get("/api/worklist/counts").json()["adjudication"] == 1
    path = f"/api/adjudications/{waiting['round']}/claim"
    assert client_of(alice).get("/api/adjudications").json()["count"] == 0
    assert client_of(alice).post(path).status_code == 404
    taken = client_of(adam).post(path)
    assert (taken.status_code, taken.json()["purpose"], taken.json()["state"]) == (201, "adjudication", "to_read")
    assert client_of(eve).post(path).status_code == 404
    assert client_of(eve).get("/api/adjudications").json()["count"] == 0
    assert client_of(eve).get("/api/worklist/counts").json()["adjudication"] == 0
