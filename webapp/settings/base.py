"""Settings shared by every way of running. Values come from the environment; nothing here is an insecure default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import environ
from csp.constants import NONCE, NONE, SELF

env = environ.Env()
ROOT = Path(__file__).resolve().parents[2]

# One folder holds everything that outlives a restart of one machine's demo; a hospital points the parts elsewhere.
HOME = Path(env.str("DUOSCOPE_HOME", default=str(ROOT / "var"))).resolve()
SLIDE_FOLDER = Path(env.str("DUOSCOPE_SLIDES", default=str(HOME / "slides")))
RESULT_FOLDER = Path(env.str("DUOSCOPE_RESULTS", default=str(HOME / "results")))
INBOX_FOLDER = Path(env.str("DUOSCOPE_INBOX", default=str(HOME / "inbox")))
# Signs the audit chain's anchors (64 hexadecimal digits); their file belongs on another disk than the database.
AUDIT_SIGNING_KEY = env.str("AUDIT_SIGNING_KEY", default="")
AUDIT_ANCHOR_FILE = Path(env.str("AUDIT_ANCHOR_FILE", default=str(HOME / "audit-anchors.jsonl")))

DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_structlog",
    "webapp.core",
    "webapp.audit",
    "webapp.accounts",
    "webapp.studies",
    "webapp.cases",
    "webapp.slides",
    "webapp.blinding",
    "webapp.reading",
    "webapp.runs",
    "webapp.agreement",
    "webapp.live",
    "webapp.demo",
]
AUTH_USER_MODEL = "accounts.User"
ROOT_URLCONF = "webapp.urls"
ASGI_APPLICATION = "webapp.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "webapp.core.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "webapp.core.middleware.IdleTimeout",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "axes.middleware.AxesMiddleware",
]


def _database(variable: str) -> dict[str, Any]:
    """Django's settings of the server a libpq URI names; a unix socket's folder stands percent-encoded as its host."""
    settings: dict[str, Any] = env.db(variable)
    return settings | {"HOST": unquote(settings["HOST"])}


# The web server answers every request in a thread of its own. Connections that threads keep would add up there until
# PostgreSQL refuses any more (20 busy readers were enough), so it takes them from a pool (``asgi.py`` says how many);
# workers and commands have one thread, which keeps its own. Who waits for one longer than this is told to come back.
_POOL = env.int("DATABASE_POOL", default=0)
_POOLED: dict[str, Any] = {"pool": {"min_size": 2, "max_size": _POOL, "timeout": 5}} if _POOL else {}
DATABASES: dict[str, dict[str, Any]] = {
    "default": _database("DATABASE_URL")
    | {
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 0 if _POOL else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": "-c statement_timeout=15s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s",
            **_POOLED,
        },
    }
}
if env.str("DATABASE_OWNER_URL", default=""):
    # The role that owns the tables, for `manage.py migrate --database owner` alone; the app role cannot alter them.
    DATABASES["owner"] = _database("DATABASE_OWNER_URL")

REDIS_URL = env.str("REDIS_URL")
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# The task's time limit times 1.1: a longer task would run twice at the same time.
CELERY_TASK_TIME_LIMIT = 4 * 3600
CELERY_TASK_SOFT_TIME_LIMIT = int(0.9 * CELERY_TASK_TIME_LIMIT)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": int(1.1 * CELERY_TASK_TIME_LIMIT),
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_keepalive": True,
    "health_check_interval": 15,
}
# A run whose worker says nothing for this long is given to another one.
RUN_LEASE_SECONDS = env.int("RUN_LEASE_SECONDS", default=15)
RUN_MAX_ATTEMPTS = 3
# The same for slides that are being read in.
INGEST_LEASE_SECONDS = env.int("INGEST_LEASE_SECONDS", default=30)
INGEST_MAX_ATTEMPTS = 3
# The largest file taken by upload; larger ones go through the inbox. Nothing is taken onto a disk fuller than this.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=2 * 2**30)
DISK_WATERMARK_PERCENT = env.int("DISK_WATERMARK_PERCENT", default=90)
# A run that takes longer is stopped and fails; a slide that needs more is scored field by field.
RUN_TIME_LIMIT_SECONDS = env.int("RUN_TIME_LIMIT_SECONDS", default=CELERY_TASK_TIME_LIMIT - 600)
RUN_QUEUED_PER_PERSON = env.int("RUN_QUEUED_PER_PERSON", default=1000)
# A cell file that no result refers to is deleted after this long.
RESULT_ORPHAN_SECONDS = env.int("RESULT_ORPHAN_SECONDS", default=3600)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "webapp" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ]
        },
    }
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_ADAPTER = "webapp.accounts.authentication.ClosedAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
HEADLESS_ONLY = True
HEADLESS_FRONTEND_URLS: dict[str, str] = {}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
LOGIN_URL = "/sign-in"

SESSION_ENGINE = "webapp.core.sessions"
# A session ends after so long without a request, and so long after sign-in in any case.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=15 * 60)
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "webapp.core.problems.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Nothing from elsewhere, nothing inline without this answer's nonce. 'self' covers websockets to this host.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
# What the API takes as JSON, and how deep it may be nested.
JSON_MAX_BYTES = 4 * 2**20
JSON_MAX_DEPTH = 32

USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
# As Vite wrote it; absent where the front end is not built (the page says so), or collected into STATIC_ROOT already.
_PAGE = ROOT / "frontend" / "dist"
STATICFILES_DIRS = [("app", _PAGE)] if _PAGE.is_dir() else []
# Served from where they are: no collecting before the demo's first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Vite puts a hash of the content into each name below assets/.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/app/assets/.+-[\w-]{8}\.\w+$"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webapp.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["webapp.core.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "webapp.core.negotiation.OneForm",
    "DEFAULT_PAGINATION_CLASS": "webapp.core.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "webapp.core.api.problem_response",
    "DEFAULT_METADATA_CLASS": None,
    "UNICODE_JSON": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Duoscope",
    "DESCRIPTION": "Double reading of immunohistochemistry. Research use only.",
    "VERSION": "0.1.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "webapp.studies.models.Role",
        "SlideStateEnum": "webapp.slides.models.Slide.State",
        "RunStateEnum": "webapp.runs.models.Run.State",
        "PurposeEnum": "webapp.slides.models.FieldOfView.Purpose",
        "ReadingPurposeEnum": "webapp.reading.models.Purpose",
        "GivenPurposeEnum": "webapp.reading.api.administration.GIVEN_OUT",
        "WorklistStateEnum": "webapp.reading.api.serializers.LIST_STATES",
        "KindEnum": "webapp.slides.models.Specimen.Kind",
        "SlideRequestKindEnum": "webapp.reading.models.SlideRequest.Kind",
    },
}
