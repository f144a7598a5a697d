"""Writes about studies themselves: how one begins, what it is called, when reading in it ends."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.studies.models import Study
from webapp.studies.permissions import can_administer, can_create_study, visible_studies
from webapp.studies.services.protocols import write_protocol

DESCRIPTION_LENGTH = 4000


def create_study(actor: Any, *, name: str, description: str = "", protocol: dict[str, Any] | None = None) -> Study:
    """Create a study with the first version of its protocol. ``actor`` None is the command line.

    Args:
        protocol: fields of ``Protocol``; those left out take its defaults (two readers, independent).

    Raises:
        NotAllowed: the actor is no system administrator.
        Invalid: name or protocol are not acceptable.  Conflict: the name is taken.
    """
    if actor is not None and not can_create_study(actor):
        raise NotAllowed("Only system administrators create studies.")
    name = name.strip()
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise Invalid("The study's name is not acceptable.", fields={"name": "1 to 120 printable characters."})
    try:
        with transaction.atomic():
            study = Study.objects.create(name=name, description=description)
    except IntegrityError as error:
        raise Conflict(f"There is a study called {name} already.", code="name_taken") from error
    with transaction.atomic():
        write_protocol(study, 1, protocol or {})
        record(actor, "study.created", obj=study, study_id=study.pk, name=name)
    return study


def describe_study(actor: Any, study: Study, description: str) -> None:
    """Change the study's description; the same one again changes nothing.

    Raises:
        NotAllowed: the actor does not administer the study.  Invalid: it is too long.
    """
    if actor is not None and not can_administer(actor, study):
        raise NotAllowed("Only the study's administrators describe it.")
    if len(description) > DESCRIPTION_LENGTH:
        raise Invalid(
            f"A description has at most {DESCRIPTION_LENGTH} characters; got {len(description)}.",
            fields={"description": "Too long."},
        )
    with transaction.atomic():
        if Study.objects.filter(pk=study.pk).exclude(description=description).update(description=description):
            record(actor, "study.described", obj=study, study_id=study.pk)


def administered_study(actor: Any, study_id: UUID, *, locked: bool = False) -> Study:
    """The study, for its administrators; with its row locked if ``locked`` (call it in a transaction then).

    Raises:
        NotVisible: the actor is no member of it.  NotAllowed: they do not administer it.
    """
    studies = visible_studies(actor)
    study = (studies.select_for_update(of=("self",)) if locked else studies).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    if not can_administer(actor, study):
        raise NotAllowed("Only the study's administrators do this.")
    return study


def close_study(actor: Any, study_id: UUID) -> Study:
    """End reading in the study: nobody signs, nobody is given anything. What is there stays, drafts too, and the study
    may be opened again. Again changes nothing.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.
    """
    with transaction.atomic():
        study = administered_study(actor, study_id, locked=True)
        if study.closed_at is None:
            study.closed_at = timezone.now()
            study.save(update_fields=["closed_at"])
            record(actor, "study.closed", obj=study, study_id=study.pk)
    return study


def reopen_study(actor: Any, study_id: UUID) -> Study:
    """Let reading go on. Again changes nothing.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.  Conflict: its data are locked.
    """
    with transaction.atomic():
        study = administered_study(actor, study_id, locked=True)
        check_not_locked(study)
        if study.closed_at is not None:
            study.closed_at = None
            study.save(update_fields=["closed_at"])
            record(actor, "study.reopened", obj=study, study_id=study.pk)
    return study


def check_not_locked(study: Study) -> None:
    """Raises Conflict where the study's data are locked: PostgreSQL would refuse the write too."""
    if study.locked_at is not None:
        raise Conflict("The study's data are locked, for good.", code="study_locked")
