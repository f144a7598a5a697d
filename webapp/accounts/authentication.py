"""How a request says who it is from: a personal token in the header; and no door through which strangers sign up."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from allauth.account.adapter import DefaultAccountAdapter
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from webapp.accounts import services
from webapp.accounts.models import Token, User

if TYPE_CHECKING:
    from rest_framework.request import Request

KEYWORD = "Token"
#: Where a browser's session keeps that its person has given the password again, for signing.
_CONFIRMED = "_password_confirmed"


class TokenAuthentication(BaseAuthentication):
    """``Authorization: Token dsk_…``. Every wrong token gets the same answer, whatever is wrong with it."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """The person and their token; None where the header does not speak of one."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.lower().encode():
            return None
        token = services.token_of(words[1].decode("latin-1")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed("This token is not valid. Make a new one under your account.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Makes DRF answer 401, not 403."""
        return KEYWORD


def needs_password(request: Request) -> bool:
    """Whether a signature asks for the password: the first one of a browser's session, and every one by token. A
    session that confirmed a password which was changed since asks again."""
    if isinstance(request.auth, Token):
        return True
    user = cast("User", request.user)
    return bool(request._request.session.get(_CONFIRMED) != user.get_session_auth_hash())


def confirm_password(request: Request, password: str) -> str:
    """Check the password that goes with a signature. Wrong ones count like failed sign-ins: after as many, the person
    cannot sign from that address for as long.

    Returns:
        "" if it is right, or not needed; else why not: "password_needed", "password_wrong" or "password_locked". The
        caller answers and does not raise, so that the count is committed.
    """
    if not needs_password(request):
        return ""
    if not password:
        return "password_needed"
    user = cast("User", request.user)
    inner = request._request
    if not AxesProxyHandler.is_allowed(inner, {"username": user.username}):
        return "password_locked"
    found = authenticate(inner, username=user.username, password=password)
    if found is None or found.pk != user.pk:
        inner.axes_locked_out = False  # type: ignore[attr-defined]  # else axes answers in the place of the API
        return "password_wrong"
    if not isinstance(request.auth, Token):
        inner.session[_CONFIRMED] = user.get_session_auth_hash()
    return ""


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People are registered by system administrators; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
