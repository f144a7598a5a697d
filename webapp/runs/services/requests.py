"""What people ask of runs: one, a batch, or an end to it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models.functions import Now

from scoring.cards import CARDS
from webapp.audit.services import record
from webapp.blinding.permissions import is_veiled
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.core.queue import send_after_commit
from webapp.core.states import move
from webapp.runs.models import Batch, Run
from webapp.runs.permissions import can_start_run, visible_batches, visible_runs
from webapp.runs.services.checks import (
    checked_card,
    checked_field,
    checked_parameters,
    checked_specimen,
    checked_version,
    region_of,
)
from webapp.slides.models import FieldOfView, Specimen
from webapp.slides.permissions import visible_specimens
from webapp.studies.models import Protocol

RUN_TASK = "webapp.runs.tasks.run_task"
QUEUE = "cpu"
BATCH_LIMIT = 500
KEY_LENGTH = 80


@dataclass(frozen=True)
class RunRequest:
    """What is asked for: an algorithm by card key ("" for the default one), its version ("" for the card's), preset (""
    for the default) and parameters (those left out take the card's defaults)."""

    algorithm: str = ""
    version: str = ""
    preset: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)


def request_run(
    user: Any, *, specimen_id: UUID, field_of_view_id: UUID | None, asked: RunRequest, idempotency_key: str = ""
) -> tuple[Run, bool]:
    """Queue one run. Returns the run and whether it is new: the same key with the same request is the same run.

    Raises:
        NotVisible, NotAllowed: the specimen is not for this person, or they may not start runs on it.
        Invalid: the request cannot be carried out; the message says what to change.
        Conflict: the key was used for something else, or too many of the person's runs are waiting.
    """
    key = _checked_key(idempotency_key)
    with transaction.atomic():
        _one_request_at_a_time(user)
        specimen = _specimen(user, specimen_id)
        named = _named_algorithms(specimen.slide.study_id)
        run = _checked_run(user, specimen, asked, named, idempotency_key=key)
        run.field_of_view = _field_of_view(specimen, field_of_view_id)
        run.region = region_of(specimen, run.field_of_view)
        earlier = Run.objects.filter(requested_by=user, idempotency_key=key).first()
        if earlier is not None:
            _same_or_conflict([earlier], [run])
            return earlier, False
        _make_room(user, 1)
        run.save(force_insert=True)
        _requested(user, run)
        send_after_commit(RUN_TASK, queue=QUEUE, run_id=str(run.pk))
    return run, True


def request_batch(
    user: Any, *, specimen_ids: Sequence[UUID], asked: RunRequest, name: str = "", idempotency_key: str = ""
) -> tuple[Batch, list[Run], bool]:
    """Queue one run per specimen (at most 500, all of one study), all or none. Returns the batch, its runs and whether
    they are new.

    Raises: as ``request_run``; a specimen that cannot be scored is named.
    """
    key = _checked_key(idempotency_key)
    if not 1 <= len(specimen_ids) <= BATCH_LIMIT:
        raise Invalid(
            f"A batch holds 1 to {BATCH_LIMIT} specimens; got {len(specimen_ids)}.",
            fields={"specimens": f"Send 1 to {BATCH_LIMIT} specimens."},
        )
    if len(set(specimen_ids)) != len(specimen_ids):
        raise Invalid("A specimen is named twice in the batch.", fields={"specimens": "Name each specimen once."})
    with transaction.atomic():
        _one_request_at_a_time(user)
        specimens = [_specimen(user, specimen_id) for specimen_id in specimen_ids]
        study_ids = {specimen.slide.study_id for specimen in specimens}
        if len(study_ids) != 1:
            raise Invalid("The specimens of a batch belong to one study.", fields={"specimens": "More than one study."})
        slide_ids = {specimen.slide_id for specimen in specimens}
        slide_id = slide_ids.pop() if len(slide_ids) == 1 else None
        batch = Batch(study_id=study_ids.pop(), slide_id=slide_id, requested_by=user, name=name)
        named = _named_algorithms(batch.study_id)
        # A run's key within the batch's: a repeated batch finds its runs again.
        runs = [
            _checked_run(
                user, specimen, asked, named, batch=batch,
                idempotency_key=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{key}/{specimen.pk}")),
            )
            for specimen in specimens
        ]  # fmt: skip
        keys = [run.idempotency_key for run in runs]
        earlier = list(Run.objects.filter(requested_by=user, idempotency_key__in=keys).select_related("batch"))
        if earlier:
            _same_or_conflict(earlier, runs)
            first = earlier[0].batch
            assert first is not None  # noqa: S101 (runs with these keys are only ever made with their batch)
            return first, earlier, False
        _make_room(user, len(runs))
        batch.save(force_insert=True)
        for run in runs:
            run.save(force_insert=True)
            _requested(user, run)
            send_after_commit(RUN_TASK, queue=QUEUE, run_id=str(run.pk))
    return batch, runs, True


def request_cancel(user: Any, run_id: UUID) -> Run:
    """Ask for the end of a run: a queued one is cancelled at once, a running one by its worker (or by the sweeper,
    should the worker be lost). Asking twice is asking once.

    Raises:
        NotVisible, NotAllowed: the run is not for this person, or they may not cancel it.
        Conflict: the run has ended otherwise.
    """
    with transaction.atomic():
        run = visible_runs(user).select_for_update(of=("self",)).filter(pk=run_id).first()
        if run is None:
            raise NotVisible("There is no such run, or you may not know of it.")
        _may_cancel(user, run.study_id)
        if run.state in (Run.State.DONE, Run.State.FAILED):
            raise Conflict(f"The run is {run.state} already; there is nothing left to cancel.", code="run_ended")
        _cancel(user, run)
    run.refresh_from_db()
    return run


