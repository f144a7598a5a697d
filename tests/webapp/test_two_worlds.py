"""The promise of blinding, tested from outside: two worlds that differ only in what reader A (alice) must not know give
byte-identical answers to everything alice can ask.

Alice reads some specimens and bob the same ones. The hidden world differs from the open one in what bob, the
adjudicator, the algorithms and the administrator have done meanwhile (``SECRETS``); nothing of it was revealed to her.
Every route of the URL map is asked, about every object of its kind, with every query parameter its schema names, as a
pathologist alone and holding each other role beside; writes are undone one by one. What is random by nature (ids of
her own new rows, tokens) is named by its order. What exists in the hidden world alone answers like an unknown id.

Then the same for her whole day (open, draft, sign, amend, put back), and for what her socket hears.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.db import transaction
from django.utils import timezone

from tests import factories
from tests.webapp.live.test_consumers import Socket, session_of
from tests.webapp.test_routes import routes
from tests.webapp.worlds import STANDS_FOR, UNKNOWN, Answer, Asking, Person, all_ids, everything
from webapp.agreement import services as agreement
from webapp.blinding.permissions import is_veiled
from webapp.reading import services as reading
from webapp.reading.models import Assignment, Consensus, Purpose, Round
from webapp.reading.services import Signed
from webapp.slides.services import open_slide
from webapp.studies.models import Role, Study

#: What alice may be besides a pathologist.
BESIDE = ["", Role.TECHNICIAN, Role.ADMINISTRATOR, Role.ADJUDICATOR, Role.QA_READER, Role.KEY_HOLDER, "root"]
#: What may differ all the same, by role and route, and why. Nothing else may.
MAY_DIFFER: dict[tuple[str, str], str] = {
    (Role.ADMINISTRATOR, "POST comparisons/<uuid:pk>/unblind"): (
        "This is how an administrator asks to be told: it is audited with a reason and ends the right to read."
    ),
}
#: Which models' rows stand for the ids of which routes, in the hidden world alone.
HIDDEN = {
    "reading.Reading": "readings",
    "reading.Assignment": "assignments",
    "reading.SlideRequest": "slide-requests",
    "runs.Run": "runs",
    "runs.Batch": "batches",
    "slides.Presentation": "presentations",
    "reading.QaReview": "qa",
}

Secret = Callable[[SimpleNamespace], None]


def said(weak: Any, moderate: Any, strong: Any, comment: str = "") -> Signed:
    return Signed({"inputs": {"weak": weak, "moderate": moderate, "strong": strong}}, comment=comment)


def bob_drafts(scene: SimpleNamespace) -> None:
    """Bob has looked at everything, begun some, put one back, asked for another scan."""
    bob = scene.bob
    open_slide(bob, scene.slide.pk)
    for assignment in scene.of_bob:
        reading.open_assignment(bob, assignment.pk)
    reading.save_draft(bob, scene.of_bob[0].pk, version=1, draft={"weak": "11"})
    reading.defer(bob, scene.of_bob[1].pk)
    reading.request_slide(bob, scene.of_bob[2].pk, kind="recut", note="folded")


def bob_signs_like_alice(scene: SimpleNamespace) -> None:
    """Bob has read everything; where alice has read too, they agree and a consensus was made."""
    for assignment in scene.of_bob:
        signed, _ = reading.sign_reading(scene.bob, assignment.pk, said(20, 30, 10, "as usual"))
        reading.amend_reading(scene.bob, signed.pk, said(20, 30, 11), why="mistyped")
    assert Consensus.objects.count() == scene.consensuses + 1


def bob_signs_otherwise(scene: SimpleNamespace) -> None:
    """Bob has read everything otherwise; it was adjudicated; the algorithm has run, and dora has looked at it."""
    for assignment in scene.of_bob:
        reading.sign_reading(scene.bob, assignment.pk, said(0, 0, 95, "obvious"))
    taken = reading.claim_adjudication(scene.adam, scene.round_signed.pk)
    reading.sign_reading(scene.adam, taken.pk, said(0, 0, 90))
    the_algorithm_runs(scene)
    a_second_read_is_graded(scene)
    agreement.unblind(scene.dora, scene.specimen.pk, "A complaint.")


def the_algorithm_runs(scene: SimpleNamespace) -> None:
    """Runs of every specimen, waiting and done, in a batch; dora and tina have looked."""
    for specimen in (scene.specimen, scene.signed_specimen, scene.deferred_specimen):
        asked = {"specimen": specimen, "requested_by": scene.tina}
        batch = factories.BatchFactory(study=scene.study, slide=specimen.slide, requested_by=scene.tina)
        done = factories.RunFactory(batch=batch, done=True, **asked)
        factories.ResultFactory(run=done)
        factories.RunFactory(batch=batch, **asked)
        factories.RunFactory(**asked)
        agreement.reveal(scene.dora, done.pk)
        agreement.reveal_batch(scene.tina, batch.pk)


def the_algorithm_runs_on_what_she_has_not_read(scene: SimpleNamespace) -> None:
    """Under a protocol that shows her the algorithm after her own signature."""
    for specimen in (scene.specimen, scene.deferred_specimen):
        factories.ResultFactory(
            run=factories.RunFactory(specimen=specimen, requested_by=scene.tina, done=True)
        )  # fmt: skip


def a_second_read_is_graded(scene: SimpleNamespace) -> None:
    """Of what alice read alone, a blinded second read was asked for, made and graded."""
    reading.choose_for_qa(scene.dora, scene.round_single, scene.reading_single, targeted=True)
    session = reading.open_session(scene.dora, scene.study, scene.quentin, Purpose.QA)
    (second,) = reading.assign(scene.dora, session, [scene.round_single.specimen])
    reading.sign_reading(scene.quentin, second.pk, said(0, 0, 0))


SECRETS: dict[str, Secret] = {
    "bob drafts": bob_drafts,
    "bob signs like alice": bob_signs_like_alice,
    "bob signs otherwise, adjudicated, algorithm run": bob_signs_otherwise,
    "the algorithm runs": the_algorithm_runs,
    "a second read is graded": a_second_read_is_graded,
}
#: Every request takes its 30 ms: `make test` holds each role against what contains most, the pathologist alone and the
#: administrator against all that differs in kind; `make soak` holds every role against all of them.
FULL = "DUOSCOPE_SOAK" in os.environ


def secrets_for(role: str) -> dict[str, Secret]:
    if FULL:
        return SECRETS
    kinds = [bob_drafts, bob_signs_like_alice, bob_signs_otherwise]
    told = kinds if role in ("", Role.ADMINISTRATOR) else kinds[2:]
    return {name: act for name, act in SECRETS.items() if act in told}


def build(study: Study, alice: Any, bob: Any, tina: Any, dora: Any, mode: str) -> SimpleNamespace:
    """The open world. The protocol asks for re-reads, so that nothing is opened to readers by what others do."""
    study.protocols.update(reveal_to_readers="after_re_reads", re_read_series=1, mode=mode)
    adam, cleo, quentin = factories.UserFactory.create_batch(3)
    for person, role in ((adam, Role.ADJUDICATOR), (cleo, Role.PATHOLOGIST), (quentin, Role.QA_READER)):
        factories.MembershipFactory(study=study, user=person, role=role)
    names = ("specimen", "signed_specimen", "deferred_specimen", "foreign_specimen", "single_specimen")
    specimens = {name: factories.SpecimenFactory(slide__study=study) for name in names}
    unread, done, deferred, foreign, single = specimens.values()
    # One that a single reader reads, made before two were asked for.
    study.protocols.update(readers_per_specimen=1)
    alone = _give(dora, study, alice, [single])[single]
    study.protocols.update(readers_per_specimen=2)
    mine = _give(dora, study, alice, [unread, done, deferred])
    his = _give(dora, study, bob, [unread, done, deferred, foreign])
    _give(dora, study, cleo, [foreign])
    for assignment in mine.values():
        reading.open_assignment(alice, assignment.pk)
    signed, _ = reading.sign_reading(alice, mine[done].pk, said(20, 30, 10))
    reading.save_draft(alice, mine[deferred].pk, version=1, draft={"weak": "5"})
    request = reading.request_slide(alice, mine[deferred].pk, kind="rescan")
    reading_single, _ = reading.sign_reading(alice, alone.pk, said(20, 30, 10))
    return SimpleNamespace(
        study=study, alice=alice, bob=bob, tina=tina, dora=dora, adam=adam, quentin=quentin, **specimens,
        slide=unread.slide, signed_slide=done.slide,
        mapped_slide=factories.SpecimenFactory(slide__study=study, core=True).slide,
        case=unread.case, field=factories.FieldOfViewFactory(
            slide=unread.slide
        ),
        unread=mine[unread], assignment_of_alice=mine[unread], signed=mine[done],
        deferred=mine[deferred], of_bob=list(his.values()),
        unread_of_bob=his[unread], signed_of_bob=his[done], foreign_of_bob=his[foreign], reading_of_alice=signed,
        reading_single=reading_single, round_single=alone.round, slide_request_of_alice=request,
        round_unread=mine[unread].round, round_signed=mine[done].round, round_foreign=his[foreign].round,
        membership_of_alice=study.memberships.get(user=alice, role=Role.PATHOLOGIST),
        membership_of_bob=study.memberships.get(user=bob),
        presentation_of_alice=factories.PresentationFactory(user=alice, slide=unread.slide),
        presentation_of_bob=factories.PresentationFactory(user=bob, slide=done.slide),
        token_of_alice=factories.TokenFactory(user=alice), consensuses=Consensus.objects.count(),
        fresh_specimen=factories.SpecimenFactory(slide__study=study),
    )  # fmt: skip


def _give(dora: Any, study: Study, reader: Any, specimens: list[Any]) -> dict[Any, Assignment]:
    session = reading.open_session(dora, study, reader)
    made = reading.assign(dora, session, specimens)
    return {assignment.specimen: assignment for assignment in made}


@pytest.fixture
def scene(request: Any, study: Study, alice: Any, bob: Any, tina: Any, dora: Any) -> SimpleNamespace:
    return build(study, alice, bob, tina, dora, getattr(request, "param", "independent"))


class Clock:
    """Time that goes on only when told to, so that both worlds are asked at the same moments."""

    def __init__(self) -> None:
        self.began = self.moment = timezone.now()

    def tick(self) -> None:
        self.moment += timedelta(seconds=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.moment)
    return clock


def beside(scene: SimpleNamespace, role: str) -> None:
    """Give alice the other role, before either world begins."""
    if role == "root":
        scene.alice.is_staff = True
        scene.alice.save()
    elif role:
        factories.MembershipFactory(study=scene.study, user=scene.alice, role=role)
    for specimen in (scene.specimen, scene.signed_specimen, scene.deferred_specimen, scene.foreign_specimen):
        assert is_veiled(scene.alice, specimen)


def hidden_ids(before: dict[str, set[str]]) -> dict[str, list[str]]:
    """Of what the secret made, one id for the routes of each kind; readings and consensuses by every kind's route."""
    found: dict[str, list[str]] = {}
    for model, ids in all_ids().items():
        new = sorted(ids - before[model])[:1]
        if new and model in HIDDEN:
            found.setdefault(HIDDEN[model], []).extend(new)
            if model == "runs.Run":
                found.setdefault("results", []).extend(new)
    return found


