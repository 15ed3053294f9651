"""Links, files, pictures and the last session on the built site."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from payment_simulator import load_config, simulate
from payment_simulator.execution.run_file import read_run, write_run
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.visit import START_MS, Visit
from web.serve import Server

SCENARIO = Path(__file__).parents[2] / "scenarios" / "eight_banks_scarce.yaml"
PNG, SVG = b"\x89PNG\r\n\x1a\n", b"<svg"


@pytest.fixture(scope="module")
def sharing(opened: Visits) -> Iterator[Visit]:
    """One page on which netting by cycles was switched off, at its 51st tick."""
    visit = opened(width=1440, height=900).open()
    before = visit.attribute("logHash")
    visit.page.get_by_role("switch", name="Cycle netting").click()
    visit.wait_for("logHash", before)
    visit.press("Home")
    for _ in range(5):
        visit.press("Shift+ArrowRight")
    yield visit
    visit.close()


def save(page: Page, name: str) -> tuple[str, bytes]:
    """Press a button that saves a file: its name and what is in it."""
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def open_panel(page: Page) -> None:
    if not page.get_by_role("region", name="Files and pictures").is_visible():
        page.get_by_role("button", name="Files and pictures").click()
    expect(page.get_by_role("region", name="Files and pictures")).to_be_visible()


def test_a_link_opens_elsewhere_as_the_same_run(sharing: Visit, newcomers: Visits) -> None:
    page = sharing.page
    page.get_by_role("button", name="Copy a link to this run").click()
    expect(page.get_by_role("status").filter(has_text="Link copied")).to_contain_text("12:10")
    link = str(page.evaluate("navigator.clipboard.readText()"))
    assert link.startswith(sharing.address)
    assert len(link.partition("#")[2]) <= 8192
    other = newcomers().open("#" + link.partition("#")[2])
    for name in ("scenario", "seed", "tick", "logHash"):
        assert other.attribute(name) == sharing.attribute(name), name
    expect(other.page.get_by_role("switch", name="Cycle netting")).to_have_attribute("aria-checked", "false")
    expect(other.page.locator("#note")).to_have_count(0)
    # The address follows what is changed, so that the page can simply be loaded again.
    other.press("ArrowRight")
    other.page.wait_for_function("old => location.href !== old", arg=link)
    other.page.reload()
    other.wait_until_ready()
    assert other.attribute("tick") == "51"
    # And a link that is put into the address of a page that is open already opens there.
    other.page.evaluate("link => { location.href = link }", link)
    other.page.wait_for_function("() => document.documentElement.dataset.tick === '50'")
    other.wait_for("logHash")
    assert other.attribute("logHash") == sharing.attribute("logHash")


def test_a_broken_link_is_named(visits: Visits) -> None:
    visit = visits().open("#run=eJxbroken")
    expect(visit.page.get_by_role("alert")).to_contain_text("This link cannot be opened. The link is damaged")
    assert visit.attribute("scenario") == "eight_banks_scarce"
    visit.page.get_by_role("button", name="Dismiss").click()
    expect(visit.page.get_by_role("alert")).to_have_count(0)


def test_run_files_go_out_and_come_in(sharing: Visit, visits: Visits, tmp_path: Path) -> None:
    open_panel(sharing.page)
    name, content = save(sharing.page, "Save the run")
    assert name == "eight_banks_scarce-seed3548.payrun"
    assert read_run(content).log_hash == sharing.attribute("logHash")
    native = simulate(load_config(SCENARIO), seed=77)
    written = tmp_path / "native.payrun"
    written.write_bytes(write_run(native.engine))
    visit = visits().open()
    visit.page.get_by_role("button", name="Files and pictures").click()
    visit.page.locator("input[type=file]").set_input_files(written)
    visit.page.wait_for_function("hash => document.documentElement.dataset.logHash === hash", arg=native.log_hash)
    assert visit.attribute("seed") == "77"
    visit.page.get_by_role("button", name="Files and pictures").click()
    visit.page.locator("input[type=file]").set_input_files({"name": "x.payrun", "mimeType": "", "buffer": b"nothing"})
    expect(visit.page.get_by_role("alert")).to_contain_text("x.payrun is not a run file")
    assert visit.attribute("logHash") == native.log_hash


def test_data_are_the_runs_own(sharing: Visit) -> None:
    open_panel(sharing.page)
    name, content = save(sharing.page, "Events, JSON Lines")
    assert name == "eight_banks_scarce-seed3548-events.jsonl"
    native = simulate({**load_config(SCENARIO).engine_input(), "lsm_config": {"enable_cycles": False}})
    assert native.log_hash == sharing.attribute("logHash")
    assert content == native.events_jsonl()
    for file, lines in (("Payments, CSV", len(native.payments)), ("Banks by tick, CSV", 120 * 8)):
        assert save(sharing.page, file)[1].count(b"\r\n") == lines + 1
    assert json.loads(save(sharing.page, "Payments, JSON Lines")[1].splitlines()[0])["sender"]


def test_every_picture_is_saved_as_png_and_as_svg(sharing: Visit) -> None:
    page = sharing.page
    open_panel(page)
    for title in ("Network", "Day", "Available liquidity", "Waiting in the queue", "Settled so far", "Cost so far"):
        name, png = save(page, f"{title}, PNG")
        assert name.endswith(".png")
        assert png.startswith(PNG)
        assert len(png) > 4_000
        name, svg = save(page, f"{title}, SVG")
        assert name.endswith(".svg")
        assert SVG in svg[:200]
        text = svg.decode()
        assert text.count("<path") + text.count("<rect") > 5
        assert "Alder" in text or title != "Network"
        assert "08" in text or title == "Network"


def test_the_last_session_is_offered_again(visits: Visits) -> None:
    visit = visits(remembers=True).open()
    page = visit.page
    expect(page.locator("#note")).to_have_count(0)
    before = visit.attribute("logHash")
    page.get_by_role("switch", name="Bilateral netting").click()
    visit.wait_for("logHash", before)
    changed = visit.attribute("logHash")
    page.wait_for_function("() => localStorage.length > 0")
    page.goto("about:blank")
    visit.open()
    assert visit.attribute("logHash") == before
    expect(page.locator("#note")).to_contain_text("Go on where you left off? Eight banks, scarce liquidity, 1 change")
    page.get_by_role("button", name="Go on").click()
    visit.wait_for("logHash", before)
    assert visit.attribute("logHash") == changed


def test_within_another_page(sharing: Visit, newcomers: Visits, server: Server) -> None:
    sharing.page.get_by_role("button", name="Copy a link to this run").click()
    expect(sharing.page.locator("#note")).to_contain_text("Link copied")
    open_panel(sharing.page)
    sharing.page.get_by_role("button", name="Copy the HTML").click()
    expect(sharing.page.get_by_role("button", name="Copied")).to_be_visible()
    frame = str(sharing.page.evaluate("navigator.clipboard.readText()"))
    assert frame.startswith(f'<iframe src="{server.address}?embed#run=')
    visit = newcomers()
    visit.page.route(
        "**/host.html",
        lambda route: route.fulfill(
            body=f'<!DOCTYPE html><link rel="icon" href="data:,">{frame}', content_type="text/html"
        ),
    )
    visit.page.goto(server.address + "host.html")
    within = visit.page.frame_locator("iframe")
    expect(within.locator("html[data-app-ready]")).to_be_attached(timeout=START_MS)
    expect(within.locator("html")).to_have_attribute("data-log-hash", sharing.attribute("logHash"), timeout=START_MS)
    expect(within.get_by_role("button", name="Play")).to_be_visible()
    expect(within.locator(".network").first).to_be_visible()
    expect(within.locator("header")).to_be_hidden()
    expect(within.get_by_role("button", name="Open in the Payment Simulator")).to_be_visible()
    box = within.locator(".strip").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 660
