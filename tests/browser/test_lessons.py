"""Lessons on the page: one is played by keyboard alone, as a screen reader would go through it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visits
from tests.visit import Visit


def focused(page: Page) -> str:
    """The accessible text of what has the focus, also inside shadow roots."""
    return str(
        page.evaluate(
            """() => {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  const label = element?.labels?.[0]?.innerText
  return (element?.getAttribute("aria-label") ?? label ?? element?.innerText ?? "").trim()
}"""
        )
    )


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Press Tab until what is called `name` has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page).startswith(name):
            return
    raise AssertionError(f"{name!r} is not reached by {most} Tabs")


def lessons(visits: Visits) -> Visit:
    visit = visits().open()
    visit.page.get_by_role("button", name="Lessons", exact=True).click()
    visit.page.get_by_role("heading", name="Lessons").wait_for()
    return visit


def test_a_lesson_is_played_by_keyboard_alone(visits: Visits) -> None:
    visit = visits().open()
    page = visit.page
    tab_to(page, "Lessons")
    page.keyboard.press("Enter")
    tab_to(page, "Begin: Lesson 2")
    page.keyboard.press("Enter")
    visit.page.wait_for_function("() => document.documentElement.dataset.scenario === 'gridlock_ring'")
    expect(page.get_by_role("heading", name="Everybody waits for somebody")).to_be_focused()

    # The learner does what is asked for, with a key of the simulator, and the lesson notices it.
    status = page.get_by_role("status").filter(has_text="Done.")
    expect(status).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(status).to_contain_text("Now 5 payments worth 5.13 M wait in a closed ring.")

    # A question: the arrow keys choose, a wrong answer says why, another may be given.
    tab_to(page, "Until the first deadline")
    page.keyboard.press("Space")
    answered = page.get_by_role("status").filter(has_text="A deadline makes a payment late")
    expect(answered).to_contain_text("Not quite.")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status").filter(has_text="No payment in the ring")).to_contain_text("Right.")
    expect(page.get_by_role("radio", name="All day")).to_be_checked()

    # A slider in the text, until the ring settles.
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Money from outside")).to_be_focused()
    tab_to(page, "Ash")
    page.keyboard.press("End")
    expect(page.get_by_role("status").filter(has_text="Ash can begin")).to_be_visible()

    # A button that sets the simulator.
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Five payments")).to_be_focused()
    tab_to(page, "Net the cycle")
    before = visit.attribute("logHash")
    page.keyboard.press("Enter")
    visit.wait_for("logHash", before)
    expect(page.get_by_role("status").filter(has_text="All five settle together")).to_contain_text("0.10 M of liquid")

    # Switches in the text; every day that is tried is a row of the table.
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The whole day")).to_be_focused()
    for mechanism in ("Bilateral netting", "Cycle netting"):
        tab_to(page, mechanism)
        page.keyboard.press("Space")
        expect(page.locator(".story").get_by_role("switch", name=mechanism)).to_have_attribute("aria-checked", "true")
    expect(page.get_by_role("status").filter(has_text="all 21 payments settle")).to_be_visible()
    rows = page.locator(".story tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.last).to_contain_text("lowest")
    tab_to(page, "Finish")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Lessons")).to_be_focused()
    expect(page.get_by_text("4 steps, 4 seen")).to_be_visible()


def test_show_me_and_show_it_again(visits: Visits) -> None:
    visit = lessons(visits)
    page = visit.page
    page.get_by_role("button", name="Begin: Lesson 3").click()
    page.get_by_role("heading", name="Two prices").wait_for()
    for title in ("The other extreme", "Find the cheapest day"):
        page.get_by_role("button", name="Next", exact=True).click()
        page.get_by_role("heading", name=title).wait_for()
    page.get_by_role("button", name="Show me").click()
    expect(page.get_by_role("status").filter(has_text="Done.")).to_contain_text("At 60 % of the credit lines")
    expect(page.locator(".story .curves")).to_be_visible()
    shown = page.locator(".figures").inner_text()
    page.get_by_role("button", name="Show it again").click()
    expect(page.locator(".figures")).not_to_have_text(shown)
    expect(page.get_by_role("status").filter(has_text="Done.")).to_contain_text("At 60 % of the credit lines")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Show me").click()
    expect(page.locator(".story .tried")).to_contain_text("lowest")
    tried = page.locator(".story .tried .rows")
    assert tried.evaluate("rows => rows.scrollWidth <= rows.clientWidth")


def test_the_figures_are_drawn_in_the_size_that_they_have_beside_the_story(visits: Visits) -> None:
    visit = lessons(visits)
    for name in ("network", "strip"):
        visit.page.wait_for_function(
            """name => {
  const {x_range, y_range, inner_width, inner_height} = Bokeh.documents[0].get_model_by_name(name)
  return inner_width < 1000 && x_range.end === inner_width && y_range.start === inner_height
}""",
            arg=name,
        )


def test_another_scenario_is_said_and_the_lesson_is_one_button_away(visits: Visits) -> None:
    visit = lessons(visits)
    page = visit.page
    page.get_by_role("button", name="Begin: Lesson 2").click()
    page.get_by_role("heading", name="Everybody waits").wait_for()
    page.get_by_label("Scenario").select_option("two_banks")
    page.get_by_role("button", name="Back to this step").click()
    visit.page.wait_for_function("() => document.documentElement.dataset.scenario === 'gridlock_ring'")
    expect(page.get_by_role("button", name="Back to this step")).to_have_count(0)
