"""The pictures of the README, of docs/guide.md and of this folder, made from the page itself.

`UPDATE_PICTURES=1 .venv/bin/python -m pytest tests/browser/test_pictures.py` takes them anew. Otherwise each is
compared with what the page shows now (`tests/pictures.py`); one that differs is put into `.cache/pictures`.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.pictures import TOLERANCE, changed
from tests.visit import Visit

ROOT = Path(__file__).parents[2]
DOCS, HERE = ROOT / "docs/images", Path(__file__).parent / "screenshots"
SEEN = ROOT / ".cache/pictures"
GUIDE, DESK, PHONE = (1280, 800), (1280, 720), (390, 844)

FONT_WIDTH = """
() => {
  const context = document.createElement("canvas").getContext("2d")
  context.font = `16px ${getComputedStyle(document.body).fontFamily}`
  return context.measureText("How 8 banks settle 321 payments").width.toFixed(1)
}
"""
"""With another font every line has another length, and all pictures are others."""


def main(visit: Visit) -> None:
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
        page.locator(".story tbody td", has_text=re.compile(rf"^\s*{percent} %\s*$")).wait_for()
    page.get_by_role("status").filter(has_text="Done.").wait_for()
    page.locator(".story .curves").scroll_into_view_if_needed()


def compared(visit: Visit) -> None:
    page, run = visit.page, visit.attribute("logHash")
    page.keyboard.press("k")
    page.get_by_role("switch", name="Cycle netting").first.click()
    visit.wait_for("logHash", run)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".difference")).to_contain_text("B minus A")


def compared_at_once(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Compare", exact=True).click()
    visit.page.get_by_role("button", name="Compare with netting off").click()
    expect(visit.page.locator(".difference")).to_contain_text("B minus A")


def editor(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Edit", exact=True).click()
    page.locator(".form").get_by_role("button", name="Rowan").click()
    policy = page.locator(".policy")
    # Before it says so, the payments to choose from are another bank's.
    expect(policy.get_by_role("heading")).to_have_text("Policy of Rowan")
    payment = policy.locator("select option").nth(1).inner_text().split()[0]
    policy.locator("select").select_option(index=1)
    expect(policy.get_by_role("status")).to_contain_text(payment)
    go = policy.get_by_role("button", name="Go to")
    if go.count():
        go.click()
    expect(policy.get_by_role("status")).to_contain_text("is drawn bold")


PICTURES: dict[str, tuple[Path, tuple[int, int], str, Callable[[Visit], None]]] = {
    "main-1280x720": (DOCS, DESK, "light", main),
    "main-390x844": (DOCS, PHONE, "light", main),
    "guide-network": (DOCS, GUIDE, "light", main),
    "guide-projector": (DOCS, GUIDE, "light", projector),
    "guide-lesson": (DOCS, GUIDE, "light", lesson),
    "guide-curve": (DOCS, GUIDE, "light", curve),
    "guide-compare": (DOCS, GUIDE, "light", compared),
    "guide-editor": (DOCS, GUIDE, "light", editor),
    "main-dark": (HERE, DESK, "dark", main),
    "lesson-dark": (HERE, DESK, "dark", lesson),
    "compare-phone": (HERE, PHONE, "light", compared_at_once),
}
"""By name: where it lies, its size, its theme, and how the page comes to show it."""
OPENED = {"guide-editor": "?scenario=cautious_banks"}
"""What the address asks for, where it asks for anything."""


def begin(page: Page, name: str) -> None:
    page.get_by_role("button", name="Lessons", exact=True).click()
    page.get_by_role("button", name=f"Begin: {name}").click()


@pytest.mark.parametrize("name", PICTURES)
def test_the_page_looks_as_it_did(visits: Visits, name: str) -> None:
    folder, (width, height), scheme, show = PICTURES[name]
    visit = visits(width=width, height=height, reduced_motion="reduce", color_scheme=scheme)
    visit.open(OPENED.get(name, ""))
    show(visit)
    visit.page.mouse.move(0, 0)
    taken, file = still(visit), folder / f"{name}.png"
    font = visit.page.evaluate(FONT_WIDTH)
    if os.environ.get("UPDATE_PICTURES"):
        about = PngInfo()
        about.add_text("font", font)
        taken.quantize(128).save(file, optimize=True, pnginfo=about)
        return
    with Image.open(file) as stored:
        if stored.info.get("font") != font:
            pytest.skip(f"taken with another font ({stored.info.get('font')} wide, here {font})")
        part = changed(stored.convert("RGB"), taken)
    if part > TOLERANCE:
        SEEN.mkdir(parents=True, exist_ok=True)
        taken.save(SEEN / file.name)
    assert part <= TOLERANCE, f"compare {file} with {SEEN / file.name}"


def still(visit: Visit) -> Image.Image:
    """The page as soon as Python has nothing more to say of it: three pictures in a row are the same."""
    seen: list[bytes] = []
    while len(seen) < 3 or len(set(seen[-3:])) > 1:
        visit.python("None")  # answered after everything that came before it
        visit.page.wait_for_timeout(150)  # the page tells of a new size after a tenth of a second
        seen.append(visit.page.screenshot())
    with Image.open(io.BytesIO(seen[-1])) as image:
        return image.convert("RGB")


def test_the_guide_shows_these_pictures() -> None:
    guide = (ROOT / "docs/guide.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"images/(guide-[a-z]+)\.png", guide))
    assert shown == {name for name in PICTURES if name.startswith("guide-")}
