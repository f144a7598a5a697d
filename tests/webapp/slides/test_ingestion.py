from __future__ import annotations

import io
import os
import shutil
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from webapp.audit.models import Event
from webapp.slides import services
from webapp.slides.models import Slide
from webapp.slides.services import Particulars, ingestion
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    """A small stained field as a PNG that says 0.5 µm per px (20 000 px per cm)."""
    image = Image.effect_noise((640, 480), 60).convert("RGB")
    file = io.BytesIO()
    image.save(file, "PNG", dpi=(50_800, 50_800))
    return file.getvalue()


@pytest.fixture
def inbox(settings: Any) -> Path:
    (Path(settings.INBOX_FOLDER) / "field.png").write_bytes(picture())
    return Path(settings.INBOX_FOLDER)


def registered(tina: Any, study: Study, name: str = "field.png", **particulars: Any) -> Slide:
    return services.register_slide_from_inbox(
        tina, study.pk, inbox_name=name, particulars=Particulars(**{"marker": "ER", **particulars})
    )


def test_a_field_is_read_in_and_ready(study: Study, tina: Any, inbox: Path, slide_store: Path) -> None:
    slide = registered(tina, study)
    services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert (slide.state, slide.width_px, slide.height_px, slide.refusal) == ("ready", 640, 480, "")
    assert len(slide.sha256) == 64
    assert slide.levels[0]["width_px"] == 640
    assert (slide.ingest_attempts, slide.ingest_claim, slide.ingest_lease_until) == (1, None, None)
    assert (slide_store / slide.stored_path).read_bytes() == (inbox / "field.png").read_bytes()
    assert (slide_store / str(slide.pk) / "thumbnail.jpg").read_bytes()[:3] == b"\xff\xd8\xff"
    assert list(Event.objects.values_list("actor", "verb")) == [
        ("tina", "slide.registered"),
        ("system", "slide.ingested"),
    ]


def test_what_the_technician_said_of_the_pixel_size_stands(study: Study, tina: Any, inbox: Path) -> None:
    slide = registered(tina, study, um_per_px=Decimal("0.25"))
    services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert (slide.um_per_px, slide.um_per_px_source) == (Decimal("0.25"), "technician")


@pytest.mark.parametrize(
    "content", [b"", b"not a slide", b"II*\0" + b"\xff" * 100, b"<svg onload=alert(1)>", picture()[:500]]
)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_may_be_retried(
    study: Study, tina: Any, inbox: Path, slide_store: Path, content: bytes
) -> None:
    (inbox / "Smith.svs").write_bytes(content)
    slide = registered(tina, study, "Smith.svs")
    services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert slide.state == "refused"
    assert slide.refusal.endswith(".")
    assert "Smith" not in slide.refusal
    assert str(slide_store) not in slide.refusal
    assert not (slide_store / str(slide.pk) / "thumbnail.jpg").exists()
    again = services.retry_slide(tina, slide.pk)
    assert (again.state, again.refusal, again.ingest_attempts) == ("registered", "", 0)


def test_a_file_that_left_the_inbox_is_refused_and_comes_back(study: Study, tina: Any, inbox: Path) -> None:
    slide = registered(tina, study)
    (inbox / "field.png").rename(inbox.parent / "elsewhere")
    services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert (slide.state, "inbox" in slide.refusal) == ("refused", True)
    (inbox.parent / "elsewhere").rename(inbox / "field.png")
    services.retry_slide(tina, slide.pk)
    services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert slide.state == "ready"


def test_a_link_that_took_the_file_s_place_is_not_followed(study: Study, tina: Any, inbox: Path) -> None:
    slide = registered(tina, study)
    shutil.move(inbox / "field.png", inbox.parent / "elsewhere.png")
    os.symlink(inbox.parent / "elsewhere.png", inbox / "field.png")
    services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert slide.state == "refused"


def test_reading_in_twice_is_reading_in_once(study: Study, tina: Any, inbox: Path) -> None:
    slide = registered(tina, study)
    for _ in range(2):
        services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert slide.ingest_attempts == 1
    assert Event.objects.filter(verb="slide.ingested").count() == 1


def test_one_of_two_workers_claims_a_slide(study: Study, tina: Any, inbox: Path) -> None:
    slide = registered(tina, study)
    first = ingestion._claim(slide.pk)
    assert first is not None
    assert ingestion._claim(slide.pk) is None
    assert (first.state, first.ingest_attempts) == ("ingesting", 1)


def lose(slide: Slide) -> None:
    """As if the worker had died: its lease ran out."""
    assert ingestion._claim(slide.pk) is not None
    Slide.objects.filter(pk=slide.pk).update(ingest_lease_until=timezone.now() - timedelta(seconds=1))


def test_a_lost_worker_s_slide_is_read_in_by_another(
    study: Study, tina: Any, inbox: Path, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(ingestion, "send_after_commit", lambda name, *, queue, slide_id: sent.append(slide_id))
    slide = registered(tina, study)
    lose(slide)
    assert services.requeue_lost_ingests() == 1
    assert sent == [str(slide.pk)]
    assert services.requeue_lost_ingests() == 0  # not again before the message had its time
    services.ingest_slide(slide.pk)
    slide.refresh_from_db()
    assert (slide.state, slide.ingest_attempts) == ("ready", 2)


def test_a_worker_that_comes_back_too_late_writes_nothing(study: Study, tina: Any, inbox: Path) -> None:
    slide = registered(tina, study)
    late = ingestion._claim(slide.pk)
    assert late is not None
    Slide.objects.filter(pk=slide.pk).update(ingest_lease_until=timezone.now() - timedelta(seconds=1))
    services.requeue_lost_ingests()
    services.ingest_slide(slide.pk)
    ingestion._refuse(late, "Too late.")
    slide.refresh_from_db()
    assert (slide.state, slide.refusal) == ("ready", "")


def test_after_three_lost_workers_the_slide_is_refused(study: Study, tina: Any, inbox: Path) -> None:
    slide = registered(tina, study)
    for _ in range(3):
        lose(slide)
        services.requeue_lost_ingests()
    slide.refresh_from_db()
    assert (slide.state, slide.ingest_attempts) == ("refused", 3)
    assert "stopped the worker 3 times" in slide.refusal
    assert services.requeue_lost_ingests() == 0


def test_a_lost_message_is_sent_again_after_a_minute(study: Study, tina: Any, inbox: Path, monkeypatch: Any) -> None:
    sent: list[str] = []
    monkeypatch.setattr(ingestion, "send_after_commit", lambda name, *, queue, slide_id: sent.append(slide_id))
    slide = registered(tina, study)
    assert services.requeue_lost_ingests() == 0
    Slide.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    assert services.requeue_lost_ingests() == 1
    assert sent == [str(slide.pk)]


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_renewed_while_the_file_is_read(study: Study, tina: Any, inbox: Path, settings: Any) -> None:
    settings.INGEST_LEASE_SECONDS = 0.3
    slide = registered(tina, study)
    claimed = ingestion._claim(slide.pk)
    assert claimed is not None
    before = claimed.ingest_lease_until
    with ingestion._heartbeat(claimed):
        for _ in range(600):
            claimed.refresh_from_db()
            if claimed.ingest_lease_until != before:
                break
            connection.close()
    assert claimed.ingest_lease_until is not None
    assert before is not None
    assert claimed.ingest_lease_until > before
