"""The page starts: from an empty profile, under any path, without the server, and when something is in the way."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Route

from panel_app.tokens import EDGE
from tests.browser.conftest import Visits
from tests.visit import START_MS, Visit, serving

EVALUATE = "() => new Promise(done => setTimeout(() => { try { done(eval('1')) } catch (error) { done(error.name) } }))"
"""From a timer, since the browser lets a test's own code evaluate."""

JUMP_PX = 3.0
"""What nobody sees: lines of the picture are drawn at whole tenths of a pixel, in a window of about this size."""
LAYOUT_SHIFT = 0.02
"""A fifth of what counts as good; the labels of the stages shift by a hundredth of that."""

COUNT_SHIFTS = """
window.shifted = 0
new PerformanceObserver(list => {
  for (const {value} of list.getEntries()) window.shifted += value
}).observe({type: "layout-shift", buffered: true})
"""

PICTURE = """
() => [...document.querySelectorAll("#picture circle[data-disc]")].map(disc => disc.getBoundingClientRect())
  .filter(({width}) => width).map(({x, y, width}) => [x + width / 2, y + width / 2, width])
"""
"""Centre and size of the banks' discs in the first picture, in pixels of the window."""

LOOK = f"""
addEventListener("DOMContentLoaded", () => {{
  window.first = [({PICTURE.strip()})(), document.querySelector("#picture header svg").getBoundingClientRect()]
}})
"""
"""Notes them, and where the logo stands, as soon as the page is parsed: the live one may be there soon."""

STAGES = ["download", "python", "interface", "day", "ready"]


def test_every_stage_is_passed_and_the_live_page_takes_the_place_of_the_picture(newcomers: Visits) -> None:
    visit = newcomers().open()
    marks = visit.page.evaluate("performance.getEntriesByType('mark').map(mark => mark.name)")
    assert [mark for mark in marks if mark in STAGES] == STAGES
    assert visit.page.locator("#picture").count() == 0
    assert not visit.page.locator("#loading").is_visible()
    assert visit.page.locator("#live").bounding_box() is not None
    assert visit.attribute("scenario") == "eight_banks_scarce"
    assert 0 < int(visit.attribute("tick")) < int(visit.attribute("ticks"))


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1440, 900), (390, 844)])
def test_nothing_jumps_when_the_live_page_takes_the_place_of_the_picture(
    newcomers: Visits, width: int, height: int
) -> None:
    visit = newcomers(viewport={"width": width, "height": height})
    page = visit.page
    page.add_init_script(COUNT_SHIFTS + LOOK)
    visit.open()
    drawn, logo = page.evaluate("first")
    network, banks = page.locator(".network").bounding_box(), visit.columns("banks")
    assert network is not None
    live = [
        [network["x"] + EDGE + x, network["y"] + EDGE + y, size]
        for x, y, size in zip(banks["x"], banks["y"], banks["size"], strict=True)
    ]
    assert np.abs(np.array(drawn) - np.array(live)).max() <= JUMP_PX
    now = page.locator(".brand svg").bounding_box()
    assert now is not None
    assert max(abs(now[side] - logo[side]) for side in ("x", "y")) <= JUMP_PX
    assert page.evaluate("shifted") < LAYOUT_SHIFT


def test_the_picture_needs_no_script(newcomers: Visits) -> None:
    visit = newcomers(java_script_enabled=False)
    visit.page.goto(visit.address)
    assert visit.page.locator("#picture svg").first.is_visible()
    assert visit.page.locator("text=Alder >> visible=true").count() == 1


def test_the_policy_allows_no_evaluation(started: Visit) -> None:
    policy = started.page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content") or ""
    assert "default-src 'self'" in policy
    assert "'unsafe-eval'" not in policy
    assert started.page.evaluate(EVALUATE) == "EvalError"


def test_it_runs_under_any_path_and_starts_again_without_the_server(newcomers: Visits) -> None:
    with serving(prefix="/some/where/") as server:
        visit = newcomers(server.address).open()
        visit.wait_for("offline")
        shown = visit.network(), visit.attribute("logHash")
    visit.page.reload()
    visit.wait_until_ready()
    assert (visit.network(), visit.attribute("logHash")) == shown
    visit.press("ArrowRight")


@pytest.mark.parametrize(
    ("file", "status", "what"),
    [
        ("pyodide.asm.wasm", 403, "Stage: download. The file pyodide.asm.wasm did not arrive (HTTP 403)."),
        ("python.wasm", 404, "Stage: download. The file python.wasm did not arrive (HTTP 404)."),
        ("document.json", 404, "Stage: download. The file document.json did not arrive (HTTP 404)."),
        ("interface.js", 500, "Stage: download. The file interface.js did not arrive."),
        ("own.bin", None, "The file own.bin did not arrive."),
    ],
)
def test_what_failed_is_said(newcomers: Visits, file: str, status: int | None, what: str) -> None:
    visit = newcomers(permissions=["clipboard-read", "clipboard-write"])
    visit.may_complain = True

    def answer(route: Route) -> None:
        if status is None:
            route.abort()
        else:
            route.fulfill(status=status)

    visit.page.context.route(f"**/{file}", answer, times=1)
    visit.page.goto(visit.address)
    visit.page.wait_for_selector("#failed:visible", timeout=START_MS)
    assert what in visit.page.inner_text("#failed")
    visit.page.get_by_role("button", name="Copy details").click()
    visit.page.get_by_role("button", name="Copied").wait_for()
    assert file in visit.page.evaluate("navigator.clipboard.readText()")
    assert any(file in complaint or "Failed to load" in complaint for complaint in visit.complaints)
    visit.page.get_by_role("button", name="Try again").click()
    visit.page.wait_for_function("() => !document.documentElement.dataset.appFailed")


def test_trying_again_starts(newcomers: Visits) -> None:
    visit = newcomers()
    visit.may_complain = True
    visit.page.context.route("**/own.bin", lambda route: route.abort(), times=1)
    visit.page.goto(visit.address)
    visit.page.get_by_role("button", name="Try again").click()
    visit.page.wait_for_selector("html[data-app-ready]", state="attached", timeout=START_MS)
    assert not visit.page.locator("#failed").is_visible()
