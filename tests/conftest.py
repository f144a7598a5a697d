"""The people and the two studies every test may ask for, and a database that is real.

``alice`` and ``bob`` read (pathologists), ``tina`` is technician, ``dora`` administers the study, ``root`` is system
administrator. ``carol`` has every role, at another study: what she may see there she must not see here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis_settings
from rest_framework.test import APIClient

from tests import factories, provision
from webapp.accounts.models import User
from webapp.studies.models import Role, Study

# No test asserts a time: hypothesis' own limit of 0.2 s an example fails on a busy machine.
hypothesis_settings.register_profile("duoscope", deadline=None)
hypothesis_settings.load_profile("duoscope")


@pytest.fixture(scope="session")
def django_db_setup() -> Generator[None]:
    """This process's clone of the migrated template (see ``tests.provision``), used as the app role."""
    provision.clone_database()
    patch = pytest.MonkeyPatch()
    # Instead of TRUNCATE, for which the app role lacks the right and which the audit trail denies.
    patch.setattr(TransactionTestCase, "_fixture_teardown", _new_clone)
    yield
    patch.undo()
    for connection in connections.all():
        connection.close()


def _new_clone(_case: TransactionTestCase) -> None:
    for connection in connections.all():
        connection.close()
    provision.clone_database()


@pytest.fixture
def owner_database(transactional_db: None) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    """This process's database as the role that owns the tables. What is done through it is really committed."""
    url = provision.facts()["owner_url"].rpartition("/")[0]
    with psycopg.connect(f"{url}/{provision.database()}", autocommit=True) as connection:
        yield connection


@pytest.fixture
def superuser_database(transactional_db: None) -> Generator[psycopg.Connection[tuple[Any, ...]]]:
    """This process's database as superuser: what a database administrator could do."""
    url = provision.facts()["admin_url"].rpartition("/")[0]
    with psycopg.connect(f"{url}/{provision.database()}", autocommit=True) as connection:
        yield connection


@pytest.fixture
def study(db: None) -> Study:
    """The study the named people work at; its protocol asks two readers."""
    study = factories.StudyFactory(name="ER in breast cancer")
    factories.ProtocolFactory(study=study)
    return study


@pytest.fixture
def other_study(db: None) -> Study:
    """Carol's study."""
    study = factories.StudyFactory(name="Another study")
    factories.ProtocolFactory(study=study)
    return study


def _person(username: str, study: Study | None = None, *roles: Role, **fields: Any) -> User:
    user: User = factories.UserFactory(username=username, **fields)
    for role in roles:
        factories.MembershipFactory(study=study, user=user, role=role)
    return user


@pytest.fixture
def alice(study: Study) -> User:
    return _person("alice", study, Role.PATHOLOGIST)


@pytest.fixture
def bob(study: Study) -> User:
    return _person("bob", study, Role.PATHOLOGIST)


@pytest.fixture
def tina(study: Study) -> User:
    return _person("tina", study, Role.TECHNICIAN)


@pytest.fixture
def dora(study: Study) -> User:
    return _person("dora", study, Role.ADMINISTRATOR)


@pytest.fixture
def carol(other_study: Study) -> User:
    return _person("carol", other_study, *Role)


@pytest.fixture
def root(db: None) -> User:
    return _person("root", is_staff=True)


@pytest.fixture
def client_of() -> Callable[..., APIClient]:
    """``client_of(user)`` gives an API client of that person's; ``client_of(None)`` a stranger's.

    With ``csrf=True`` it is held to CSRF checks as a browser is, and signs in for real.
    """

    def make(user: User | None, *, csrf: bool = False) -> APIClient:
        client = APIClient(enforce_csrf_checks=csrf)
        if user is not None:
            if csrf:
                client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            else:
                client.force_authenticate(user)
        client.raise_request_exception = False  # a bug is a 500, as for a browser
        return client

    return make
