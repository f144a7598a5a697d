"""The story of a double reading in three browsers: two pathologists read blind, a third decides where they differ.
And a slide of cores read with the keyboard alone.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from scoring.synth.tma import write_tma
from tests.e2e.conftest import Script, Stack, sign_in
from tests.e2e.test_story import shoot

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(400)]
STUDY = "ER double reading"
MICROARRAY = "Microarray to read"
CORES = 6
UNKNOWN = "00000000-0000-4000-8000-000000000000"
#: Weak, moderate, strong: H-scores 110, 150 and 210. The first two are within the tolerance of 40, the last is not.
LOW, NEAR, HIGH = ("10", "20", "20"), ("10", "40", "20"), ("0", "30", "50")


@pytest.fixture(scope="module")
def cores_to_read(browser: Browser, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A microarray in the demo's second study, its cores given to both readers."""
    folder = tmp_path_factory.mktemp("microarray")
    tina = Script(browser, stack, "tina")
    study = next(found["id"] for found in tina.get("/api/studies")["results"] if found["name"] == STUDY)
    write_tma(folder, CORES, 43)
    fields = {"marker": "ER", "name": MICROARRAY, "tma": "true"}
    slide = tina.upload(f"/api/studies/{study}/slides", folder / "tma.tif", fields)["id"]
    tina.wait(f"/api/slides/{slide}", lambda found: found["state"] == "ready")
    tma_map = (folder / "tma_map.csv").read_text(encoding="utf-8")
    tina.post(f"/api/slides/{slide}/tma-map", {"csv": tma_map})
    assign(browser, stack, slide)


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
        expect(page.get_by_label("Your password, once in this session")).to_be_focused()
        page.keyboard.type(password)
        page.keyboard.press("Enter")
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
    alice, bob, ada, dora = (sign_in(browser, stack, username) for username in ("alice", "bob", "ada", "dora"))
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

    # The administrator follows how far they are, and sees no score.
    open_second_study(dora, "Progress")
    expect(dora.get_by_text("4 of 6 readings signed")).to_be_visible()
    shoot(dora, "progress")
    study = re.search(r"/studies/([0-9a-f-]+)", dora.url)
    assert study is not None
    waiting = dora.request.get(f"/api/studies/{study[1]}/assignments?state=waiting").json()["results"]
    still_read = waiting[0]["specimen"]
    assert dora.request.get(f"/api/comparisons/{still_read}").status == 404
    dora.goto(f"/comparisons/{still_read}")
    dora.get_by_role("button", name="Show the readings").click()
    expect(
        dora.get_by_text("This specimen is still being read, so nobody sees its scores.", exact=False)
    ).to_be_visible()
    expect(dora.get_by_test_id("decision")).to_have_count(0)

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
    panel = ada.get_by_role("complementary", name="Score")
    panel.get_by_label("weak", exact=True).wait_for()
    expect(panel.get_by_text("110")).to_have_count(0)
    expect(panel.get_by_text("210")).to_have_count(0)
    type_score(ada, NEAR)
    ada.keyboard.press("Control+Enter")
    ada.get_by_label("Your password, once in this session").fill(stack.password())
    ada.keyboard.press("Control+Enter")
    expect(ada.get_by_role("region", name="Signed reading").get_by_text("H-score 150", exact=True)).to_be_visible()

    # Now that all is in, each looks for herself: the mean of two who agree, and the adjudicator's word on the third.
    assert sorted(revealed(alice)) == ["110", "130", "150"]
    for page in (alice, bob, ada, dora):
        page.context.close()


def revealed(page: Page) -> list[str]:
    """Show every comparison there is, and return the decided H-scores as the pages show them."""
    page.goto("/comparisons")
    table = page.get_by_role("table", name="Comparisons")
    table.get_by_role("link").first.wait_for()
    shoot(page, "comparisons")
    addresses = [link.get_attribute("href") for link in table.get_by_role("link").all()]
    decided = []
    for number, address in enumerate(addresses):
        page.goto(str(address))
        page.get_by_role("button", name="Show the readings").click()
        decided.append(page.get_by_test_id("decision").inner_text())
        if number == 0:
            shoot(page, "comparison")
    return decided


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


