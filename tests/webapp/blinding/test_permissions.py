from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from tests import factories
from webapp.blinding.permissions import is_veiled, own_exposures, veiled_specimens
from webapp.slides.models import Specimen
from webapp.studies.models import READING_ROLES, Role, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def specimen(study: Study) -> Specimen:
    return factories.SpecimenFactory(slide__study=study)


@pytest.fixture
def elsewhere(other_study: Study) -> Specimen:
    return factories.SpecimenFactory(slide__study=other_study)


@pytest.mark.parametrize("role", sorted(READING_ROLES))
def test_every_reading_role_is_blinded_while_the_protocol_asks_readers(
    role: Role, study: Study, specimen: Specimen, elsewhere: Specimen
) -> None:
    reader = factories.MembershipFactory(study=study, role=role).user
    assert list(veiled_specimens(reader)) == [specimen]
    assert is_veiled(reader, specimen)
    assert not is_veiled(reader, elsewhere)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_those_who_do_not_read_are_not_blinded(role: Role, study: Study, specimen: Specimen) -> None:
    person = factories.MembershipFactory(study=study, role=role).user
    assert list(veiled_specimens(person)) == []


@pytest.mark.parametrize("beside", [Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_another_role_held_beside_lifts_nothing(beside: Role, study: Study, specimen: Specimen, alice: Any) -> None:
    factories.MembershipFactory(study=study, user=alice, role=beside)
    alice.is_staff = alice.is_superuser = True
    alice.save()
    assert is_veiled(alice, specimen)


def test_a_study_whose_protocol_in_force_asks_nobody_is_open_to_its_readers(
    study: Study, specimen: Specimen, alice: Any
) -> None:
    factories.ProtocolFactory(study=study, version=2, readers_per_specimen=0)
    assert list(veiled_specimens(alice)) == []
    factories.ProtocolFactory(study=study, version=3, readers_per_specimen=1)
    assert list(veiled_specimens(alice)) == [specimen]


def test_a_study_without_a_protocol_counts_as_blinded() -> None:
    bare = factories.StudyFactory()
    reader = factories.MembershipFactory(study=bare, role=Role.PATHOLOGIST).user
    assert is_veiled(reader, factories.SpecimenFactory(slide__study=bare))


def test_a_veil_hides_its_specimen_from_its_person_alone_until_lifted(
    study: Study, specimen: Specimen, tina: Any, dora: Any
) -> None:
    other = factories.SpecimenFactory(slide__study=study)
    veil = factories.VeilFactory(person=tina, specimen=specimen)
    assert (is_veiled(tina, specimen), is_veiled(tina, other), is_veiled(dora, specimen)) == (True, False, False)
    veil.lifted_at = veil.created_at
    veil.save(update_fields=["lifted_at"])
    assert not is_veiled(tina, specimen)


def test_a_reader_here_who_works_elsewhere_is_blinded_here_only(
    study: Study, other_study: Study, specimen: Specimen, elsewhere: Specimen, alice: Any
) -> None:
    factories.MembershipFactory(study=other_study, user=alice, role=Role.TECHNICIAN)
    assert list(veiled_specimens(alice)) == [specimen]


def test_for_strangers_and_closed_accounts_everything_is_veiled(specimen: Specimen, dora: Any) -> None:
    factories.ExposureFactory(person=dora, specimen=specimen)
    dora.is_active = False
    assert is_veiled(AnonymousUser(), specimen)
    assert is_veiled(dora, specimen.pk)
    assert list(own_exposures(dora)) == []


def test_the_veiled_are_found_in_one_query(
    study: Study, specimen: Specimen, alice: Any, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        assert list(Specimen.objects.exclude(pk__in=veiled_specimens(alice))) == []
