"""A slide enters a study: from the inbox, or by upload of ordinary size."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from webapp.audit.services import record
from webapp.cases.models import Case
from webapp.cases.services import checked_code, next_code
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.core.queue import send_after_commit
from webapp.slides import storage
from webapp.slides.models import Slide, Specimen, StainingBatch
from webapp.slides.permissions import can_register_slides
from webapp.slides.services import files
from webapp.studies.models import MARKERS, Study
from webapp.studies.permissions import visible_studies

INGEST_TASK = "webapp.slides.tasks.ingest_slide_task"
INGEST_QUEUE = "ingest"


@dataclass(frozen=True)
class Particulars:
    """What the technician says of a slide. Left out: ``name`` becomes marker and number, ``case_code`` the next free
    pseudonym, ``um_per_px`` what the file says. A TMA has no case of its own: its map brings them."""

    marker: str
    name: str = ""
    case_code: str = ""
    staining_batch: UUID | None = None
    um_per_px: Decimal | None = None
    tma: bool = False


def register_slide_from_inbox(actor: Any, study_id: UUID, *, inbox_name: str, particulars: Particulars) -> Slide:
    """Register a file (or folder) of the inbox; a worker copies it and reads it in.

    Raises:
        NotVisible, NotAllowed: the actor is no technician of the study.
        Invalid: a particular is not acceptable.  Conflict: the name is taken.  NoRoom: the disk is full.
    """
    study = _study_to_register_in(actor, study_id)
    entry = files.inbox_entry(inbox_name)
    files.check_room(entry.size_bytes)
    slide = Slide(
        original_name=files.clean_name(inbox_name),
        inbox_name=inbox_name,
        size_bytes=entry.size_bytes,
    )
    with transaction.atomic():
        _register(actor, study, slide, particulars, source="inbox")
    return slide


def register_uploaded_slide(
    actor: Any, study_id: UUID, *, taken: Path, original_name: str, size_bytes: int, particulars: Particulars
) -> Slide:
    """Register an uploaded file, which lies at ``taken`` on the slide volume and is moved from there.

    Raises: as ``register_slide_from_inbox``; then nothing of the file is kept.
    """
    study = _study_to_register_in(actor, study_id)
    name = files.clean_name(original_name)
    slide = Slide(original_name=name, size_bytes=size_bytes)
    try:
        slide.stored_path = files.keep_upload(taken, slide.pk, name)
        with transaction.atomic():
            _register(actor, study, slide, particulars, source="upload")
    except BaseException:
        storage.remove(slide.pk)
        raise
    return slide


def may_register(actor: Any, study_id: UUID) -> None:
    """Whether the person may register slides in the study; asked before a file is received.

    Raises:
        NotVisible, NotAllowed: they may not.
    """
    _study_to_register_in(actor, study_id)


def checked_marker(marker: str) -> str:
    """The marker.

    Raises:
        Invalid: it is not one of those known.
    """
    if marker not in MARKERS:
        raise Invalid(f"Unknown marker {marker[:40]!r}.", fields={"marker": f"One of {', '.join(MARKERS)}."})
    return marker


def checked_slide_name(name: str) -> str:
    """The neutral name without white space around it.

    Raises:
        Invalid: it is empty, too long or holds characters that cannot be shown.
    """
    name = name.strip()
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise Invalid("The slide's name is not acceptable.", fields={"name": "1 to 80 printable characters."})
    return name


def checked_um_per_px(um_per_px: Decimal) -> Decimal:
    """The pixel size in µm, rounded to six places.

    Raises:
        Invalid: no microscope has such pixels.
    """
    try:
        size = um_per_px.quantize(Decimal("0.000001"))
    except InvalidOperation:
        size = Decimal("NaN")
    if not size.is_finite() or not Decimal("0.01") <= size <= Decimal(100):
        raise Invalid(
            f"A pixel is 0.01 to 100 µm wide; got {um_per_px}.", fields={"um_per_px": "0.01 to 100 µm per pixel."}
        )
    return size


def batch_of_study(study_id: UUID, batch_id: UUID | None) -> StainingBatch | None:
    """The staining batch, if it belongs to the study.

    Raises:
        Invalid: it does not, or there is none.
    """
    if batch_id is None:
        return None
    batch = StainingBatch.objects.filter(pk=batch_id, study=study_id).first()
    if batch is None:
        raise Invalid("The study has no such staining batch.", fields={"staining_batch": "Not one of this study's."})
    return batch


def _study_to_register_in(actor: Any, study_id: UUID) -> Study:
    study = visible_studies(actor).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    if not can_register_slides(actor, study_id):
        raise NotAllowed("Only the study's technicians register slides.")
    return study


def _register(actor: Any, study: Study, slide: Slide, particulars: Particulars, *, source: str) -> None:
    marker = checked_marker(particulars.marker)
    name = checked_slide_name(particulars.name) if particulars.name.strip() else ""
    if particulars.tma and particulars.case_code.strip():
        raise Invalid(
            "A TMA carries many cases; they come with its map.", fields={"case_code": "Leave it out for a TMA."}
        )
    code = checked_code(particulars.case_code) if particulars.case_code.strip() else ""
    slide.study = study
    slide.marker = marker
    slide.staining_batch = batch_of_study(study.pk, particulars.staining_batch)
    if particulars.um_per_px is not None:
        slide.um_per_px = checked_um_per_px(particulars.um_per_px)
        slide.um_per_px_source = Slide.UmPerPxSource.TECHNICIAN
    Study.objects.select_for_update().get(pk=study.pk)  # numbers are given one at a time
    slide.name = name or _next_name(study, marker)
    try:
        with transaction.atomic():
            slide.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"There is a slide called {slide.name} in this study already.", code="name_taken") from error
    if not particulars.tma:
        case, _ = Case.objects.get_or_create(study=study, code=code or next_code(study))
        Specimen.objects.create(slide=slide, case=case, kind=Specimen.Kind.WHOLE_SECTION)
    send_after_commit(INGEST_TASK, queue=INGEST_QUEUE, slide_id=str(slide.pk))
    record(
        actor, "slide.registered", obj=slide, study_id=study.pk,
        name=slide.name, marker=marker, source=source, tma=particulars.tma, size_bytes=slide.size_bytes,
    )  # fmt: skip


def _next_name(study: Study, marker: str) -> str:
    start = f"{marker.replace('&', '')}-"
    names = Slide.objects.filter(study=study, name__startswith=start).values_list("name", flat=True)
    numbers = [int(name[len(start) :]) for name in names if name[len(start) :].isdecimal() and len(name) < 20]
    return f"{start}{max(numbers, default=0) + 1:04d}"
