"""A finished study of three readers: the administrator looks at it, filters it, opens a specimen and takes it away; a
reader sees their own standing.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from scoring.synth.tma import write_tma
from tests.e2e.conftest import ROOT, Stack, installation, sign_in
from tests.e2e.test_story import shoot

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(500)]
CORES, SEED = 30, 7
_LOAD = "from pathlib import Path; from webapp.demo import reader_study; reader_study.load(Path({folder!r}), {seed})"


@pytest.fixture(scope="module")
def reader_study(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The demo's reader study on a small microarray: three simulated readers, twice each; two algorithms."""
    folder = tmp_path_factory.mktemp("microarray")
    write_tma(folder, CORES, SEED, prefix="TMA-", processes=2)
    (folder / "tma_map.csv").rename(folder / "map.csv")
    said = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", _LOAD.format(folder=str(folder), seed=SEED)],
        cwd=ROOT, env=installation(stack.home), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr[-3000:]


def open_agreement(page: Page) -> None:
    page.goto("/studies")
    page.get_by_role("link", name="ER reader study").first.click()
    page.get_by_role("tab", name="Agreement").click()


def show_all(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Show and count")).click()
    expect(page.get_by_role("group", name="Readers with each other")).to_be_visible(timeout=60_000)


def taken_away(page: Page, button: str, folder: Path) -> str:
    """The text of the first page of the PDF that the button offers."""
    page.get_by_role("button", name=button).click()
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name="PDF").click()
    file = folder / "taken.pdf"
    taken.value.save_as(file)
    return str(pypdfium2.PdfDocument(file)[0].get_textpage().get_text_bounded())


@pytest.mark.usefixtures("reader_study")
def test_the_administrator_looks_filters_opens_and_takes_away(browser: Browser, stack: Stack, tmp_path: Path) -> None:
    page = sign_in(browser, stack, "dora")
    open_agreement(page)
    expect(page.get_by_text(re.compile(r"\d+ finished specimens you have not looked at"))).to_be_visible()
    expect(page.get_by_role("group", name="Readers with each other")).to_have_count(0)
    show_all(page)
    cards = page.get_by_role("group", name="Readers with each other")
    expect(cards.get_by_text(re.compile("95 % CI .* · n = "))).to_have_count(4)
    wait_for_algorithms(page)
    shoot(page, "agreement")
    for name in ("Pairs of readers", "Readers", "The same reader again", "Two versions on the same specimens"):
        expect(page.get_by_role("table", name=name).get_by_role("row").nth(1)).to_be_visible()

    # The filters are the address.
    page.get_by_label("Which readers").select_option(label="Dr Alice Hartmann and Dr Bob Nakamura")
    expect(page.get_by_role("heading", name="Dr Alice Hartmann and Dr Bob Nakamura: ER H-score")).to_be_visible()
    address = page.url
    assert "readers=" in address
    page.reload()
    expect(page.get_by_role("heading", name="Dr Alice Hartmann and Dr Bob Nakamura: ER H-score")).to_be_visible()

    assert "Dr Alice Hartmann" in taken_away(page, "Export", tmp_path)
    page.get_by_role("table", name="Largest differences of readers").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/comparisons/"))
    assert "Consensus" in taken_away(page, "Report of the case", tmp_path)
    page.go_back()
    expect(page).to_have_url(address)
    page.context.close()


@pytest.mark.usefixtures("reader_study")
def test_a_reader_sees_their_own_standing(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "cem")
    open_agreement(page)
    show_all(page)
    expect(page.get_by_role("heading", name="You and Others: ER H-score")).to_be_visible()
    text = page.locator("main").inner_text()
    assert "Hartmann" not in text
    assert "Nakamura" not in text
    expect(page.get_by_role("button", name="Export")).to_have_count(0)
    page.context.close()


@pytest.mark.usefixtures("reader_study")
def test_the_models_and_where_they_are_locked(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "dora")
    page.get_by_role("link", name="Models").click()
    row = page.get_by_role("table", name="Models").get_by_role("row", name=re.compile("RAM-CNN"))
    expect(row.get_by_role("link", name="ER reader study")).to_be_visible()
    shoot(page, "models")
    page.context.close()


def wait_for_algorithms(page: Page) -> None:
    """Until both algorithms have scored every core; what comes is looked at as it comes."""
    for _ in range(60):
        button = page.get_by_role("button", name=re.compile("Show and count"))
        if button.count():
            button.click()
        page.wait_for_timeout(2000)
        runs = page.request.get(f"/api/runs?study={study_of(page)}&state=queued").json()["count"]
        if runs == 0 and not button.count():
            return
        page.reload()
        page.get_by_role("group", name="What is shown").wait_for()


def study_of(page: Page) -> str:
    found = re.search("/studies/([0-9a-f-]+)", page.url)
    assert found is not None
    return found[1]
