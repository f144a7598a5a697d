from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from webapp.runs.models import Run
from webapp.runs.permissions import can_start_run, visible_runs
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(study: Study) -> Run:
    return factories.RunFactory(specimen__slide__study=study)


def ask_no_readers(study: Study) -> None:
    factories.ProtocolFactory(study=study, version=2, readers_per_specimen=0)


def test_technicians_and_administrators_see_the_runs_of_their_study_only(
    run: Run, tina: Any, dora: Any, carol: Any
) -> None:
    assert list(visible_runs(tina)) == [run]
    assert list(visible_runs(dora)) == [run]
    assert list(visible_runs(carol)) == []


def test_a_pathologist_sees_runs_only_where_the_protocol_in_force_asks_nobody_to_read(
    run: Run, study: Study, alice: Any
) -> None:
    assert list(visible_runs(alice)) == []
    ask_no_readers(study)
    assert list(visible_runs(alice)) == [run]


@pytest.mark.parametrize("role", [Role.ADJUDICATOR, Role.QA_READER])
def test_other_readers_see_no_runs_even_then(run: Run, study: Study, role: Role) -> None:
    ask_no_readers(study)
    reader = factories.MembershipFactory(study=study, role=role).user
    assert list(visible_runs(reader)) == []


def test_a_second_role_lifts_nothing(run: Run, study: Study, alice: Any) -> None:
    for role in (Role.TECHNICIAN, Role.ADMINISTRATOR):
        factories.MembershipFactory(study=study, user=alice, role=role)
    assert list(visible_runs(alice)) == []


def test_a_veil_hides_the_runs_of_its_specimen_alone(run: Run, study: Study, tina: Any) -> None:
    other = factories.RunFactory(specimen__slide__study=study)
    factories.VeilFactory(person=tina, specimen=run.specimen)
    assert list(visible_runs(tina)) == [other]


def test_inactive_people_and_system_administrators_see_nothing(run: Run, tina: Any, root: Any) -> None:
    tina.is_active = False
    tina.save()
    assert list(visible_runs(tina)) == []
    assert list(visible_runs(root)) == []


def test_technicians_and_administrators_start_runs(study: Study, tina: Any, dora: Any, alice: Any, carol: Any) -> None:
    assert can_start_run(tina, study.pk)
    assert can_start_run(dora, study.pk)
    assert not can_start_run(alice, study.pk)
    assert not can_start_run(carol, study.pk)
