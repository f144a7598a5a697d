"""The story of a double reading in three browsers: two pathologists read blind, a third decides where they differ.
And a slide of cores read with the keyboard alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scoring.synth.tma import write_tma
from tests.e2e.conftest import ROOT, Script, Stack, sign_in
from tests.e2e.test_story import shoot

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(400)]
STUDY = "ER double reading"
CORES = 6
UNKNOWN = "00000000-0000-4000-8000-000000000000"
#: Weak, moderate, strong: H-scores 110, 150 and 210. The first two are within the tolerance of 40, the last is not.
LOW, NEAR, HIGH = ("10", "20", "20"), ("10", "40", "20"), ("0", "30", "50")


def start_reading(page: Page) -> None:
    """From the worklist into the first specimen, by key."""
    page.goto("/worklist")
    page.get_by_role("heading", name="Worklist", exact=True).wait_for()
    page.get_by_role("link", name=re.compile("^[0-9A-Z]{5}$")).first.wait_for()
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/read/[0-9a-f-]+$"))
    page.get_by_role("application").wait_for()


def type_score(page: Page, percentages: tuple[str, str, str]) -> None:
    page.keyboard.press("w")
    for number in percentages:
        page.keyboard.type(number)
        page.keyboard.press("Tab")


def sign(page: Page, password: str = "") -> None:
    """Ctrl+Enter, the password where it is asked for, and on to the next specimen."""
    here = page.url
    page.keyboard.press("Control+Enter")
    if password:
        page.get_by_label("Your password, once in this session").wait_for()
        page.keyboard.type(password)
        page.keyboard.press("Enter")
    page.get_by_test_id("signed").wait_for()
    expect(page).not_to_have_url(here)
    expect(page.get_by_label("weak", exact=True)).to_have_value("")


def read_waiting(page: Page, scores: list[tuple[str, str, str]], password: str) -> None:
    """Read all but the last specimen; the last one's form is filled in and not signed."""
    start_reading(page)
    for number, percentages in enumerate(scores):
        type_score(page, percentages)
        if number < len(scores) - 1:
            sign(page, "" if number else password)


def test_two_read_blind_and_a_third_decides(browser: Browser, stack: Stack) -> None:
    alice, bob, ada = (sign_in(browser, stack, username) for username in ("alice", "bob", "ada"))
    errors: list[str] = []
    for page in (alice, bob, ada):
        page.on("pageerror", lambda error: errors.append(str(error)))
    ada.goto("/worklist?tab=adjudication")
    expect(ada.get_by_role("tab", name="Adjudication 0")).to_be_visible()
    shoot(alice, "worklist")

    read_waiting(alice, [LOW, LOW, LOW], stack.password())
    expect(alice.get_by_test_id("h-score")).to_have_text("110")
    expect(alice.get_by_text("Your reading is independent")).to_be_visible()
    expect(alice.get_by_test_id("draft-state")).to_contain_text("saved")
    shoot(alice, "reading-room")

    # Nothing of hers is there for him: neither the specimen by her name for it, nor that she has begun.
    hers = alice.url.rsplit("/", 1)[1]
    hidden, missing = bob.request.get(f"/api/assignments/{hers}"), bob.request.get(f"/api/assignments/{UNKNOWN}")
    assert (hidden.status, hidden.body()) == (404, missing.body())
    assert bob.request.get("/api/worklist/counts").json()["to_read"] == 3
    read_waiting(bob, [LOW, NEAR, HIGH], stack.password())

    # Both press at once.
    alice.keyboard.press("Control+Enter")
    bob.keyboard.press("Control+Enter")
    for page, score in ((alice, "H-score 110"), (bob, "H-score 210")):
        signed = page.get_by_role("region", name="Signed reading")
        expect(signed.get_by_text(score, exact=True)).to_be_visible()
        expect(page.get_by_label("weak", exact=True)).to_have_count(0)
        expect(page.get_by_text("Nothing is left to read here.")).to_be_visible()
    shoot(bob, "reading-signed")

    # One of three is too far apart; the adjudicator hears of it without asking, and not why.
    expect(ada.get_by_role("tab", name="Adjudication 1")).to_be_visible(timeout=30_000)
    shoot(ada, "worklist-adjudication")
    ada.get_by_role("button", name="Take it up").click()
    expect(ada).to_have_url(re.compile(r"/read/[0-9a-f-]+$"))
    ada.get_by_role("application").wait_for()
    expect(ada.get_by_text("110")).to_have_count(0)
    expect(ada.get_by_text("210")).to_have_count(0)
    type_score(ada, NEAR)
    ada.keyboard.press("Control+Enter")
    ada.get_by_label("Your password, once in this session").fill(stack.password())
    ada.keyboard.press("Control+Enter")
    expect(ada.get_by_role("region", name="Signed reading").get_by_text("H-score 150", exact=True)).to_be_visible()
    assert errors == []
    for page in (alice, bob, ada):
        page.context.close()


