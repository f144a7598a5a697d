"""What those do who do not read: the technician's core map, the key holder's orders, the administrator's calendar."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scoring.synth.tma import write_tma
from tests.e2e.conftest import Script, Stack, sign_in
from tests.e2e.test_reading import STUDY, open_second_study
from tests.e2e.test_story import shoot

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.timeout(400)]
CORES = 6


def test_a_technician_finds_moves_and_saves_the_cores_of_a_microarray(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    script = Script(browser, stack, "tina")
    study = next(found["id"] for found in script.get("/api/studies")["results"] if found["name"] == STUDY)
    places = write_tma(tmp_path, CORES, 7)
    slide = script.upload(
        f"/api/studies/{study}/slides",
        tmp_path / "tma.tif",
        {"marker": "ER", "name": "Array without a map", "tma": "true"},
    )["id"]
    script.wait(f"/api/slides/{slide}", lambda found: found["state"] == "ready")

    page = sign_in(browser, stack, "tina")
    page.goto(f"/slides/{slide}")
    page.get_by_role("link", name="Make the core map").click()
    page.get_by_role("button", name="Find the cores").click()
    use = page.get_by_role("button", name=re.compile("Use the [0-9]+ cores? found"))
    use.click(timeout=60_000)
    save = page.get_by_role("button", name=re.compile("^Save [0-9]+ cores?$"))
    expect(save).to_be_enabled()

    # By keyboard alone: the next core, a step to the right, whose it is.
    page.get_by_role("application").focus()
    page.keyboard.press("n")
    core = page.get_by_role("region", name=re.compile("^Core [A-Z][0-9]+"))
    expect(core).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.get_by_label("Case", exact=True).fill("ARRAY-01")
    shoot(page, "core-map")
    save.click()
    expect(page.get_by_text(re.compile("^Saved: .*of 1 case"))).to_be_visible()
    saved = script.get(f"/api/slides/{slide}/cores")
    assert [core["case"] for core in saved["map"]] == ["ARRAY-01"]
    assert saved["is_edited"]
    present = sum(place.present for place in places)
    assert abs(sum(place["present"] for place in saved["proposal"]) - present) <= 1

    page.reload()
    expect(page.get_by_text(re.compile("^Saved: .*of 1 case"))).to_be_visible()
    page.context.close()


def test_orders_are_taken_as_a_whole_or_not_at_all(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "kim")
    open_second_study(page, "Orders")
    table = page.get_by_role("table", name="Orders")
    expect(table.get_by_text("S26-10452-A1")).to_be_visible()
    box = page.get_by_role("textbox", name=re.compile("^Orders as CSV"))
    box.fill("accession,marker,barcode\nH26-20001,ER,S26-20001-A1\nH26-20002,XX,S26-20002-A1\n")
    page.get_by_role("button", name="Import the orders").click()
    wrong = page.get_by_role("alert")
    expect(wrong.get_by_text("Line 3")).to_be_visible()
    expect(wrong.get_by_text("marker 'XX' is unknown", exact=False)).to_be_visible()
    expect(table.get_by_text("S26-20001-A1")).to_have_count(0)
    shoot(page, "orders")
    box.fill("accession,marker,barcode\nH26-20001,ER,S26-20001-A1\n")
    page.get_by_role("button", name="Import the orders").click()
    expect(page.get_by_text("1 new order, 1 new case.")).to_be_visible()
    expect(table.get_by_text("S26-20001-A1")).to_be_visible()

    # Whose case it is: shown by an act that is recorded.
    table.get_by_role("row", name=re.compile("S26-20001-A1")).get_by_role("link").click()
    expect(page.get_by_text("H26-20001")).to_have_count(0)
    page.get_by_role("button", name="Show the accession").click()
    expect(page.get_by_text("H26-20001")).to_be_visible()
    page.context.close()


def test_an_administrator_moves_a_deadline_and_records_who_is_away(browser: Browser, stack: Stack) -> None:
    page = sign_in(browser, stack, "dora")
    open_second_study(page, "Progress")
    page.get_by_role("button", name=re.compile("^Deadline of Dr Bob")).click()
    page.get_by_label("To be done by the end of").fill("2099-06-30")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_text("30 Jun 2099", exact=False).first).to_be_visible()
    away(page, "Dr Alice Hartmann", "2020-01-01", "2099-12-31")
    expect(page.get_by_text("away until 31 Dec 2099")).to_be_visible()
    page.get_by_role("tab", name="Quality").click()
    expect(page.get_by_text("Nothing is chosen for QA")).to_be_visible()
    shoot(page, "quality")
    page.get_by_role("tab", name="Progress").click()
    page.get_by_role("button", name=re.compile("^Strike out the absence of Dr Alice")).click()
    expect(page.get_by_text("away until 31 Dec 2099")).to_have_count(0)
    page.context.close()


def away(page: Page, name: str, first: str, last: str) -> None:
    form = page.get_by_role("form", name="Record an absence")
    form.get_by_role("combobox", name="Reader").click()
    page.get_by_role("option", name=name).click()
    form.get_by_label("First day away").fill(first)
    form.get_by_label("Last day away").fill(last)
    form.get_by_role("button", name="Record").click()
