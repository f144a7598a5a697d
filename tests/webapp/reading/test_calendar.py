"""Until when readers are to be done, and when they are away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.reading import services
from webapp.reading.models import Absence, Assignment, ReadingSession
from webapp.reading.services import Asked
from webapp.slides.models import Specimen
from webapp.studies.models import Role

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]


def in_days(number: int) -> date:
    return timezone.now().date() + timedelta(days=number)


def deadline(actor: Any, study: Any, reader: Any, **more: Any) -> Any:
    asked = {"purpose": "primary", "series": 1, "due_at": timezone.now() + timedelta(days=3), **more}
    return services.set_deadline(actor, study.pk, reader=reader.pk, **asked)


# Deadlines


def test_a_deadline_holds_for_everything_the_reader_holds_of_that_kind(
    study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give
) -> None:
    give(alice, specimen)
    give(bob, specimen)
    until = deadline(dora, study, alice)
    assert set(ReadingSession.objects.filter(reader=alice).values_list("due_at", flat=True)) == {until}
    assert set(ReadingSession.objects.filter(reader=bob).values_list("due_at", flat=True)) == {None}
    assert deadline(dora, study, alice, due_at=None) is None
    assert set(ReadingSession.objects.filter(reader=alice).values_list("due_at", flat=True)) == {None}


def test_a_deadline_lies_ahead(study: Any, specimen: Specimen, dora: Any, alice: Any, give: Give) -> None:
    give(alice, specimen)
    with pytest.raises(Invalid, match="lies ahead") as caught:
        deadline(dora, study, alice, due_at=timezone.now() - timedelta(seconds=1))
    assert set(caught.value.fields) == {"due_at"}


def test_whoever_holds_nothing_of_that_kind_is_given_no_deadline(
    study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give
) -> None:
    give(alice, specimen)
    with pytest.raises(Invalid, match="holds nothing"):
        deadline(dora, study, bob)
    with pytest.raises(Invalid, match="holds nothing"):
        deadline(dora, study, alice, series=2)


def test_an_administrator_who_reads_moves_no_deadline_of_what_is_veiled_for_them(
    study: Any, specimen: Specimen, alice: Any, bob: Any, give: Give
) -> None:
    factories.MembershipFactory(study=study, user=alice, role=Role.ADMINISTRATOR)
    give(alice, specimen)
    give(bob, specimen)
    with pytest.raises(Invalid, match="holds nothing"):
        deadline(alice, study, bob)


def test_only_the_studys_administrators_set_deadlines(
    study: Any, specimen: Specimen, alice: Any, tina: Any, give: Give
) -> None:
    give(alice, specimen)
    for person in (alice, tina):
        with pytest.raises(NotAllowed):
            deadline(person, study, alice)
    with pytest.raises(NotVisible):
        deadline(factories.UserFactory(), study, alice)


# Absences


def test_nothing_is_given_to_somebody_who_is_away(
    study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any
) -> None:
    absence = services.record_absence(dora, study.pk, reader=alice.pk, first_day=in_days(0), last_day=in_days(4))
    asked = Asked(readers=[alice.pk, bob.pk], design="crossed")
    with pytest.raises(Invalid, match=rf"{alice.display_name} until {in_days(4):%Y-%m-%d}") as caught:
        services.allocate(dora, study.pk, asked)
    assert set(caught.value.fields) == {"readers"}
    assert not Assignment.objects.exists()
    services.end_absence(dora, absence.pk)
    services.allocate(dora, study.pk, asked)
    assert set(Assignment.objects.values_list("reader", flat=True)) == {alice.pk, bob.pk}


def test_what_a_colleague_holds_is_not_moved_to_somebody_who_is_away(
    study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give
) -> None:
    held = give(alice, specimen)
    services.record_absence(dora, study.pk, reader=bob.pk, first_day=in_days(-2), last_day=in_days(0))
    with pytest.raises(Invalid, match="Away"):
        services.reassign(dora, study.pk, assignments=[held.pk], to=bob.pk, reason="Holidays.")
    held.refresh_from_db()
    assert held.state == Assignment.State.WAITING


@pytest.mark.parametrize(("first", "last"), [(1, 3), (-3, -1)])
def test_who_is_away_on_other_days_is_here_today(
    study: Any, specimen: Specimen, dora: Any, alice: Any, first: int, last: int
) -> None:
    factories.AbsenceFactory(study=study, reader=alice, first_day=in_days(first), last_day=in_days(last))
    assert services.away(study.pk, [alice.pk]) == {}
    services.preview_allocation(dora, study.pk, Asked(readers=[alice.pk]))


def test_an_absence_in_another_study_is_none_in_this(study: Any, dora: Any, alice: Any) -> None:
    factories.AbsenceFactory(reader=alice, first_day=in_days(0))
    assert services.away(study.pk, [alice.pk]) == {}


def test_the_days_of_an_absence_are_checked(study: Any, dora: Any, alice: Any, tina: Any) -> None:
    with pytest.raises(Invalid, match="ends after it begins"):
        services.record_absence(dora, study.pk, reader=alice.pk, first_day=in_days(3), last_day=in_days(2))
    with pytest.raises(Invalid, match="over already"):
        services.record_absence(dora, study.pk, reader=alice.pk, first_day=in_days(-3), last_day=in_days(-1))
    with pytest.raises(Invalid, match="reads nothing"):
        services.record_absence(dora, study.pk, reader=tina.pk, first_day=in_days(0), last_day=in_days(1))
    services.record_absence(dora, study.pk, reader=alice.pk, first_day=in_days(1), last_day=in_days(5))
    with pytest.raises(Conflict, match="already") as caught:
        services.record_absence(dora, study.pk, reader=alice.pk, first_day=in_days(5), last_day=in_days(9))
    assert caught.value.code == "away_already"
    assert Absence.objects.count() == 1


def test_only_the_studys_administrators_strike_an_absence_out(study: Any, alice: Any, dora: Any) -> None:
    absence = factories.AbsenceFactory(study=study, reader=alice)
    with pytest.raises(NotVisible):
        services.end_absence(alice, absence.pk)
    services.end_absence(dora, absence.pk)
    with pytest.raises(NotVisible):
        services.end_absence(dora, absence.pk)
