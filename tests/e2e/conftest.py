"""The whole product as a person meets it: the launcher with its own servers, and a headless Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A busy machine is slow, not wrong: what is waited for is a state, and how soon it comes is for the benchmarks.
expect.set_options(timeout=20_000)
# Where the launcher's own servers must not be replaced by those of the unit tests.
_SERVICES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True)
class Stack:
    url: str
    home: Path
    process: subprocess.Popen[str]

    def password(self) -> str:
        """The demo people's password, as the launcher keeps it in its home folder."""
        return (self.home / "sign-ins.txt").read_text().split("password: ")[1].split()[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:  # noqa: S310 - loopback address made here
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def installation(home: Path) -> dict[str, str]:
    """The environment in which ``manage.py`` works on the installation of this home folder."""
    return {name: value for name, value in os.environ.items() if name not in _SERVICES} | {"DUOSCOPE_HOME": str(home)}


def start_stack(home: Path, port: int) -> subprocess.Popen[str]:
    environment = installation(home) | {"PORT": str(port), "DUOSCOPE_DEMO_SMALL": "1"}
    log = (home.parent / "stack.log").open("a")
    return subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    home, port = folder / "var", free_port()
    process = start_stack(home, port)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 200
    while not is_ready(url) or not (home / "sign-ins.txt").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail("The stack did not start:\n" + (folder / "stack.log").read_text()[-4000:])
        time.sleep(0.2)
    yield Stack(url, home, process)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=30)


# Not for the whole session: while Playwright runs it keeps an event loop in this thread, which other tests must not
# meet.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed; `make test` installs it where root allows (apt-get install chromium).")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


_complaints: list[str] = []


def _listen(page: Page) -> None:
    page.on("pageerror", lambda error: _complaints.append(f"{page.url}: {error}"))

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            _complaints.append(f"{page.url}: {message.text}")

    page.on("console", hear)


@pytest.fixture(autouse=True)
def no_page_errors() -> Iterator[None]:
    """An exception nobody caught in a page, or a violation of its content security policy, fails the test."""
    _complaints.clear()
    yield
    assert _complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what its pages showed and what the web server complained of."""
    report = yield
    values = getattr(item, "funcargs", {})
    if report.failed and "browser" in values and "stack" in values:
        for page in (page for context in values["browser"].contexts for page in context.pages):
            with suppress(PlaywrightError):
                text = page.locator("body").inner_text(timeout=2000)
                report.sections.append((f"page {page.url}", text[:2000]))
        log = (values["stack"].home / "logs" / "web-server.log").read_text(errors="replace").splitlines()
        complaints = [line for line in log if "[warning" in line or "[error" in line]
        report.sections.append(("web server", "\n".join(complaints[-30:])))
    return report


def sign_in(
    browser: Browser, stack: Stack, username: str, *, width: int = 1366, height: int = 768, has_touch: bool = False
) -> Page:
    """A page of a new browser profile with this person signed in, listened to for errors."""
    viewport = ViewportSize(width=width, height=height)
    context = browser.new_context(viewport=viewport, base_url=stack.url, has_touch=has_touch)
    page = context.new_page()
    _listen(page)
    page.goto("/studies")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(stack.password())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Studies", exact=True).wait_for()
    page.get_by_role("button", name="Skip the tour").click()
    return page


class Script:
    """A person's program: the same session as a page's, through HTTP alone."""

    def __init__(self, browser: Browser, stack: Stack, username: str) -> None:
        self._request = sign_in(browser, stack, username).context.request
        self._url = stack.url

    def _headers(self) -> dict[str, str]:
        cookies = self._request.storage_state()["cookies"]
        token = next(cookie["value"] for cookie in cookies if cookie["name"] == "csrftoken")
        return {"X-CSRFToken": token, "Referer": self._url}

    def get(self, address: str) -> dict[str, Any]:
        return dict(self._request.get(address).json())

    def post(self, address: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self._request.post(address, headers=self._headers(), data=body)
        assert answer.ok, f"{address}: {answer.status} {answer.text()}"
        return dict(answer.json()) if answer.body() else {}

    def upload(self, address: str, file: Path, fields: dict[str, str]) -> dict[str, Any]:
        content = {"name": file.name, "mimeType": "image/png", "buffer": file.read_bytes()}
        answer = self._request.post(address, headers=self._headers(), multipart={**fields, "file": content})
        assert answer.ok, f"{address}: {answer.status} {answer.text()}"
        return dict(answer.json())

    def wait(self, address: str, is_so: Callable[[dict[str, Any]], bool], patience_s: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + patience_s
        while True:
            found = dict(self._request.get(address).json())
            if is_so(found):
                return found
            assert time.monotonic() < deadline, f"{address} is still {found}"
            time.sleep(0.2)
