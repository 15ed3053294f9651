"""The editor on the page: real typing, marks and messages at their places, form and text in step, the policy's tree."""

from __future__ import annotations

import re
from pathlib import Path

from payment_simulator import load_config, simulate
from playwright.sync_api import Locator, Page, expect

from panel_app.text import CHOOSE_PAYMENT
from tests.browser.conftest import Visits
from tests.visit import Visit

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def editor(visits: Visits, scenario: str = "eight_banks_scarce") -> Visit:
    visit = visits().open(f"?scenario={scenario}")
    visit.page.get_by_role("button", name="Edit", exact=True).click()
    expect(written(visit.page)).to_have_value(re.compile(r"^# "))
    status(visit.page, "No errors.")
    return visit


def written(page: Page) -> Locator:
    return page.get_by_label("Scenario as YAML")


def status(page: Page, said: str) -> None:
    expect(page.locator(".written").get_by_role("status")).to_contain_text(said)


def put_caret_behind(page: Page, words: str) -> None:
    """Click into the text, then go behind the first place of some words, as the arrow keys would."""
    written(page).click()
    written(page).evaluate(
        "(area, words) => { const end = area.value.indexOf(words) + words.length; area.setSelectionRange(end, end) }",
        words,
    )


def test_typing_marks_the_mistake_as_it_is_typed_and_the_last_valid_day_stays(visits: Visits) -> None:
    visit = editor(visits)
    page, run = visit.page, visit.attribute("logHash")
    put_caret_behind(page, "opening_balance: 99_000_000")
    page.keyboard.type(".5")
    status(page, "1 error. The last valid version is still running.")
    message = page.locator(".messages li")
    expect(message).to_contain_text("agents.1.opening_balance: got 99000000.5; write an integer number of cents")
    expect(page.locator("code-editor u")).to_have_text("99_000_000.5")
    expect(page.locator(".form").get_by_label("Opening balance")).to_have_attribute("aria-invalid", "true")
    expect(written(page)).to_have_attribute("aria-invalid", "true")
    assert visit.attribute("logHash") == run
    for _ in range(2):
        page.keyboard.press("Backspace")
    status(page, "No errors. This version is running.")
    expect(page.locator("code-editor u")).to_have_count(0)
    assert visit.attribute("logHash") == run
    page.keyboard.press("Backspace")
    visit.wait_for("logHash", run)
    page.keyboard.press("Control+z")
    visit.page.wait_for_function("run => document.documentElement.dataset.logHash === run", arg=run)


def test_a_message_leads_to_its_place_and_f8_too(visits: Visits) -> None:
    visit = editor(visits)
    page = visit.page
    text = written(page).input_value()
    written(page).fill(text.replace("max_cycle_length", "max_cycle_lenght").replace("num_days: 1", "num_days: none"))
    status(page, "2 errors.")
    for message in page.locator(".messages li").all():
        expect(message).to_be_in_viewport(ratio=1)  # a window of 1280 x 720
    at = "area => area.value.slice(0, area.selectionStart).split('\\n').length"
    page.get_by_role("button", name="Line 117, column 3").click()
    expect(written(page)).to_be_focused()
    assert written(page).evaluate(at) == 117
    page.keyboard.press("F8")
    first = written(page).evaluate(at)
    assert first == text[: text.index("num_days")].count("\n") + 1
    page.keyboard.press("Shift+F8")
    assert written(page).evaluate(at) == 117
    page.get_by_role("button", name="Fix it: max_cycle_length").click()
    status(page, "1 error.")
    expect(page.locator(".messages li")).to_have_count(1)


def test_form_and_text_are_in_step(visits: Visits) -> None:
    visit = editor(visits)
    page, run = visit.page, visit.attribute("logHash")
    page.locator(".form").get_by_role("button", name="Cedar").click()
    page.locator(".form").get_by_label("Opening balance").fill("2,000,000")
    page.keyboard.press("Enter")
    visit.wait_for("logHash", run)
    expect(written(page)).to_have_value(re.compile(r"opening_balance: 200_000_000"))
    expect(written(page)).to_have_value(re.compile(r"# All amounts are in cents."))
    page.get_by_role("tab", name="Day and netting").click()
    run = visit.attribute("logHash")
    page.locator(".form").get_by_role("switch", name="Cycle netting").click()
    visit.wait_for("logHash", run)
    expect(written(page)).to_have_value(re.compile(r"enable_cycles: false"))
    page.get_by_role("tab", name="Bank").click()
    page.locator(".form").get_by_role("button", name="Elm").click()
    page.get_by_role("button", name="Revert").click()
    expect(page.locator(".form").get_by_label("Opening balance")).to_have_value("720,000.00")


def test_the_form_follows_the_caret(visits: Visits) -> None:
    page = editor(visits).page
    for bank in ("GORSE", "BIRCH"):
        put_caret_behind(page, f"id: {bank}")
        page.keyboard.press("ArrowDown")
        expect(page.locator(".form").get_by_role("button", pressed=True)).to_have_text(bank.title())
    put_caret_behind(page, "lsm_config:")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("tab", name="Day and netting")).to_have_attribute("aria-selected", "true")


def test_a_scenario_file_is_opened_and_its_mistake_is_marked(visits: Visits, tmp_path: Path) -> None:
    visit = editor(visits)
    page, run = visit.page, visit.attribute("logHash")
    file = tmp_path / "mine.yaml"
    valid = (SCENARIOS / "two_banks.yaml").read_text(encoding="utf-8")
    file.write_text(valid.replace("num_days: 1", "num_days: 0"), encoding="utf-8")
    page.get_by_label("Open file").set_input_files(file)
    status(page, "1 error. The last valid version is still running.")
    line = valid[: valid.index("num_days: 1")].count("\n") + 1
    expect(page.locator(".messages li")).to_contain_text(f"Line {line}, column")
    assert visit.attribute("logHash") == run
    file.write_text(valid, encoding="utf-8")
    page.get_by_label("Open file").set_input_files(file)
    status(page, "No errors.")
    native = simulate(load_config(SCENARIOS / "two_banks.yaml")).log_hash
    page.wait_for_function("hash => document.documentElement.dataset.logHash === hash", arg=native)


def test_tab_leaves_the_text(visits: Visits) -> None:
    page = editor(visits).page
    written(page).focus()
    page.keyboard.press("Tab")
    expect(written(page)).not_to_be_focused()


def test_the_text_is_saved_as_a_file(visits: Visits) -> None:
    page = editor(visits, "two_banks").page
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save file").click()
    assert saved.value.suggested_filename == "two_banks.yaml"
    assert saved.value.path().read_text(encoding="utf-8") == written(page).input_value()


def test_the_way_of_a_payment_through_the_tree(visits: Visits) -> None:
    visit = editor(visits, "cautious_banks")
    page = visit.page
    page.locator(".form").get_by_role("button", name="Aspen").click()
    policy = page.locator(".policy")
    said = policy.get_by_role("status")
    expect(said).to_have_text(CHOOSE_PAYMENT)  # until then the payments listed are those of another bank
    policy.locator("select").select_option(index=1)
    expect(said).to_contain_text("tx_")
    if "is drawn bold" not in said.inner_text():
        policy.get_by_role("button", name="Go to").click()
    expect(said).to_contain_text("is drawn bold")
    assert page.locator(".policy path.taken").count() >= 1
    assert page.locator(".policy .box.taken").count() == page.locator(".policy path.taken").count() + 1
    page.get_by_text("In words").click()
    expect(page.locator(".policy .told")).to_contain_text("ticks to deadline \u2264 3")
