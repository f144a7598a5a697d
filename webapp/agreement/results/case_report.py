"""A case as it is reported: everything of its specimens that the person has looked at, for paper, FHIR and DICOM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from webapp.agreement.permissions import comparable_specimens
from webapp.agreement.results.comparison import comparison_of
from webapp.agreement.results.pictures import Picture, picture_of
from webapp.agreement.results.shown import has_looked, what_is_shown
from webapp.cases.models import Case
from webapp.cases.permissions import visible_cases
from webapp.core.errors import Conflict, NotVisible
from webapp.reading.models import Consensus
from webapp.reading.services import sign_out_of
from webapp.slides.models import Specimen

#: What a score's provenance holds that a report prints.
PROVENANCE: Final = ("weights_sha256", "um_per_px", "um_per_px_source", "input_sha256", "software_version", "device")


@dataclass(frozen=True)
class Reported:
    """One specimen. ``comparison`` is as :func:`comparison_of` gives it; ``meanings`` and ``versions`` are by reading;
    ``provenance`` and ``parameters`` by run."""

    comparison: Mapping[str, Any]
    consensus: Consensus | None
    meanings: Mapping[UUID, str]
    versions: Mapping[UUID, str]
    provenance: Mapping[UUID, Mapping[str, Any]]
    picture: Picture | None


@dataclass(frozen=True)
class SignedOut:
    signer: str
    at: datetime
    meaning: str
    markers: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class CaseReport:
    """``left_out``: specimens whose reading is over and that the person has not looked at."""

    case: Case
    specimens: tuple[Reported, ...]
    left_out: int
    signed_out: SignedOut | None
    made_for: str


def case_report(user: Any, case_id: UUID) -> CaseReport:
    """The case as the person may report it.

    Raises:
        NotVisible: they may not know of the case.  Conflict: they have looked at none of it.
    """
    case = visible_cases(user).select_related("study").filter(pk=case_id).first()
    if case is None:
        raise NotVisible("There is no such case, or you may not know of it.")
    known = comparable_specimens(user).filter(case=case).select_related("slide", "case")
    ordered = list(known.order_by("slide__marker", "slide__name", "row", "column", "pk"))
    looked = [specimen for specimen in ordered if has_looked(user, specimen)]
    if not looked:
        raise Conflict(
            "You have looked at no comparison of this case, so there is nothing to report. Open its comparisons first.",
            code="nothing_shown",
        )
    made, may_show, _ = sign_out_of(user, case_id)
    signed_out = None
    if made is not None and may_show:
        signed_out = SignedOut(made.signer, made.created_at, made.meaning, tuple(made.summary["markers"]))
    reported = tuple(_reported(user, specimen) for specimen in looked)
    return CaseReport(case, reported, len(ordered) - len(looked), signed_out, user.display_name)


def _reported(user: Any, specimen: Specimen) -> Reported:
    shown = what_is_shown(user, specimen)
    consensus = min(shown.consensuses, key=lambda found: found.created_at, default=None)
    return Reported(
        comparison_of(specimen, shown, user.pk),
        consensus,
        {reading.pk: reading.meaning for reading in shown.readings},
        {reading.pk: reading.scheme_version for reading in shown.readings},
        {
            result.run_id: {name: result.provenance.get(name) for name in PROVENANCE}
            | {"parameters": result.run.parameters}
            for result in shown.results
        },
        picture_of(specimen),
    )
