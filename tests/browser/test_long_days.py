"""A day that takes long to compute: progress on the page, which answers meanwhile; Escape and the button give it up."""

from __future__ import annotations

import base64
import json
import zlib

from payment_simulator import simulate
from playwright.sync_api import expect

from panel_app import scenarios
from tests.browser.conftest import Visits
from tests.visit import STARTED, Visit

MANY_DAYS = """
from panel_app import browser
session = browser.app.session
session.edit(session.base_config | {"num_days": days}, session.display)
"""


def run(visit: Visit, days: int) -> None:
    """Ask for the scenario on show over so many days, as the editor does."""
    visit.python(MANY_DAYS, days=days)


def test_a_long_day_shows_progress_and_can_be_given_up(visits: Visits) -> None:
    visit = visits().open()
    page, log_hash, ticks = visit.page, visit.attribute("logHash"), visit.attribute("ticks")
    progress = page.locator(".under-way progress")
    run(visit, 2_000)
    expect(progress).to_be_visible()
    visit.press("ArrowRight")  # the run before answers
    before = float(progress.get_attribute("value") or 0)
    expect(progress).not_to_have_attribute("value", str(int(before)))
    page.keyboard.press("Escape")
    expect(progress).to_have_count(0)
    visit.wait_for("logHash")
    assert (visit.attribute("logHash"), visit.attribute("ticks")) == (log_hash, ticks)
    run(visit, 2_000)
    page.get_by_role("button", name="Cancel").click()
    expect(progress).to_have_count(0)

    run(visit, 2_000)
    run(visit, 12)  # a newer change replaces the one under way
    page.wait_for_function("() => document.documentElement.dataset.ticks === '1440'")
    expect(progress).to_have_count(0)
    visit.wait_for("logHash")
    whole = "from payment_simulator import simulate; simulate(session.base_config).log_hash"
    assert visit.attribute("logHash") == visit.python(
        "from panel_app import browser; session = browser.app.session\n" + whole
    )


def link(days: int) -> str:
    """A link to the scenario that opens first over so many days, with three times its payments."""
    first = scenarios.load(scenarios.FIRST)
    told = {
        "format": 1,
        "version": "0.1.0",
        "config": first.config | {"num_days": days},
        "display": first.display,
        "changes": {"arrivals_factor": 3.0},
    }
    return "#run=" + base64.urlsafe_b64encode(zlib.compress(json.dumps(told).encode(), 9)).rstrip(b"=").decode()


def test_opening_shows_progress_and_can_be_given_up(visits: Visits) -> None:
    visit = visits()
    page = visit.page
    progress = page.locator(".under-way progress")
    page.goto(visit.address + link(1_600))  # a million and a half of payments
    page.wait_for_function(STARTED)
    expect(progress).to_be_visible()
    assert visit.attribute("logHash") == ""
    page.keyboard.press("Escape")
    expect(progress).to_have_count(0)
    first = scenarios.load(scenarios.FIRST)
    visit.wait_for("logHash")  # what was there answers
    assert (visit.attribute("scenario"), visit.attribute("logHash")) == (first.name, simulate(first.config).log_hash)
    visit.press("ArrowRight")

    visit.python("from panel_app import session; session.AT_ONCE_SECONDS = 0.0")
    page.get_by_label("Scenario", exact=True).select_option("cautious_banks")
    visit.wait_for("scenario", first.name).wait_for("logHash")
    assert visit.attribute("logHash") == simulate(scenarios.load("cautious_banks").config).log_hash
    expect(progress).to_have_count(0)
