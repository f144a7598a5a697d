"""Who looks and who signs wait for each other: both lock the specimen's rounds first."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from webapp.reading.models import Round


def lock_rounds(specimen_ids: Iterable[UUID]) -> list[Round]:
    """The rounds of the specimens, locked in the order in which everybody locks several. Call it in a transaction,
    before the first event is recorded, and judge afterwards who may look: what was judged before may be over."""
    found = Round.objects.select_for_update(of=("self",)).filter(specimen__in=list(specimen_ids))
    return list(found.select_related("protocol").order_by("specimen", "series"))
