"""What one person may be shown of a specimen, looked up and put together."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet

from webapp.agreement.permissions import SAID, readings_of, visible_consensuses, visible_readings, visible_results
from webapp.agreement.results.comparison import Shown, comparison_of
from webapp.blinding.permissions import own_exposures
from webapp.reading.models import Consensus, Reading
from webapp.slides.models import Specimen
from webapp.studies.permissions import can_administer


def has_looked(user: Any, specimen: Specimen) -> bool:
    """Whether the person has looked at it; where nobody else said anything there is nothing to be revealed."""
    if own_exposures(user).filter(source__in=SAID, specimen=specimen).exists():
        return True
    others = readings_of(specimen).exclude(reader=user.pk).exists()
    return not others and not Consensus.objects.filter(specimen=specimen).exists()


def what_is_shown(user: Any, specimen: Specimen) -> Shown:
    """The readings, consensuses and results that the person has looked at and may still see; names for administrators.
    ``specimen.slide`` is loaded."""
    results = visible_results(user).filter(run__specimen=specimen).select_related("run").order_by(
        F("run__finished_at").asc(nulls_last=True), "pk"
    )  # fmt: skip
    return Shown(
        readings=list(loaded(visible_readings(user).filter(pk__in=readings_of(specimen)))),
        consensuses=list(visible_consensuses(user).filter(specimen=specimen)),
        results=list(results),
        with_names=can_administer(user, specimen.slide.study_id),
    )


def shown_comparison(user: Any, specimen: Specimen) -> dict[str, Any]:
    """The comparison as plain data; ``specimen.slide`` and ``specimen.case`` are loaded."""
    return comparison_of(specimen, what_is_shown(user, specimen), user.pk)


def loaded(readings: QuerySet[Reading]) -> QuerySet[Reading]:
    """With what a comparison tells of them."""
    return readings.select_related("assignment__session").prefetch_related("amendments")
