"""A pathologist closes a case across its markers: once all of it is decided and revealed, knowingly, and for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from rest_framework.test import APIClient

from tests import factories
from webapp.audit.models import Event
from webapp.blinding.models import Exposure
from webapp.core.errors import Conflict, NotAllowed, NotVisible
from webapp.reading import services
from webapp.reading.models import Assignment, CaseSignOut, Consensus, Reading
from webapp.slides.models import Specimen

pytestmark = pytest.mark.django_db

Give = Callable[..., Assignment]
Sign = Callable[..., Reading]


@pytest.fixture
def case(study: Any) -> Any:
    return factories.CaseFactory(study=study, code="A-1")


@pytest.fixture
def specimens(study: Any, case: Any) -> list[Specimen]:
    """Two sections stained for ER, one for PR, one H&E that nobody scores."""
    study.protocols.update(marker_schemes={"ER": "h-score", "PR": "h-score"})
    return [
        factories.SpecimenFactory(slide__study=study, slide__marker=marker, slide__name=name, case=case)
        for marker, name in (("ER", "ER-1"), ("ER", "ER-2"), ("PR", "PR-1"), ("H&E", "HE-1"))
    ]


@pytest.fixture
def decided(specimens: list[Specimen], alice: Any, bob: Any, give: Give, sign: Sign) -> list[Specimen]:
    """All of it read by alice and bob, who agree."""
    for specimen, score in zip(specimens[:3], ((20, 30, 10), (0, 0, 0), (0, 0, 30)), strict=True):
        for reader in (alice, bob):
            sign(give(reader, specimen), *score)
    return specimens


def test_the_case_is_signed_out_with_the_score_of_each_marker(case: Any, decided: Any, alice: Any) -> None:
    made = services.sign_out_case(alice, case.pk, comment=" As discussed. ")
    assert (made.signer, made.comment, made.meaning) == (
        "Alice", "As discussed.", "I sign this case out with these results.",
    )  # fmt: skip
    told = [
        (marker["marker"], marker["value"], marker["category"], len(marker["specimens"]))
        for marker in made.summary["markers"]
    ]
    assert told == [("ER", "55", "positive", 2), ("PR", "90", "positive", 1)]
    with pytest.raises(Conflict) as refused:
        services.sign_out_case(alice, case.pk)
    assert refused.value.code == "signed_out"


def test_looking_is_recorded_as_an_exposure_that_the_protocol_plans(case: Any, decided: Any, alice: Any) -> None:
    services.show_case(alice, case.pk)
    seen = Exposure.objects.filter(person=alice, source="consensus")
    assert set(seen.values_list("source_id", flat=True)) == set(Consensus.objects.values_list("pk", flat=True))
    assert set(seen.values_list("planned", flat=True)) == {True}
    assert not CaseSignOut.objects.exists()
    told = Event.objects.filter(verb="case.shown").values_list("details", flat=True)
    assert list(told) == [{}]


def test_while_any_of_it_is_veiled_the_answer_says_nothing_of_the_others(
    case: Any, specimens: list[Specimen], alice: Any, bob: Any, give: Give, sign: Sign
) -> None:
    answers = []

    def asked() -> None:
        with pytest.raises(Conflict) as refused:
            services.sign_out_case(alice, case.pk)
        answers.append((refused.value.code, refused.value.message, services.sign_out_of(alice, case.pk)))

    asked()
    his = [give(bob, specimen) for specimen in specimens[:3]]
    mine = [give(alice, specimen) for specimen in specimens[:3]]
    asked()
    for assignment in his:
        sign(assignment, 20, 30, 10)
    asked()
    for assignment in mine[:2]:
        sign(assignment, 20, 30, 10)
    asked()
    assert set(answers) == {answers[0]}
    assert answers[0][0] == "not_revealed"
    assert not Exposure.objects.exists()
    sign(mine[2], 20, 30, 10)
    assert services.sign_out_of(alice, case.pk) == (None, False, True)


def test_a_case_of_which_something_is_undecided_is_not_signed_out(
    study: Any, case: Any, decided: Any, alice: Any
) -> None:
    late = factories.SpecimenFactory(slide__study=study, case=case)
    factories.OpeningFactory(specimen=late)
    with pytest.raises(Conflict, match="1 of its specimens have no consensus yet"):
        services.sign_out_case(alice, case.pk)


def test_pathologists_and_adjudicators_sign_out(
    case: Any, decided: Any, adam: Any, tina: Any, dora: Any, carol: Any
) -> None:
    for person in (tina, dora):
        with pytest.raises(NotAllowed):
            services.sign_out_case(person, case.pk)
    with pytest.raises(NotVisible):
        services.sign_out_case(carol, case.pk)
    assert services.sign_out_case(adam, case.pk).person == adam


def test_it_is_immutable(case: Any, decided: Any, alice: Any) -> None:
    made = services.sign_out_case(alice, case.pk)
    with pytest.raises(DatabaseError, match="for good"), transaction.atomic():
        CaseSignOut.objects.filter(pk=made.pk).update(comment="Otherwise.")


def test_another_pathologist_sees_that_it_is_signed_and_with_what_after_looking(
    case: Any, decided: Any, alice: Any, bob: Any, client_of: Callable[..., APIClient]
) -> None:
    url = f"/api/cases/{case.pk}/sign-out"
    client = APIClient()
    client.force_login(alice, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(url).json() == {"may_sign_out": True, "needs_password": True, "signed_out": None}
    assert client.post(url, {}, format="json").json()["code"] == "password_needed"
    made = client.post(url, {"password": factories.PASSWORD, "comment": "Done."}, format="json")
    assert made.status_code == 201
    assert client.get(url).json()["signed_out"] == made.json()
    his = APIClient()
    his.force_login(bob, backend="django.contrib.auth.backends.ModelBackend")
    before = his.get(url).json()["signed_out"]
    assert (before["signer"], before["comment"], before["markers"]) == ("Alice", "", None)
    shown = his.post(f"{url}/show").json()["markers"]
    assert shown == made.json()["markers"]
    assert his.get(url).json()["signed_out"] == made.json()
