"""``make demo``: everything on this machine, from nothing to a page in the browser, until Ctrl-C."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import IO

from webapp.core.embedded import environment, process, secrets
from webapp.core.embedded.postgres import FAST_SHUTDOWN, ServiceError
from webapp.core.embedded.services import Services, wait_until
from webapp.core.embedded.supervisor import Child, Supervisor

_WORKERS = {"worker for slides": "ingest,interactive", "worker for runs": "cpu,gpu"}
_LOAD = "webapp/demo/management/commands/load_demo_study.py"
_SLIDES = "webapp/demo/management/commands/load_demo_slides.py"


class Stop(Exception):
    """Somebody asked the launcher to stop."""


def _say(sentence: str) -> None:
    print(sentence, flush=True)  # noqa: T201 - the launcher talks to the person who started it


def _on_signal(number: int, _frame: FrameType | None) -> None:
    raise Stop(signal.Signals(number).name)


def _port(environ: dict[str, str]) -> int:
    """The port to serve on; refused before anything is started if somebody listens there."""
    asked = environ.get("PORT") or "8000"
    try:
        port = int(asked)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    except (ValueError, OverflowError) as error:
        raise ServiceError(f"PORT must be a number from 0 to 65535; it is {asked!r}.") from error
    except OSError as error:
        raise ServiceError(
            f"Port {asked} of 127.0.0.1 is not free ({error.strerror}). Choose another one: make demo PORT=8001"
        ) from error


def _lock(home: Path) -> IO[str]:
    """Only one launcher at a time runs from one home; the kernel lets go of the lock when the launcher dies."""
    file = (home / "launcher.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise ServiceError(
            f"Duoscope already runs from {home}. Stop it with Ctrl-C, or name another folder: DUOSCOPE_HOME=…"
        ) from error
    return file


def _clear_leftovers(home: Path) -> None:
    """Wait for children of a killed launcher, insist after a while, and remove its sockets."""
    record = environment.recall(home)
    if record is None:
        return
    children = record.get("children")
    left = {int(pid): born for pid, born in children.values()} if isinstance(children, dict) else {}
    deadline = time.monotonic() + 15
    while any(born is not None and process.birth(pid) == born for pid, born in left.items()):
        if time.monotonic() > deadline:
            for pid, born in left.items():
                if born is not None and process.birth(pid) == born:
                    os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.05)
    sockets = Path(str(record.get("sockets")))
    if sockets.name.startswith("duoscope-") and sockets.is_dir():
        for socket_file in sockets.iterdir():
            socket_file.unlink()
        sockets.rmdir()
    (home / "running.json").unlink()


def _fingerprint(patterns: list[str]) -> str:
    """Changes whenever one of these files of the repository does."""
    digest = hashlib.sha256()
    for file in sorted(file for pattern in patterns for file in environment.ROOT.glob(pattern)):
        digest.update(f"{file.relative_to(environment.ROOT)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()


class Launcher:
    """One run of ``make demo``."""

    def __init__(self, home: Path, environ: dict[str, str], port: int) -> None:
        self.home = home
        self.port = port
        self.services = Services.of(home, environ)
        self.environ = {
            "DJANGO_SETTINGS_MODULE": "webapp.settings.development",
            **environ,
            **{name: value for name, value in self.services.addresses().items() if not environ.get(name)},
            "PORT": str(port),
            "PYTHONUNBUFFERED": "1",
        }
        self.supervisor = Supervisor(_say, self.note)
        self.stamps = home / "stamps"
        self._stamped: dict[str, str] = {}
        self.painting: subprocess.Popen[bytes] | None = None

    def note(self) -> None:
        environment.remember(self.home, self.addresses(), self.supervisor.pids(), self.services.sockets)

    def addresses(self) -> dict[str, str]:
        names = ("DUOSCOPE_HOME", "SECRET_KEY", "AUDIT_SIGNING_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
        return {name: self.environ[name] for name in names if name in self.environ}

    def log(self, name: str) -> IO[bytes]:
        return (self.home / "logs" / f"{name.replace(' ', '-')}.log").open("ab")

    def python(self, name: str, *arguments: str, niceness: int = 0) -> subprocess.Popen[bytes]:
        with self.log(name) as log:
            return process.start(
                [sys.executable, "-m", *arguments],
                environment=self.environ,
                folder=environment.ROOT,
                output=log,
                niceness=niceness,
            )

    def manage(self, *arguments: str) -> bytes:
        """Run a management command to its end and give what it wrote."""
        child = process.start(
            [sys.executable, "manage.py", *arguments],
            environment=self.environ,
            folder=environment.ROOT,
            output=subprocess.PIPE,
        )
        said: bytes = child.communicate()[0]
        if child.returncode:
            raise ServiceError(f"manage.py {' '.join(arguments)} failed:\n{said.decode(errors='replace').strip()}")
        return said

    def start_servers(self) -> None:
        logs = self.home / "logs"
        postgres, valkey = self.services.postgres, self.services.valkey
        if postgres:
            new = not postgres.cluster.exists()
            _say("PostgreSQL makes its cluster." if new else "PostgreSQL starts.")
            database = self.supervisor.add(Child("PostgreSQL", postgres.start, FAST_SHUTDOWN, 20, is_server=True))
        if valkey:
            _say("Valkey starts.")
            queue = self.supervisor.add(Child("Valkey", valkey.start, is_server=True))
        self.note()
        if postgres:
            wait_until(postgres.is_ready, database, "PostgreSQL", logs / "postgres.log")
            self.services.ensure_database()
        if valkey:
            wait_until(valkey.is_ready, queue, "Valkey", logs / "valkey.log")

    def start_processes(self) -> None:
        def child(name: str, command: str, *more: str, niceness: int = 0) -> None:
            self.supervisor.add(Child(name, lambda: self.python(name, *command.split(), *more, niceness=niceness)))

        child(
            "web server",
            "uvicorn webapp.asgi:application --host 127.0.0.1 --ws-max-size 65536 --timeout-keep-alive 5"
            " --timeout-graceful-shutdown 3 --no-access-log --no-server-header --lifespan off",
            *("--port", str(self.port)),
        )
        # The web server goes first, at the start and while a run keeps the machine busy.
        for name, queues in _WORKERS.items():
            child(
                name,
                "celery --app webapp.celery worker -P solo -c 1 --without-gossip --without-mingle --loglevel INFO",
                *("--queues", queues, "--hostname", f"{queues.split(',', 1)[0]}@%h"),
                niceness=5,
            )
        child(
            "beat",
            "celery --app webapp.celery beat --loglevel WARNING",
            *("--schedule", str(self.home / "beat-schedule"), "--pidfile", ""),
            niceness=5,
        )
        self.note()

    def once(self, stamp: str, fingerprint: str) -> bool:
        """Whether something of this fingerprint has still to be done against this database."""
        database = self.environ["DATABASE_URL"] if not self.services.postgres else "embedded"
        self._stamped[stamp] = hashlib.sha256(f"{fingerprint} {database}".encode()).hexdigest()
        file = self.stamps / stamp
        return not (file.exists() and file.read_text() == self._stamped[stamp])

    def done(self, stamp: str) -> None:
        secrets.write_private(self.stamps / stamp, self._stamped[stamp])

    def prepare_data(self) -> None:
        """Tables and the demo study, as far as something about them changed since the last start."""
        if self.once(
            "migrated", _fingerprint(["webapp/*/migrations/*.py", "webapp/settings/base.py", "requirements.lock"])
        ):
            _say("The tables are brought up to date.")
            owner = ["--database", "owner"] if self.environ.get("DATABASE_OWNER_URL") else []
            self.manage("migrate", "--no-input", *owner)
            self.done("migrated")

    def load_study(self) -> None:
        if (environment.ROOT / _LOAD).exists() and self.once("demo-study", _fingerprint(["webapp/demo/**/*.py"])):
            _say("The demo study is loaded.")
            said = self.manage("load_demo_study")
            secrets.write_private(self.home / "sign-ins.txt", said.decode(errors="replace"))
            self.done("demo-study")

    def paint_slides(self) -> None:
        """The demo's synthetic slides take minutes: they are made while the page is already there."""
        if self.environ.get("DUOSCOPE_DEMO_SMALL") == "1" or not (environment.ROOT / _SLIDES).exists():
            return
        if self.once("demo-slides", _fingerprint(["webapp/demo/**/*.py"])):
            _say("A synthetic microarray and a whole section are painted meanwhile; they appear in the demo study.")
            with self.log("demo slides") as log:
                self.painting = process.start(
                    [sys.executable, "manage.py", "load_demo_slides"],
                    environment=self.environ,
                    folder=environment.ROOT,
                    output=log,
                    niceness=10,
                )

    def look_at_painting(self) -> None:
        """Say how the painting ended; what failed is tried again at the next start."""
        if self.painting is None or self.painting.poll() is None:
            return
        if self.painting.returncode == 0:
            self.done("demo-slides")
            _say("The demo's synthetic slides are there.")
        else:
            _say(f"The demo's synthetic slides could not be made; see {self.home}/logs/demo-slides.log.")
        self.painting = None

    def wait_for_page(self, patience_s: float = 60) -> None:
        deadline = time.monotonic() + patience_s
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                    return
            except (urllib.error.URLError, OSError) as error:
                if time.monotonic() > deadline:
                    raise ServiceError(f"The web server does not answer ({error}); see {self.home}/logs.") from error
            self.supervisor.look()
            time.sleep(0.05)

    def run(self) -> None:
        began = time.monotonic()
        self.start_servers()
        self.prepare_data()
        self.start_processes()
        self.load_study()
        self.wait_for_page()
        sign_ins = self.home / "sign-ins.txt"
        if sign_ins.exists():
            _say(sign_ins.read_text().rstrip())
        _say(
            f"Duoscope is ready after {time.monotonic() - began:.1f} s: http://127.0.0.1:{self.port}  (Ctrl-C stops it)"
        )
        self.paint_slides()
        while True:
            self.supervisor.look()
            self.look_at_painting()
            time.sleep(0.2)

    def stop(self) -> None:
        if self.painting is not None:
            process.stop(self.painting)
        self.supervisor.stop()
        self.services.forget()
        (self.home / "running.json").unlink(missing_ok=True)


def main() -> int:
    """Run until Ctrl-C or SIGTERM; 0 after a clean stop, 1 with a sentence when something cannot start."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    home = environment.home_of(os.environ)
    launcher: Launcher | None = None
    try:
        (home / "static").mkdir(parents=True, exist_ok=True)  # WhiteNoise warns where it is absent
        lock = _lock(home)
        port = _port(dict(os.environ))
        _clear_leftovers(home)
        launcher = Launcher(home, dict(os.environ), port)
        launcher.run()
    except Stop:
        _say("Duoscope stops.")
    except ServiceError as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    finally:
        if launcher is not None:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            launcher.stop()
    lock.close()
    return 0