def test_a_correction_stands_beside_the_reading(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "alice")
    page.goto("/worklist?tab=signed")
    page.get_by_role("link", name=re.compile("^[0-9A-Z]{5}$")).first.click()
    page.get_by_role("button", name="Amend, with a reason").click()
    page.get_by_label("strong", exact=True).fill("25")
    page.get_by_label("Why it is corrected").fill("A slip of the hand.")
    page.get_by_role("button", name="Sign the amendment").click()
    page.get_by_label("Your password, once in this session").fill(stack.password())
    page.keyboard.press("Enter")
    amendment = page.get_by_role("region", name="Amendment", exact=True)
    expect(amendment.get_by_text("H-score 125", exact=True)).to_be_visible()
    expect(amendment.get_by_text("Because: A slip of the hand.")).to_be_visible()
    expect(page.get_by_text("H-score 110", exact=True)).to_be_visible()
    shoot(page, "reading-amended")
    page.context.close()


def test_a_slide_of_cores_is_read_by_keyboard_alone(browser: Browser, stack: Stack, tmp_path: Path) -> None:
    give_cores(browser, stack, tmp_path)
    page = sign_in(browser, stack, "alice")
    start_reading(page)
    cores = page.get_by_role("navigation", name="Cores of this slide")
    expect(cores.get_by_text(f"0 of {CORES} cores signed")).to_be_visible()
    first = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(first)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)
    for number in range(CORES):
        here = page.url
        for index, digits in enumerate(("20", "35", str(10 + number))):
            page.keyboard.type(digits)  # straight into the form, wherever the keyboard is
            if index < 2:
                page.keyboard.press("Tab")
        expect(page.get_by_test_id("h-score")).to_have_text(str(120 + 3 * number))
        if number == 1:
            shoot(page, "reading-grid")
        page.keyboard.press("Control+Enter")
        if number == 0:
            page.get_by_label("Your password, once in this session").wait_for()
            page.keyboard.type(stack.password())
            page.keyboard.press("Control+Enter")
        if number < CORES - 1:
            expect(page).not_to_have_url(here)
            expect(page.get_by_label("weak", exact=True)).to_have_value("")
    expect(cores.get_by_text(f"{CORES} of {CORES} cores signed")).to_be_visible()
    signed = page.request.get("/api/worklist?state=signed&page_size=200").json()["results"]
    assert sum(item["is_core"] for item in signed) == CORES
    page.context.close()


def give_cores(browser: Browser, stack: Stack, folder: Path) -> None:
    """A microarray in the demo's second study, its cores given to both readers."""
    tina = Script(browser, stack, "tina")
    study = next(found["id"] for found in tina.get("/api/studies")["results"] if found["name"] == STUDY)
    write_tma(folder, CORES, 43)
    fields = {"marker": "ER", "name": "Microarray to read", "tma": "true"}
    slide = tina.upload(f"/api/studies/{study}/slides", folder / "tma.tif", fields)["id"]
    tina.wait(f"/api/slides/{slide}", lambda found: found["state"] == "ready")
    tma_map = (folder / "tma_map.csv").read_text(encoding="utf-8")
    tina.post(f"/api/slides/{slide}/tma-map", {"csv": tma_map})
    give = (
        "from webapp.accounts.models import User;"
        "from webapp.reading.services import assign, open_session;"
        "from webapp.slides.models import Specimen;"
        "from webapp.studies.models import Study;"
        f"study = Study.objects.get(pk='{study}'); dora = User.objects.get(username='dora');"
        f"cores = list(Specimen.objects.filter(slide='{slide}', is_missing=False));"
        "[assign(dora, open_session(dora, study, reader), cores)"
        " for reader in User.objects.filter(username__in=['alice', 'bob'])]"
    )
    environment = {**os.environ, "DUOSCOPE_HOME": str(stack.home)}
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)
    subprocess.run([sys.executable, "manage.py", "shell", "-c", give], cwd=ROOT, env=environment, check=True)
