"""The runner on real tissue, in this process: the real pipeline, the real decoder child, the real database."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from scoring.cells import CellFile
from scoring.layers import LayerFile
from scoring.types import CLASS_NAMES
from tests import factories
from tests.tissue import tissue_specimen
from webapp.runs import runner, services, storage
from webapp.runs.models import Result, Run
from webapp.slides.models import Specimen
from webapp.studies.models import Study

# The heartbeat has a connection of its own: it sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slide_folder(settings: Any, tmp_path: Path) -> Path:
    settings.SLIDE_FOLDER = tmp_path / "slides"
    return tmp_path / "slides"


@pytest.fixture
def specimen(study: Study, slide_folder: Path) -> Specimen:
    return tissue_specimen(slide_folder, side_px=1024, study=study)


def ask(user: Any, specimen: Specimen, **more: Any) -> Run:
    field = more.pop("field", None)
    run, _ = services.request_run(
        user, specimen_id=specimen.pk, field_of_view_id=field and field.pk, asked=services.RunRequest("nnp", **more)
    )
    return run


def test_a_whole_section_is_scored_with_its_provenance(tina: Any, specimen: Specimen, result_store: Path) -> None:
    run = ask(tina, specimen)
    assert runner.run(run.pk) == "done"
    run.refresh_from_db()
    result = Result.objects.get(run=run)
    assert (run.state, run.attempt, result.attempt) == ("done", 1, 1)
    assert run.progress_done == run.progress_total > 0
    assert result.scoreable
    assert 0 < float(result.value or 0) <= 300
    cells = CellFile(storage.cells_path(result.cells_sha256))
    assert cells.counts() == result.counts
    assert cells.count == result.cell_count > 100
    assert set(result.counts) == set(CLASS_NAMES)
    layers = LayerFile(storage.layers_path(result.layers_sha256))
    assert layers.tiles
    assert layers.header["um_per_px"] == 0.5
    provenance = result.provenance
    assert {
        "algorithm", "method", "version", "preset", "weights_sha256", "parameters", "input_sha256", "um_per_px",
        "um_per_px_source", "software_version", "device", "started_at", "finished_at", "seconds", "qc", "windows",
        "layers",
    } <= set(provenance)  # fmt: skip
    assert provenance["input_sha256"] == specimen.slide.sha256
    assert (provenance["um_per_px"], provenance["um_per_px_source"]) == (0.5, "file")
    assert provenance["parameters"]["class_rule"] == "duoscope-1"
    assert list((result_store / "tmp").iterdir()) == []
    assert services.sweep_orphan_files(older_than_s=0) == []
    assert runner.run(run.pk) is None  # a second message finds nothing to do
    assert Result.objects.count() == 1


def test_a_field_and_a_core_are_scored_within_their_bounds(tina: Any, specimen: Specimen) -> None:
    field = factories.FieldOfViewFactory(slide=specimen.slide, x_px=100, y_px=200, width_px=300, height_px=250)
    core = factories.SpecimenFactory(slide=specimen.slide, core=True, center_x_px=500, center_y_px=600, radius_px=200)
    in_field, in_core = ask(tina, specimen, field=field), ask(tina, core)
    assert [runner.run(run.pk) for run in (in_field, in_core)] == ["done", "done"]
    cells = CellFile(storage.cells_path(Result.objects.get(run=in_field).cells_sha256)).records
    assert len(cells) > 10
    assert cells["x_px"].min() >= 100
    assert cells["x_px"].max() < 400
    assert cells["y_px"].min() >= 200
    assert cells["y_px"].max() < 450
    cells = CellFile(storage.cells_path(Result.objects.get(run=in_core).cells_sha256)).records
    assert len(cells) > 10
    assert (((cells["x_px"] - 500) ** 2 + (cells["y_px"] - 600) ** 2) ** 0.5).max() <= 200.01


def test_the_same_request_gives_the_same_cells(tina: Any, specimen: Specimen) -> None:
    runs = [ask(tina, specimen), ask(tina, specimen)]
    for run in runs:
        assert runner.run(run.pk) == "done"
    assert len(set(Result.objects.values_list("cells_sha256", "layers_sha256"))) == 1


def test_a_slide_that_cannot_be_read_fails_with_a_sentence(tina: Any, specimen: Specimen, slide_folder: Path) -> None:
    (slide_folder / str(specimen.slide_id) / "source.tif").write_bytes(b"II*\0" + b"\xff" * 5000)
    run = ask(tina, specimen)
    assert runner.run(run.pk) == "failed"
    run.refresh_from_db()
    assert run.error
    assert "Traceback" not in run.error
    assert str(slide_folder) not in run.error


def test_a_slide_that_is_gone_fails_with_a_sentence(tina: Any, specimen: Specimen, slide_folder: Path) -> None:
    (slide_folder / str(specimen.slide_id) / "source.tif").unlink()
    run = ask(tina, specimen)
    assert runner.run(run.pk) == "failed"
    run.refresh_from_db()
    assert "slide" in run.error
    assert str(slide_folder) not in run.error


@pytest.mark.parametrize(
    ("error", "words"),
    [(MemoryError(), "out of memory"), (ZeroDivisionError("secret detail"), "worker's log")],
)
def test_what_nobody_expected_fails_safely(
    tina: Any, specimen: Specimen, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(runner, "score", broken)
    run = ask(tina, specimen)
    assert runner.run(run.pk) == "failed"
    run.refresh_from_db()
    assert words in run.error
    assert "secret" not in run.error


def test_a_result_that_differs_from_its_cells_is_no_result(
    tina: Any, specimen: Specimen, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    real = runner.score
    monkeypatch.setattr(
        runner, "score", lambda *a, **k: replace(real(*a, **k), counts=dict.fromkeys(CLASS_NAMES, 1), cell_count=4)
    )
    run = ask(tina, specimen)
    assert runner.run(run.pk) == "failed"
    assert not Result.objects.exists()


@pytest.mark.parametrize("phase", ["overview", "scoring", "writing"])
def test_a_cancel_in_every_phase_ends_as_cancelled(
    tina: Any, specimen: Specimen, monkeypatch: pytest.MonkeyPatch, phase: str
) -> None:
    run = ask(tina, specimen)
    real = services.report_progress

    def report(claim: Any, done: int, total: int, said: str) -> bool:
        if said == phase:
            services.request_cancel(tina, run.pk)
        return real(claim, done, total, said)

    monkeypatch.setattr(services, "report_progress", report)
    assert runner.run(run.pk) == "cancelled"
    run.refresh_from_db()
    assert (run.state, run.error) == ("cancelled", "")
    assert not Result.objects.exists()
    assert services.sweep_orphan_files(older_than_s=0) == []


def test_a_worker_that_was_replaced_writes_nothing(
    tina: Any, specimen: Specimen, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ask(tina, specimen)
    real = runner.score

    def slow(*arguments: Any, **words: Any) -> Any:
        found = real(*arguments, **words)
        Run.objects.filter(pk=run.pk).update(attempt=2, lease_owner="another")
        return found

    monkeypatch.setattr(runner, "score", slow)
    assert runner.run(run.pk) is None
    run.refresh_from_db()
    assert (run.state, run.attempt) == ("running", 2)
    assert not Result.objects.exists()


def test_a_run_that_takes_too_long_fails(tina: Any, specimen: Specimen, settings: Any) -> None:
    settings.RUN_TIME_LIMIT_SECONDS = 0
    settings.RUN_LEASE_SECONDS = 30
    run = ask(tina, specimen)
    claim = services.claim_run(run.pk, owner="test")
    assert claim is not None
    beat = runner.Heartbeat(claim)
    settings.RUN_LEASE_SECONDS = 0.3
    with beat:
        assert beat.too_long.wait(10)
        assert beat.should_stop()


def test_the_heartbeat_sees_a_cancel_and_a_fence_and_closes_its_connection(
    tina: Any, specimen: Specimen, settings: Any
) -> None:
    settings.RUN_LEASE_SECONDS = 0.3
    run = ask(tina, specimen)
    claim = services.claim_run(run.pk, owner="test")
    assert claim is not None
    with runner.Heartbeat(claim) as beat:
        services.request_cancel(tina, run.pk)
        assert beat.cancel_asked.wait(10)
        Run.objects.filter(pk=run.pk).update(attempt=2)
        assert beat.fenced.wait(10)
    assert not [thread for thread in threading.enumerate() if thread.name == f"heartbeat-{run.pk}"]

    def others() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return int(cursor.fetchone()[0])

    deadline = time.monotonic() + 30  # the server takes its time to see that a client has gone
    while others():
        assert time.monotonic() < deadline, "The heartbeat left its connection open."
        time.sleep(0.05)
