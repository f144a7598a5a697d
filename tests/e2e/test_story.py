"""The story of the first release: a slide goes in, a worker scores it, the browser shows tissue, cells and score."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scoring.synth.tma import write_tma
from tests.e2e.conftest import Script, Stack, sign_in

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(400)]
SIZES = ((1366, 768), (1920, 1080))
FIELD = Path(__file__).resolve().parents[2] / "webapp" / "demo" / "data" / "endonuke_02.png"
SHEET = "ER-PR tile sheet"
ROLES = {
    "alice": "Pathologist",
    "ada": "Adjudicator",
    "quinn": "QA second reader",
    "tina": "Technician",
    "dora": "Study administrator",
}


def shoot(page: Page, name: str) -> None:
    """A picture at both sizes, where ``make screenshots`` asks for them."""
    folder = os.environ.get("DUOSCOPE_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(1200)
        page.screenshot(path=f"{folder}/{name}-{width}.png")
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})


def open_study(page: Page) -> None:
    page.get_by_role("link", name="ER/PR demonstration").first.click()
    page.get_by_role("heading", name="ER/PR demonstration").wait_for()


def open_sheet(page: Page) -> None:
    open_study(page)
    page.get_by_role("tab", name="Slides").click()
    page.get_by_text(SHEET).first.click()
    expect(page).to_have_url(re.compile(r"/slides/[0-9a-f-]+"))
    page.get_by_role("application").first.wait_for()


@pytest.mark.parametrize(("username", "role"), ROLES.items())
def test_every_role_signs_in_and_opens_the_slide(browser: Browser, stack: Stack, username: str, role: str) -> None:
    page = sign_in(browser, stack, username)
    expect(page.get_by_text(role, exact=True).first).to_be_visible()
    open_sheet(page)
    expect(page.get_by_role("region", name="View", exact=True).get_by_text("0.2899 µm/px (file)")).to_be_visible()
    page.context.close()


def test_the_system_administrator_sees_no_study_content(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "sam")
    answer = page.request.get("/api/runs")
    assert answer.json()["results"] == []
    study = page.request.get("/api/studies").json()["results"][0]
    assert page.request.get(f"/api/studies/{study['id']}/slides").status in (403, 404)
    page.context.close()


def test_a_technician_starts_a_run_watches_it_and_sees_cells_and_score(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "tina")
    violations: list[str] = []
    page.on("console", lambda said: violations.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("pageerror", lambda error: violations.append(str(error)))
    shoot(page, "studies")
    open_study(page)
    shoot(page, "study")
    page.get_by_role("tab", name="Slides").click()
    page.get_by_text(SHEET).first.wait_for()
    shoot(page, "slides")
    page.get_by_text(SHEET).first.click()
    page.get_by_role("button", name="Start the run").wait_for()
    shoot(page, "viewer")

    # Every nucleus, as in the paper: the tumour network knows breast, and this is endometrium.
    page.get_by_role("combobox", name="Method").click()
    page.get_by_role("option", name="Nuclei number percentage").click()
    page.get_by_role("combobox", name="Preset").click()
    page.get_by_role("option", name=re.compile("paper", re.IGNORECASE)).click()
    page.get_by_role("button", name="Start the run").click()
    show = page.get_by_role("button", name="Show result")
    show.wait_for(timeout=60_000)
    shoot(page, "reveal")
    with page.expect_response(re.compile(r"/api/results/[0-9a-f-]+/reveal")) as revealed:
        show.click()
    result = revealed.value.json()
    assert result["scoreable"] is True
    assert sum(result["counts"].values()) == result["cell_count"]

    shown = f"{float(result['value']):.1f}"
    expect(page.get_by_text(shown, exact=True).first).to_be_visible()
    cells = page.request.get(f"/api/results/{result['run']}/export?as=json").json()["cells"]
    assert len(cells) == result["cell_count"]
    for name, count in result["counts"].items():
        assert sum(cell["class"] == name for cell in cells) == count
    page.wait_for_timeout(1500)
    shoot(page, "viewer-scored-far")
    page.keyboard.press("Alt+5")
    page.wait_for_timeout(2500)
    shoot(page, "viewer-scored")
    with page.expect_response(re.compile(rf"/api/results/{result['run']}/layers/\d+/\d+$")) as tile:
        page.keyboard.press("Shift+4")
    assert tile.value.headers["content-type"] == "image/png"
    legend = page.get_by_role("region", name="Stain intensity")
    expect(legend.get_by_text("strong brown")).to_be_visible()
    expect(legend.get_by_text("an order of DAB, not of blue", exact=False)).to_be_visible()
    page.wait_for_timeout(1500)
    shoot(page, "viewer-intensity")
    assert violations == []
    page.context.close()


def test_all_cores_of_a_microarray_are_scored_and_looked_at_together(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    tina = Script(browser, stack, "tina")
    write_tma(tmp_path, 4, 41)
    tma_map = (tmp_path / "tma_map.csv").read_text(encoding="utf-8")
    study = tina.get("/api/studies")["results"][0]["id"]
    fields = {"marker": "ER", "name": "Small microarray", "tma": "true"}
    slide = tina.upload(f"/api/studies/{study}/slides", tmp_path / "tma.tif", fields)["id"]
    tina.wait(f"/api/slides/{slide}", lambda found: found["state"] == "ready")
    assert tina.post(f"/api/slides/{slide}/tma-map", {"csv": tma_map})["created"] == 4

    page = sign_in(browser, stack, "tina")
    page.goto(f"/studies/{study}?tab=slides")
    shoot(page, "slides-microarray")
    page.get_by_role("button", name="Score all 4 cores").click()
    expect(page).to_have_url(re.compile(r"/batches/[0-9a-f-]+"))
    batch = page.url.rsplit("/", 1)[1].split("?")[0]
    expect(page.get_by_test_id("batch-words")).to_contain_text("of 4 done")
    shoot(page, "batch-running")
    expect(page.get_by_test_id("batch-words")).to_have_text("4 of 4 done", timeout=120_000)
    assert page.request.get(f"/api/batches/{batch}/results").status == 404
    page.get_by_role("button", name="Show all 4 results").click()
    table = page.get_by_role("table", name="Results of the cores")
    expect(table.get_by_role("row")).to_have_count(5)
    shoot(page, "batch-results")
    shown = page.request.get(f"/api/batches/{batch}/results").json()["results"]
    rows = page.request.get(f"/api/batches/{batch}/export").text().strip().splitlines()
    assert len(rows) == 1 + len(shown) == 5

    table.get_by_role("link", name="B1").click()
    expect(page).to_have_url(re.compile(rf"/slides/{slide}\?.*run="))
    page.get_by_role("region", name="Result", exact=True).wait_for()
    page.wait_for_timeout(1500)
    shoot(page, "viewer-core")
    page.goto(f"/slides/{slide}?batch={batch}")
    expect(page.get_by_role("region", name="H-score of the cores")).to_be_visible()
    page.wait_for_timeout(1500)
    shoot(page, "viewer-heat")
    page.context.close()


def test_looking_is_a_reveal(browser: Browser, stack: Stack) -> None:
    """Before the person's own reveal a result does not exist for them; after it the exposure stands in the trail."""
    page = sign_in(browser, stack, "dora")
    run = page.request.get("/api/runs?state=done").json()["results"][0]
    assert page.request.get(f"/api/results/{run['id']}").status == 404
    assert page.request.get(f"/api/results/{run['id']}/cells?x=0&y=0&width=100&height=100").status == 404
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    answer = page.request.post(
        f"/api/results/{run['id']}/reveal", headers={"X-CSRFToken": token, "Referer": stack.url}, data={}
    )
    assert answer.status == 200
    assert page.request.get(f"/api/results/{run['id']}").json() == answer.json()
    trail = page.request.get(f"/api/studies/{run['study']}/audit").json()["results"]
    assert "exposure.recorded" in {event["verb"] for event in trail}
    page.context.close()


