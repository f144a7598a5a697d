"""Real sockets of the consumer over the real channel layer (Valkey) and the real database."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client

from tests import factories
from webapp.live import consumers
from webapp.live.receivers import publish, tell_what_was_recorded
from webapp.live.rooms import Room
from webapp.reading import services as reading
from webapp.runs import services
from webapp.runs.models import Run
from webapp.slides.models import Specimen
from webapp.studies.models import Membership, Role, Study

pytestmark = pytest.mark.django_db(transaction=True)
HALF = reading.Signed({"inputs": {"weak": 20, "moderate": 30, "strong": 10}})
HERE = {"origin": "http://testserver", "host": "testserver"}


@pytest.fixture(autouse=True)
def _judge_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "JUDGE_EVERY_S", 0.3)


@pytest.fixture
def specimen(study: Study) -> Specimen:
    return factories.SpecimenFactory(slide__study=study)


def session_of(user: Any) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class Socket(ApplicationCommunicator):
    """A browser's end. (``channels.testing`` would need Daphne.)"""

    def __init__(self, session: str | None, **headers: str) -> None:
        given = {**HERE, **headers}
        if session:
            given["cookie"] = f"{settings.SESSION_COOKIE_NAME}={session}"
        scope = {
            "type": "websocket",
            "path": "/ws/live",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items() if value],
        }
        super().__init__(consumers.websocket_application, scope)

    async def connect(self) -> None:
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(5))["type"] == "websocket.accept"

    async def say(self, text: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send_input({"type": "websocket.receive", "text": text, "bytes": bytes_data})

    async def hear(self, within_s: float = 3) -> Any:
        message = await self.receive_output(within_s)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def ask(self, frame: Any) -> Any:
        await self.say(json.dumps(frame))
        return await self.hear()

    async def close_code(self, within_s: float = 5) -> int:
        """The code the server closes with; frames before it are passed over."""
        while True:
            message = await self.receive_output(within_s)
            if message["type"] == "websocket.close":
                return int(message["code"])

    async def frames(self, for_s: float = 0.4) -> list[Any]:
        """Everything the server says until it falls silent."""
        said = []
        while not await self.receive_nothing(for_s, 0.02):
            said.append(await self.hear())
        return said

    async def disconnect(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)


def run(story: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(asyncio.wait_for(story(), 60))  # type: ignore[arg-type]


async def opened(session: str) -> Socket:
    socket = Socket(session)
    await socket.connect()
    return socket


def test_a_stranger_is_closed_with_4401() -> None:
    async def story() -> list[int]:
        codes = []
        for session in (None, "not-a-session"):
            socket = Socket(session)
            await socket.connect()
            codes.append(await socket.close_code())
        return codes

    assert run(story) == [4401, 4401]


@pytest.mark.parametrize(
    "origin",
    ["", "null", "http://evil.example", "http://testserver.evil.example", "http://testserver:8080", "file://",
     "testserver", "http://sub.testserver"],
)  # fmt: skip
def test_a_page_of_another_origin_gets_nowhere(tina: Any, origin: str) -> None:
    session = session_of(tina)

    async def story() -> int:
        socket = Socket(session, origin=origin)
        await socket.connect()
        return await socket.close_code()

    assert run(story) == 4403


def test_rooms_are_joined_where_one_may_know_and_refused_alike_elsewhere(
    tina: Any, alice: Any, specimen: Specimen, other_study: Study
) -> None:
    the_run = factories.RunFactory(specimen=specimen)
    foreign = factories.SlideFactory(study=other_study)
    names = {
        "study": f"study:{specimen.slide.study_id}",
        "slide": f"slide:{specimen.slide_id}",
        "run": f"run:{the_run.pk}",
        "foreign study": f"study:{other_study.pk}",
        "foreign slide": f"slide:{foreign.pk}",
        "unknown run": f"run:{uuid.uuid4()}",
    }
    sessions = {"tina": session_of(tina), "alice": session_of(alice)}

    async def story(who: str) -> dict[str, str]:
        socket = await opened(sessions[who])
        answers = {what: next(iter(await socket.ask({"join": name}))) for what, name in names.items()}
        await socket.disconnect()
        return answers

    refused = {"foreign study": "refused", "foreign slide": "refused", "unknown run": "refused"}
    assert run(lambda: story("tina")) == {"study": "joined", "slide": "joined", "run": "joined"} | refused
    assert run(lambda: story("alice")) == {"study": "joined", "slide": "joined", "run": "refused"} | refused


def test_changes_arrive_as_ids_in_the_rooms_that_may_know(tina: Any, specimen: Specimen) -> None:
    session = session_of(tina)

    async def story() -> tuple[Run, list[Any]]:
        socket = await opened(session)
        assert await socket.ask({"join": f"study:{specimen.slide.study_id}"}) == {
            "joined": f"study:{specimen.slide.study_id}"
        }
        asked, _ = await database_sync_to_async(services.request_run)(
            tina, specimen_id=specimen.pk, field_of_view_id=None, asked=services.RunRequest("nnp")
        )
        claim = await database_sync_to_async(services.claim_run)(asked.pk, owner="test")
        await database_sync_to_async(services.report_progress)(claim, 1, 2, "scoring")
        said = await socket.frames()
        await socket.disconnect()
        return asked, said

    asked, said = run(story)
    assert said == [{"changed": "run", "id": str(asked.pk)}] * 3


def test_a_room_that_was_left_is_silent(tina: Any, specimen: Specimen) -> None:
    session, name = session_of(tina), f"study:{specimen.slide.study_id}"

    async def story() -> list[Any]:
        socket = await opened(session)
        await socket.ask({"join": name})
        assert await socket.ask({"leave": name}) == {"left": name}
        for kind in ("study", "runs"):
            message = {"type": "live.changed", "changed": "run", "id": "x"}
            await sync_to_async(publish)([Room(kind, specimen.slide.study_id)], message)
        said = await socket.frames()
        await socket.disconnect()
        return said

    assert run(story) == []


@pytest.mark.parametrize("second_role", [None, Role.TECHNICIAN, Role.ADMINISTRATOR])
def test_a_veiled_readers_transcript_is_the_same_in_both_worlds(
    tina: Any, alice: Any, specimen: Specimen, second_role: Role | None
) -> None:
    if second_role:
        factories.MembershipFactory(study=specimen.slide.study, user=alice, role=second_role)
    session = session_of(alice)
    run_id = uuid.uuid4()

    def a_run_from_request_to_end() -> None:
        factories.RunFactory(id=run_id, specimen=specimen, requested_by=tina)
        tell_what_was_recorded(verb="run.requested", kind="run", id=str(run_id), study_id=str(specimen.slide.study_id))
        claim = services.claim_run(run_id, owner="test")
        assert claim is not None
        services.report_progress(claim, 1, 2, "scoring")
        services.fail_run(claim, "it ends")
        services.request_run(tina, specimen_id=specimen.pk, field_of_view_id=None, asked=services.RunRequest("nnp"))

    async def world(with_run: bool) -> list[Any]:
        socket = await opened(session)
        said = [
            await socket.ask({"join": f"study:{specimen.slide.study_id}"}),
            await socket.ask({"join": f"slide:{specimen.slide_id}"}),
        ]
        if with_run:
            await database_sync_to_async(a_run_from_request_to_end)()
        said.append(await socket.ask({"join": f"run:{run_id}"}))
        said += await socket.frames(1.0)
        await socket.disconnect()
        return said

    without = run(lambda: world(with_run=False))
    assert run(lambda: world(with_run=True)) == without
    assert Run.objects.count() == 2
    assert without[-1] == {"refused": f"run:{run_id}"}


def test_a_readers_transcript_is_the_same_whatever_the_other_reader_does(
    alice: Any, bob: Any, dora: Any, specimen: Specimen
) -> None:
    """Until the last reading is in: then the reveal is one frame, of ids alone."""
    study, session = specimen.slide.study, session_of(alice)
    (mine,) = reading.assign(dora, reading.open_session(dora, study, alice), [specimen])

    def bob_reads() -> None:
        (theirs,) = reading.assign(dora, reading.open_session(dora, study, bob), [specimen])
        reading.open_assignment(bob, theirs.pk)
        reading.save_draft(bob, theirs.pk, version=1, draft={"weak": "5"})
        reading.defer(bob, theirs.pk)
        reading.sign_reading(bob, theirs.pk, HALF)

    async def world(with_bob: bool) -> list[Any]:
        socket = await opened(session)
        said = [
            await socket.ask({"join": f"study:{specimen.slide.study_id}"}),
            await socket.ask({"join": f"slide:{specimen.slide_id}"}),
        ]
        if with_bob:
            await database_sync_to_async(bob_reads)()
        said += await socket.frames(1.0)
        await socket.disconnect()
        return said

    async def the_end() -> list[Any]:
        socket = await opened(session)
        await database_sync_to_async(reading.sign_reading)(alice, mine.pk, HALF)
        said = await socket.frames(1.0)
        await socket.disconnect()
        return said

    without = run(lambda: world(with_bob=False))
    assert run(lambda: world(with_bob=True)) == without
    assert run(the_end) == [
        {"changed": "worklist", "id": str(mine.pk)}, {"changed": "comparison", "id": str(specimen.pk)},
    ]  # fmt: skip


def test_who_becomes_a_reader_hears_no_more_of_runs_and_stays(tina: Any, study: Study) -> None:
    session = session_of(tina)
    specimen = factories.SpecimenFactory(slide__study=study)

    def tell(kind: str) -> None:
        publish([Room(kind, study.pk)], {"type": "live.changed", "changed": kind, "id": "x"})

    async def story() -> list[Any]:
        socket = await opened(session)
        await socket.ask({"join": f"study:{study.pk}"})
        await sync_to_async(tell)("runs")
        said = await socket.frames()
        await database_sync_to_async(factories.MembershipFactory)(study=study, user=tina, role=Role.PATHOLOGIST)
        recorded = {"verb": "membership.granted", "kind": "membership", "id": "x", "study_id": str(study.pk)}
        await sync_to_async(tell_what_was_recorded)(**recorded)
        said += await socket.frames(0.2)
        await sync_to_async(tell)("runs")
        await sync_to_async(tell)("study")
        said += await socket.frames()
        await socket.disconnect()
        return said

    assert specimen
    assert run(story) == [{"changed": "runs", "id": "x"}, {"changed": "study", "id": "x"}]


def end_session(user: Any) -> None:
    from django.contrib.sessions.models import Session

    Session.objects.all().delete()


def deactivate(user: Any) -> None:
    user.is_active = False
    user.save()


def change_password(user: Any) -> None:
    user.set_password("another horse battery staple")
    user.save()


def leave_study(user: Any) -> None:
    Membership.objects.filter(user=user).delete()


@pytest.mark.parametrize(
    ("revoke", "code"), [(end_session, 4401), (deactivate, 4401), (change_password, 4401), (leave_study, 4403)]
)
def test_a_socket_ends_with_the_right_to_listen(tina: Any, study: Study, revoke: Any, code: int) -> None:
    session = session_of(tina)

    async def story() -> int:
        socket = await opened(session)
        await socket.ask({"join": f"study:{study.pk}"})
        await database_sync_to_async(revoke)(tina)
        return await socket.close_code(within_s=5)

    assert consumers.JUDGE_EVERY_S <= 4
    assert run(story) == code


def test_a_revocation_is_acted_on_at_once(tina: Any, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "JUDGE_EVERY_S", 3600)
    session = session_of(tina)

    async def story() -> int:
        socket = await opened(session)
        await socket.ask({"join": f"study:{study.pk}"})
        await database_sync_to_async(leave_study)(tina)
        recorded = {"verb": "membership.revoked", "kind": "membership", "id": "x", "study_id": str(study.pk)}
        await sync_to_async(tell_what_was_recorded)(**recorded)
        return await socket.close_code(within_s=5)

    assert run(story) == 4403


@pytest.mark.parametrize("text", ["{", "[" * 60_000, '{"join": "study:' + "x" * 70_000 + '"}'])
def test_a_frame_that_cannot_be_read_ends_the_socket(tina: Any, text: str) -> None:
    session = session_of(tina)

    async def story() -> int:
        socket = await opened(session)
        await socket.say(text)
        return await socket.close_code()

    assert run(story) == 4400


@pytest.mark.parametrize(
    "frame", [{}, [], 1, "x", {"join": 1}, {"join": None}, {"join": "person:x"}, {"join": "runs:x"}, {"speak": 1},
              {"join": "study:x", "leave": "y"}]
)  # fmt: skip
def test_a_frame_that_asks_for_nothing_known_is_answered_so(tina: Any, study: Study, frame: Any) -> None:
    session = session_of(tina)

    async def story() -> Any:
        socket = await opened(session)
        answer = await socket.ask(frame)
        assert next(iter(await socket.ask({"join": f"study:{study.pk}"}))) == "joined"
        await socket.disconnect()
        return answer

    assert set(run(story)) <= {"error", "refused"}


def test_a_binary_frame_ends_the_socket(tina: Any) -> None:
    session = session_of(tina)

    async def story() -> int:
        socket = await opened(session)
        await socket.say(bytes_data=b"\0")
        return await socket.close_code()

    assert run(story) == 4400


def test_a_flood_ends_the_socket(tina: Any) -> None:
    session = session_of(tina)

    async def story() -> int:
        socket = await opened(session)
        for _ in range(consumers.MAX_MESSAGES_PER_S + 1):
            await socket.say('{"leave": "x"}')
        return await socket.close_code()

    assert run(story) == 4429


def test_five_sockets_a_person_and_no_sixth(tina: Any, dora: Any) -> None:
    session, other = session_of(tina), session_of(dora)

    async def story() -> int:
        sockets = [await opened(session) for _ in range(5)]
        sixth = Socket(session)
        await sixth.connect()
        code = await sixth.close_code()
        await (await opened(other)).disconnect()
        await sockets[0].disconnect()
        await (await opened(session)).disconnect()
        for socket in sockets[1:]:
            await socket.disconnect()
        return code

    assert run(story) == 4429
    assert tina.pk not in consumers._open


def test_no_more_than_fifty_rooms(tina: Any, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "MAX_ROOMS", 3)
    slides = [factories.SlideFactory(study=study) for _ in range(4)]
    session = session_of(tina)

    async def story() -> list[str]:
        socket = await opened(session)
        answers = [next(iter(await socket.ask({"join": f"slide:{slide.pk}"}))) for slide in slides]
        await socket.disconnect()
        return answers

    assert run(story) == ["joined", "joined", "refused", "refused"]  # the person's own room is the third
