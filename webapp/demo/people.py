"""The people of the demo study, one for each role, and their common password."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from webapp.accounts.models import User
from webapp.studies.models import Role, Study
from webapp.studies.services import grant_membership


@dataclass(frozen=True)
class Person:
    username: str
    display_name: str
    role: Role | None  # None: system administrator, who holds no role in any study

    @property
    def described(self) -> str:
        return self.role.label if self.role else "System administrator"


SYSTEM_ADMINISTRATOR = Person("sam", "Sam Okafor", None)
STUDY_ADMINISTRATOR = Person("dora", "Dora Lindqvist", Role.ADMINISTRATOR)
TECHNICIAN = Person("tina", "Tina Moreau", Role.TECHNICIAN)
KEY_HOLDER = Person("kim", "Kim Larsen", Role.KEY_HOLDER)
PEOPLE = (
    Person("alice", "Dr Alice Hartmann", Role.PATHOLOGIST),
    Person("bob", "Dr Bob Nakamura", Role.PATHOLOGIST),
    Person("cem", "Dr Cem Aydin", Role.PATHOLOGIST),
    Person("ada", "Prof. Ada Rossi", Role.ADJUDICATOR),
    Person("quinn", "Dr Quinn Adeyemi", Role.QA_READER),
    TECHNICIAN,
    STUDY_ADMINISTRATOR,
    KEY_HOLDER,
    SYSTEM_ADMINISTRATOR,
)


def join(administrator: User, study: Study, accounts: Mapping[str, User]) -> None:
    """Give everybody but the administrator, who gives it, their role in a study."""
    for person in PEOPLE:
        if person.role and person is not STUDY_ADMINISTRATOR:
            grant_membership(administrator, study, accounts[person.username], person.role)


def password() -> str:
    """Another one for every installation, the same at every start: derived from its secret key."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"duoscope demo people", hashlib.sha256).digest()
    return "demo-" + base64.b32encode(digest[:8]).decode().rstrip("=").lower()


def sign_ins() -> str:
    """What the launcher prints."""
    lines = [f"  {person.username:<8}{person.described}" for person in PEOPLE]
    return "\n".join([f"Sign in as one of these; password: {password()}", *lines])
