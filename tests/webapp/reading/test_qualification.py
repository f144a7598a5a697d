"""The qualification set: known answers that a reader agrees with before the first reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import factories
from webapp.audit.models import Event
from webapp.core.errors import Conflict, Invalid
from webapp.reading import services
from webapp.reading.models import Assignment, Consensus, Purpose, QualificationItem, Reading
from webapp.reading.qualification import standing_of
from webapp.reading.services import Asked
from webapp.slides.models import Specimen

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]
Sign = Callable[..., Reading]


@pytest.fixture
def items(study: Any, dora: Any) -> list[Specimen]:
    """Two specimens of which H-score 110, positive, is expected; half of them are enough."""
    study.protocols.update(qualification_share="0.5")
    specimens = [factories.SpecimenFactory(slide__study=study) for _ in range(2)]
    services.set_qualification(
        dora, study.pk, [{"specimen": each.pk, "value": "110", "category": "positive"} for each in specimens]
    )
    return specimens


def qualify(*readers: Any) -> Asked:
    return Asked(readers=[reader.pk for reader in readers], purpose=Purpose.QUALIFICATION)


def of(reader: Any) -> list[Assignment]:
    found = Assignment.objects.filter(reader=reader, purpose=Purpose.QUALIFICATION)
    return list(found.order_by("session__series", "position"))


def test_reading_begins_when_the_set_is_passed(
    study: Any, items: list[Specimen], specimen: Specimen, dora: Any, alice: Any, give: Give, sign: Sign
) -> None:
    first = give(alice, specimen)
    for act in (
        lambda: services.open_assignment(alice, first.pk),
        lambda: services.save_draft(alice, first.pk, version=1, draft={}),
        lambda: sign(first, 20, 30, 10),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "not_qualified"
    services.allocate(dora, study.pk, qualify(alice))
    one, two = of(alice)
    assert one.round is None
    sign(one, 20, 50, 10)  # 150: within the tolerance of 40
    sign(two, 0, 0, 0)  # negative
    assert not Consensus.objects.exists()
    standing = standing_of(alice.pk, study.pk)
    assert standing is not None
    assert (standing.needed, standing.done, standing.agreed, standing.passed) == (2, 2, 1, True)
    sign(first, 20, 30, 10)


def test_how_many_agree_is_told_with_the_last_answer_alone(
    study: Any, items: list[Specimen], dora: Any, alice: Any, sign: Sign, client_of: Callable[..., APIClient]
) -> None:
    services.allocate(dora, study.pk, qualify(alice))
    url = f"/api/worklist/counts?study={study.pk}"
    told = []
    for assignment in of(alice):
        told.append(client_of(alice).get(url).json()["qualification"])
        sign(assignment, 20, 30, 10)
    told.append(client_of(alice).get(url).json()["qualification"])
    assert told == [
        {"needed": 2, "done": 0, "passed": False, "agreed": None},
        {"needed": 2, "done": 1, "passed": False, "agreed": None},
        {"needed": 2, "done": 2, "passed": True, "agreed": 2},
    ]


def test_who_failed_is_given_all_of_it_once_more(
    study: Any, items: list[Specimen], dora: Any, alice: Any, sign: Sign
) -> None:
    services.allocate(dora, study.pk, qualify(alice))
    for assignment in of(alice):
        sign(assignment, 0, 0, 0)
    standing = standing_of(alice.pk, study.pk)
    assert standing is not None
    assert (standing.agreed, standing.passed) == (0, False)
    assert services.allocate(dora, study.pk, qualify(alice)).loads[0].count == 2
    second = [assignment for assignment in of(alice) if assignment.session.series == 2]
    assert len(second) == 2
    for assignment in second:
        sign(assignment, 20, 30, 10)
    standing = standing_of(alice.pk, study.pk)
    assert standing is not None
    assert standing.passed
    assert services.allocate(dora, study.pk, qualify(alice)).given == {}


def test_the_set_is_read_by_nobody_as_part_of_the_study(
    study: Any, items: list[Specimen], dora: Any, alice: Any, bob: Any
) -> None:
    plan = services.preview_allocation(dora, study.pk, Asked([alice.pk, bob.pk]))
    assert plan.given == {}
    assert plan.unassignable == {}


def test_without_a_set_nobody_passes_and_without_a_share_nobody_needs_to(
    study: Any, specimen: Specimen, dora: Any, alice: Any, give: Give
) -> None:
    assignment = give(alice, specimen)
    assert standing_of(alice.pk, study.pk) is None
    study.protocols.update(qualification_share="1")
    with pytest.raises(Conflict) as refused:
        services.open_assignment(alice, assignment.pk)
    assert refused.value.code == "not_qualified"
    with pytest.raises(Conflict) as refused:
        services.preview_allocation(dora, study.pk, qualify(alice))
    assert refused.value.code == "no_set"


def test_what_readers_were_given_stays_and_more_may_be_added(
    study: Any, items: list[Specimen], dora: Any, alice: Any, sign: Sign
) -> None:
    services.allocate(dora, study.pk, qualify(alice))
    for assignment in of(alice):
        sign(assignment, 20, 30, 10)
    kept = [{"specimen": each.pk, "value": "110", "category": "positive"} for each in items]
    with pytest.raises(Conflict) as refused:
        services.set_qualification(dora, study.pk, kept[:1])
    assert refused.value.code == "set_in_use"
    with pytest.raises(Conflict):
        services.set_qualification(dora, study.pk, [{**kept[0], "value": "200"}, kept[1]])
    more = factories.SpecimenFactory(slide__study=study)
    services.set_qualification(dora, study.pk, [*kept, {"specimen": more.pk, "scoreable": False}])
    assert QualificationItem.objects.count() == 3
    standing = standing_of(alice.pk, study.pk)
    assert standing is not None
    assert standing.passed  # judged by what they were given


def test_an_answer_may_be_given_as_a_reader_would(study: Any, specimen: Specimen, dora: Any) -> None:
    services.set_qualification(
        dora, study.pk, [{"specimen": specimen.pk, "inputs": {"weak": 20, "moderate": 30, "strong": 10}}]
    )
    item = QualificationItem.objects.get()
    assert (item.value, item.category) == (110, "positive")
    told = Event.objects.filter(verb="qualification.set").values_list("details", flat=True)
    assert list(told) == [{}]  # no score in the audit trail


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"value": "301", "category": "positive"}, "items.0.value"),
        ({"value": "NaN", "category": "positive"}, "items.0.value"),
        ({"value": None, "category": "positive"}, "items.0.value"),
        ({"value": "110", "category": "3+"}, "items.0.category"),
        ({"value": "110"}, "items.0.category"),
        ({"scoreable": False, "value": "1"}, "items.0.scoreable"),
        ({"inputs": {"weak": 120, "moderate": 0, "strong": 0}}, "items.0.inputs.weak"),
    ],
)
def test_an_answer_that_no_reader_could_give_is_refused(
    study: Any, specimen: Specimen, dora: Any, item: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        services.set_qualification(dora, study.pk, [{"specimen": specimen.pk, **item}])
    assert set(refused.value.fields) == {field}
    assert not QualificationItem.objects.exists()


def test_what_is_read_in_the_study_or_lies_elsewhere_is_no_item(
    study: Any, other_study: Any, specimen: Specimen, dora: Any, alice: Any, give: Give
) -> None:
    give(alice, specimen)
    foreign = factories.SpecimenFactory(slide__study=other_study)
    fresh = factories.SpecimenFactory(slide__study=study)
    answer = {"value": "110", "category": "positive"}
    for ids in ([specimen.pk], [foreign.pk], [fresh.pk, fresh.pk]):
        with pytest.raises(Invalid) as refused:
            services.set_qualification(dora, study.pk, [{"specimen": pk, **answer} for pk in ids])
        assert set(refused.value.fields) == {f"items.{len(ids) - 1}.specimen"}


def test_administrators_see_the_readers_counts_unless_they_read(
    study: Any, items: list[Specimen], dora: Any, alice: Any, client_of: Callable[..., APIClient]
) -> None:
    services.allocate(dora, study.pk, qualify(alice))
    url = f"/api/studies/{study.pk}/qualification"
    body = client_of(dora).get(url).json()
    assert len(body["items"]) == 2
    assert body["readers"] == [
        {"id": str(alice.pk), "name": "Alice", "needed": 2, "done": 0, "passed": False, "agreed": None}
    ]
    factories.MembershipFactory(study=study, user=dora, role="pathologist")
    assert client_of(dora).get(url).json()["readers"] == []
