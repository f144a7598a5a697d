"""The whole way with everything real: asked over HTTP, scored by a Celery worker in a process of its own, heard of over
the socket through Valkey, revealed and read over HTTP."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings as django_settings

from tests import provision
from tests.tissue import tissue_specimen
from tests.webapp.agreement.test_api import read_cells
from tests.webapp.live.test_consumers import opened, session_of
from webapp.core.embedded import process
from webapp.slides.models import Specimen
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["-m", "celery", "--app", "webapp.celery", "worker", "-c", "1", "--queues", "cpu", "--without-gossip",
          "--without-mingle", "--loglevel", "INFO"]  # fmt: skip


@pytest.fixture
def start_worker(settings: Any, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    settings.SLIDE_FOLDER = tmp_path / "slides"
    settings.SLIDE_FOLDER.mkdir()
    children = []

    def start(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "worker.log").open("ab") as log:
            child = process.start(
                [sys.executable, *WORKER, *arguments],
                environment={
                    **os.environ,
                    "DUOSCOPE_SLIDES": str(settings.SLIDE_FOLDER),
                    "DUOSCOPE_RESULTS": str(settings.RESULT_FOLDER),
                    **environment,
                },
                folder=provision.ROOT,
                output=log,
            )
        children.append(child)
        return child

    yield start
    for child in children:
        process.stop(child)


@pytest.fixture
def specimen(study: Study, start_worker: Any) -> Specimen:
    return tissue_specimen(Path(django_settings.SLIDE_FOLDER), side_px=1024, study=study)


def test_from_the_request_to_every_nucleus(
    client_of: Any, tina: Any, alice: Any, specimen: Specimen, start_worker: Any
) -> None:
    client, session, readers_session = client_of(tina), session_of(tina), session_of(alice)

    def ask() -> dict[str, Any]:
        body = {"specimen": str(specimen.pk), "algorithm": "nnp"}
        answer = client.post("/api/runs", body, format="json", headers={"Idempotency-Key": "end to end"})
        assert answer.status_code == 201
        return dict(answer.json())

    async def story() -> tuple[dict[str, Any], list[Any], list[Any]]:
        socket, readers = await opened(session), await opened(readers_session)
        for one in (socket, readers):
            assert "joined" in await one.ask({"join": f"study:{specimen.slide.study_id}"})
        asked = await sync_to_async(ask)()
        heard = [await socket.hear(5)]
        start_worker("-P", "solo")
        while heard[-1]["changed"] != "result":
            heard.append(await socket.hear(60))
        readers_heard = await readers.frames(0.5)
        for one in (socket, readers):
            await one.disconnect()
        return asked, heard, readers_heard

    asked, heard, readers_heard = asyncio.run(asyncio.wait_for(story(), 100))
    changed = [frame["changed"] for frame in heard]
    assert {frame["id"] for frame in heard} == {asked["id"]}
    assert changed.count("run") >= 4  # asked for, claimed, at least one report of progress, finished
    assert changed[-1] == "result"
    assert readers_heard == []

    run = client.get(f"/api/runs/{asked['id']}").json()
    assert (run["state"], run["attempt"], run["has_result"]) == ("done", 1, True)
    assert run["progress_done"] == run["progress_total"] > 0
    assert client.get(f"/api/results/{run['id']}/cells").status_code == 404
    result = client.post(f"/api/results/{run['id']}/reveal").json()
    assert result["scoreable"]
    cells, total = read_cells(client.get(f"/api/results/{run['id']}/cells").content)
    assert total == len(cells) == result["cell_count"] == sum(result["counts"].values()) > 100


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["-P", "prefork"], {}, "not solo"),
        (["-P", "solo"], {"DUOSCOPE_RESULTS": "/dev/null/results"}, "result store /dev/null/results cannot be written"),
    ],
)
def test_a_worker_refuses_a_wrong_setup(
    start_worker: Any, tmp_path: Path, arguments: list[str], environment: dict[str, str], words: str
) -> None:
    child = start_worker(*arguments, **environment)
    assert child.wait(60) not in (0, None)
    assert words in (tmp_path / "worker.log").read_text()
