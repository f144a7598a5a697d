"""Who holds which role in a study."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from webapp.accounts.models import User
from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.studies.models import Membership, Role, Study
from webapp.studies.permissions import (
    can_administer,
    can_give_first_administrator,
    listed_studies,
    visible_memberships,
)
from webapp.studies.signals import access_changed


def grant_membership(actor: Any, study: Study, user: User, role: str) -> Membership:
    """Give a person a role in the study; giving one they hold already changes nothing.

    Raises:
        NotAllowed: the actor does not administer the study (a system administrator may give the first administrator).
        Invalid: no such role.  Conflict: the person's account is closed.
    """
    if role not in Role.values:
        raise Invalid(f"There is no role {role!r}.", fields={"role": f"One of {', '.join(Role.values)}."})
    may = actor is None or can_administer(actor, study)
    if not may and not (role == Role.ADMINISTRATOR and can_give_first_administrator(actor, study)):
        raise NotAllowed(
            "Only the study's administrators give roles; a system administrator gives the first administrator only."
        )
    if not user.is_active:
        raise Conflict(f"The account of {user.username} is closed.", code="account_closed")
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)
        membership, is_new = Membership.objects.get_or_create(study=study, user=user, role=role)
        if is_new:
            record(
                actor, "membership.granted", obj=membership, study_id=study.pk,
                person=str(user.pk), username=user.username, role=role,
            )  # fmt: skip
            _tell(user.pk, study.pk)
    return membership


def grant_membership_by_name(actor: Any, study_id: UUID, username: str, role: str) -> Membership:
    """``grant_membership`` for a person named by user name.

    Raises:
        NotVisible: the actor may not know of the study.  Otherwise as ``grant_membership``.
    """
    study = listed_studies(actor).filter(pk=study_id).first()
    if study is None:
        raise NotVisible("There is no such study, or you may not know of it.")
    if not can_administer(actor, study) and not can_give_first_administrator(actor, study):
        raise NotAllowed("Only the study's administrators give roles.")
    user = User.objects.filter(username__iexact=username.replace("\x00", "")).first()
    if user is None:
        raise Invalid("Nobody has this user name.", fields={"username": "Nobody has this user name."})
    return grant_membership(actor, study, user, role)


def revoke_membership(actor: Any, membership_id: UUID) -> None:
    """Take a role from a person. What rested on it ends at once (``access_changed``).

    Raises:
        NotVisible: the actor does not administer the study.  Conflict: it would leave the study without administrator.
    """
    with transaction.atomic():
        found = visible_memberships(actor).filter(pk=membership_id).first()
        if found is None:
            raise NotVisible("There is no such membership, or you may not know of it.")
        Study.objects.select_for_update().get(pk=found.study_id)
        membership = Membership.objects.select_related("user").filter(pk=membership_id).first()
        if membership is None:
            raise NotVisible("There is no such membership, or you may not know of it.")
        others = Membership.objects.filter(study=membership.study_id, role=Role.ADMINISTRATOR, user__is_active=True)
        if membership.role == Role.ADMINISTRATOR and not others.exclude(pk=membership.pk).exists():
            raise Conflict("This is the study's last administrator; give another one first.", code="last_administrator")
        user, study_id, role = membership.user, membership.study_id, membership.role
        Membership.objects.filter(pk=membership.pk).delete()
        record(
            actor, "membership.revoked", obj=membership, study_id=study_id,
            person=str(user.pk), username=user.username, role=role,
        )  # fmt: skip
        _tell(user.pk, study_id)


def _tell(user_id: UUID, study_id: UUID) -> None:
    transaction.on_commit(lambda: access_changed.send_robust(sender=Membership, user_id=user_id, study_id=study_id))
