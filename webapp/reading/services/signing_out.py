"""Case-level sign-out: a pathologist closes a case across its markers, once every specimen of it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.audit.services import record
from webapp.blinding.models import Exposure
from webapp.blinding.permissions import own_exposures, veiled_specimens
from webapp.blinding.services import record_exposure
from webapp.cases.models import Case
from webapp.cases.permissions import visible_cases
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.reading.case_scores import RULE_VERSION, case_score
from webapp.reading.models import CaseSignOut, Consensus, QaReview, QualificationItem, Round
from webapp.reading.permissions import can_sign_out
from webapp.reading.scores import Score, plain
from webapp.slides.models import Specimen

MEANING = "I sign this case out with these results."
COMMENT_LENGTH = 4000
_QA_AHEAD = (QaReview.State.CHOSEN, QaReview.State.ASSIGNED)


def show_case(person: Any, case_id: UUID) -> list[dict[str, Any]]:
    """Show the person what signing the case out would say. To look is an act: every consensus shown is recorded as an
    exposure, planned, because reading of all of it is over.

    Returns:
        For each marker the case's score with its rule, and the consensus of every specimen.

    Raises:
        NotVisible: the person may not know of the case.  NotAllowed: they are neither pathologist nor adjudicator.
        Conflict: it cannot be signed out (yet). While any specimen of it is veiled for the person the answer is the
            same whatever others have read.
    """
    with transaction.atomic():
        case = _case(person, case_id)
        summary = _summary(person, case)
        record(person, "case.shown", obj=case, study_id=case.study_id)
    return summary


def sign_out_case(person: Any, case_id: UUID, *, comment: str = "") -> CaseSignOut:
    """Sign the case out, once; it is immutable like a reading.

    Raises: as ``show_case``.  Conflict: it is signed out, or the study's data are locked.  Invalid: a long comment.
    """
    comment = comment.strip()
    if len(comment) > COMMENT_LENGTH:
        raise Invalid("The comment is too long.", fields={"comment": f"At most {COMMENT_LENGTH} characters."})
    with transaction.atomic():
        case = _case(person, case_id)
        if case.study.locked_at is not None:
            raise Conflict("The study's data are locked, for good.", code="study_locked")
        # One who signs at a time; the constraint would refuse a second one too.
        Case.objects.select_for_update().get(pk=case.pk)
        summary = _summary(person, case)
        if CaseSignOut.objects.filter(case=case).exists():
            raise Conflict("This case is signed out.", code="signed_out")
        made = CaseSignOut.objects.create(
            case=case, person=person, summary={"version": RULE_VERSION, "markers": summary}, comment=comment,
            signer=person.display_name, meaning=MEANING,
        )  # fmt: skip
        record(person, "case.signed_out", obj=made, study_id=case.study_id, case=str(case.pk))
    return made


def sign_out_of(person: Any, case_id: UUID) -> tuple[CaseSignOut | None, bool, bool]:
    """The case's sign-out as far as the person may know of it; whether its summary may be shown again (they have been
    shown every consensus in it); and whether the person could sign it out now.

    Raises:
        NotVisible: they may not know of the case.
    """
    case = visible_cases(person).filter(pk=case_id).select_related("study").first()
    if case is None:
        raise NotVisible("There is no such case, or you may not know of it.")
    if _is_veiled(person, case) or not can_sign_out(person, case.study_id):
        return None, False, False
    made = CaseSignOut.objects.filter(case=case).first()
    if made is not None:
        named = {each["consensus"] for marker in made.summary["markers"] for each in marker["specimens"]}
        seen = own_exposures(person).filter(source=Exposure.Source.CONSENSUS).values_list("source_id", flat=True)
        return made, named <= {str(pk) for pk in seen}, False
    may = case.withdrawn_at is None and case.study.locked_at is None and bool(_decided(case)[0])
    return None, False, may


def _case(person: Any, case_id: UUID) -> Case:
    case = visible_cases(person).select_related("study").filter(pk=case_id).first()
    if case is None:
        raise NotVisible("There is no such case, or you may not know of it.")
    if not can_sign_out(person, case.study_id):
        raise NotAllowed("Pathologists and adjudicators of the study sign cases out.")
    if case.withdrawn_at is not None:
        raise Conflict("This case is read no more.", code="withdrawn")
    if _is_veiled(person, case):
        raise Conflict(
            "Not all of this case has been revealed to you; it is signed out when reading of all of it is over.",
            code="not_revealed",
        )
    return case


def _is_veiled(person: Any, case: Case) -> bool:
    return veiled_specimens(person).filter(case=case, pk__in=_read_specimens(case)).exists()


def _read_specimens(case: Case) -> Any:
    """The specimens of the case that are scored: not missing, no H&E, none of the qualification set."""
    found = Specimen.objects.filter(case=case, is_missing=False).exclude(slide__marker="H&E")
    return found.exclude(pk__in=QualificationItem.objects.values("specimen"))


def _decided(case: Case) -> tuple[list[Consensus], int]:
    """The consensuses of the case if all of it is decided, else none; and how many specimens lack one."""
    specimens = set(_read_specimens(case).values_list("pk", flat=True))
    found = list(
        Consensus.objects.filter(round__specimen__in=specimens, round__series=1)
        .select_related("round__protocol", "round__specimen__slide")
        .order_by("round__specimen__slide__marker", "round__specimen__slide__name", "specimen__row", "specimen__column")
    )
    going_on = Round.objects.filter(specimen__in=specimens, state__in=[Round.State.OPEN, Round.State.DISCORDANT])
    second = QaReview.objects.filter(round__specimen__in=specimens, state__in=_QA_AHEAD)
    missing = specimens - {consensus.round.specimen_id for consensus in found}
    missing |= set(going_on.values_list("specimen", flat=True)) | set(second.values_list("round__specimen", flat=True))
    return ([] if missing else found), len(missing)


def _summary(person: Any, case: Case) -> list[dict[str, Any]]:
    consensuses, missing = _decided(case)
    if not consensuses:
        what = f"{missing} of its specimens have no consensus yet" if missing else "it has no specimen that is read"
        raise Conflict(f"This case cannot be signed out: {what}.", code="not_decided")
    by_marker: dict[str, list[Consensus]] = {}
    for consensus in consensuses:
        record_exposure(
            person, consensus.round.specimen, Exposure.Source.CONSENSUS, consensus.pk, planned=True
        )  # fmt: skip
        by_marker.setdefault(consensus.round.specimen.slide.marker, []).append(consensus)
    return [_marker(marker, found) for marker, found in sorted(by_marker.items())]


def _marker(marker: str, consensuses: Sequence[Consensus]) -> dict[str, Any]:
    specimens = [
        {
            "specimen": str(consensus.round.specimen_id),
            "slide_name": consensus.round.specimen.slide.name,
            "place": consensus.round.specimen.place,
            "consensus": str(consensus.pk),
            "kind": consensus.kind,
            "scheme": consensus.scheme,
            "scoreable": consensus.scoreable,
            "reason": consensus.reason,
            "value": None if consensus.value is None else plain(consensus.value),
            "category": consensus.category,
        }
        for consensus in consensuses
    ]
    if len({consensus.scheme for consensus in consensuses}) > 1:
        rule = "its specimens were scored by different schemes"
        return {
            "marker": marker, "scheme": "", "core_rule": "", "scoreable": True, "value": None, "category": "",
            "rule": rule, "specimens": specimens,
        }  # fmt: skip
    protocol = max((consensus.round.protocol for consensus in consensuses), key=lambda found: found.version)
    score = case_score([_said(each) for each in consensuses], marker=marker, rule=protocol.core_rule)
    return {
        "marker": marker, "scheme": score.scheme, "core_rule": protocol.core_rule, "scoreable": score.scoreable,
        "value": None if score.value is None else plain(score.value), "category": score.category,
        "rule": score.rule, "specimens": specimens,
    }  # fmt: skip


def _said(consensus: Consensus) -> Score:
    return Score(
        consensus.scheme, consensus.scheme_version, consensus.scoreable, consensus.reason, consensus.inputs,
        consensus.value, consensus.category, consensus.rule,
    )  # fmt: skip


def check_can_sign_out(person: Any, case_id: UUID) -> None:
    """Whether the person signs out cases of this study at all; nothing about the case.

    Raises:
        NotVisible: they may not know of the case.  NotAllowed: they are neither pathologist nor adjudicator.
    """
    case = visible_cases(person).filter(pk=case_id).first()
    if case is None:
        raise NotVisible("There is no such case, or you may not know of it.")
    if not can_sign_out(person, case.study_id):
        raise NotAllowed("Pathologists and adjudicators of the study sign cases out.")
