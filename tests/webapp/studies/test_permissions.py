from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from tests import factories
from webapp.studies.models import Role, Study
from webapp.studies.permissions import (
    can_administer,
    can_give_first_administrator,
    listed_studies,
    roles_of,
    studies_read_by,
    studies_where,
    studies_without_readers,
    visible_memberships,
    visible_studies,
)

pytestmark = pytest.mark.django_db


def test_membership_is_the_only_way_into_a_study(
    study: Study, other_study: Study, alice: Any, carol: Any, root: Any
) -> None:
    assert list(visible_studies(alice)) == [study]
    assert list(visible_studies(carol)) == [other_study]
    assert list(visible_studies(root)) == []
    assert list(visible_studies(AnonymousUser())) == []
    root.is_superuser = True
    root.save()
    assert list(visible_studies(root)) == []


def test_a_system_administrator_lists_names(study: Study, other_study: Study, alice: Any, root: Any) -> None:
    assert set(listed_studies(root)) == {study, other_study}
    assert list(listed_studies(alice)) == [study]


def test_roles_are_per_study(study: Study, other_study: Study, alice: Any, carol: Any) -> None:
    factories.MembershipFactory(study=study, user=alice, role=Role.TECHNICIAN)
    assert roles_of(alice, study) == {Role.PATHOLOGIST, Role.TECHNICIAN}
    assert roles_of(alice, study.pk) == {Role.PATHOLOGIST, Role.TECHNICIAN}
    assert roles_of(alice, other_study) == frozenset()
    assert roles_of(carol, study) == frozenset()
    assert list(studies_where(alice, [Role.TECHNICIAN, Role.PATHOLOGIST])) == [study]
    assert list(studies_where(alice, [Role.ADMINISTRATOR])) == []


def test_inactive_people_hold_no_role(study: Study, dora: Any) -> None:
    assert can_administer(dora, study)
    dora.is_active = False
    assert roles_of(dora, study) == frozenset()
    dora.is_active = True  # a stale instance in memory: the row is the truth
    type(dora).objects.filter(pk=dora.pk).update(is_active=False)
    assert roles_of(dora, study) == frozenset()
    assert list(visible_studies(dora)) == []
    assert list(visible_memberships(dora)) == []


def test_who_is_in_a_study_is_for_its_administrators(study: Study, alice: Any, dora: Any, carol: Any) -> None:
    assert {membership.user for membership in visible_memberships(dora)} == {alice, dora}
    assert list(visible_memberships(alice)) == []
    assert {membership.user for membership in visible_memberships(carol)} == {carol}


def test_the_protocol_in_force_is_the_highest_version(study: Study, alice: Any) -> None:
    assert list(studies_without_readers()) == []
    factories.ProtocolFactory(study=study, version=10, readers_per_specimen=0)
    factories.ProtocolFactory(study=study, version=9, readers_per_specimen=2)
    assert list(studies_without_readers()) == [study]
    assert list(studies_read_by(alice)) == []


def test_a_system_administrator_gives_the_first_administrator_only(study: Study, alice: Any, root: Any) -> None:
    assert can_give_first_administrator(root, study)
    assert not can_give_first_administrator(alice, study)
    factories.MembershipFactory(study=study, role=Role.ADMINISTRATOR)
    assert not can_give_first_administrator(root, study)
