"""For a hospital: TLS in front, secrets from the environment or from files, and a refusal to start half configured.

Needs SECRET_KEY, AUDIT_SIGNING_KEY, ALLOWED_HOSTS, DATABASE_URL and REDIS_URL. A secret may also stand in a file that
``<NAME>_FILE`` names (Docker's secrets do). BEHIND_PROXY=1 believes X-Forwarded-Proto: only behind a
proxy that replaces it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SECRETS = ("SECRET_KEY", "AUDIT_SIGNING_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
for _name in SECRETS:
    if f"{_name}_FILE" in os.environ and not os.environ.get(_name):
        os.environ[_name] = Path(os.environ[f"{_name}_FILE"]).read_text().strip()
for _name in ("SECRET_KEY", "AUDIT_SIGNING_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL"):
    if not os.environ.get(_name):
        raise ImproperlyConfigured(f"{_name} is not set. Production has no default for it; see docs/deployment.md.")

from webapp.settings.base import *  # noqa: E402 - what it needs is checked first
from webapp.settings.logs import configure  # noqa: E402

if (
    len(SECRET_KEY) < 50
    or len(set(SECRET_KEY)) < 10
    or re.search(r"django-insecure|change.?me|for-tests|example", SECRET_KEY, re.IGNORECASE)
):
    raise ImproperlyConfigured(
        f"SECRET_KEY is not a secret: it has {len(SECRET_KEY)} characters, {len(set(SECRET_KEY))} of them different."
        " Make one with `openssl rand -hex 32` and keep it out of every repository."
    )
if not re.fullmatch(r"[0-9a-f]{64}", AUDIT_SIGNING_KEY):
    raise ImproperlyConfigured("AUDIT_SIGNING_KEY must be 64 hexadecimal digits; make one with `openssl rand -hex 32`.")
if any(host in ("*", "") or host.startswith(".") for host in ALLOWED_HOSTS):
    raise ImproperlyConfigured(f"ALLOWED_HOSTS must name each host exactly; it is {','.join(ALLOWED_HOSTS)!r}.")

LOGGING = configure(as_json=True, level=env.str("LOG_LEVEL", default="INFO"))

# Uploads are spooled on the disk that keeps them, not in a container's small /tmp.
FILE_UPLOAD_TEMP_DIR = HOME / "uploads"
FILE_UPLOAD_TEMP_DIR.mkdir(parents=True, exist_ok=True)

SECURE_SSL_REDIRECT = True
# Whoever watches the container asks over plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# __Host-: the browser itself refuses them without TLS, with another path, or from a neighbouring host.
SESSION_COOKIE_NAME = "__Host-sid"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]
