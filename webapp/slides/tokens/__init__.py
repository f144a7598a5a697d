"""The short-lived token that lets one person's browser fetch the tiles of one presentation, and its revocation."""

from webapp.slides.tokens.revocation import is_revoked, revoke
from webapp.slides.tokens.signing import COOKIE, VALID_SECONDS, Grant, cookie, issue, sign, verify

__all__ = ["COOKIE", "VALID_SECONDS", "Grant", "cookie", "is_revoked", "issue", "revoke", "sign", "verify"]
