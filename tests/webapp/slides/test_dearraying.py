"""A slide's cores are looked for by a worker: once at a time, stored as a whole, and given up with a reason."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import pytest
from django.utils import timezone

from tests import factories
from tests.scoring.arrays import Drawn, draw_array
from tests.webapp.slides.slide_files import ingested
from webapp.audit.models import Event
from webapp.core.errors import Conflict, NotAllowed, NotVisible
from webapp.slides import runner, services, tasks
from webapp.slides.models import CoreProposal, Slide
from webapp.slides.services import dearraying
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn() -> Drawn:
    return draw_array(3, rows=4, blocks=(5,), missing=0.2)


@pytest.fixture
def slide(study: Study, drawn: Drawn, tmp_path: Path) -> Slide:
    path = tmp_path / "array.png"
    cv2.imwrite(str(path), drawn.rgb[..., ::-1])
    return ingested(path, study=study)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What goes to the queue."""
    messages: list[dict[str, str]] = []
    monkeypatch.setattr(
        dearraying, "send_after_commit", lambda name, *, queue, **ids: messages.append({"task": name, **ids})
    )
    return messages


def proposal(slide: Slide) -> CoreProposal:
    return CoreProposal.objects.get(slide=slide)


def test_the_cores_of_a_slide_are_found_and_stored(
    slide: Slide, drawn: Drawn, tina: Any, sent: list[dict[str, str]]
) -> None:
    services.request_dearray(tina, slide.pk)
    assert proposal(slide).state == "waiting"
    assert sent == [{"task": tasks.dearray_slide_task.name, "slide_id": str(slide.pk)}]
    tasks.dearray_slide_task(str(slide.pk))
    found = proposal(slide)
    assert (found.state, found.progress, found.error, found.is_edited) == ("done", 1.0, "", False)
    assert (found.claim, found.lease_until) == (None, None)
    assert {(core["row"], core["column"]) for core in found.cores if core["present"]} == drawn.present
    for core in found.cores:
        x_px, y_px = drawn.places[core["row"], core["column"]]
        assert core["x_px"] == pytest.approx(x_px, abs=0.5 * drawn.radius_px)
        assert core["y_px"] == pytest.approx(y_px, abs=0.5 * drawn.radius_px)
    verbs = Event.objects.order_by("pk").values_list("actor", "verb")
    assert list(verbs) == [("tina", "slide.dearray_requested"), ("system", "slide.dearrayed")]


def test_asking_twice_is_one_search_and_asking_later_another(
    slide: Slide, tina: Any, sent: list[dict[str, str]]
) -> None:
    for _ in range(2):
        services.request_dearray(tina, slide.pk)
    assert len(sent) == 1
    runner.dearray(slide.pk)
    before = proposal(slide).cores
    services.request_dearray(tina, slide.pk)
    again = proposal(slide)
    assert (len(sent), again.state, again.progress, again.cores) == (2, "waiting", 0.0, before)


def test_glass_without_cores_is_said_to_be_that(study: Study, tina: Any, tmp_path: Path) -> None:
    path = tmp_path / "glass.png"
    cv2.imwrite(str(path), draw_array(1).rgb[:40, :40])
    bare = ingested(path, study=study)
    services.request_dearray(tina, bare.pk)
    runner.dearray(bare.pk)
    failed = proposal(bare)
    assert (failed.state, failed.error, failed.cores) == ("failed", runner.NO_ARRAY, [])
    assert Event.objects.order_by("pk").last().verb == "slide.dearray_failed"


def test_a_slide_whose_file_is_gone_or_broken_fails_with_a_sentence(
    slide: Slide, study: Study, tina: Any, slide_store: Path
) -> None:
    lost = factories.SlideFactory(study=study)
    services.request_dearray(tina, lost.pk)
    runner.dearray(lost.pk)
    assert (proposal(lost).state, proposal(lost).error.endswith(".")) == ("failed", True)
    for path in (slide_store / str(slide.pk)).glob("pyramid.*"):
        path.write_bytes(b"II*\0" + b"\xff" * 100)
    services.request_dearray(tina, slide.pk)
    runner.dearray(slide.pk)
    broken = proposal(slide)
    assert (broken.state, broken.error.endswith("."), str(slide_store) in broken.error) == ("failed", True, False)


def test_one_of_two_workers_takes_it_and_who_lost_it_writes_nothing(slide: Slide, tina: Any) -> None:
    services.request_dearray(tina, slide.pk)
    first = services.claim_dearray(slide.pk)
    assert first is not None
    assert services.claim_dearray(slide.pk) is None
    services.report_dearray_progress(first, 0.4)
    assert proposal(slide).progress == 0.4
    CoreProposal.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.requeue_lost_dearrays() == 1
    second = services.claim_dearray(slide.pk)
    assert second is not None
    place = {"row": 1, "column": 1, "x_px": 1.0, "y_px": 1.0, "radius_px": 1.0, "present": True}
    services.finish_dearray(first, [place], method="late")
    services.fail_dearray(first, "Late.")
    services.report_dearray_progress(first, 0.9)
    now = proposal(slide)
    assert (now.state, now.cores, now.progress) == ("working", [], 0.0)
    services.finish_dearray(second, [place], method="in time")
    assert (proposal(slide).state, proposal(slide).method) == ("done", "in time")


def test_a_lost_message_is_sent_again_and_a_slide_that_kills_workers_is_given_up(
    slide: Slide, tina: Any, sent: list[dict[str, str]], settings: Any
) -> None:
    services.request_dearray(tina, slide.pk)
    assert services.requeue_lost_dearrays() == 0
    for attempt in range(settings.INGEST_MAX_ATTEMPTS):
        assert services.claim_dearray(slide.pk) is not None
        CoreProposal.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        tasks.requeue_lost_ingests_task()
        assert len(sent) == min(attempt + 2, settings.INGEST_MAX_ATTEMPTS)
    given_up = proposal(slide)
    assert (given_up.state, "3 times" in given_up.error) == ("failed", True)


def test_only_technicians_ask_and_only_of_tma_slides_that_are_ready(
    slide: Slide, study: Study, tina: Any, alice: Any, dora: Any, carol: Any
) -> None:
    for person, error in ((alice, NotAllowed), (dora, NotAllowed), (carol, NotVisible)):
        with pytest.raises(error):
            services.request_dearray(person, slide.pk)
    with pytest.raises(Conflict, match="registered"):
        services.request_dearray(tina, factories.SlideFactory(study=study, state="registered").pk)
    with pytest.raises(Conflict, match="whole section"):
        services.request_dearray(tina, factories.SpecimenFactory(slide__study=study).slide.pk)
    assert not CoreProposal.objects.exists()
