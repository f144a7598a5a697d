"""The story of a double reading through HTTP, against committed transactions; and many signatures at one instant."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from tests import factories
from tests.factories import PASSWORD
from tests.webapp.reading.acts import HALF, at
from webapp.blinding.models import Opening
from webapp.blinding.permissions import is_veiled
from webapp.reading import services
from webapp.reading.models import Assignment, Consensus, Reading, Round
from webapp.slides.models import Specimen
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db(transaction=True)

DOSES = int(os.environ.get("DUOSCOPE_SOAK", "1"))
#: H-scores 110 and 210: more than the tolerance of 40 apart.
LOW, HIGH = HALF, {"inputs": {"weak": 0, "moderate": 30, "strong": 50}}
NEAR = {"inputs": {"weak": 10, "moderate": 40, "strong": 20}}  # 150


def signed_in(person: Any) -> APIClient:
    """A browser of the person's, with a session of its own."""
    client = APIClient()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all of them at the same instant, each in a thread with a connection of its own; what they give, in order."""
    start = threading.Barrier(len(acts))
    given: list[Any] = [None] * len(acts)

    def go(number: int) -> None:
        try:
            start.wait(10)
            given[number] = acts[number]()
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


def submit(client: APIClient, assignment_id: Any, body: Any, key: str = "") -> Any:
    sent = {**body, "password": PASSWORD}
    headers = {"Idempotency-Key": key or f"key of {assignment_id}"}
    return client.post(f"/api/assignments/{assignment_id}/sign", sent, format="json", headers=headers)


def give(dora: Any, study: Study, readers: Sequence[Any], specimens: Sequence[Specimen]) -> None:
    for reader in readers:
        services.assign(dora, services.open_session(dora, study, reader), specimens)


def seen_by(client: APIClient) -> list[bytes]:
    """Everything a reader can ask about their work."""
    items = client.get("/api/worklist").json()["results"]
    paths = ["/api/worklist", "/api/worklist/counts", "/api/adjudications", "/api/slide-requests"]
    paths += [f"/api/assignments/{item['id']}" for item in items]
    return [client.get(path).content for path in paths]


def test_the_story(study: Study, alice: Any, bob: Any, dora: Any, adam: Any) -> None:
    specimens = [factories.SpecimenFactory(slide__study=study) for _ in range(2)]
    give(dora, study, (alice, bob), specimens)
    a, b = signed_in(alice), signed_in(bob)
    own = {
        (who, row.specimen_id): row.pk
        for who, reader in (("a", alice), ("b", bob))
        for row in Assignment.objects.filter(reader=reader)
    }
    agreed, disputed = (specimen.pk for specimen in specimens)

    # Both open and read; nothing that either does is seen by the other.
    for client, who in ((a, "a"), (b, "b")):
        items = client.get("/api/worklist").json()["results"]
        assert {item["state"] for item in items} == {"to_read"}
        opened = client.post(f"/api/assignments/{own[who, agreed]}/open")
        assert opened.status_code == 200
        assert opened.json()["presentation"]["levels"]
    before = seen_by(a)
    draft = b.put(
        f"/api/assignments/{own['b', agreed]}/draft", {"draft": {"weak": "10"}}, format="json",
        headers={"If-Match": '"1"'},
    )  # fmt: skip
    assert draft.status_code == 200
    assert submit(b, own["b", disputed], HIGH).status_code == 201
    assert seen_by(a) == before
    assert not Consensus.objects.exists()

    # The other specimen is submitted by both at the same instant.
    answers = at_once(lambda: submit(a, own["a", agreed], LOW), lambda: submit(b, own["b", agreed], NEAR))
    assert [answer.status_code for answer in answers] == [201, 201]
    consensus = Consensus.objects.get()
    assert (consensus.specimen_id, consensus.kind, consensus.value) == (agreed, "mean", 130)
    assert consensus.inputs == {"weak": "15", "moderate": "35", "strong": "15"}
    assert Opening.objects.get().specimen_id == agreed
    assert not is_veiled(alice, agreed)
    assert not is_veiled(bob, agreed)
    assert is_veiled(alice, disputed)

    # The discordant one goes to the adjudicator, who reads it blind and decides.
    assert submit(a, own["a", disputed], LOW).status_code == 201
    assert Round.objects.get(specimen=disputed).state == Round.State.DISCORDANT
    assert is_veiled(alice, disputed)
    c = signed_in(adam)
    (waiting,) = c.get("/api/adjudications").json()["results"]
    taken = c.post(f"/api/adjudications/{waiting['round']}/claim")
    assert taken.status_code == 201
    assert c.post(f"/api/assignments/{taken.json()['id']}/open").status_code == 200
    shown = c.get(f"/api/assignments/{taken.json()['id']}").json()
    assert shown["reading"] is None
    decided = submit(c, taken.json()["id"], NEAR)
    assert decided.status_code == 201
    final = Consensus.objects.get(specimen=disputed)
    assert (final.kind, final.value) == ("adjudicated", 150)
    assert not any(is_veiled(person, disputed) for person in (alice, bob, adam))

    # What was signed is what was sent, for good.
    assert sorted(Reading.objects.values_list("value", flat=True)) == [110, 110, 150, 150, 210]
    assert set(Round.objects.values_list("state", flat=True)) == {Round.State.DECIDED}


def test_many_double_submits_at_one_instant_lose_no_consensus(study: Study, alice: Any, bob: Any, dora: Any) -> None:
    """reliability.md D1: one consensus for each, never none and never two. 1000 of them with DUOSCOPE_SOAK=25."""
    number = 40 * DOSES
    give(dora, study, (alice, bob), [factories.SpecimenFactory(slide__study=study) for _ in range(number)])
    order = list(Specimen.objects.values_list("pk", flat=True))
    start = threading.Barrier(2)
    statuses: list[int] = []

    def read_all(reader: Any, body: Any) -> None:
        client = signed_in(reader)
        rows = dict(Assignment.objects.filter(reader=reader).values_list("specimen", "pk"))
        try:
            for specimen in order:
                start.wait(60)
                statuses.append(submit(client, rows[specimen], body).status_code)
        finally:
            start.abort()
            connection.close()

    threads = [threading.Thread(target=read_all, args=given) for given in ((alice, LOW), (bob, NEAR))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [201] * (2 * number)
    assert Consensus.objects.filter(kind="mean", value=130).count() == Consensus.objects.count() == number
    assert Round.objects.filter(state=Round.State.DECIDED).count() == number
    assert Opening.objects.count() == number


def test_a_double_click_is_one_reading_and_the_same_answer(study: Study, alice: Any, dora: Any) -> None:
    """reliability.md D2: eight identical submits in parallel, from as many windows."""
    give(dora, study, (alice,), [factories.SpecimenFactory(slide__study=study)])
    assignment = Assignment.objects.get()
    windows = [signed_in(alice) for _ in range(8)]
    answers = at_once(*[lambda window=window: submit(window, assignment.pk, LOW) for window in windows])
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.content for answer in answers}) == 1
    assert Reading.objects.count() == 1


def test_two_adjudicators_reach_for_the_same_specimen(study: Study, alice: Any, bob: Any, dora: Any, adam: Any) -> None:
    eve = factories.UserFactory(username="eve")
    factories.MembershipFactory(study=study, user=eve, role="adjudicator")
    give(dora, study, (alice, bob), [factories.SpecimenFactory(slide__study=study)])
    for reader, body in ((alice, LOW), (bob, HIGH)):
        submit(signed_in(reader), Assignment.objects.get(reader=reader).pk, body)
    path = f"/api/adjudications/{Round.objects.get().pk}/claim"
    clients = [signed_in(person) for person in (adam, eve)]
    answers = at_once(*[lambda client=client: client.post(path) for client in clients])
    assert sorted(answer.status_code for answer in answers) == [201, 404]
    assert Assignment.objects.filter(purpose="adjudication").count() == 1


def test_two_windows_save_at_once_and_one_is_told(study: Study, alice: Any, dora: Any) -> None:
    give(dora, study, (alice,), [factories.SpecimenFactory(slide__study=study)])
    path = at(Assignment.objects.get(), "draft")
    windows = [signed_in(alice) for _ in range(4)]

    def save(number: int) -> Any:
        body = {"draft": {"weak": str(number)}}
        return windows[number].put(path, body, format="json", headers={"If-Match": '"1"'})

    answers = at_once(*[lambda number=number: save(number) for number in range(4)])
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    winner = next(number for number, answer in enumerate(answers) if answer.status_code == 200)
    assert Assignment.objects.get().draft == {"weak": str(winner)}


def test_giving_out_the_same_specimens_from_two_sides_ends(study: Study, alice: Any, bob: Any, dora: Any) -> None:
    """Rounds are locked before sessions and in one order, so that neither waits for the other for ever."""
    specimens = [factories.SpecimenFactory(slide__study=study) for _ in range(10)]
    sessions = [services.open_session(dora, study, reader) for reader in (alice, bob)]
    orders = (specimens, specimens[::-1])
    made = at_once(
        *[lambda pair=pair: services.assign(dora, *pair) for pair in zip(sessions, orders, strict=True)],
        *[lambda pair=pair: services.assign(dora, *pair) for pair in zip(sessions, orders[::-1], strict=True)],
    )
    assert sorted(len(rows) for rows in made) == [0, 0, 10, 10]


# The end of reading, at the very instant of a signature


def test_a_signature_at_the_instant_of_a_data_lock_is_in_before_it_or_refused(alice: Any, bob: Any, dora: Any) -> None:
    for _ in range(6 * DOSES):
        study = factories.StudyFactory()
        factories.ProtocolFactory(study=study)
        for person, role in ((alice, "pathologist"), (bob, "pathologist"), (dora, "administrator")):
            factories.MembershipFactory(study=study, user=person, role=role)
        give(dora, study, (alice, bob), [factories.SpecimenFactory(slide__study=study)])
        mine = Assignment.objects.filter(session__study=study)
        submit(signed_in(alice), mine.get(reader=alice).pk, LOW)
        reader, administrator, last = signed_in(bob), signed_in(dora), mine.get(reader=bob).pk

        def lock(client: APIClient = administrator, study: Study = study) -> Any:
            client.post(f"/api/studies/{study.pk}/close")
            return client.post(f"/api/studies/{study.pk}/lock")

        signed, locked = at_once(lambda reader=reader, last=last: submit(reader, last, NEAR), lock)
        assert locked.status_code == 200, locked.content
        assert signed.status_code in (201, 404, 409), signed.content
        was_in = signed.status_code == 201
        assert Reading.objects.filter(assignment=last).exists() == was_in
        assert Consensus.objects.filter(round__specimen__slide__study=study).exists() == was_in
        round_ = Round.objects.get(specimen__slide__study=study)
        assert round_.state == (Round.State.DECIDED if was_in else Round.State.CLOSED)


def test_a_signature_at_the_instant_of_a_withdrawal_decides_nothing_afterwards(
    study: Study, alice: Any, bob: Any, dora: Any
) -> None:
    for _ in range(6 * DOSES):
        specimen = factories.SpecimenFactory(slide__study=study)
        give(dora, study, (alice, bob), [specimen])
        mine = Assignment.objects.filter(specimen=specimen)
        submit(signed_in(alice), mine.get(reader=alice).pk, LOW)
        reader, administrator, last = signed_in(bob), signed_in(dora), mine.get(reader=bob).pk
        path = f"/api/cases/{specimen.case_id}/withdraw"
        signed, withdrawn = at_once(
            lambda reader=reader, last=last: submit(reader, last, NEAR),
            lambda client=administrator, path=path: client.post(path, {"reason": "Asked for it."}, format="json"),
        )
        assert withdrawn.status_code == 200, withdrawn.content
        assert signed.status_code in (201, 404, 409), signed.content
        assert Reading.objects.filter(assignment=last).exists() == (signed.status_code == 201)
        assert Consensus.objects.filter(specimen=specimen).exists() == (signed.status_code == 201)
        assert not mine.filter(state__in=["waiting", "deferred"]).exists()


def test_a_second_read_is_signed_or_called_off_and_never_both(
    study: Study, alice: Any, quentin: Any, dora: Any
) -> None:
    study.protocols.update(readers_per_specimen=1)
    for _ in range(6 * DOSES):
        specimen = factories.SpecimenFactory(slide__study=study)
        give(dora, study, (alice,), [specimen])
        submit(signed_in(alice), Assignment.objects.get(specimen=specimen).pk, LOW)
        (review,) = services.choose_specimens_for_qa(dora, study.pk, [specimen.pk])
        services.allocate(dora, study.pk, services.Asked(readers=[quentin.pk], purpose="qa", specimens=[specimen.pk]))
        second = Assignment.objects.get(specimen=specimen, reader=quentin).pk
        reader, administrator = signed_in(quentin), signed_in(dora)
        signed, dropped = at_once(
            lambda reader=reader, second=second: submit(reader, second, NEAR),
            lambda client=administrator, review=review: client.post(f"/api/qa/{review.pk}/drop"),
        )
        review.refresh_from_db()
        ends = (signed.status_code, dropped.status_code, review.state)
        assert ends in ((201, 409, "read"), (404, 200, "dropped"), (409, 200, "dropped")), ends
        assert Reading.objects.filter(assignment=second).exists() == (review.state == "read")