def as_unknown(asking: Asking, hidden: dict[str, list[str]]) -> Asking:
    """The same request about an id that there never was."""
    for values in hidden.values():
        for value in values:
            if value in asking.path:
                return Asking(asking.name, asking.path.replace(value, UNKNOWN), "", asking.body, asking.headers)
    return asking


PAGES = ("/accounts-admin/", "/accounts-admin/accounts/user/", "/healthz")


def pages() -> Iterator[Asking]:
    for path in PAGES:
        yield Asking(f"GET {path}", path)


def test_every_route_is_asked(scene: SimpleNamespace) -> None:
    asked = {asking.name for asking in everything(scene)}
    assert asked == routes()
    for word, things in STANDS_FOR.items():
        assert all(hasattr(scene, thing) for thing in things), word


@pytest.mark.django_db
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("role", BESIDE)
def test_whatever_alice_asks_is_answered_alike_in_both_worlds(scene: SimpleNamespace, role: str) -> None:
    beside(scene, role)
    nothing_tells(scene, role, secrets_for(role))


@pytest.mark.django_db
@pytest.mark.timeout(900)
@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("scene", ["sequential"], indirect=True)
def test_before_her_unaided_reading_the_algorithm_is_hidden_too(scene: SimpleNamespace) -> None:
    beside(scene, "")
    nothing_tells(scene, "", {"the algorithm runs": the_algorithm_runs_on_what_she_has_not_read})


