"""Writes about studies, their protocol and who holds which role in them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max

from webapp.accounts.models import User
from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible
from webapp.studies.models import Membership, Protocol, Role, Study
from webapp.studies.permissions import (
    can_administer,
    can_create_study,
    can_give_first_administrator,
    listed_studies,
    visible_memberships,
)
from webapp.studies.signals import access_changed

DESCRIPTION_LENGTH = 4000
PROTOCOL_FIELDS = frozenset({
    "readers_per_specimen", "mode", "reveal_to_readers", "marker_schemes", "algorithms", "tolerances",
    "readings_shown_to_adjudicator", "algorithm_weight", "design", "workload_cap", "reading_days", "qa_share",
    "re_read_series", "re_reads_turned", "washout_days", "qualification_share", "core_rule",
})  # fmt: skip


def create_study(actor: Any, *, name: str, description: str = "", protocol: dict[str, Any] | None = None) -> Study:
    """Create a study with the first version of its protocol. ``actor`` None is the command line.

    Args:
        protocol: fields of ``Protocol``; those left out take its defaults (two readers, independent).

    Raises:
        NotAllowed: the actor is no system administrator.
        Invalid: name or protocol are not acceptable.  Conflict: the name is taken.
    """
    if actor is not None and not can_create_study(actor):
        raise NotAllowed("Only system administrators create studies.")
    name = name.strip()
    if not 1 <= len(name) <= 120 or not name.isprintable():
        raise Invalid("The study's name is not acceptable.", fields={"name": "1 to 120 printable characters."})
    try:
        with transaction.atomic():
            study = Study.objects.create(name=name, description=description)
    except IntegrityError as error:
        raise Conflict(f"There is a study called {name} already.", code="name_taken") from error
    with transaction.atomic():
        _write_protocol(study, 1, protocol or {})
        record(actor, "study.created", obj=study, study_id=study.pk, name=name)
    return study


def describe_study(actor: Any, study: Study, description: str) -> None:
    """Change the study's description; the same one again changes nothing.

    Raises:
        NotAllowed: the actor does not administer the study.  Invalid: it is too long.
    """
    if actor is not None and not can_administer(actor, study):
        raise NotAllowed("Only the study's administrators describe it.")
    if len(description) > DESCRIPTION_LENGTH:
        raise Invalid(
            f"A description has at most {DESCRIPTION_LENGTH} characters; got {len(description)}.",
            fields={"description": "Too long."},
        )
    with transaction.atomic():
        if Study.objects.filter(pk=study.pk).exclude(description=description).update(description=description):
            record(actor, "study.described", obj=study, study_id=study.pk)


def new_protocol_version(actor: Any, study: Study, **fields: Any) -> Protocol:
    """Put a new version of the protocol into force; what is not given stays as it was. Earlier versions stay as they
    are, frozen or not: a reading refers to the version under which it was made.

    Raises:
        NotAllowed: the actor does not administer the study.  Invalid: a field is unknown or not acceptable.
    """
    if actor is not None and not can_administer(actor, study):
        raise NotAllowed("Only the study's administrators change its protocol.")
    with transaction.atomic():
        Study.objects.select_for_update().get(pk=study.pk)  # so that two administrators make two versions
        before = study.protocols.order_by("-version").first()
        kept = {field: getattr(before, field) for field in PROTOCOL_FIELDS} if before else {}
        last = study.protocols.aggregate(last=Max("version"))["last"] or 0
        protocol = _write_protocol(study, last + 1, {**kept, **fields})
        record(
            actor, "protocol.versioned", obj=protocol, study_id=study.pk,
            version=protocol.version, changed=sorted(fields),
        )  # fmt: skip
    return protocol


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


def _write_protocol(study: Study, version: int, fields: dict[str, Any]) -> Protocol:
    unknown = sorted(set(fields) - PROTOCOL_FIELDS)
    if unknown:
        raise Invalid(f"A protocol has no {', '.join(unknown)}.", fields=dict.fromkeys(unknown, "Unknown."))
    protocol = Protocol(study=study, version=version, **fields)
    readers = protocol.readers_per_specimen
    if isinstance(readers, bool) or not isinstance(readers, int) or not 0 <= readers <= 5:
        raise Invalid(
            f"A specimen has 0 to 5 readers; got {readers!r}.", fields={"readers_per_specimen": "A number from 0 to 5."}
        )
    for name, known in (("mode", Protocol.Mode.values), ("reveal_to_readers", Protocol.Reveal.values)):
        if getattr(protocol, name) not in known:
            raise Invalid(f"Unknown {name}.", fields={name: f"One of {', '.join(known)}."})
    protocol.save(force_insert=True)
    return protocol
