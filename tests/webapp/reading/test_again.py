"""Reading a second time: the same readers after the washout, QA readers of what one person read alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from webapp.blinding.permissions import is_veiled
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.reading import services
from webapp.reading.models import Assignment, Consensus, Purpose, QaReview, Reading, ReadingSession, Round
from webapp.reading.services import Asked
from webapp.slides.models import Specimen
from webapp.studies.models import Role

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]
Sign = Callable[..., Reading]


class Clock:
    """Time that goes on when told to."""

    def __init__(self) -> None:
        self.moment = timezone.now()

    def days(self, number: float) -> None:
        self.moment += timedelta(days=number)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.moment)
    return clock


@pytest.fixture
def re_read_study(study: Any) -> Any:
    study.protocols.update(reveal_to_readers="after_re_reads", re_read_series=1, re_reads_turned=True)
    return study


def again(*readers: Any, **more: Any) -> Asked:
    return Asked(readers=[reader.pk for reader in readers], purpose=Purpose.RE_READ, series=2, **more)


# Re-reads


def test_the_same_readers_read_again_under_another_alias_after_the_washout(
    re_read_study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign, clock: Clock
) -> None:
    first, second = give(alice, specimen), give(bob, specimen)
    sign(first, 20, 30, 10)
    signed_at = clock.moment
    clock.days(1)
    sign(second, 20, 30, 10)
    plan = services.allocate(dora, re_read_study.pk, again(alice, bob))
    assert {load.reader: load.count for load in plan.loads} == {alice: 1, bob: 1}
    re_read = Assignment.objects.get(reader=alice, purpose=Purpose.RE_READ)
    assert re_read.round.series == 2
    assert re_read.alias != first.alias
    assert re_read.rotation_deg in (90, 180, 270)
    assert re_read.session.opens_at == signed_at + timedelta(days=14)
    with pytest.raises(NotVisible):
        services.open_assignment(alice, re_read.pk)
    clock.days(13.5)
    services.sign_reading(alice, re_read.pk, services.Signed({"inputs": {"weak": 1, "moderate": 2, "strong": 3}}))
    assert Consensus.objects.count() == 1  # a re-read makes none


def test_the_specimen_stays_closed_until_the_re_reads_are_in(
    re_read_study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign, clock: Clock
) -> None:
    for reader in (alice, bob):
        sign(give(reader, specimen), 20, 30, 10)
    assert Round.objects.get().state == Round.State.DECIDED
    assert is_veiled(alice, specimen)
    services.allocate(dora, re_read_study.pk, again(alice, bob))
    clock.days(15)
    mine, his = (Assignment.objects.get(reader=reader, purpose=Purpose.RE_READ) for reader in (alice, bob))
    sign(mine, 20, 30, 10)
    assert is_veiled(alice, specimen)
    sign(his, 20, 30, 10)
    assert not is_veiled(alice, specimen)
    assert not is_veiled(bob, specimen)


def test_whose_re_read_is_taken_back_keeps_nobody_waiting(
    re_read_study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign, clock: Clock
) -> None:
    for reader in (alice, bob):
        sign(give(reader, specimen), 20, 30, 10)
    services.allocate(dora, re_read_study.pk, again(alice, bob))
    clock.days(15)
    sign(Assignment.objects.get(reader=alice, purpose=Purpose.RE_READ), 20, 30, 10)
    services.withdraw_assignment(
        dora, Assignment.objects.get(reader=bob, purpose=Purpose.RE_READ).pk, reason="Has left."
    )
    assert Round.objects.get(series=2).state == Round.State.CLOSED
    assert not is_veiled(alice, specimen)


def test_who_has_not_signed_yet_waits_and_is_named(
    re_read_study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    sign(give(alice, specimen), 20, 30, 10)
    give(bob, specimen)
    plan = services.allocate(dora, re_read_study.pk, again(alice, bob))
    assert plan.given == {specimen.pk: [alice.pk]}
    assert plan.unassignable == {specimen.pk: "Bob has not signed it yet."}
    assert Round.objects.get(series=2).readers_required == 2  # bob's is still to come


def test_a_series_that_has_begun_takes_nothing_before_its_washout(
    re_read_study: Any, study: Any, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign, clock: Clock
) -> None:
    early, late = (factories.SpecimenFactory(slide__study=study) for _ in range(2))
    sign(give(alice, early), 20, 30, 10)
    services.allocate(dora, study.pk, again(alice))
    clock.days(15)
    sign(give(alice, late), 20, 30, 10)
    plan = services.allocate(dora, study.pk, again(alice))
    assert plan.given == {}
    assert "has begun this series and may read it again from" in plan.unassignable[late.pk]
    clock.days(14)
    assert services.allocate(dora, study.pk, again(alice)).given == {late.pk: [alice.pk]}


def test_a_session_that_waits_opens_later_when_more_is_added(
    re_read_study: Any, study: Any, dora: Any, alice: Any, give: Give, sign: Sign, clock: Clock
) -> None:
    early, late = (factories.SpecimenFactory(slide__study=study) for _ in range(2))
    sign(give(alice, early), 20, 30, 10)
    services.allocate(dora, study.pk, again(alice))
    clock.days(2)
    sign(give(alice, late), 20, 30, 10)
    services.allocate(dora, study.pk, again(alice))
    session = ReadingSession.objects.get(purpose=Purpose.RE_READ)
    assert session.opens_at == clock.moment + timedelta(days=14)
    assert session.assignments.count() == 2


def test_what_was_revealed_or_unduly_seen_is_not_read_again(
    re_read_study: Any, study: Any, dora: Any, alice: Any, give: Give, sign: Sign
) -> None:
    opened, seen = (factories.SpecimenFactory(slide__study=study) for _ in range(2))
    for specimen in (opened, seen):
        sign(give(alice, specimen), 20, 30, 10)
    factories.OpeningFactory(specimen=opened)
    factories.ExposureFactory(person=alice, specimen=seen, planned=False)
    plan = services.preview_allocation(dora, study.pk, again(alice))
    assert plan.given == {}
    assert plan.unassignable[opened.pk] == "It has been shown to its readers."
    assert plan.unassignable[seen.pk] == "Alice has been shown what others said of it."


def test_only_what_the_protocol_plans(study: Any, dora: Any, alice: Any, re_read_study: Any) -> None:
    with pytest.raises(Conflict) as refused:
        services.preview_allocation(dora, study.pk, Asked([alice.pk], purpose=Purpose.RE_READ, series=3))
    assert refused.value.code == "not_planned"
    with pytest.raises(Invalid):
        services.preview_allocation(dora, study.pk, Asked([alice.pk], purpose=Purpose.RE_READ, series=1))


@pytest.mark.parametrize("purpose", [Purpose.RE_READ, Purpose.QA, Purpose.QUALIFICATION])
def test_an_administrator_who_reads_does_not_plan_what_follows_from_others_readings(
    re_read_study: Any, dora: Any, alice: Any, purpose: str
) -> None:
    factories.MembershipFactory(study=re_read_study, user=dora, role=Role.ADJUDICATOR)
    with pytest.raises(NotAllowed, match="another administrator"):
        services.preview_allocation(dora, re_read_study.pk, Asked([alice.pk], purpose=purpose, series=2))


# A new version of the protocol


def test_a_specimen_stays_under_the_version_it_was_begun_under(
    study: Any, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    from webapp.studies.services import new_protocol_version

    give(alice, specimen)
    fresh = factories.SpecimenFactory(slide__study=study)
    second = new_protocol_version(dora, study, marker_schemes={"ER": "allred"})
    services.allocate(dora, study.pk, Asked([alice.pk, bob.pk]))
    of_bob = Assignment.objects.get(reader=bob, specimen=specimen)
    assert (of_bob.scheme, of_bob.session.protocol.version) == ("h-score", 1)
    of_alice = Assignment.objects.get(reader=alice, specimen=fresh)
    assert (of_alice.scheme, of_alice.session.protocol) == ("allred", second)
    for assignment in Assignment.objects.filter(specimen=specimen):
        sign(assignment, 20, 30, 10)
    assert Round.objects.get(specimen=specimen).state == Round.State.DECIDED


# QA second reads


@pytest.fixture
def single(study: Any, specimen: Specimen, alice: Any, give: Give, sign: Sign) -> Round:
    """Read by alice alone."""
    study.protocols.update(readers_per_specimen=1, reveal_to_readers="never")
    sign(give(alice, specimen), 20, 30, 10)
    return Round.objects.get(specimen=specimen)


def for_qa(*readers: Any) -> Asked:
    return Asked(readers=[reader.pk for reader in readers], purpose=Purpose.QA)


def test_a_targeted_second_read_is_given_out_read_and_graded(
    study: Any, single: Round, dora: Any, quentin: Any, sign: Sign
) -> None:
    (review,) = services.choose_specimens_for_qa(dora, study.pk, [single.specimen_id])
    assert review.targeted
    plan = services.allocate(dora, study.pk, for_qa(quentin))
    assert plan.given == {single.specimen_id: (quentin.pk,)}
    review.refresh_from_db()
    assert review.state == QaReview.State.ASSIGNED
    second = Assignment.objects.get(purpose=Purpose.QA)
    assert is_veiled(quentin, second.specimen)
    sign(second, 0, 0, 0)
    review.refresh_from_db()
    assert (review.state, review.grade) == (QaReview.State.READ, "major")
    assert Consensus.objects.get().kind == "provisional"  # what was decided stays


def test_a_second_read_taken_back_is_given_out_anew_and_one_called_off_is_not(
    study: Any, single: Round, dora: Any, quentin: Any
) -> None:
    (review,) = services.choose_specimens_for_qa(dora, study.pk, [single.specimen_id])
    services.allocate(dora, study.pk, for_qa(quentin))
    services.withdraw_assignment(dora, Assignment.objects.get(purpose=Purpose.QA).pk, reason="Away.")
    review.refresh_from_db()
    assert review.state == QaReview.State.CHOSEN
    plan = services.preview_allocation(dora, study.pk, for_qa(quentin))
    assert plan.given == {}  # quentin had it before
    assert single.specimen_id in plan.unassignable
    assert services.drop_qa(dora, review.pk).state == QaReview.State.DROPPED
    with pytest.raises(Conflict):
        services.drop_qa(dora, review.pk)


def test_nobody_reads_a_second_time_what_they_have_seen_or_read(
    study: Any, single: Round, dora: Any, alice: Any, quentin: Any
) -> None:
    factories.MembershipFactory(study=study, user=alice, role=Role.QA_READER)
    factories.ExposureFactory(person=quentin, specimen=single.specimen)
    services.choose_specimens_for_qa(dora, study.pk, [single.specimen_id])
    plan = services.allocate(dora, study.pk, for_qa(alice, quentin))
    assert plan.given == {}
    assert "0 may" in plan.unassignable[single.specimen_id]


def test_calling_off_reveals_what_waited_for_it(
    study: Any, specimen: Specimen, alice: Any, dora: Any, give: Give, sign: Sign
) -> None:
    study.protocols.update(readers_per_specimen=1, qa_share=1)
    sign(give(alice, specimen), 20, 30, 10)
    review = QaReview.objects.get()  # by lot: all of them
    assert is_veiled(alice, specimen)
    services.drop_qa(dora, review.pk)
    assert not is_veiled(alice, specimen)


def test_only_what_one_person_read_alone_is_chosen_and_once(
    study: Any, single: Round, dora: Any, give: Give, bob: Any
) -> None:
    other = factories.SpecimenFactory(slide__study=study)
    with pytest.raises(Invalid) as refused:
        services.choose_specimens_for_qa(dora, study.pk, [single.specimen_id, other.pk])
    assert refused.value.fields == {"specimens": "Not number 2 of the list."}
    assert not QaReview.objects.exists()
    services.choose_specimens_for_qa(dora, study.pk, [single.specimen_id])
    with pytest.raises(Invalid):
        services.choose_specimens_for_qa(dora, study.pk, [single.specimen_id])