def nothing_tells(scene: SimpleNamespace, role: str, secrets: dict[str, Secret]) -> None:
    """Ask everything in the open world, then in each of the hidden ones."""
    alice = Person(scene.alice)
    before = all_ids()
    common = frozenset().union(*before.values()) | {UNKNOWN}
    open_world = {asking: alice.ask(asking, common) for asking in [*everything(scene), *pages()]}
    assert {200, 404} <= {answer.status for answer in open_world.values()}
    differing: list[str] = []
    for secret, act in secrets.items():
        savepoint = transaction.savepoint()
        act(scene)
        hidden = hidden_ids(before)
        for asking in [*everything(scene, hidden), *pages()]:
            if (role, asking.name) in MAY_DIFFER:
                continue
            answer, expected = alice.ask(asking, common), open_world[as_unknown(asking, hidden)]
            if answer != expected:
                differing.append(told_apart(f"{secret}: {asking}", expected, answer))
        transaction.savepoint_rollback(savepoint)
    assert not differing, f"{len(differing)} answers tell:\n" + "\n".join(differing[:12])


def told_apart(asked: object, before: Answer, after: Answer) -> str:
    """Where two answers differ, to be read."""
    lines = [f"{asked}"]
    if (before.status, before.body) != (after.status, after.body):
        lines += [f"  open   {before.status} {before.body[:600]!r}", f"  hidden {after.status} {after.body[:600]!r}"]
    for name, value in set(before.headers) ^ set(after.headers):
        lines.append(f"  header {name}: {value}")
    return "\n".join(lines)


