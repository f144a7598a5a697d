"""How a request says who it is from: a personal token in the header; and no door through which strangers sign up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from webapp.accounts import services
from webapp.accounts.models import Token, User

if TYPE_CHECKING:
    from rest_framework.request import Request

KEYWORD = "Token"


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


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People are registered by system administrators; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
