"""Who may see accounts and tokens: everybody their own, system administrators everybody's account (nobody's tokens)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from webapp.accounts.models import Token, User


def can_manage_users(user: Any) -> bool:
    """Whether the person may create, list and deactivate accounts."""
    return bool(getattr(user, "is_system_administrator", False))


def visible_users(user: Any) -> QuerySet[User]:
    """A system administrator sees every account, anybody else their own, an inactive person none."""
    if not getattr(user, "is_active", False):
        return User.objects.none()
    return User.objects.all() if can_manage_users(user) else User.objects.filter(pk=user.pk)


def visible_tokens(user: Any) -> QuerySet[Token]:
    """The person's own tokens that have not been revoked."""
    if not getattr(user, "is_active", False):
        return Token.objects.none()
    return Token.objects.filter(user=user.pk, revoked_at=None)
