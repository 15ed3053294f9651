"""The pictures of docs/guide.md, made from the page itself.

`UPDATE_PICTURES=1` takes them anew. Otherwise each is compared with the page, small and grey, so that another font
does not matter but anything that moved, went or came does.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.visit import Visit

DOCS = Path(__file__).parents[2] / "docs"
SMALL = (64, 40)
TOLERANCE = 6.0
"""Mean difference of a pixel, of 255."""


def network(visit: Visit) -> None:
    expect(visit.page.locator("#say")).to_contain_text("settle together")


def projector(visit: Visit) -> None:
    visit.page.keyboard.press("g")
    visit.page.wait_for_function("() => document.documentElement.dataset.size === 'projector'")


def lesson(visit: Visit) -> None:
    page = visit.page
    begin(page, "Lesson 2")
    for title in ("Money from outside", "Five payments"):
        page.get_by_role("button", name="Next", exact=True).click()
        page.get_by_role("heading", name=title).wait_for()
    page.get_by_role("button", name="Net the cycle").click()
    page.get_by_role("status").filter(has_text="All five settle").wait_for()
    page.get_by_role("radio", name="The five amounts differ").check()
    page.get_by_role("status").filter(has_text="Right.").wait_for()


def curve(visit: Visit) -> None:
    page = visit.page
    begin(page, "Lesson 3")
    for title in ("The other extreme", "Find the cheapest day"):
        page.get_by_role("button", name="Next", exact=True).click()
        page.get_by_role("heading", name=title).wait_for()
    slider = page.locator(".story").get_by_role("slider", name="Credit")
    for percent in (0, 20, 40, 80, 140, 200, 300, 60):
        slider.fill(str(percent))
        page.locator(".story tbody td", has_text=f"{percent} %").first.wait_for()
    page.get_by_role("status").filter(has_text="Done.").wait_for()
    page.locator(".story .curves").scroll_into_view_if_needed()


def compared(visit: Visit) -> None:
    page, run = visit.page, visit.attribute("logHash")
    page.keyboard.press("k")
    page.get_by_role("switch", name="Cycle netting").first.click()
    visit.wait_for("logHash", run)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".difference")).to_contain_text("B minus A")


def editor(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator(".form").get_by_role("button", name="Rowan").click()
    policy = page.locator(".policy")
    policy.locator("select").select_option(index=1)
    policy.get_by_role("status").filter(has_text="tx_").wait_for()
    go = policy.get_by_role("button", name="Go to")
    if go.count():
        go.click()
    expect(policy.get_by_role("status")).to_contain_text("is drawn bold")


PICTURES: dict[str, tuple[str, Callable[[Visit], None]]] = {
    "network": ("", network),
    "projector": ("", projector),
    "lesson": ("", lesson),
    "curve": ("", curve),
    "compare": ("", compared),
    "editor": ("?scenario=cautious_banks", editor),
}
"""By name: what the address asks for, and how the page comes to show it."""


def begin(page: Page, name: str) -> None:
    page.get_by_role("button", name="Lessons", exact=True).click()
    page.get_by_role("button", name=f"Begin: {name}").click()


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_guide_is_what_the_page_shows(visits: Visits, name: str) -> None:
    query, show = PICTURES[name]
    visit = visits(viewport={"width": 1280, "height": 800}, reduced_motion="reduce").open(query)
    show(visit)
    visit.page.mouse.move(0, 0)
    visit.page.wait_for_timeout(700)
    taken = visit.page.screenshot()
    file = DOCS / f"images/guide-{name}.png"
    if os.environ.get("UPDATE_PICTURES"):
        with Image.open(io.BytesIO(taken)) as image:
            image.convert("RGB").save(file, optimize=True)
        return
    with Image.open(file) as stored, Image.open(io.BytesIO(taken)) as now:
        assert stored.size == now.size
        small = [image.convert("L").resize(SMALL, Image.Resampling.BOX) for image in (stored, now)]
    assert ImageStat.Stat(ImageChops.difference(*small)).mean[0] < TOLERANCE


def test_the_guide_shows_these_pictures() -> None:
    guide = (DOCS / "guide.md").read_text(encoding="utf-8")
    assert set(re.findall(r"images/guide-([a-z]+)\.png", guide)) == set(PICTURES)