def request_cancel_batch(user: Any, batch_id: UUID) -> int:
    """Ask for the end of every run of a batch that has not ended, of those the person may know of. Asking again asks
    only what is left.

    Returns:
        How many runs were asked to end by this call.

    Raises:
        NotVisible, NotAllowed: the batch is not for this person, or they may not cancel runs.
    """
    with transaction.atomic():
        batch = visible_batches(user).filter(pk=batch_id).first()
        if batch is None:
            raise NotVisible("There is no such batch, or you may not know of it.")
        _may_cancel(user, batch.study_id)
        open_runs = visible_runs(user).filter(batch=batch, state__in=[Run.State.QUEUED, Run.State.RUNNING])
        # In the order of their ids, so that two who cancel at once wait for each other instead of blocking.
        runs = list(open_runs.select_for_update(of=("self",)).order_by("pk"))
        return sum(_cancel(user, run) for run in runs)


def _may_cancel(user: Any, study_id: UUID) -> None:
    if not can_start_run(user, study_id):
        raise NotAllowed("Technicians and study administrators cancel runs.", code="role_needed")


def _cancel(user: Any, run: Run) -> bool:
    """End a queued run, ask a running one to end; whether this changed anything. The row is locked."""
    if run.cancel_requested_at is not None:
        return False
    if run.state == Run.State.QUEUED:
        move(run, Run.State.CANCELLED, cancel_requested_at=Now(), finished_at=Now())
        _tell(user, run, "run.cancelled")
        return True
    if run.state == Run.State.RUNNING:
        Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(cancel_requested_at=Now())
        _tell(user, run, "run.cancel_requested")
        return True
    return False


def _one_request_at_a_time(user: Any) -> None:
    """Serialise one person's requests, so that the cap and the key hold whatever arrives at once."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=user.pk)


def _specimen(user: Any, specimen_id: UUID) -> Specimen:
    specimen = visible_specimens(user).select_related("slide").filter(pk=specimen_id).first()
    if specimen is None:
        raise NotVisible("There is no such specimen, or you may not know of it.")
    if not can_start_run(user, specimen.slide.study_id):
        raise NotAllowed("Technicians and study administrators start runs.", code="role_needed")
    if is_veiled(user, specimen):
        raise NotAllowed(
            "You may still have to read this specimen, so what algorithms say of it is veiled for you: "
            "ask another technician or administrator to start the run.",
            code="veiled",
        )
    return specimen


def _field_of_view(specimen: Specimen, field_of_view_id: UUID | None) -> FieldOfView | None:
    if field_of_view_id is None:
        return None
    found = FieldOfView.objects.filter(pk=field_of_view_id, slide=specimen.slide_id).first()
    return checked_field(specimen, found)


def _checked_run(user: Any, specimen: Specimen, asked: RunRequest, named: Collection[str], **more: Any) -> Run:
    card = checked_card(CARDS, asked.algorithm, asked.version)
    checked_version(card, named)
    checked_specimen(specimen, card)
    preset, parameters = checked_parameters(card, asked.preset, asked.parameters, specimen.slide.marker)
    return Run(
        study_id=specimen.slide.study_id,
        specimen=specimen,
        requested_by=user,
        algorithm=card.key,
        algorithm_version=card.version,
        preset=preset,
        parameters=parameters,
        region=region_of(specimen, None),
        **more,
    )


def _named_algorithms(study_id: UUID) -> list[str]:
    """What the protocol in force names."""
    protocol = Protocol.objects.filter(study=study_id).order_by("-version").first()
    return list(protocol.algorithms) if protocol else []


def _checked_key(key: str) -> str:
    """The key itself, or a fresh one where the caller sent none."""
    if not key:
        return str(uuid.uuid4())
    if len(key) > KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise Invalid(
            f"Idempotency-Key holds at most {KEY_LENGTH} printable ASCII characters; got {len(key)}.",
            code="bad_idempotency_key",
        )
    return key


def _same_or_conflict(earlier: list[Run], asked: list[Run]) -> None:
    if sorted(map(_body, earlier)) != sorted(map(_body, asked)):
        raise Conflict(
            "This Idempotency-Key was used for another request; send a fresh key with a new request.",
            code="idempotency_key_reused",
        )


def _body(run: Run) -> tuple[str, ...]:
    return (
        str(run.specimen_id),
        str(run.field_of_view_id),
        run.algorithm,
        run.algorithm_version,
        run.preset,
        repr(sorted(run.parameters.items())),
        repr(sorted((run.region or {}).items())),
    )


def _make_room(user: Any, more: int) -> None:
    waiting = Run.objects.filter(requested_by=user, state=Run.State.QUEUED).count()
    cap = settings.RUN_QUEUED_PER_PERSON
    if waiting + more > cap:
        raise Conflict(
            f"{waiting} of your runs are waiting and {more} more would pass the limit of {cap}: "
            "let some finish, or cancel some.",
            code="too_many_queued",
        )


def _requested(user: Any, run: Run) -> None:
    _tell(user, run, "run.requested", algorithm=f"{run.algorithm}@{run.algorithm_version}", preset=run.preset)


def _tell(user: Any, run: Run, verb: str, **details: Any) -> None:
    record(user, verb, obj=run, study_id=run.study_id, specimen_id=run.specimen_id, **details)
