"""A whole section that alice and bob are to read, assigned by dora; adam adjudicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import factories
from webapp.accounts.models import User
from webapp.reading import services
from webapp.reading.models import Assignment, Purpose, Reading
from webapp.reading.services import Signed
from webapp.slides.models import Specimen
from webapp.studies.models import Role, Study


@pytest.fixture
def adam(study: Study) -> User:
    person: User = factories.UserFactory(username="adam")
    factories.MembershipFactory(study=study, user=person, role=Role.ADJUDICATOR)
    return person


@pytest.fixture
def quentin(study: Study) -> User:
    person: User = factories.UserFactory(username="quentin")
    factories.MembershipFactory(study=study, user=person, role=Role.QA_READER)
    return person


@pytest.fixture
def specimen(study: Study) -> Specimen:
    found: Specimen = factories.SpecimenFactory(slide__study=study)
    return found


@pytest.fixture
def give(study: Study, dora: User) -> Callable[..., Assignment]:
    """``give(reader, specimen)``: the assignment, made by the study's administrator."""

    def make(reader: User, specimen: Specimen, purpose: str = Purpose.PRIMARY) -> Assignment:
        session = services.open_session(dora, study, reader, purpose)
        (assignment,) = services.assign(dora, session, [specimen])
        return assignment

    return make


@pytest.fixture
def sign() -> Callable[..., Reading]:
    """``sign(assignment, weak, moderate, strong)`` as its reader; or ``reason=…`` for what is not scoreable."""

    def make(assignment: Assignment, weak: Any = 0, moderate: Any = 0, strong: Any = 0, *, reason: str = "") -> Reading:
        body: dict[str, Any] = {"inputs": {"weak": weak, "moderate": moderate, "strong": strong}}
        if reason:
            body = {"scoreable": False, "reason": reason}
        reading, _ = services.sign_reading(assignment.reader, assignment.pk, Signed(body))
        return reading

    return make


@pytest.fixture
def assignment(alice: Any, specimen: Specimen, give: Callable[..., Assignment]) -> Assignment:
    return give(alice, specimen)


@pytest.fixture
def client(client_of: Callable[..., APIClient], alice: Any) -> APIClient:
    return client_of(alice)
