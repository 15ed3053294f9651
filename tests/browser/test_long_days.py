"""A day that takes long to compute: progress on the page, which answers meanwhile; Escape and the button give it up."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.visit import Visit

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