def her_day(scene: SimpleNamespace) -> list[Asking]:
    """What alice does in her own work, one after the other, and stays done."""
    unread, deferred, signed = (f"assignments/{one.pk}" for one in (scene.unread, scene.deferred, scene.signed))
    score = json.dumps({"inputs": {"weak": 10, "moderate": 40, "strong": 20}, "password": factories.PASSWORD})
    corrected = json.dumps({**json.loads(score), "why": "mistyped"})

    def post(path: str, body: str = "null", method: str = "POST", **headers: str) -> Asking:
        return Asking(f"{method} {path}", path, body=body, headers=tuple(headers.items()))

    return [
        post(f"{unread}/open"),
        post(f"{unread}/draft", '{"draft": {"weak": "10"}}', "PUT", **{"If-Match": '"1"'}),
        post(f"{unread}/draft", '{"draft": {"weak": "11"}}', "PUT", **{"If-Match": '"1"'}),
        post(f"{unread}/defer"),
        post(f"{unread}/resume"),
        post(f"{unread}/requests", '{"kind": "rescan"}'),
        post(f"{unread}/resume"),
        post(f"{deferred}/resume"),
        post(f"{unread}/algorithm/reveal"),
        post(f"{unread}/sign", score, **{"Idempotency-Key": "her-day"}),
        post(f"{unread}/sign", score, **{"Idempotency-Key": "her-day"}),
        post(f"{unread}/sign", score.replace("10,", "11,")),
        post(f"{unread}/algorithm/reveal"),
        post(f"{unread}/revise", score),
        post(f"readings/{scene.reading_of_alice.pk}/amend", corrected),
        post(f"{signed}/sign", score),
        post(f"{deferred}/sign", '{"scoreable": false, "reason": "fold"}'),
        post(f"comparisons/{scene.specimen.pk}/reveal"),
        post(f"comparisons/{scene.signed_specimen.pk}/reveal"),
    ]


@pytest.mark.django_db
@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", ["", Role.ADMINISTRATOR])
@pytest.mark.parametrize("secret", [bob_signs_like_alice, bob_signs_otherwise])
def test_her_whole_day_is_alike_in_both_worlds(scene: SimpleNamespace, clock: Clock, role: str, secret: Secret) -> None:
    """Also where her own signature is the last one: it decides the round, which she is not told."""
    beside(scene, role)
    common = frozenset().union(*all_ids().values())
    lists = [asking for asking in everything(scene) if asking.method == "GET" and UNKNOWN not in asking.path]

    def day() -> list[tuple[str, Answer]]:
        alice = Person(scene.alice)
        clock.moment = clock.began + timedelta(minutes=1)
        told = []
        for asking in her_day(scene):
            clock.tick()
            told.append((str(asking), alice.ask(asking, common, undo=False)))
        return told + [(str(asking), alice.ask(asking, common)) for asking in lists]

    savepoint = transaction.savepoint()
    open_world = day()
    transaction.savepoint_rollback(savepoint)
    secret(scene)
    hidden_world = day()
    assert Round.objects.exclude(state=Round.State.OPEN).count() >= 3
    assert {201, 200, 409, 412, 404} <= {answer.status for _, answer in open_world}
    told = [
        told_apart(asked, before, after)
        for (asked, before), (_, after) in zip(open_world, hidden_world, strict=True)
        if before != after
    ]
    assert not told, f"{len(told)} answers tell:\n" + "\n".join(told[:12])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", BESIDE)
def test_her_socket_hears_the_same_in_both_worlds(scene: SimpleNamespace, role: str) -> None:
    """Every frame, while bob signs, adam adjudicates, the algorithm runs and dora looks."""
    beside(scene, role)
    session = session_of(scene.alice)
    rooms = [f"study:{scene.study.pk}", f"slide:{scene.slide.pk}", f"slide:{scene.signed_slide.pk}", f"run:{UNKNOWN}"]

    async def world(act: Secret | None) -> list[Any]:
        socket = Socket(session)
        await socket.connect()
        heard = [await socket.ask({"join": room}) for room in rooms]
        if act is not None:
            await database_sync_to_async(act)(scene)
        heard += await socket.frames(1.0)
        await socket.disconnect()
        return heard

    def acts(scene: SimpleNamespace) -> None:
        bob_drafts(scene)
        for assignment in scene.of_bob:
            reading.resume(scene.bob, assignment.pk)
        bob_signs_otherwise(scene)

    without = asyncio.run(world(None))
    assert [list(frame) for frame in without[:4]] == [["joined"]] * 3 + [["refused"]]
    assert asyncio.run(world(acts)) == without
