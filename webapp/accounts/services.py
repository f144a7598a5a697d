"""Writes about people and their tokens."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp.accounts.models import Token, User
from webapp.accounts.permissions import can_manage_users, visible_tokens, visible_users
from webapp.accounts.signals import access_ended
from webapp.audit.services import record
from webapp.core.errors import Conflict, Invalid, NotAllowed, NotVisible

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,63}")
TOKEN_START = "dsk_"  # noqa: S105 - marks what it is for people and secret scanners; the secret follows it
TOKENS_PER_PERSON = 20
LAST_USED_STEP = timedelta(minutes=1)


def create_user(actor: Any, *, username: str, display_name: str, password: str, is_staff: bool = False) -> User:
    """Register a person. ``actor`` None is the command line.

    Raises:
        NotAllowed: the actor is no system administrator.
        Invalid: the name or password is not acceptable.  Conflict: the name is taken, in whatever case.
    """
    if actor is not None and not can_manage_users(actor):
        raise NotAllowed("Only system administrators register people.")
    if not USERNAME.fullmatch(username):
        raise Invalid(
            "The user name is not acceptable.",
            fields={"username": "2 to 64 letters, digits and . _ @ + -, beginning with a letter or digit."},
        )
    user = User(username=username, display_name=checked_name(display_name or username), is_staff=is_staff)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("The password is not acceptable.", fields={"password": " ".join(error.messages)}) from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"There is a person called {username} already.", code="username_taken") from error
    with transaction.atomic():
        record(actor, "user.created", obj=user, username=username, is_system_administrator=is_staff)
    return user


def set_active(actor: Any, user: User, *, is_active: bool) -> User:
    """Close a person's account or open it again.

    Closing ends at once whatever they hold: sessions, tokens, and (by ``access_ended``) tile tokens and sockets.

    Raises:
        NotAllowed: the actor is no system administrator.  Conflict: they would lock themselves out.
    """
    if actor is not None and not can_manage_users(actor):
        raise NotAllowed("Only system administrators open and close accounts.")
    if actor is not None and actor.pk == user.pk and not is_active:
        raise Conflict("You cannot close your own account; ask another system administrator.", code="own_account")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active == is_active:
            return user
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        if not is_active:
            _end_sessions(user)
            Token.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())
            transaction.on_commit(lambda: access_ended.send_robust(sender=User, user_id=user.pk))
        record(actor, "user.deactivated" if not is_active else "user.reactivated", obj=user)
    return user


def deactivate_user(actor: Any, user: User) -> User:
    """Close a person's account: ``set_active`` with False."""
    return set_active(actor, user, is_active=False)


def change_display_name(user: User, display_name: str) -> User:
    """What the person is called on screen."""
    with transaction.atomic():
        user.display_name = checked_name(display_name)
        user.save(update_fields=["display_name"])
        record(user, "user.renamed", obj=user, display_name=user.display_name)
    return user


def create_token(user: User, *, name: str, expires_in_days: int | None = None) -> tuple[Token, str]:
    """Make a personal token for programs.

    Returns:
        The token's row and its secret, which is shown now and never again: only its SHA-256 is kept.

    Raises:
        Invalid: name or lifetime are not acceptable.  Conflict: the person has 20 tokens already.
    """
    if expires_in_days is not None and not 1 <= expires_in_days <= 3650:
        raise Invalid(
            f"A token lives 1 to 3650 days; got {expires_in_days}.", fields={"expires_in_days": "1 to 3650 days."}
        )
    secret = TOKEN_START + secrets.token_urlsafe(32)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # one at a time, so that the limit holds
        if visible_tokens(user).count() >= TOKENS_PER_PERSON:
            raise Conflict(f"You have {TOKENS_PER_PERSON} tokens; revoke one first.", code="too_many_tokens")
        token = Token.objects.create(
            user=user,
            name=checked_name(name, longest=80),
            prefix=secret[:12],
            digest=_digest(secret),
            expires_at=None if expires_in_days is None else timezone.now() + timedelta(days=expires_in_days),
        )
        record(user, "token.created", obj=token, name=token.name)
    return token, secret


def revoke_token(user: User, token_id: Any) -> None:
    """End one of the person's own tokens.

    Raises:
        NotVisible: no such token of theirs.
    """
    with transaction.atomic():
        token = visible_tokens(user).select_for_update().filter(pk=token_id).first()
        if token is None:
            raise NotVisible("There is no such token, or you may not know of it.")
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        record(user, "token.revoked", obj=token, name=token.name)


def token_of(secret: str) -> Token | None:
    """The live token with this secret, of an active person; None for anything else.

    Looked up by digest: what an attacker can time is the comparison of SHA-256 sums, not of the secret.
    """
    if not secret.startswith(TOKEN_START) or len(secret) > 100:
        return None
    token = Token.objects.select_related("user").filter(digest=_digest(secret), revoked_at=None).first()
    now = timezone.now()
    if token is None or not token.user.is_active or (token.expires_at is not None and token.expires_at <= now):
        return None
    if token.last_used_at is None or now - token.last_used_at > LAST_USED_STEP:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def visible_user(actor: Any, user_id: Any) -> User:
    """The account, if the actor may see it.

    Raises:
        NotVisible: otherwise.
    """
    user = visible_users(actor).filter(pk=user_id).first()
    if user is None:
        raise NotVisible("There is no such person, or you may not know of them.")
    return user


def checked_name(name: str, *, longest: int = 120) -> str:
    """The name without white space around it.

    Raises:
        Invalid: it is empty, too long or holds characters that cannot be shown.
    """
    name = name.strip()
    if not 1 <= len(name) <= longest or not name.isprintable():
        raise Invalid("The name is not acceptable.", fields={"name": f"1 to {longest} printable characters."})
    return name


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _end_sessions(user: User) -> None:
    for session in UserSession.objects.filter(user=user):
        session.end()
