from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests import factories
from webapp.audit.models import Event
from webapp.blinding import services
from webapp.blinding.models import Exposure, Veil
from webapp.blinding.permissions import is_veiled
from webapp.slides.models import Specimen
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def specimen(study: Study) -> Specimen:
    return factories.SpecimenFactory(slide__study=study)


def verbs(specimen: Specimen) -> list[str]:
    return list(Event.objects.filter(specimen_id=specimen.pk).values_list("verb", flat=True))


def test_a_veil_is_drawn_once_lifted_once_and_may_be_drawn_again(specimen: Specimen, tina: Any, dora: Any) -> None:
    first = services.draw_veil(dora, tina, specimen, reason="assigned")
    assert services.draw_veil(dora, tina, specimen, reason="assigned") == first
    assert is_veiled(tina, specimen)
    assert services.lift_veil(dora, tina, specimen, reason="revealed")
    assert not services.lift_veil(dora, tina, specimen, reason="revealed")
    assert not is_veiled(tina, specimen)
    services.draw_veil(None, tina, specimen, reason="re-read")
    assert is_veiled(tina, specimen)
    assert verbs(specimen) == ["veil.drawn", "veil.lifted", "veil.drawn"]


def test_an_exposure_is_recorded_once_and_the_first_stands(specimen: Specimen, tina: Any) -> None:
    run_id = uuid.uuid4()
    first = services.record_exposure(tina, specimen, "algorithm", run_id, planned=False)
    again = services.record_exposure(tina, specimen, "algorithm", run_id, planned=True)
    assert again == first
    assert Exposure.objects.get().planned is False
    assert verbs(specimen) == ["exposure.recorded"]
    event = Event.objects.get(verb="exposure.recorded")
    assert event.details == {"source": "algorithm", "source_id": str(run_id), "planned": False}


def test_an_unknown_source_is_refused(specimen: Specimen, tina: Any) -> None:
    with pytest.raises(ValueError, match="hearsay"):
        services.record_exposure(tina, specimen, "hearsay", uuid.uuid4(), planned=True)
    assert Exposure.objects.count() == 0


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_or_delete_an_exposure(specimen: Specimen, tina: Any, change: str) -> None:
    services.record_exposure(tina, specimen, "algorithm", uuid.uuid4(), planned=False)
    exposures = Exposure.objects.all()
    with pytest.raises(DatabaseError, match="for good"), transaction.atomic():
        exposures.update(planned=True) if change == "update" else exposures.delete()
    assert Exposure.objects.get().planned is False


def test_the_database_lets_a_veil_only_be_lifted(specimen: Specimen, tina: Any, bob: Any) -> None:
    veil = services.draw_veil(None, tina, specimen, reason="assigned")
    for change in ({"person": bob}, {"reason": "none"}, {"lifted_at": veil.created_at, "person": bob}):
        with pytest.raises(DatabaseError, match="only be lifted"), transaction.atomic():
            Veil.objects.filter(pk=veil.pk).update(**change)
    with pytest.raises(DatabaseError, match="only be lifted"), transaction.atomic():
        Veil.objects.filter(pk=veil.pk).delete()
    services.lift_veil(None, tina, specimen, reason="revealed")
    with pytest.raises(DatabaseError, match="only be lifted"), transaction.atomic():
        Veil.objects.filter(pk=veil.pk).update(lifted_at=None)


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_of_the_tables_forgets_an_exposure(
    specimen: Specimen, tina: Any, owner_database: Any
) -> None:
    services.record_exposure(tina, specimen, "algorithm", uuid.uuid4(), planned=False)
    for statement in ("DELETE FROM blinding_exposure", "TRUNCATE blinding_exposure"):
        with pytest.raises(Exception, match="for good"):
            owner_database.execute(statement)
    assert Exposure.objects.count() == 1


def test_many_veils_are_drawn_at_once_and_those_that_hang_stay(dora: Any, tina: Any, study: Any) -> None:
    specimens = [factories.SpecimenFactory(slide__study=study) for _ in range(3)]
    first = services.draw_veil(dora, tina, specimens[1], reason="assigned")
    veils = services.draw_veils(dora, tina, specimens, reason="assigned")
    assert [veil.specimen_id for veil in veils] == [specimen.pk for specimen in specimens]
    assert veils[1] == first
    assert Event.objects.filter(verb="veil.drawn").count() == 3
    assert services.draw_veils(dora, tina, specimens, reason="assigned") == veils
    assert Event.objects.filter(verb="veil.drawn").count() == 3