def test_the_keyboard_alone_reaches_the_slide(browser: Browser, stack: Stack) -> None:
    """Tab and Enter from the sign-in page to the slide; then magnifications, stains and help by key."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=stack.url)
    page = context.new_page()
    page.goto("/studies")
    page.get_by_label("User name").wait_for()
    shoot(page, "sign-in")
    page.get_by_label("User name").focus()
    page.keyboard.type("alice")
    page.keyboard.press("Tab")
    page.keyboard.type(stack.password())
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Studies", exact=True).wait_for()
    page.get_by_role("button", name="Skip the tour").press("Enter")
    open_sheet(page)
    page.keyboard.press("Alt+6")
    expect(page.get_by_role("region", name="View", exact=True).get_by_text("40×")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    shoot(page, "keyboard-help")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    context.close()


def test_a_reader_of_a_blinded_study_learns_nothing_of_its_runs(browser: Browser, stack: Stack) -> None:
    """The same slide and method, under a protocol that asks two readers: for them there is no run and no result."""
    sam, dora, tina = (Script(browser, stack, username) for username in ("sam", "dora", "tina"))
    study = sam.post("/api/studies", {"name": "Blinded reading"})["id"]
    sam.post(f"/api/studies/{study}/members", {"username": "dora", "role": "administrator"})
    dora.post(f"/api/studies/{study}/members", {"username": "tina", "role": "technician"})
    dora.post(f"/api/studies/{study}/members", {"username": "alice", "role": "pathologist"})
    slide = tina.upload(f"/api/studies/{study}/slides", FIELD, {"marker": "ER", "um_per_px": "0.289855"})["id"]
    ready = tina.wait(f"/api/slides/{slide}", lambda found: found["state"] == "ready")
    run = tina.post("/api/runs", {"specimen": ready["specimens"][0]["id"], "algorithm": "nnp"})["id"]
    tina.wait(f"/api/runs/{run}", lambda found: found["state"] == "done")
    tina.post(f"/api/results/{run}/reveal", {})

    page = sign_in(browser, stack, "alice")
    page.goto(f"/slides/{slide}")
    expect(page.get_by_text("Your reading is independent")).to_be_visible()
    expect(page.get_by_text("Start the run")).to_have_count(0)
    shoot(page, "viewer-blinded")
    assert page.request.get(f"/api/runs?study={study}").json()["count"] == 0
    unknown = "00000000-0000-4000-8000-000000000000"
    for address in ("/api/runs/{}", "/api/results/{}", "/api/results/{}/cells", "/api/results/{}/export?as=json"):
        hidden, missing = page.request.get(address.format(run)), page.request.get(address.format(unknown))
        assert (hidden.status, hidden.body()) == (404, missing.body())
    page.context.close()
