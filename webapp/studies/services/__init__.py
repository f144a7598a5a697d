"""Writes about studies, their protocol and who holds which role in them."""

from webapp.studies.services.founding import (
    administered_study,
    check_not_locked,
    close_study,
    create_study,
    describe_study,
    reopen_study,
)
from webapp.studies.services.members import grant_membership, grant_membership_by_name, revoke_membership
from webapp.studies.services.protocols import PROTOCOL_FIELDS, new_protocol_version

__all__ = [
    "PROTOCOL_FIELDS",
    "administered_study",
    "check_not_locked",
    "close_study",
    "create_study",
    "describe_study",
    "grant_membership",
    "grant_membership_by_name",
    "new_protocol_version",
    "reopen_study",
    "revoke_membership",
]
