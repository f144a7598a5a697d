"""QA second reads chosen by an administrator, and the qualification set."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from scoring.schemes import SCHEMES
from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotVisible
from webapp.core.states import move
from webapp.reading.models import Assignment, Consensus, Purpose, QaReview, QualificationItem, Round
from webapp.reading.permissions import administered_qa_reviews, administered_rounds
from webapp.reading.scores import score_of
from webapp.reading.services.assigning import protocol_in_force, scheme_of
from webapp.reading.services.deciding import choose_for_qa, counted_readings, reveal_if_over
from webapp.reading.services.withdrawing import UNREAD, take_back
from webapp.slides.models import Specimen
from webapp.studies.models import Study
from webapp.studies.services import administered_study, check_not_locked

ITEMS_AT_MOST: Final = 200
CHOSEN_AT_ONCE: Final = 1000
_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]{0,4})(?:\.[0-9]{1,4})?", re.ASCII)


def choose_specimens_for_qa(actor: Any, study_id: UUID, specimens: Sequence[UUID]) -> list[QaReview]:
    """Have the named specimens, each read by one person alone, read a second time by a QA reader; all or none.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.
        Invalid: one is not single-read and decided, or was chosen before; its number in the list says which.
        Conflict: the study is closed.
    """
    study = administered_study(actor, study_id)
    check_open(study)
    wanted = list(dict.fromkeys(specimens))
    if not 1 <= len(wanted) <= CHOSEN_AT_ONCE:
        raise Invalid("Name the specimens.", fields={"specimens": f"1 to {CHOSEN_AT_ONCE} of them."})
    with transaction.atomic():
        single = administered_rounds(actor).filter(
            specimen__slide__study=study, specimen__in=wanted, series=1, state=Round.State.DECIDED,
            consensus__kind=Consensus.Kind.PROVISIONAL, specimen__case__withdrawn_at=None,
        ).exclude(pk__in=QaReview.objects.values("round"))  # fmt: skip
        found = {
            round_.specimen_id: round_
            for round_ in single.select_for_update(of=("self",)).select_related("specimen__slide").order_by("pk")
        }
        missing = [str(number) for number, specimen in enumerate(wanted, start=1) if specimen not in found]
        if missing:
            raise Invalid(
                "A second read is for specimens that one person alone has read, once each.",
                fields={"specimens": f"Not number {', '.join(missing[:20])} of the list."},
            )
        return [
            choose_for_qa(actor, found[specimen], counted_readings(found[specimen])[0], targeted=True)
            for specimen in wanted
        ]


def drop_qa(actor: Any, review_id: UUID) -> QaReview:
    """Call a second read off. If it was given out and not read, it is taken back; what waited for it is revealed.

    Raises:
        NotVisible: the actor does not administer its study, or it is veiled for them.
        Conflict: it has been read, or was called off already, or the study's data are locked.
    """
    with transaction.atomic():
        found = administered_qa_reviews(actor).filter(pk=review_id).values_list("round", flat=True).first()
        if found is None:
            raise NotVisible("There is no such second read, or you may not know of it.")
        round_ = Round.objects.select_for_update().get(pk=found)
        review = QaReview.objects.select_for_update().get(pk=review_id)
        check_not_locked(round_.specimen.slide.study)
        call_off(actor, review, round_, reason="called off")
        reveal_if_over(round_)
    return review


def call_off(actor: Any, review: QaReview, round_: Round, *, reason: str) -> None:
    """Drop the review and take back what was given out for it. Call it with both rows locked."""
    given = round_.assignments.filter(purpose=Purpose.QA, state__in=UNREAD).select_related(
        "round", "session__study", "specimen__slide", "specimen__case", "reader"
    )
    for assignment in given.select_for_update(of=("self",)):
        take_back(actor, assignment, reason)
    review.refresh_from_db()
    move(review, QaReview.State.DROPPED)
    record(
        actor, "qa.dropped", obj=review, study_id=round_.specimen.slide.study_id, specimen_id=round_.specimen_id
    )  # fmt: skip


def set_qualification(actor: Any, study_id: UUID, items: Sequence[Mapping[str, Any]]) -> None:
    """Say which specimens are the study's qualification set and what is expected of each; it replaces the set there
    was. An item that somebody has been given to read stays as it is.

    Args:
        items: ``{"specimen", "scoreable", "value", "category"}`` each, the value as decimal text; or ``"inputs"`` as a
            reader would enter them in the place of value and category.

    Raises:
        NotVisible, NotAllowed: the actor does not administer the study.
        Invalid: an item is not acceptable; ``fields`` names it by its number, from 0.
        Conflict: an item that was given out would change, or the study's data are locked.
    """
    study = administered_study(actor, study_id)
    check_not_locked(study)
    if len(items) > ITEMS_AT_MOST:
        raise Invalid("The set is too large.", fields={"items": f"At most {ITEMS_AT_MOST}."})
    with transaction.atomic():
        Study.objects.select_for_update(no_key=True).get(pk=study.pk)
        wanted = _items(study, items)
        there = {item.specimen_id: item for item in QualificationItem.objects.filter(study=study)}
        given = set(
            Assignment.objects.filter(session__study=study, purpose=Purpose.QUALIFICATION).values_list(
                "specimen", flat=True
            )
        )
        for specimen, item in there.items():
            if specimen in given and not _same(item, wanted.get(specimen)):
                raise Conflict(
                    "Readers have been given part of the set; what they were given stays as it is. New items may be "
                    "added.",
                    code="set_in_use",
                )
        for specimen, item in there.items():
            if not _same(item, wanted.get(specimen)):
                item.delete()
        for specimen, new in wanted.items():
            if not _same(new, there.get(specimen)):
                new.save(force_insert=True)
                record(actor, "qualification.set", obj=new, study_id=study.pk, specimen_id=specimen)


def _same(one: QualificationItem | None, other: QualificationItem | None) -> bool:
    if one is None or other is None:
        return one is other
    return (one.scoreable, one.value, one.category) == (other.scoreable, other.value, other.category)


def _items(study: Study, items: Sequence[Mapping[str, Any]]) -> dict[UUID, QualificationItem]:
    protocol = protocol_in_force(study)
    ids = [UUID(str(item["specimen"])) for item in items]
    specimens = {
        specimen.pk: specimen
        for specimen in Specimen.objects.filter(slide__study=study, pk__in=ids).select_related("slide", "case")
    }
    read = set(Round.objects.filter(specimen__in=specimens).values_list("specimen", flat=True))
    made: dict[UUID, QualificationItem] = {}
    for number, item in enumerate(items):
        specimen = specimens.get(ids[number])
        where = f"items.{number}.specimen"
        if specimen is None or specimen.is_missing or specimen.case.withdrawn_at is not None:
            raise Invalid(f"Item {number} is no specimen of this study.", fields={where: "Not one that can be read."})
        if specimen.pk in made:
            raise Invalid(f"Item {number} names a specimen again.", fields={where: "Each once."})
        if specimen.pk in read:
            raise Invalid(
                f"Item {number} is read in the study itself.", fields={where: "It has been given out to be read."}
            )
        made[specimen.pk] = _item(study, specimen, scheme_of(protocol, specimen.slide.marker), item, number)
    return made


def _item(
    study: Study, specimen: Specimen, scheme: str, item: Mapping[str, Any], number: int
) -> QualificationItem:  # fmt: skip
    expected = QualificationItem(study=study, specimen=specimen, scoreable=bool(item.get("scoreable", True)))
    if not expected.scoreable:
        if item.get("value") is not None or item.get("category") or item.get("inputs"):
            raise Invalid(
                f"Item {number} is not scoreable and has a score.", fields={f"items.{number}.scoreable": "One of both."}
            )
        return expected
    if item.get("inputs"):
        try:
            score = score_of(scheme, specimen.slide.marker, {"inputs": item["inputs"]})
        except Invalid as error:
            fields = {f"items.{number}.inputs.{name}": text for name, text in error.fields.items()}
            raise Invalid(f"Item {number}: {error.message}", fields=fields) from error
        expected.value, expected.category = score.value, score.category
        return expected
    expected.value = _checked_value(scheme, item.get("value"), number)
    expected.category = _checked_category(scheme, specimen.slide.marker, item.get("category") or "", number)
    return expected


def _checked_value(scheme: str, value: Any, number: int) -> Decimal | None:
    bounds = SCHEMES[scheme].value_range
    if bounds is None:
        if value is not None:
            raise Invalid(f"Item {number}: {scheme} has no number.", fields={f"items.{number}.value": "Leave it out."})
        return None
    rule = f"A number from {bounds[0]:g} to {bounds[1]:g} with at most four decimals, as text."
    text = str(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _NUMBER.fullmatch(text) or not bounds[0] <= Decimal(text) <= bounds[1]:
        raise Invalid(f"Item {number}: the value is not acceptable.", fields={f"items.{number}.value": rule})
    return Decimal(text)


def _checked_category(scheme: str, marker: str, category: Any, number: int) -> str:
    if scheme == "h-score" and marker == "p53":
        known: tuple[str, ...] = ("",)  # a number, never a category
    else:
        known = SCHEMES[scheme].categories
    if category not in known:
        raise Invalid(
            f"Item {number}: the category is not acceptable.",
            fields={f"items.{number}.category": f"One of {', '.join(known) or 'none'}."},
        )
    return str(category)


def check_open(study: Study) -> None:
    """Raises Conflict where reading in the study is closed."""
    if study.closed_at is not None:
        raise Conflict("The study is closed; nobody is given anything to read.", code="study_closed")
