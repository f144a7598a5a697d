"""Giving out specimens to several readers, following them, taking back: all or none, and never to whom it is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from webapp.core.errors import Conflict, Invalid, NotAllowed
from webapp.reading import services
from webapp.reading.models import Assignment, Reading, Round
from webapp.reading.services import Asked
from webapp.slides.models import Specimen
from webapp.studies.models import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def specimens(study: Any) -> list[Specimen]:
    return [factories.SpecimenFactory(slide__study=study) for _ in range(6)]


@pytest.fixture
def erin(study: Any) -> Any:
    person = factories.UserFactory(username="erin")
    factories.MembershipFactory(study=study, user=person, role=Role.PATHOLOGIST)
    return person


def test_each_specimen_goes_to_two_of_three_readers_evenly(
    study: Any, dora: Any, alice: Any, bob: Any, erin: Any, specimens: list[Specimen]
) -> None:
    asked = Asked(readers=[alice.pk, bob.pk, erin.pk], seed=3)
    seen = services.preview_allocation(dora, study.pk, asked)
    assert not Assignment.objects.exists()
    made = services.allocate(dora, study.pk, asked)
    assert made.given == seen.given
    assert [load.count for load in made.loads] == [4, 4, 4]
    assert {round_.assignments.count() for round_ in Round.objects.all()} == {2}
    assert Round.objects.count() == len(specimens)


def test_giving_out_again_gives_nothing_more(
    study: Any, dora: Any, alice: Any, bob: Any, specimens: list[Specimen]
) -> None:
    asked = Asked(readers=[alice.pk, bob.pk], marker="ER")
    services.allocate(dora, study.pk, asked)
    again = services.allocate(dora, study.pk, asked)
    assert again.given == {}
    assert again.unassignable == {}
    assert Assignment.objects.count() == 2 * len(specimens)


def test_who_was_shown_something_is_not_given_it(
    study: Any, dora: Any, alice: Any, bob: Any, specimens: list[Specimen]
) -> None:
    factories.ExposureFactory(person=bob, specimen=specimens[0])
    plan = services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk]))
    assert set(plan.unassignable) == {specimens[0].pk}
    assert not Assignment.objects.filter(specimen=specimens[0]).exists()


def test_crossed_is_for_as_many_readers_as_the_protocol_asks_for(
    study: Any, dora: Any, alice: Any, bob: Any, erin: Any, specimens: list[Specimen]
) -> None:
    """Said before anything is previewed: a specimen takes no third reader."""
    asked = Asked(readers=[alice.pk, bob.pk, erin.pk], design="crossed")
    with pytest.raises(Invalid, match="all of 3 readers; the protocol asks for 2"):
        services.preview_allocation(dora, study.pk, asked)
    two = services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk], design="crossed"))
    assert {load.count for load in two.loads} == {len(specimens)}


def test_split_plot_gives_groups_their_own_specimens(
    study: Any, dora: Any, alice: Any, bob: Any, erin: Any, specimens: list[Specimen]
) -> None:
    fourth = factories.UserFactory(username="fourth")
    factories.MembershipFactory(study=study, user=fourth, role=Role.PATHOLOGIST)
    asked = Asked(readers=[person.pk for person in (alice, bob, erin, fourth)], design="split_plot", seed=1)
    services.allocate(dora, study.pk, asked)
    of: dict[Any, set[Any]] = {}
    for specimen, reader in Assignment.objects.values_list("specimen", "reader"):
        of.setdefault(specimen, set()).add(reader)
    groups = {frozenset(group) for group in of.values()}
    assert len(of) == len(specimens)
    assert [len(group) for group in groups] == [2, 2]
    assert len(frozenset.union(*groups)) == 4


def test_a_cap_is_kept(study: Any, dora: Any, alice: Any, bob: Any, specimens: list[Specimen]) -> None:
    plan = services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk], cap=4))
    assert [load.count for load in plan.loads] == [4, 4]
    assert len(plan.unassignable) == 2


def test_only_pathologists_of_the_study_are_given_anything(study: Any, dora: Any, alice: Any, tina: Any) -> None:
    with pytest.raises(Invalid, match="pathologists"):
        services.allocate(dora, study.pk, Asked(readers=[alice.pk, tina.pk]))
    with pytest.raises(NotAllowed):
        services.allocate(alice, study.pk, Asked(readers=[alice.pk]))


def test_unread_specimens_move_to_another_reader(
    study: Any, dora: Any, alice: Any, bob: Any, erin: Any, specimens: list[Specimen]
) -> None:
    services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk]))
    of_bob = list(Assignment.objects.filter(reader=bob).values_list("pk", flat=True))
    services.reassign(dora, study.pk, assignments=of_bob, to=erin.pk, reason="On leave.")
    assert not Assignment.objects.filter(reader=bob).exclude(state=Assignment.State.WITHDRAWN).exists()
    assert Assignment.objects.filter(reader=erin, state=Assignment.State.WAITING).count() == len(specimens)
    with pytest.raises(Conflict, match="not signed"):
        services.reassign(dora, study.pk, assignments=of_bob, to=erin.pk, reason="Again.")
    of_erin = list(Assignment.objects.filter(reader=erin).values_list("pk", flat=True))
    with pytest.raises(Conflict, match="taken back"):
        services.reassign(dora, study.pk, assignments=of_erin, to=bob.pk, reason="Back.")
    with pytest.raises(Conflict, match="already"):
        services.reassign(dora, study.pk, assignments=of_erin, to=erin.pk, reason="Same.")
    assert Assignment.objects.filter(reader=erin, state=Assignment.State.WAITING).count() == len(specimens)


def test_all_that_somebody_has_not_read_moves_at_once(
    study: Any, dora: Any, alice: Any, bob: Any, erin: Any, specimens: list[Specimen], sign: Callable[..., Reading]
) -> None:
    services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk]))
    sign(Assignment.objects.get(reader=bob, specimen=specimens[0]), 10)
    services.reassign(dora, study.pk, reader=bob.pk, to=erin.pk, reason="On leave.")
    assert set(Assignment.objects.filter(reader=bob, state="signed").values_list("specimen", flat=True)) == {
        specimens[0].pk
    }
    assert Assignment.objects.filter(reader=erin, state="waiting").count() == len(specimens) - 1
    with pytest.raises(Conflict, match="nothing left"):
        services.reassign(dora, study.pk, reader=bob.pk, to=erin.pk, reason="On leave.")


def test_what_is_to_move_is_named_once(
    study: Any, dora: Any, alice: Any, bob: Any, erin: Any, specimens: list[Specimen]
) -> None:
    services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk]))
    held = [assignment.pk for assignment in Assignment.objects.filter(reader=bob)]
    for asked in ({}, {"assignments": held, "reader": bob.pk}):
        with pytest.raises(Invalid, match="Name what is to move"):
            services.reassign(dora, study.pk, to=erin.pk, reason="On leave.", **asked)


def test_a_signed_reading_is_taken_back_only_while_its_round_is_open(
    dora: Any, alice: Any, bob: Any, specimen: Specimen, give: Callable[..., Assignment], sign: Callable[..., Reading]
) -> None:
    first, second = give(alice, specimen), give(bob, specimen)
    reading = sign(first, 20, 30, 10)
    services.withdraw_assignment(dora, first.pk, reason="Wrong slide label.")
    assert Reading.objects.filter(pk=reading.pk).exists()
    sign(second, 20, 30, 10)
    assert Round.objects.get().state == Round.State.OPEN
    with pytest.raises(Invalid, match="why"):
        services.withdraw_assignment(dora, second.pk, reason=" ")


def test_not_once_it_is_decided(
    dora: Any, alice: Any, bob: Any, specimen: Specimen, give: Callable[..., Assignment], sign: Callable[..., Reading]
) -> None:
    first, second = give(alice, specimen), give(bob, specimen)
    sign(first, 20, 30, 10)
    sign(second, 20, 30, 10)
    with pytest.raises(Conflict, match="decided"):
        services.withdraw_assignment(dora, first.pk, reason="Too late.")


def test_giving_out_many_asks_the_database_no_more_often_than_giving_out_few(
    study: Any, dora: Any, alice: Any, bob: Any
) -> None:
    def given(number: int) -> int:
        some = [factories.SpecimenFactory(slide__study=study).pk for _ in range(number)]
        with CaptureQueriesContext(connection) as asked:
            services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk], specimens=some))
        return len(asked)

    given(1)
    assert given(40) == given(2)


def test_an_administrator_who_reads_gives_out_nothing_they_may_have_to_read(
    study: Any, dora: Any, alice: Any, bob: Any, specimens: list[Specimen]
) -> None:
    """Whether bob can be given a specimen would tell her what he has been shown of it."""
    factories.MembershipFactory(study=study, user=alice, role="administrator")
    for exposed in (False, True):
        if exposed:
            factories.ExposureFactory(person=bob, specimen=specimens[0])
        for act in (services.preview_allocation, services.allocate):
            with pytest.raises(NotAllowed, match="another administrator"):
                act(alice, study.pk, Asked(readers=[alice.pk, bob.pk]))
    assert not Assignment.objects.exists()
    services.allocate(dora, study.pk, Asked(readers=[alice.pk, bob.pk]))
    assert Assignment.objects.exists()
