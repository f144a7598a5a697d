"""The policy of blinding: the promise everything else rests on.

A specimen is *veiled* for a person while they may still have to read it. Then everything others said of it, people or
algorithms, is hidden from that person everywhere: results, runs, cells, counts, exports, events, rooms. It is veiled if

1. a ``Veil`` hangs between the two (drawn when a reading is assigned, lifted when the policy reveals), or
2. the person holds a reading role (pathologist, adjudicator, QA second reader) in the specimen's study while the
   protocol in force asks readers and the specimen has not been opened to them (``Opening``: all its readings are in
   and the protocol reveals). A study without a protocol counts as asking them: what is unknown is hidden.

An ``Admission`` is the one exception, for one person, specimen and source, where the protocol plans it; it opens that
alone, through ``agreement``, never a list.

It is judged per person and specimen, never by role alone: another role held beside (technician, administrator, system
administrator) lifts nothing. For an inactive or anonymous person every specimen is veiled.

The veil alone opens nothing either: what is not veiled is still seen only through the visibility of its own app, and
a result only after the person's own act of looking (``services.record_exposure``).

Every answer is a query set, so that a list filters by it in the same query that counts it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from webapp.blinding.models import Admission, Exposure, Opening, Veil
from webapp.slides.models import Specimen
from webapp.studies.permissions import studies_read_by


def veiled_specimens(person: Any) -> QuerySet[Specimen]:
    """The specimens veiled for the person; for use as ``.exclude(specimen__in=veiled_specimens(person))``."""
    if not getattr(person, "is_active", False):
        return Specimen.objects.all()
    hanging = Veil.objects.filter(person=person.pk, lifted_at=None).values("specimen")
    unopened = Q(slide__study__in=studies_read_by(person)) & ~Q(pk__in=Opening.objects.values("specimen"))
    return Specimen.objects.filter(Q(pk__in=hanging) | unopened)


def is_veiled(person: Any, specimen: Specimen | UUID) -> bool:
    """Whether what others said of the specimen is hidden from the person."""
    specimen_id = specimen.pk if isinstance(specimen, Specimen) else specimen
    return veiled_specimens(person).filter(pk=specimen_id).exists()


def own_exposures(person: Any) -> QuerySet[Exposure]:
    """What the person has been shown."""
    if not getattr(person, "is_active", False):
        return Exposure.objects.none()
    return Exposure.objects.filter(person=person.pk)


def is_admitted(person: Any, specimen: Specimen | UUID, source: str) -> bool:
    """Whether the protocol plans that the person sees this kind of thing although the specimen is veiled for them."""
    specimen_id = specimen.pk if isinstance(specimen, Specimen) else specimen
    return Admission.objects.filter(person=person.pk, specimen=specimen_id, source=source).exists()


def exposed_specimens(
    person: Any, specimens: Collection[Specimen], *, re_read: bool = False
) -> QuerySet[Exposure, Any]:
    """Those of the specimens (ids) that the person has lost the right to read: by any exposure, or, where they only
    read again what they have read before, by one that the protocol did not plan."""
    exposures = Exposure.objects.filter(person=person, specimen__in=specimens)
    if re_read:
        exposures = exposures.filter(planned=False)
    return exposures.values_list("specimen", flat=True).distinct()


def unfit_readers(specimen: Specimen) -> QuerySet[Exposure, Any]:
    """The people (ids) who have lost the right to read the specimen for the first time, by any exposure."""
    return Exposure.objects.filter(specimen=specimen).values_list("person", flat=True).distinct()
