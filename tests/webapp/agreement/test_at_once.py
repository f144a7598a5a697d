"""Looking and writing at the same instant, in real transactions: what a person saw, they did not write down afterwards
(reliability.md E16). The audit trail's numbers are the order of commits, because its head is locked until then."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests import factories
from tests.webapp.reading.acts import HALF
from tests.webapp.reading.test_story import LOW, NEAR, at_once, give, signed_in, submit
from webapp.agreement import services
from webapp.audit.models import Event
from webapp.blinding.models import Exposure
from webapp.reading.models import Amendment, Assignment, Consensus, Reading
from webapp.slides.models import Specimen
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8 * int(os.environ.get("DUOSCOPE_SOAK", "1"))


def specimens_of(study: Study, number: int) -> list[Specimen]:
    return [factories.SpecimenFactory(slide__study=study) for _ in range(number)]


def numbers(verb: str, specimen: Specimen, person: Any) -> list[int]:
    """When the person did such a thing to the specimen, in the order of commits."""
    events = Event.objects.filter(verb=verb, specimen_id=specimen.pk, actor_id=person.pk)
    return sorted(events.values_list("seq", flat=True))


def test_who_unblinds_and_signs_at_once_signed_first_or_not_at_all(study: Study, alice: Any, dora: Any) -> None:
    factories.MembershipFactory(study=study, user=dora, role=Role.PATHOLOGIST)
    specimens = specimens_of(study, ROUNDS)
    give(dora, study, (alice, dora), specimens)
    windows = [signed_in(dora), signed_in(dora)]
    for specimen in specimens:
        submit(signed_in(alice), Assignment.objects.get(reader=alice, specimen=specimen).pk, LOW)
        own = Assignment.objects.get(reader=dora, specimen=specimen)
        signed, unblinded = at_once(
            lambda own=own: submit(windows[0], own.pk, {"inputs": {"weak": 0, "moderate": 0, "strong": 95}}),
            lambda specimen=specimen: windows[1].post(
                f"/api/comparisons/{specimen.pk}/unblind", {"reason": "A complaint."}, format="json"
            ),
        )
        assert unblinded.status_code == 200
        assert signed.status_code in (201, 403)
        assert Exposure.objects.filter(person=dora, specimen=specimen, planned=False).exists()
        written = numbers("reading.signed", specimen, dora)
        assert len(written) == (signed.status_code == 201)
        assert all(number < numbers("exposure.recorded", specimen, dora)[0] for number in written)
        assert submit(windows[0], own.pk, NEAR).status_code in (403, 409)


def test_an_amendment_counts_if_it_came_before_the_algorithm_was_seen(study: Study, alice: Any, dora: Any) -> None:
    study.protocols.update(mode="sequential")
    specimens = specimens_of(study, ROUNDS)
    give(dora, study, (alice,), specimens)
    windows = [signed_in(alice), signed_in(alice)]
    for specimen in specimens:
        factories.ResultFactory(run__specimen=specimen)
        own = Assignment.objects.get(specimen=specimen)
        for window in windows:  # both sessions have had the password
            submit(window, own.pk, LOW)
        reading = Reading.objects.get(assignment=own)
        amended, shown = at_once(
            lambda reading=reading: windows[0].post(
                f"/api/readings/{reading.pk}/amend", {**HALF, "why": "mistyped"}, format="json"
            ),
            lambda own=own: windows[1].post(f"/api/assignments/{own.pk}/algorithm/reveal"),
        )
        assert (amended.status_code, shown.status_code) == (201, 200)
        before = numbers("reading.amended", specimen, alice)[0] < numbers("exposure.recorded", specimen, alice)[0]
        assert Amendment.objects.get(reading=reading).counts == before


def test_looking_at_a_batch_while_its_specimens_are_signed_ends(
    study: Study, alice: Any, bob: Any, tina: Any, dora: Any
) -> None:
    """Both lock the rounds before the trail: neither waits for the other for ever."""
    specimens = specimens_of(study, ROUNDS)
    give(dora, study, (alice, bob), specimens)
    batch = factories.BatchFactory(study=study, requested_by=tina)
    for specimen in specimens:
        factories.ResultFactory(run=factories.RunFactory(specimen=specimen, batch=batch, requested_by=tina, done=True))

    def sign_all(reader: Any, body: Any) -> list[int]:
        client = signed_in(reader)
        rows = Assignment.objects.filter(reader=reader).order_by("specimen").values_list("pk", flat=True)
        return [submit(client, pk, body).status_code for pk in rows]

    by_alice, by_bob, *shown = at_once(
        lambda: sign_all(alice, LOW),
        lambda: sign_all(bob, NEAR),
        *[lambda person=person: services.reveal_batch(person, batch.pk) for person in (tina, dora)],
    )
    assert by_alice == by_bob == [201] * len(specimens)
    assert shown == [len(specimens)] * 2
    assert Consensus.objects.count() == len(specimens)
    assert Exposure.objects.filter(person__in=[tina, dora]).count() == 2 * len(specimens)


def test_two_who_reveal_at_once_are_exposed_once_each(study: Study, alice: Any, bob: Any, dora: Any) -> None:
    (specimen,) = specimens_of(study, 1)
    give(dora, study, (alice, bob), [specimen])
    for reader, body in ((alice, LOW), (bob, NEAR)):
        submit(signed_in(reader), Assignment.objects.get(reader=reader).pk, body)
    windows = [signed_in(person) for person in (alice, alice, bob, dora)]
    path = f"/api/comparisons/{specimen.pk}/reveal"
    answers = at_once(*[lambda window=window: window.post(path) for window in windows])
    assert [answer.status_code for answer in answers] == [200] * 4
    assert answers[0].content == answers[1].content
    found = Exposure.objects.filter(source="reading").values_list("person__username", flat=True)
    assert sorted(found) == ["alice", "bob", "dora", "dora"]
