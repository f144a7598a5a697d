from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from webapp.cases.permissions import can_create_case, visible_accession_keys, visible_cases
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db


def test_cases_are_for_the_members_of_their_study(
    study: Study, other_study: Study, alice: Any, carol: Any, root: Any
) -> None:
    here, there = factories.CaseFactory(study=study), factories.CaseFactory(study=other_study)
    assert list(visible_cases(alice)) == [here]
    assert list(visible_cases(carol)) == [there]
    assert list(visible_cases(root)) == []


def test_technicians_enter_cases(study: Study, tina: Any, alice: Any, dora: Any, carol: Any) -> None:
    assert [can_create_case(person, study.pk) for person in (tina, alice, dora, carol)] == [True, False, False, False]


def test_whose_a_case_is_know_only_key_holders_who_do_not_read(
    study: Study, alice: Any, tina: Any, dora: Any, carol: Any, root: Any
) -> None:
    key = factories.AccessionKeyFactory(case__study=study)
    factories.MembershipFactory(study=study, user=dora, role=Role.KEY_HOLDER)
    seen = {person.username: list(visible_accession_keys(person)) for person in (alice, tina, dora, carol, root)}
    assert seen == {"alice": [], "tina": [], "dora": [key], "carol": [], "root": []}
    factories.MembershipFactory(study=study, user=dora, role=Role.ADJUDICATOR)
    assert list(visible_accession_keys(dora)) == []
