"""Production's settings, in a process of their own: settings are read once."""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import global_settings, settings

ROOT = Path(__file__).resolve().parents[3]
SECRET = "f3a1c96be0427d58b91c6a7e2d4f8053c7be91a64d2f0853b7c1e96ad4250f83"


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    environment |= {
        "DJANGO_SETTINGS_MODULE": "webapp.settings.production",
        "SECRET_KEY": SECRET,
        "AUDIT_SIGNING_KEY": "ab" * 32,
        "ALLOWED_HOSTS": "duoscope.example.org",
        "BEHIND_PROXY": "1",
        **variables,
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy_has_nothing_to_say() -> None:
    done = manage("check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is not a secret"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY is not a secret"),
        ({"SECRET_KEY": "django-insecure-" + SECRET}, "SECRET_KEY is not a secret"),
        ({"AUDIT_SIGNING_KEY": ""}, "AUDIT_SIGNING_KEY is not set"),
        ({"AUDIT_SIGNING_KEY": "xyz"}, "AUDIT_SIGNING_KEY must be 64 hexadecimal digits"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name each host exactly"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
    ],
)
def test_production_refuses_to_start(variables: dict[str, str], sentence: str) -> None:
    done = manage("check", **variables)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET + "\n")
    done = manage("diffsettings", "--output", "unified", SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"))
    assert done.returncode == 0, done.stderr
    assert "+ SESSION_COOKIE_NAME = '__Host-sid'" in done.stdout
    assert f"+ SECRET_KEY = {SECRET!r}" in done.stdout


#: Ours: each is read somewhere in webapp, which the test below checks.
OWN = {
    "ROOT", "HOME", "SLIDE_FOLDER", "RESULT_FOLDER", "INBOX_FOLDER", "AUDIT_SIGNING_KEY", "AUDIT_ANCHOR_FILE",
    "REDIS_URL",
    "RUN_LEASE_SECONDS", "RUN_MAX_ATTEMPTS", "INGEST_LEASE_SECONDS", "INGEST_MAX_ATTEMPTS", "UPLOAD_MAX_BYTES",
    "DISK_WATERMARK_PERCENT", "RUN_TIME_LIMIT_SECONDS", "RUN_QUEUED_PER_PERSON", "RESULT_ORPHAN_SECONDS",
    "SESSION_IDLE_SECONDS", "JSON_MAX_BYTES", "JSON_MAX_DEPTH",
}  # fmt: skip
#: Read by Celery under its own names.
CELERY = {name for name in dir(settings) if name.startswith("CELERY_")}


def _sources(package: str) -> str:
    """Every line of an installed package's Python files."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    folders = list(spec.submodule_search_locations or [])
    return "\n".join(
        Path(file).read_text(errors="replace") for folder in folders for file in sorted(Path(folder).rglob("*.py"))
    )


def test_every_setting_is_read_by_somebody() -> None:
    """A misspelt setting is silent otherwise."""
    named = {name for name in settings._wrapped.__dict__ if name.isupper()} - {"SETTINGS_MODULE"}
    unknown = named - set(dir(global_settings)) - OWN - CELERY
    packages = ("allauth", "axes", "csp", "rest_framework", "drf_spectacular", "channels", "whitenoise")
    text = "\n".join(_sources(name) for name in packages)
    # A package that puts a prefix before its settings' names spells them without it.
    prefixes = ("ACCOUNT_", "MFA_", "HEADLESS_", "USERSESSIONS_", "DJANGO_STRUCTLOG_", "WHITENOISE_")
    for name in sorted(unknown):
        short = next((name.removeprefix(prefix) for prefix in prefixes if name.startswith(prefix)), name)
        assert re.search(rf"[\"'.]{re.escape(name)}\b|[\"']{re.escape(short)}[\"']|\b{re.escape(name)}\b", text), name


def test_every_setting_of_our_own_is_read() -> None:
    ours = "\n".join(
        file.read_text() for file in (ROOT / "webapp").rglob("*.py") if "settings" not in file.relative_to(ROOT).parts
    )
    unread = sorted(name for name in OWN if not re.search(rf"settings\.{name}\b", ours))
    # HOME is where the other folders are; nobody else asks for it.
    assert unread in ([], ["HOME"])


def test_every_celery_setting_is_celerys() -> None:
    from celery.app.defaults import NAMESPACES, flatten

    known = {name.upper() for name, _ in flatten(NAMESPACES)}
    assert {name.removeprefix("CELERY_") for name in CELERY} <= known


def test_settings_modules_are_the_known_four() -> None:
    import webapp.settings

    assert {module.name for module in pkgutil.iter_modules(webapp.settings.__path__)} == {
        "base", "development", "logs", "production", "testing"
    }  # fmt: skip
