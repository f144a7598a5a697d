"""Both servers together, and the addresses under which Django finds them."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from webapp.core.embedded import places, process, roles, secrets, valkey
from webapp.core.embedded.postgres import FAST_SHUTDOWN, Postgres, ServiceError
from webapp.core.embedded.valkey import Valkey

DATABASE = "duoscope"


@dataclass
class Services:
    """What one installation runs of its own; None where the environment names a server."""

    home: Path
    secrets: dict[str, str]
    sockets: Path
    postgres: Postgres | None
    valkey: Valkey | None

    @classmethod
    def of(
        cls,
        home: Path,
        environment: Mapping[str, str],
        *,
        sockets: Path | None = None,
        postgres_settings: dict[str, str] | None = None,
    ) -> Services:
        """The services of the installation at ``home``; those the environment names are not started. ``sockets`` is
        the folder for PostgreSQL's socket, a temporary one by default."""
        account = process.service_account()
        known = secrets.read_or_make(home / "secrets")
        logs = home / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        sockets = places.private_folder(sockets, account) if sockets else places.socket_folder(account)
        server = keeper = None
        if not environment.get("DATABASE_URL"):
            server = Postgres(
                cluster=places.state_folder(home / "postgres", account),
                sockets=sockets,
                account=account,
                password=known["DATABASE_ADMIN_PASSWORD"],
                log=(logs / "postgres.log").open("ab"),
                settings=postgres_settings or {},
            )
        if not environment.get("REDIS_URL"):
            keeper = Valkey(
                folder=places.state_folder(home / "valkey", account),
                account=account,
                password=known["VALKEY_PASSWORD"],
                port=valkey.free_port(),
                log=(logs / "valkey.log").open("ab"),
            )
        return cls(home, known, sockets, server, keeper)

    def addresses(self) -> dict[str, str]:
        """The variables Django reads."""
        found = {
            "DUOSCOPE_HOME": str(self.home),
            "SECRET_KEY": self.secrets["SECRET_KEY"],
            "AUDIT_SIGNING_KEY": self.secrets["AUDIT_SIGNING_KEY"],
        }
        if self.postgres:
            found["DATABASE_URL"] = self.postgres.url(DATABASE, roles.APP, self.secrets["DATABASE_PASSWORD"])
            found["DATABASE_OWNER_URL"] = self.postgres.url(
                DATABASE, roles.OWNER, self.secrets["DATABASE_OWNER_PASSWORD"]
            )
        if self.valkey:
            found["REDIS_URL"] = self.valkey.url()
        return found

    def ensure_database(self) -> None:
        """Roles, database and grants, as far as they are missing."""
        if self.postgres:
            roles.ensure_database(
                self.postgres.url("postgres"),
                DATABASE,
                owner_password=self.secrets["DATABASE_OWNER_PASSWORD"],
                app_password=self.secrets["DATABASE_PASSWORD"],
            )
            roles.ensure_grants(self.postgres.url(DATABASE))

    def forget(self) -> None:
        """Remove the socket folder, once nothing runs any more."""
        shutil.rmtree(self.sockets, ignore_errors=True)


def wait_until(
    ready: Callable[[], bool], child: subprocess.Popen[bytes], what: str, log: Path, patience_s: float = 60
) -> None:
    """Wait until a freshly started server answers.

    Raises:
        ServiceError: it ended, or did not answer in time; the message quotes the end of its log.
    """
    deadline = time.monotonic() + patience_s
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            said = log.read_text(errors="replace").strip().splitlines()[-5:] if log.exists() else []
            raise ServiceError(f"{what} did not start (its log: {log}):\n" + "\n".join(said))
        time.sleep(0.02)


def stop_servers(children: Mapping[str, subprocess.Popen[bytes]]) -> None:
    """Stop servers that were started by hand (tests); the launcher's supervisor has its own order."""
    for name, child in children.items():
        if name == "postgres":
            process.stop(child, signal_number=FAST_SHUTDOWN, patience_s=20)
        else:
            process.stop(child)
