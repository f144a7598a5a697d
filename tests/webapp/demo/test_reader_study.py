"""The demo's finished study: everybody has read everything twice, nothing is left open, and again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from webapp.accounts.models import User
from webapp.agreement.permissions import finished_specimens
from webapp.demo import reader_study
from webapp.reading.models import Purpose, Reading
from webapp.slides.models import Specimen
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db
CORES = 4


@pytest.fixture
def accounts(study: Study, dora: User) -> dict[str, User]:
    """The demo's readers and adjudicator; dora administers."""
    people = {name: factories.UserFactory(username=name) for name in ("cem", "ada")}
    for name in ("alice", "bob"):
        people[name] = User.objects.filter(username=name).first() or factories.UserFactory(username=name)
    for name, person in people.items():
        role = Role.ADJUDICATOR if name == "ada" else Role.PATHOLOGIST
        study.memberships.get_or_create(user=person, role=role)
    return {**people, "dora": dora}


def test_three_readers_twice_and_nothing_left_open(study: Study, accounts: dict[str, User]) -> None:
    study.protocols.update(readers_per_specimen=3, re_read_series=1, washout_days=0, reveal_to_readers="after_re_reads")
    slide = factories.SlideFactory(study=study)
    for number in range(CORES):
        case = factories.CaseFactory(study=study, code=f"TMA-{number + 1:03d}")
        factories.SpecimenFactory(slide=slide, case=case, core=True, row=1, column=number + 1)
    reader_study.read_by_all(study, slide, accounts, seed=2019)
    assert Reading.objects.filter(purpose=Purpose.PRIMARY).count() == 3 * CORES
    assert Reading.objects.filter(purpose=Purpose.RE_READ).count() == 3 * CORES
    assert finished_specimens().filter(slide=slide).count() == CORES
    assert set(Reading.objects.values_list("comment", flat=True)) == {reader_study.COMMENT}
    said: dict[Any, set[Any]] = {}
    for reading in Reading.objects.filter(purpose=Purpose.PRIMARY):
        said.setdefault(reading.specimen_id, set()).add((reading.value, reading.reader_id))
    assert any(len({value for value, _ in found}) > 1 for found in said.values())  # they do not all say the same
    before = Reading.objects.count()
    reader_study.read_by_all(study, slide, accounts, seed=2019)
    assert Reading.objects.count() == before
    assert Specimen.objects.filter(slide=slide).count() == CORES