@pytest.mark.usefixtures("cores_to_read")
def test_a_slide_of_cores_is_read_by_keyboard_alone(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "alice")
    waiting = page.request.get("/api/worklist?state=to_read&page_size=200").json()["results"]
    page.goto(f"/read/{next(item['id'] for item in waiting if item['is_core'])}")
    page.get_by_role("application").wait_for()
    cores = page.get_by_role("navigation", name="Cores of this slide")
    expect(cores.get_by_text(f"0 of {CORES} cores signed")).to_be_visible()
    first = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(first)
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(first)
    page.get_by_label("weak", exact=True).wait_for()
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
            expect(page.get_by_label("Your password, once in this session")).to_be_focused()
            page.keyboard.type(stack.password())
            page.keyboard.press("Control+Enter")
        if number < CORES - 1:
            expect(page).not_to_have_url(here)
            expect(page.get_by_label("weak", exact=True)).to_have_value("")
    expect(cores.get_by_text(f"{CORES} of {CORES} cores signed")).to_be_visible()
    signed = page.request.get("/api/worklist?state=signed&page_size=200").json()["results"]
    assert sum(item["is_core"] for item in signed) == CORES
    page.context.close()


@pytest.mark.usefixtures("cores_to_read")
def test_from_sign_in_to_a_signed_reading_without_a_mouse(browser: Browser, stack: Stack) -> None:
    page = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=stack.url).new_page()
    page.goto("/")
    page.get_by_label("User name").wait_for()
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("bob")
    page.keyboard.press("Tab")
    page.keyboard.type(stack.password())
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^[0-9A-Z]{5}$")).first.wait_for()
    page.keyboard.press("n")
    page.get_by_role("application").wait_for()
    page.get_by_label("weak", exact=True).wait_for()
    for digits in ("20", "30", "10"):
        page.keyboard.type(digits)
        page.keyboard.press("Tab")
    expect(page.get_by_test_id("h-score")).to_have_text("110")
    here = page.url
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Your password, once in this session")).to_be_focused()
    page.keyboard.type(stack.password())
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(here)
    page.context.close()


@pytest.mark.usefixtures("cores_to_read")
def test_a_core_is_read_by_touch_on_a_tablet(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "bob", width=1024, has_touch=True)
    page.goto("/worklist")
    page.get_by_role("link", name=re.compile("^[0-9A-Z]{5}$")).first.tap()
    for label, number in (("weak", "20"), ("moderate", "30"), ("strong", "10")):
        field = page.get_by_label(label, exact=True)
        field.tap()
        page.keyboard.type(number)
    expect(page.get_by_test_id("h-score")).to_have_text("110")
    sign_and_next = page.get_by_role("button", name=re.compile("^Sign"))
    for target in (sign_and_next, page.get_by_label("weak", exact=True)):
        box = target.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 36, box  # a finger's width, on glass
    shoot(page, "reading-touch")
    sign_and_next.tap()
    page.get_by_label("Your password, once in this session").fill(stack.password())
    here = page.url
    page.get_by_role("button", name=re.compile("^(Confirm|Sign)")).first.tap()
    expect(page).not_to_have_url(here)
    page.context.close()


def assign(browser: Browser, stack: Stack, slide: str) -> None:
    """The administrator gives every core of the slide to both readers, having looked at what it comes to."""
    page = sign_in(browser, stack, "dora")
    open_second_study(page, "Assignments")
    form = page.get_by_role("form", name="Assign specimens")
    form.get_by_role("combobox", name="Slides").click()
    page.get_by_role("option", name=MICROARRAY).click()
    page.keyboard.press("Escape")
    form.get_by_role("combobox", name="Design").click()
    page.get_by_role("option", name="Crossed").click()
    for reader in ("Dr Alice Hartmann", "Dr Bob Nakamura"):
        form.get_by_role("checkbox", name=reader).check()
    form.get_by_role("button", name="Preview").click()
    shoot(page, "assignments")
    form.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_role("table", name="Assignments").get_by_text(MICROARRAY).first).to_be_visible()
    page.context.close()


def open_second_study(page: Page, tab: str) -> None:
    page.goto("/studies")
    page.get_by_role("link", name=STUDY).first.click()
    page.get_by_role("tab", name=tab).click()
