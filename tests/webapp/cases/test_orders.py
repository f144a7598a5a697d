"""Orders from a CSV file: all of it or nothing, for the one role that holds the pseudonym key."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import factories
from webapp.audit.models import Event
from webapp.cases import services
from webapp.cases.models import AccessionKey, Case, Order
from webapp.cases.permissions import visible_orders
from webapp.core.errors import BadLines, Conflict, NotAllowed, NotVisible
from webapp.studies.models import Role, Study

pytestmark = pytest.mark.django_db

HEADER = "accession,case,marker,barcode\n"


@pytest.fixture
def keith(study: Study) -> Any:
    """Holds the key."""
    person = factories.UserFactory(username="keith")
    factories.MembershipFactory(study=study, user=person, role=Role.KEY_HOLDER)
    return person


def test_orders_make_the_cases_they_need(study: Study, keith: Any) -> None:
    factories.CaseFactory(study=study, code="C-0041")
    text = HEADER + "H25-1,A-1,ER,B1\nH25-1,,PR,B2\nH25-2,,ER,B3\n"
    imported = services.import_orders(keith, study.pk, text)
    assert (imported.created, imported.known, imported.cases_created) == (3, 0, 2)
    assert dict(AccessionKey.objects.values_list("accession", "case__code")) == {"H25-1": "A-1", "H25-2": "C-0042"}
    assert list(Order.objects.values_list("barcode", "case__code", "marker")) == [
        ("B1", "A-1", "ER"), ("B2", "A-1", "PR"), ("B3", "C-0042", "ER"),
    ]  # fmt: skip


def test_cases_that_are_there_are_found_by_their_accession(study: Study, keith: Any) -> None:
    known = factories.AccessionKeyFactory(case__study=study, accession="H25-1").case
    keyless = factories.CaseFactory(study=study, code="A-7")
    imported = services.import_orders(keith, study.pk, HEADER + "H25-1,,ER,B1\nH25-7,A-7,ER,B2\n")
    assert imported.cases_created == 0
    assert set(Order.objects.values_list("case", flat=True)) == {known.pk, keyless.pk}
    assert AccessionKey.objects.get(case=keyless).accession == "H25-7"


def test_the_same_file_again_changes_nothing(study: Study, keith: Any) -> None:
    text = HEADER + "H25-1,A-1,ER,B1\nH25-2,,ER,B2\n"
    services.import_orders(keith, study.pk, text)
    again = services.import_orders(keith, study.pk, text)
    assert (again.created, again.known, again.cases_created) == (0, 2, 0)
    assert (Case.objects.count(), Order.objects.count()) == (2, 2)


def test_columns_come_in_any_order_from_any_spreadsheet(study: Study, keith: Any) -> None:
    text = '\ufeffBarcode, Marker ,Accession\r\n"B1",ER,H25-1\r\n\r\n B2 ,"Ki-67",H25-1\r\n'
    assert services.import_orders(keith, study.pk, text).created == 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [1]),
        (HEADER, [1]),
        ("accession,marker\nH1,ER\n", [1]),
        ("accession,marker,barcode,patient\nH1,ER,B1,Smith\n", [1]),
        ("accession,marker,marker,barcode\nH1,ER,ER,B1\n", [1]),
        (HEADER + "H1,,ER,B1\nH1,,ER\nH1,,XX,B3\n", [3, 4]),
        (HEADER + "H1,,ER,B1\nH2,,ER,B1\n", [3]),
        (HEADER + "H1,A-1,ER,B1\nH1,A-2,ER,B2\nH2,A-1,ER,B3\n", [3, 4]),
        (HEADER + "=1+1,,ER,B1\nH1,@x,ER,B2\nH1,,ER,-B3\n+H,,ER,B4\n", [2, 3, 4, 5]),
        (HEADER + "H1,,ER,B\x001\n", [2]),
        (HEADER + 'H1,,ER,"B1\n', [2]),
        (HEADER + "é,,ER,B1\n,,ER,B2\nH3,,ER,\n", [2, 3, 4]),
    ],
)
def test_what_is_wrong_is_told_line_by_line_and_nothing_is_taken(
    study: Study, keith: Any, text: str, lines: list[int]
) -> None:
    with pytest.raises(BadLines) as refused:
        services.import_orders(keith, study.pk, text)
    assert [error.line for error in refused.value.lines] == lines
    assert not Case.objects.exists()
    assert not Order.objects.exists()
    assert not Event.objects.filter(verb="orders.imported").exists()


def test_what_contradicts_the_study_is_told_too(study: Study, keith: Any) -> None:
    services.import_orders(keith, study.pk, HEADER + "H1,A-1,ER,B1\n")
    for text in ("H1,A-2,ER,B2\n", "H2,A-1,ER,B2\n", "H1,A-1,PR,B1\n", "H2,A-2,ER,B2\nH3,A-1,ER,B3\n"):
        with pytest.raises(BadLines):
            services.import_orders(keith, study.pk, HEADER + text)
    assert (Case.objects.count(), Order.objects.count()) == (1, 1)


def test_another_study_s_accessions_are_another_matter(study: Study, other_study: Study, keith: Any) -> None:
    factories.AccessionKeyFactory(case__study=other_study, accession="H1")
    assert services.import_orders(keith, study.pk, HEADER + "H1,,ER,B1\n").cases_created == 1


def test_only_who_holds_the_key_and_reads_nothing_imports(
    study: Study, keith: Any, alice: Any, tina: Any, dora: Any, carol: Any, root: Any
) -> None:
    text = HEADER + "H1,,ER,B1\n"
    for person, error in (
        (alice, NotAllowed), (tina, NotAllowed), (dora, NotAllowed), (carol, NotVisible), (root, NotVisible),
    ):  # fmt: skip
        with pytest.raises(error):
            services.import_orders(person, study.pk, text)
    factories.MembershipFactory(study=study, user=keith, role=Role.PATHOLOGIST)
    with pytest.raises(NotAllowed):
        services.import_orders(keith, study.pk, text)


def test_orders_name_a_case_by_its_pseudonym_alone(study: Study, keith: Any, tina: Any, alice: Any) -> None:
    services.import_orders(keith, study.pk, HEADER + "H25-1,A-1,ER,B1\nH25-2,A-2,ER,X9\n")
    client = APIClient()
    client.force_login(tina, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/api/studies/{study.pk}/orders", {"search": "b1"})
    (shown,) = answer.json()["results"]
    assert (shown["barcode"], shown["case"]["code"], shown["marker"]) == ("B1", "A-1", "ER")
    assert b"H25" not in answer.content
    assert not visible_orders(alice).exists()


def test_errors_arrive_line_by_line_over_http(study: Study, keith: Any) -> None:
    client = APIClient()
    client.force_login(keith, backend="django.contrib.auth.backends.ModelBackend")
    url = f"/api/studies/{study.pk}/orders"
    answer = client.post(url, {"csv": HEADER + "H1,,XX,B1\n"}, format="json")
    assert answer.status_code == 400
    assert [line["line"] for line in answer.json()["lines"]] == [2]
    assert client.post(url, {"csv": HEADER + "H1,,ER,B1\n"}, format="json").json() == {
        "created": 1, "known": 0, "cases_created": 1,
    }  # fmt: skip


# Whose a case is


def test_the_key_holder_looks_up_an_accession_and_leaves_a_trace(study: Study, keith: Any) -> None:
    case = factories.AccessionKeyFactory(case__study=study, accession="H25-1").case
    client = APIClient()
    client.force_login(keith, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/api/cases/{case.pk}/accession/show")
    assert answer.json() == {"case": str(case.pk), "code": case.code, "accession": "H25-1"}
    event = Event.objects.get(verb="accession.shown")
    assert (event.actor_id, event.object_id) == (keith.pk, str(case.pk))
    assert "H25" not in str(event.details)


def test_nobody_else_does(study: Study, keith: Any, dora: Any, tina: Any, alice: Any, carol: Any, root: Any) -> None:
    case = factories.AccessionKeyFactory(case__study=study).case
    for person, error in (
        (dora, NotAllowed), (tina, NotAllowed), (alice, NotAllowed), (carol, NotVisible), (root, NotVisible),
    ):  # fmt: skip
        with pytest.raises(error):
            services.show_accession(person, case.pk)
    factories.MembershipFactory(study=study, user=keith, role=Role.QA_READER)
    with pytest.raises(NotAllowed):
        services.show_accession(keith, case.pk)
    assert not Event.objects.filter(verb="accession.shown").exists()


def test_a_case_without_an_accession_says_so(study: Study, keith: Any) -> None:
    with pytest.raises(Conflict):
        services.show_accession(keith, factories.CaseFactory(study=study).pk)
