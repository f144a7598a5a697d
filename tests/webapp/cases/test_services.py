from __future__ import annotations

from typing import Any

import pytest

from tests import factories
from webapp.audit.models import Event
from webapp.cases import services
from webapp.cases.models import Case
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.studies.models import Study

pytestmark = pytest.mark.django_db


def test_a_technician_enters_a_case(study: Study, tina: Any) -> None:
    case = services.create_case(tina, study.pk, code=" A-17/3 ")
    assert (case.code, case.study) == ("A-17/3", study)
    assert list(Event.objects.values_list("verb", "study_id")) == [("case.created", study.pk)]


def test_a_code_is_taken_once_per_study(study: Study, other_study: Study, tina: Any) -> None:
    factories.CaseFactory(study=other_study, code="A-1")
    services.create_case(tina, study.pk, code="A-1")
    with pytest.raises(Conflict):
        services.create_case(tina, study.pk, code="A-1")
    assert Case.objects.filter(study=study).count() == 1


@pytest.mark.parametrize(
    "code", ["", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "a\x00b", "a\nb", "é", "\u202eabc", "a" * 41, "../../x", "<b>"]
)
def test_codes_that_are_formulas_or_garbage_are_refused(study: Study, tina: Any, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.create_case(tina, study.pk, code=code)
    assert set(refused.value.fields) == {"code"}


def test_others_do_not_enter_cases(study: Study, alice: Any, dora: Any, carol: Any, root: Any) -> None:
    for person, error in ((alice, NotAllowed), (dora, NotAllowed), (carol, NotVisible), (root, NotVisible)):
        with pytest.raises(error):
            services.create_case(person, study.pk, code="A-1")
    assert Case.objects.count() == 0


def test_numbers_go_on_after_the_highest(study: Study, other_study: Study) -> None:
    assert services.next_code(study) == "C-0001"
    for code in ("C-0009", "C-12", "C-0010-b", "D-0050"):
        factories.CaseFactory(study=study, code=code)
    factories.CaseFactory(study=other_study, code="C-0777")
    assert services.next_code(study) == "C-0010"
