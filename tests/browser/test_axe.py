"""axe-core finds nothing wrong in any view, panel or notice: light and dark, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.conftest import Visits
from tests.visit import START_MS, Visit

DESK, PHONE = (1280, 720), (390, 844)
LOOKS: tuple[tuple[tuple[int, int], Literal["light", "dark"]], ...] = (
    (DESK, "dark"),
    (PHONE, "light"),
    (DESK, "light"),
)


@pytest.fixture(scope="module")
def visit(opened: Visits) -> Iterator[Visit]:
    """One page that goes through all views."""
    visit = opened().open("?scenario=cautious_banks")
    yield visit
    visit.close()


def wear(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function("scheme => document.documentElement.dataset.theme === scheme", arg=scheme)


def turn_to(page: Page, view: str) -> None:
    page.get_by_role("button", name=view, exact=True).click()


def payment(page: Page) -> None:
    turn_to(page, "Simulate")
    page.keyboard.press("q")
    expect(page.get_by_role("heading", name="Why is it waiting?")).to_be_visible()


def bank(page: Page) -> None:
    page.keyboard.press("b")
    expect(page.get_by_role("tab", name="Bank")).to_have_attribute("aria-selected", "true")


def flow(page: Page) -> None:
    page.get_by_role("tab", name="Flow").click()
    expect(page.get_by_role("tab", name="Flow")).to_have_attribute("aria-selected", "true")
    page.get_by_title("Show the events behind: Settled", exact=True).first.click()
    expect(page.locator("#trace")).to_be_visible()
    for table in page.get_by_text("Show as table").all():
        table.click()


def files(page: Page) -> None:
    page.get_by_role("button", name="Files and pictures").click()
    expect(page.get_by_role("region", name="Files and pictures")).to_be_visible()


def keys(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Copy a link to this run").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("region", name="Keys")).to_be_visible()


def nothing_to_compare(page: Page) -> None:
    page.keyboard.press("Escape")
    turn_to(page, "Compare")
    expect(page.get_by_text("Keep a run as A, then change something.")).to_be_visible(timeout=START_MS)


def drawer(page: Page) -> None:
    page.get_by_role("button", name="What if", exact=True).click()
    expect(page.get_by_role("region", name="What if")).to_be_visible()


def compared(page: Page) -> None:
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Compare with netting off").click()
    page.get_by_text("Payment by payment").scroll_into_view_if_needed()


def all_lessons(page: Page) -> None:
    turn_to(page, "Lessons")
    page.get_by_role("heading", name="Lessons").wait_for()


def lesson(page: Page) -> None:
    page.get_by_role("button", name="Begin: Lesson 2").click()
    page.get_by_role("heading", name="Everybody waits").wait_for()
    page.get_by_role("button", name="Show me").click()
    page.get_by_role("radio", name="Until the first deadline").check()
    page.get_by_role("status").filter(has_text="Not quite.").wait_for()


def editor(page: Page) -> None:
    page.get_by_label("Scenario", exact=True).select_option("cautious_banks")
    turn_to(page, "Edit")
    expect(page.locator(".written").get_by_role("status")).to_contain_text("No errors.")
    page.get_by_text("In words").click()


def mistakes(page: Page) -> None:
    written = page.get_by_label("Scenario as YAML")
    text = written.input_value()
    written.fill(text.replace("opening_balance: 80_000_000", "opening_balance: 1.5").replace("eod_p", "eod_q"))
    expect(page.locator(".written").get_by_role("status")).to_contain_text("errors.")


STATES = (
    payment,
    bank,
    flow,
    files,
    keys,
    nothing_to_compare,
    drawer,
    compared,
    all_lessons,
    lesson,
    editor,
    mistakes,
)


@pytest.mark.parametrize("show", STATES, ids=lambda show: show.__name__)
def test_axe_finds_nothing(visit: Visit, show: Callable[[Page], None]) -> None:
    """Each state is reached from the one before it, on a desk."""
    page = visit.page
    show(page)
    found = []
    for (width, height), scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": height})
        wear(page, scheme)
        page.wait_for_timeout(150)  # the page tells of its size a tenth of a second after the last change
        found += [f"{scheme}, {width} wide: {violation}" for violation in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{scheme}, {width} wide: wider than the window")
    assert found == []


@pytest.mark.parametrize("tab", ["Why?", "Charts", "What if", "Events"])
def test_axe_finds_nothing_in_the_parts_of_a_phone(visit: Visit, tab: str) -> None:
    page = visit.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    turn_to(page, "Simulate")
    page.get_by_role("tablist", name="Parts").get_by_role("tab", name=tab).click()
    expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
    found = []
    for scheme in ("dark", "light"):
        wear(page, scheme)
        found += [f"{scheme}: {violation}" for violation in violations(page)]
    assert found == []
