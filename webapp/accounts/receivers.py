"""Signing in and out leaves a trace."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from webapp.accounts.models import User
from webapp.audit.services import record

#: Stands for the account that does not exist. What was typed is not kept: people type passwords there.
NOBODY = uuid.UUID(int=0)


@receiver(user_logged_in, dispatch_uid="accounts.signed_in")
def record_sign_in(*, user: User, **_: Any) -> None:
    """A person signed in."""
    record(user, "signed_in", obj=user)


@receiver(user_logged_out, dispatch_uid="accounts.signed_out")
def record_sign_out(*, user: User | None, **_: Any) -> None:
    """A person signed out; an anonymous request that signs out is nothing."""
    if user is not None:
        record(user, "signed_out", obj=user)


@receiver(user_login_failed, dispatch_uid="accounts.sign_in_failed")
def record_failed_sign_in(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """Somebody failed to sign in."""
    typed = str(credentials.get("username") or "").replace("\x00", "")
    known = User.objects.filter(username__iexact=typed).first() if typed else None
    record(None, "sign_in_failed", obj=known or User(pk=NOBODY), known=known is not None)
