"""Draw and lift veils, and record for good what somebody has been shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from webapp.accounts.models import User
from webapp.audit.services import Happened, record, record_many
from webapp.blinding.models import Admission, Exposure, Opening, Veil
from webapp.slides.models import Specimen


def draw_veil(actor: Any, person: User, specimen: Specimen, *, reason: str) -> Veil:
    """Hide from the person what others said of the specimen. A veil that hangs already stays as it is.

    Args:
        actor: who causes it; None for the system.
        reason: why, for the audit trail ("assigned").
    """
    (veil,) = draw_veils(actor, person, [specimen], reason=reason)
    return veil


def draw_veils(actor: Any, person: User, specimens: Sequence[Specimen], *, reason: str) -> list[Veil]:
    """As ``draw_veil``, over many specimens of one study at once.

    Returns:
        The veils in the order of the specimens.
    """
    with transaction.atomic():
        hanging = Veil.objects.filter(person=person, specimen__in=specimens, lifted_at=None)
        there = {veil.specimen_id: veil for veil in hanging}
        fresh = [
            Veil(person=person, specimen=specimen, reason=reason)
            for specimen in specimens
            if specimen.pk not in there
        ]  # fmt: skip
        Veil.objects.bulk_create(fresh, batch_size=1000)
        if fresh:
            details = {"person": str(person.pk), "reason": reason}
            record_many(
                actor, "veil.drawn",
                [Happened(veil, veil.specimen.slide.study_id, veil.specimen_id, details) for veil in fresh],
            )  # fmt: skip
    there |= {veil.specimen_id: veil for veil in fresh}
    return [there[specimen.pk] for specimen in specimens]


def lift_veil(actor: Any, person: User, specimen: Specimen, *, reason: str) -> bool:
    """Lift the veil, if one hangs. Whether the person then sees anything is up to the other rules.

    Returns:
        Whether there was one.
    """
    with transaction.atomic():
        veil = Veil.objects.select_for_update().filter(person=person, specimen=specimen, lifted_at=None).first()
        if veil is None:
            return False
        veil.lifted_at = timezone.now()
        veil.save(update_fields=["lifted_at"])
        record(
            actor, "veil.lifted", obj=veil, study_id=specimen.slide.study_id, specimen_id=specimen.pk,
            person=str(person.pk), reason=reason,
        )  # fmt: skip
    return True


def open_specimen(actor: Any, specimen: Specimen, *, reason: str) -> None:
    """Reading of the specimen is over for everybody: lift every veil over it, and veil it for nobody by role any more.
    Again lifts the veils that were drawn since (for a QA second read, say)."""
    with transaction.atomic():
        opening, is_new = Opening.objects.get_or_create(specimen=specimen, defaults={"reason": reason})
        people = Veil.objects.filter(specimen=specimen, lifted_at=None).select_related("person").order_by("person")
        for veil in people:
            lift_veil(actor, veil.person, specimen, reason=reason)
        if not is_new:
            return
        record(
            actor, "specimen.opened", obj=opening, study_id=specimen.slide.study_id, specimen_id=specimen.pk,
            reason=reason,
        )  # fmt: skip


def admit(person: User, specimen: Specimen, source: str, *, reason: str) -> None:
    """The protocol plans that the person sees this kind of thing of the specimen. Again changes nothing."""
    admit_to_all(person, [specimen], source, reason=reason)


def admit_to_all(person: User, specimens: Sequence[Specimen], source: str, *, reason: str) -> None:
    """As ``admit``, to many specimens at once."""
    kind = Exposure.Source(source)
    with transaction.atomic():
        known = Admission.objects.filter(person=person, specimen__in=specimens, source=kind)
        there = set(known.values_list("specimen", flat=True))
        fresh = [
            Admission(person=person, specimen=specimen, source=kind, reason=reason)
            for specimen in specimens
            if specimen.pk not in there
        ]
        Admission.objects.bulk_create(fresh, batch_size=1000)
        if fresh:
            details = {"person": str(person.pk), "source": kind, "reason": reason}
            record_many(
                None, "admission.given",
                [Happened(each, each.specimen.slide.study_id, each.specimen_id, details) for each in fresh],
            )  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One thing that is being shown: the run, reading or consensus ``source_id`` (``source`` says which) of a specimen
    that was loaded with its slide."""

    specimen: Specimen
    source: str
    source_id: UUID


def record_exposure(person: User, specimen: Specimen, source: str, source_id: UUID, planned: bool) -> Exposure:
    """Record that the person is being shown something others said of the specimen. Once is enough: the first stands.

    Call it in the transaction that decides to show, before anything leaves the server. The caller checks that the
    person may see it; this only writes down that they did.

    Args:
        source: one of ``Exposure.Source``.
        source_id: the run, reading or consensus shown.
        planned: whether the protocol plans it at that stage; an unplanned one ends the right to read the specimen.
    """
    record_exposures(person, [Shown(specimen, source, source_id)], planned)
    return Exposure.objects.get(person=person, source=source, source_id=source_id)


def record_exposures(person: User, shown: Sequence[Shown], planned: bool) -> int:
    """As ``record_exposure``, of many things at once.

    Returns:
        How many of them the person had not been shown before.
    """
    known = Exposure.objects.filter(person=person, source_id__in=[each.source_id for each in shown])
    seen = set(known.values_list("source", "source_id"))
    rows = {
        (each.source, each.source_id): Exposure(
            person=person, specimen=each.specimen, source=Exposure.Source(each.source), source_id=each.source_id,
            planned=planned,
        )
        for each in shown
        if (each.source, each.source_id) not in seen
    }  # fmt: skip
    with transaction.atomic():
        # Who looks in two windows at once is recorded once: the other one's row stands.
        Exposure.objects.bulk_create(rows.values(), batch_size=1000, ignore_conflicts=True)
        stored = Exposure.objects.filter(pk__in=[row.pk for row in rows.values()]).values_list("pk", flat=True)
        written = set(stored)
        new = [row for row in rows.values() if row.pk in written]
        if new:
            record_many(
                person, "exposure.recorded",
                [
                    Happened(row, row.specimen.slide.study_id, row.specimen_id, {
                        "source": row.source, "source_id": str(row.source_id), "planned": planned,
                    })
                    for row in new
                ],
            )  # fmt: skip
    return len(new)
