"""The end of reading: data that are locked, a patient who withdraws."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests import factories
from webapp.audit.models import Event
from webapp.blinding.permissions import is_veiled
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.reading import services
from webapp.reading.models import Assignment, Consensus, Purpose, QaReview, Reading, Round, SlideRequest
from webapp.reading.services import Asked
from webapp.slides.models import Specimen
from webapp.studies.models import Protocol, Role, Study
from webapp.studies.services import close_study, grant_membership, new_protocol_version, reopen_study

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]
Sign = Callable[..., Reading]


@pytest.fixture
def locked(study: Study, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign) -> Study:
    """Alice has read two specimens, bob one of them; one waits for him. Then the data were locked."""
    other = factories.SpecimenFactory(slide__study=study)
    for each in (specimen, other):
        sign(give(alice, each), 20, 30, 10)
    sign(give(bob, specimen), 20, 30, 10)
    waiting = give(bob, other)
    services.request_slide(bob, waiting.pk, kind="rescan")
    close_study(dora, study.pk)
    return services.lock_study(dora, study.pk)


def test_only_a_closed_study_is_locked_by_its_administrators(study: Study, dora: Any, alice: Any, carol: Any) -> None:
    with pytest.raises(Conflict, match="Close the study first"):
        services.lock_study(dora, study.pk)
    close_study(dora, study.pk)
    with pytest.raises(NotAllowed):
        services.lock_study(alice, study.pk)
    with pytest.raises(NotVisible):
        services.lock_study(carol, study.pk)
    locked = services.lock_study(dora, study.pk)
    assert services.lock_study(dora, study.pk).locked_at == locked.locked_at
    assert Event.objects.filter(verb="study.locked").count() == 1


def test_what_was_not_read_is_taken_back_and_its_round_closed(locked: Study, bob: Any, specimen: Specimen) -> None:
    assert not Assignment.objects.filter(state__in=["waiting", "deferred"]).exists()
    assert {round_.specimen == specimen: round_.state for round_ in Round.objects.all()} == {
        True: Round.State.DECIDED, False: Round.State.CLOSED,
    }  # fmt: skip
    assert Consensus.objects.count() == 1


def test_whoever_waited_for_re_reads_waits_no_longer(
    study: Study, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    study.protocols.update(reveal_to_readers="after_re_reads", re_read_series=1)
    for reader in (alice, bob):
        sign(give(reader, specimen), 20, 30, 10)
    close_study(dora, study.pk)
    assert is_veiled(alice, specimen)
    services.lock_study(dora, study.pk)
    assert not is_veiled(alice, specimen)


def test_what_the_protocol_never_reveals_stays_closed(
    study: Study, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    study.protocols.update(reveal_to_readers="never")
    for reader in (alice, bob):
        sign(give(reader, specimen), 20, 30, 10)
    close_study(dora, study.pk)
    services.lock_study(dora, study.pk)
    assert is_veiled(alice, specimen)


def test_nothing_is_written_any_more(locked: Study, dora: Any, alice: Any, tina: Any, specimen: Specimen) -> None:
    reading = Reading.objects.filter(reader=alice).first()
    assert reading is not None
    request = SlideRequest.objects.get()
    acts: list[Callable[[], Any]] = [
        lambda: reopen_study(dora, locked.pk),
        lambda: new_protocol_version(dora, locked, readers_per_specimen=1),
        lambda: services.allocate(dora, locked.pk, Asked([alice.pk])),
        lambda: services.amend_reading(
            alice, reading.pk, services.Signed({"inputs": {"weak": 1, "moderate": 1, "strong": 1}}), why="mistyped"
        ),
        lambda: services.withdraw_assignment(dora, reading.assignment_id, reason="Late."),
        lambda: services.set_qualification(dora, locked.pk, []),
        lambda: services.choose_specimens_for_qa(dora, locked.pk, [specimen.pk]),
        lambda: services.settle_slide_request(tina, request.pk, answer="Done."),
        lambda: services.sign_out_case(alice, specimen.case_id),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()


def test_people_still_come_and_go_and_look(locked: Study, dora: Any, alice: Any, carol: Any) -> None:
    grant_membership(dora, locked, carol, Role.PATHOLOGIST)
    signed = Assignment.objects.filter(reader=alice, state="signed").first()
    assert signed is not None
    services.open_assignment(alice, signed.pk)


@pytest.mark.parametrize(
    "write",
    [
        lambda study, person: factories.RoundFactory(
            specimen=factories.SpecimenFactory(slide__study=study), protocol=study.protocols.get()
        ),
        lambda study, person: factories.ReadingSessionFactory(
            study=study, protocol=study.protocols.get(), reader=person, purpose=Purpose.QA
        ),
        lambda study, person: factories.ReadingFactory(
            assignment=Assignment.objects.filter(session__study=study).first(), stage="revised"
        ),
        lambda study, person: factories.AmendmentFactory(reading=Reading.objects.filter(reader=person).first()),
        lambda study, person: factories.QualificationItemFactory(
            specimen=factories.SpecimenFactory(slide__study=study)
        ),
        lambda study, person: factories.CaseSignOutFactory(case=factories.CaseFactory(study=study)),
        lambda study, person: factories.ProtocolFactory(study=study, version=9),
        lambda study, person: factories.QaReviewFactory(round=Round.objects.filter(state="decided").first()),
        lambda study, person: Assignment.objects.filter(session__study=study).update(draft={"weak": "1"}),
        lambda study, person: Round.objects.filter(specimen__slide__study=study).update(readers_required=1),
        lambda study, person: SlideRequest.objects.all().delete(),
        lambda study, person: Protocol.objects.filter(study=study, version=1).update(washout_days=0),
    ],
)
def test_the_database_refuses_whoever_asks(locked: Study, alice: Any, write: Callable[[Study, Any], Any]) -> None:
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
        write(locked, alice)


@pytest.mark.parametrize("change", [{"locked_at": None}, {"closed_at": None, "locked_at": None}])
def test_a_lock_is_never_taken_off(locked: Study, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="locked"), transaction.atomic():
        Study.objects.filter(pk=locked.pk).update(**change)
    assert Study.objects.filter(pk=locked.pk).update(description="Its description may still change.") == 1


# A patient withdraws


def test_a_case_that_is_withdrawn_is_read_no_more_and_its_readings_stay(
    study: Study, specimen: Specimen, dora: Any, alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    kept = sign(give(alice, specimen), 20, 30, 10)
    waiting = give(bob, specimen)
    case = services.withdraw_case(dora, specimen.case_id, reason="Consent withdrawn.")
    assert case.withdrawn_at is not None
    waiting.refresh_from_db()
    assert waiting.state == Assignment.State.WITHDRAWN
    assert Round.objects.get().state == Round.State.CLOSED
    assert Reading.objects.filter(pk=kept.pk).exists()
    assert not Consensus.objects.exists()
    again = services.withdraw_case(dora, specimen.case_id, reason="Consent withdrawn.")
    assert again.withdrawn_at == case.withdrawn_at
    assert services.preview_allocation(dora, study.pk, Asked([alice.pk, bob.pk])).given == {}


def test_nothing_of_it_is_shown_to_anybody_new_not_even_by_the_reconciler(
    specimen: Specimen, dora: Any, alice: Any, give: Give, sign: Sign
) -> None:
    sign(give(alice, specimen), 20, 30, 10)
    services.withdraw_case(dora, specimen.case_id, reason="Consent withdrawn.")
    assert services.reconcile() == 0
    assert is_veiled(alice, specimen)


def test_a_second_read_of_it_is_called_off(
    study: Study, specimen: Specimen, dora: Any, alice: Any, give: Give, sign: Sign
) -> None:
    study.protocols.update(readers_per_specimen=1, qa_share=1)
    sign(give(alice, specimen), 20, 30, 10)
    services.withdraw_case(dora, specimen.case_id, reason="Consent withdrawn.")
    assert QaReview.objects.get().state == QaReview.State.DROPPED


def test_a_patient_may_withdraw_when_the_data_are_locked(locked: Study, specimen: Specimen, dora: Any) -> None:
    assert services.withdraw_case(dora, specimen.case_id, reason="Consent withdrawn.").withdrawn_at is not None


def test_administrators_withdraw_a_case_with_a_reason(specimen: Specimen, dora: Any, tina: Any, carol: Any) -> None:
    with pytest.raises(Invalid):
        services.withdraw_case(dora, specimen.case_id, reason="  ")
    with pytest.raises(NotAllowed):
        services.withdraw_case(tina, specimen.case_id, reason="Consent withdrawn.")
    with pytest.raises(NotVisible):
        services.withdraw_case(carol, specimen.case_id, reason="Consent withdrawn.")
