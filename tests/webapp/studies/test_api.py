from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests import factories
from webapp.studies.models import Membership, Study

pytestmark = pytest.mark.django_db


def test_administrators_see_who_is_in_their_study(
    client_of: Callable[..., APIClient], study: Study, dora: Any, alice: Any, carol: Any
) -> None:
    body = client_of(dora).get(f"/api/studies/{study.pk}/members").json()
    assert body["count"] == 2
    assert body["results"][0] == {
        "id": str(Membership.objects.get(user=alice).pk),
        "user": {"id": str(alice.pk), "username": "alice", "display_name": "Alice"},
        "role": "pathologist",
    }
    assert body["results"][1]["user"]["username"] == "dora"


def test_a_person_nobody_knows_and_a_role_there_is_not(
    client_of: Callable[..., APIClient], study: Study, dora: Any
) -> None:
    url = f"/api/studies/{study.pk}/members"
    for body, field in (
        ({"username": "nobody", "role": "technician"}, "username"),
        ({"username": "dora", "role": "owner"}, "role"),
        ({"username": "dora"}, "role"),
    ):
        answer = client_of(dora).post(url, body, format="json")
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})


def test_the_list_of_members_takes_the_same_number_of_queries_for_more_of_them(
    client_of: Callable[..., APIClient], study: Study, dora: Any, django_assert_num_queries: Any
) -> None:
    client = client_of(dora)
    url = f"/api/studies/{study.pk}/members"
    for _ in range(2):
        with django_assert_num_queries(6):
            client.get(url)
        factories.MembershipFactory.create_batch(3, study=study)


def test_administrators_see_every_version_of_the_protocol_and_make_a_new_one(
    client_of: Callable[..., APIClient], study: Study, dora: Any
) -> None:
    url = f"/api/studies/{study.pk}/protocol"
    made = client_of(dora).post(url, {"qa_share": 0.25, "tolerances": {"h-score": 30}}, format="json")
    assert made.status_code == 201
    body = client_of(dora).get(url).json()
    assert [version["version"] for version in body["versions"]] == [2, 1]
    assert body["in_force"] == body["versions"][0] == made.json()
    assert (body["in_force"]["qa_share"], body["in_force"]["tolerances"]) == ("0.250", {"h-score": "30"})
    assert body["versions"][1]["qa_share"] == "0.000"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"frozen": True}, "frozen"),
        ({"version": 7}, "version"),
        ({"qa_share": "much"}, "qa_share"),
        ({"readers_per_specimen": 9}, "readers_per_specimen"),
        ({"marker_schemes": {"ER": "ki-67"}}, "marker_schemes"),
        ({"tolerances": {"h-score": "-1"}}, "tolerances"),
        ({"re_read_series": 1}, "reveal_to_readers"),
    ],
)
def test_a_field_that_is_not_acceptable_is_named(
    client_of: Callable[..., APIClient], study: Study, dora: Any, body: dict[str, Any], field: str
) -> None:
    answer = client_of(dora).post(f"/api/studies/{study.pk}/protocol", body, format="json")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {field})
    assert study.protocols.count() == 1


def test_that_reading_has_begun_is_told_to_administrators_who_do_not_read(
    client_of: Callable[..., APIClient], study: Study, dora: Any, alice: Any
) -> None:
    study.protocols.update(frozen_at=timezone.now())
    assert client_of(dora).get(f"/api/studies/{study.pk}/protocol").json()["in_force"]["frozen"] is True
    assert client_of(dora).get(f"/api/studies/{study.pk}").json()["protocol"]["frozen"] is True
    assert client_of(alice).get(f"/api/studies/{study.pk}").json()["protocol"]["frozen"] is None
    factories.MembershipFactory(study=study, user=dora, role="adjudicator")
    assert client_of(dora).get(f"/api/studies/{study.pk}/protocol").json()["in_force"]["frozen"] is None
    assert client_of(dora).get(f"/api/studies/{study.pk}").json()["protocol"]["frozen"] is None
