"""Whatever is killed, a run that was asked for ends, once, and leaves nothing lying about (reliability.md §3 A, B)."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.faults.stack import LEASE_S, Stack, at_work_on, private_stack, until
from tests.tissue import tissue_specimen
from webapp.audit.services import verify
from webapp.runs import services, storage
from webapp.runs.models import Result, Run
from webapp.slides.models import Specimen
from webapp.studies.models import Role

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("faults")]
#: How many random kills; `make soak` asks for more.
DOSES = int(os.environ.get("DUOSCOPE_SOAK", "1"))
ENDED = {"done", "failed", "cancelled"}


@pytest.fixture(scope="module")
def servers() -> Iterator[Stack]:
    with private_stack() as stack:
        yield stack


@pytest.fixture
def stack(servers: Stack, django_db_blocker: Any, settings: Any, tmp_path: Path) -> Iterator[Stack]:
    settings.SLIDE_FOLDER, settings.RESULT_FOLDER = tmp_path / "slides", tmp_path / "results"
    with django_db_blocker.unblock(), at_work_on(servers):
        servers.new_database()
        yield servers
        servers.end_workers()


@pytest.fixture
def tina(stack: Stack) -> Any:
    study = factories.StudyFactory()
    factories.ProtocolFactory(study=study)
    return factories.MembershipFactory(study=study, role=Role.TECHNICIAN)


def specimen_of(tina: Any, tmp_path: Path, *, side_px: int = 1024) -> Specimen:
    return tissue_specimen(tmp_path / "slides", side_px=side_px, study=tina.study)


def ask(tina: Any, specimen: Specimen, **parameters: Any) -> Run:
    asked = services.RunRequest("nnp", parameters=parameters)
    return services.request_run(tina.user, specimen_id=specimen.pk, field_of_view_id=None, asked=asked)[0]


def now(run: Run) -> Run:
    run.refresh_from_db()
    return run


def sweep_until(what: str, ready: Any) -> None:
    """Wait, with the sweeper at work as beat has it."""
    last_s = 0.0

    def swept() -> bool:
        nonlocal last_s
        if time.monotonic() - last_s > 0.5:
            last_s = time.monotonic()
            services.requeue_lost_runs()
        return bool(ready())

    until(what, swept)


def ended(*runs: Run) -> None:
    sweep_until("every run ended", lambda: all(now(run).state in ENDED for run in runs))


def scoring(run: Run) -> None:
    until("the run is being scored", lambda: now(run).state == "running" and run.phase == "scoring")


def assert_done_once(*runs: Run, attempts: set[int]) -> None:
    for run in runs:
        assert (now(run).state, run.error) == ("done", "")
        assert run.attempt in attempts
    results = Result.objects.filter(run__in=runs)
    assert results.count() == len(runs)
    assert all(result.attempt == result.run.attempt for result in results)
    services.sweep_orphan_files(older_than_s=0)
    root = storage.cells_path("0" * 64).parents[1]
    referred = {f"{result.cells_sha256}.cells" for result in Result.objects.all()}
    referred |= {f"{result.layers_sha256}.layers" for result in Result.objects.exclude(layers_sha256="")}
    assert {file.name for file in root.rglob("*") if file.is_file()} == referred
    assert verify() is None


@pytest.mark.parametrize(
    ("place", "attempt"), [("claimed", 2), ("scoring", 2), ("written", 2), ("published", 2), ("committed", 1)]
)
def test_a_worker_killed_anywhere(stack: Stack, tina: Any, tmp_path: Path, place: str, attempt: int) -> None:
    run = ask(tina, specimen_of(tina, tmp_path))
    first = stack.worker(tmp_path, die_at=place)
    until("the worker killed itself", lambda: first.poll() == -signal.SIGKILL)
    assert now(run).state == ("done" if place == "committed" else "running")
    stack.worker(tmp_path)
    ended(run)
    assert_done_once(run, attempts={attempt})


def test_workers_killed_at_random_moments(stack: Stack, tina: Any, tmp_path: Path) -> None:
    seed = int(os.environ.get("DUOSCOPE_SEED", "2"))
    chance = random.Random(seed)
    specimen = specimen_of(tina, tmp_path)
    for _ in range(DOSES):
        run = ask(tina, specimen)
        worker = stack.worker(tmp_path)
        until("the run is taken", lambda run=run: now(run).state != "queued")
        time.sleep(chance.uniform(0, 1.5))
        worker.kill()
        worker.wait()
        stack.worker(tmp_path)
        ended(run)
        assert_done_once(run, attempts={1, 2})
        stack.end_workers()


def test_a_worker_that_slept_through_its_lease_writes_nothing(stack: Stack, tina: Any, tmp_path: Path) -> None:
    run = ask(tina, specimen_of(tina, tmp_path, side_px=3072))
    sleeper = stack.worker(tmp_path)
    scoring(run)
    sleeper.send_signal(signal.SIGSTOP)
    stack.worker(tmp_path)
    sweep_until("another worker took it", lambda: now(run).attempt == 2)
    sleeper.send_signal(signal.SIGCONT)
    ended(run)
    until("the sleeper noticed", lambda: "run_fenced_off" in stack.log_of(tmp_path, sleeper))
    assert_done_once(run, attempts={2})


def test_a_broker_that_forgets_everything(stack: Stack, tina: Any, tmp_path: Path) -> None:
    specimen = specimen_of(tina, tmp_path, side_px=2048)
    runs = [ask(tina, specimen), ask(tina, specimen)]
    stack.worker(tmp_path)
    scoring(runs[0])
    stack.flush_valkey()
    ended(*runs)
    assert_done_once(*runs, attempts={1, 2})


def test_a_broker_killed_in_mid_run_and_while_runs_wait(stack: Stack, tina: Any, tmp_path: Path) -> None:
    specimen = specimen_of(tina, tmp_path, side_px=2048)
    runs = [ask(tina, specimen), ask(tina, specimen)]
    stack.worker(tmp_path)
    scoring(runs[0])
    stack.kill("valkey")
    runs.append(ask(tina, specimen))  # asking goes on: the row is the truth
    stack.start_valkey()
    ended(*runs)
    assert_done_once(*runs, attempts={1, 2})


def test_a_database_killed_in_mid_run(stack: Stack, tina: Any, tmp_path: Path) -> None:
    run = ask(tina, specimen_of(tina, tmp_path, side_px=3072))
    stack.worker(tmp_path)
    scoring(run)
    stack.kill("postgres")
    time.sleep(LEASE_S)  # away for a whole lease
    stack.start_postgres()
    from django.db import connections

    connections.close_all()
    ended(run)
    assert_done_once(run, attempts={1, 2})


def test_a_cancel_reaches_the_worker(stack: Stack, tina: Any, tmp_path: Path) -> None:
    run = ask(tina, specimen_of(tina, tmp_path, side_px=3072))
    stack.worker(tmp_path)
    scoring(run)
    services.request_cancel(tina.user, run.pk)
    ended(run)
    assert (now(run).state, run.error) == ("cancelled", "")
    assert not Result.objects.exists()


def test_a_cancel_of_a_run_whose_worker_died(stack: Stack, tina: Any, tmp_path: Path) -> None:
    run = ask(tina, specimen_of(tina, tmp_path))
    worker = stack.worker(tmp_path, die_at="scoring")
    until("the worker killed itself", lambda: worker.poll() is not None)
    services.request_cancel(tina.user, run.pk)
    ended(run)
    assert now(run).state == "cancelled"


def test_poison_is_given_up_and_others_flow(stack: Stack, tina: Any, tmp_path: Path) -> None:
    specimen = specimen_of(tina, tmp_path, side_px=1024)
    poison = ask(tina, specimen, min_area_um2=13)
    healthy = [ask(tina, specimen) for _ in range(2)]
    worker = stack.worker(tmp_path, die_at="poison")

    def supervised() -> bool:
        nonlocal worker
        if worker.poll() is not None:
            worker = stack.worker(tmp_path, die_at="poison")
        return all(now(run).state in ENDED for run in [poison, *healthy])

    sweep_until("every run ended", supervised)
    assert (poison.state, poison.attempt) == ("failed", 3)
    assert "lost its worker 3 times" in poison.error
    assert not Result.objects.filter(run=poison).exists()
    assert_done_once(*healthy, attempts={1})
