from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
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
