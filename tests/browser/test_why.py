"""Selecting, explaining and tracing on the built site; and every kind of change under What if."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from payment_simulator import load_config, simulate
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits
from tests.browser.test_sharing import SCENARIO
from tests.visit import Visit


@pytest.fixture(scope="module")
def visit(opened: Visits) -> Iterator[Visit]:
    visit = opened(height=900).open()
    yield visit
    visit.close()


def tap(page: Page, x: float, y: float) -> None:
    """Click a point of the network."""
    page.evaluate("scrollTo(0, 0)")
    box = page.locator(".network").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x + 1, box["y"] + y + 1)


def tap_until(page: Page, x: float, y: float, tab: Locator) -> None:
    """Click there until a tab is selected: a page that is busy may take a tap for a press, and people tap again."""
    for _ in range(3):
        tap(page, x, y)
        with contextlib.suppress(AssertionError):
            expect(tab).to_have_attribute("aria-selected", "true", timeout=6_000)
            return
    expect(tab).to_have_attribute("aria-selected", "true")


def test_the_inspector_says_why_in_the_engines_words(visit: Visit) -> None:
    inspector = visit.page.get_by_role("region", name="Inspector")
    expect(inspector.get_by_role("heading", name="Why is it waiting?")).to_be_visible()
    expect(inspector.locator("#why")).to_contain_text(re.compile(r"can pay .* now\. This payment needs"))


def test_what_would_release_it_stands_out_everywhere(visit: Visit) -> None:
    page = visit.page
    inspected = page.get_by_role("region", name="Inspector").locator(".who")
    before = inspected.inner_text()
    page.get_by_role("button", name="tx_00000123", exact=True).click()
    expect(inspected).not_to_have_text(before)
    expect(page.locator("#releasing li").first).to_be_visible()
    number = page.locator("#releasing li button").count()
    assert 1 in visit.columns("waiting")["selected"]
    assert 3 in visit.columns("queue")["state"]
    expect(page.get_by_role("row").filter(has_text="would release it")).to_have_count(number)
    chosen = page.locator("#releasing li button").first
    name = chosen.inner_text()
    chosen.click()
    expect(inspected).to_have_text(name)


def test_a_tapped_bank_and_a_tapped_flow_are_selected_everywhere(visit: Visit) -> None:
    page = visit.page
    banks = visit.columns("banks")
    tap(page, banks["x"][2], banks["y"][2])
    inspector = page.get_by_role("region", name="Inspector")
    expect(inspector.locator(".amount")).to_have_text("Cedar")
    expect(page.get_by_role("button", name=re.compile("^Cedar: can pay"))).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("Cedar dark, others grey")).to_be_visible()
    assert page.locator("tr.mine").count() > 0
    flows = visit.columns("flows")
    row = flows["value"].index(max(flows["value"]))
    tap_until(
        page,
        flows["cx"][row] / 2 + (flows["x0"][row] + flows["x1"][row]) / 4,
        flows["cy"][row] / 2 + (flows["y0"][row] + flows["y1"][row]) / 4,
        inspector.get_by_role("tab", name="Flow"),
    )
    expect(inspector.locator(".who")).to_contain_text("pays")
    alpha = visit.columns("flows")["alpha"]
    assert max(alpha) == 1
    assert min(alpha) < 0.3


def test_figures_lead_to_their_events(visit: Visit) -> None:
    page = visit.page
    figure = page.locator(".figures").first.get_by_role("button").nth(3)
    cost = figure.inner_text()
    figure.click()
    table = page.get_by_role("region", name=f"Cost: {cost}", exact=True)
    expect(table).to_contain_text("the sum of")
    expect(table.get_by_role("row").nth(1)).to_contain_text(re.compile(r"CostAccrual no\. [\d,]+"))
    table.get_by_role("button", name="All events").click()
    expect(page.get_by_role("region", name="Events", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("do", "lsm", "agent"),
    [
        (
            lambda page: page.get_by_label("Multilateral", exact=True).select_option("best_effort"),
            {"multilateral": "best_effort"},
            {},
        ),
        (
            lambda page: page.get_by_label("Policy of All banks").select_option("Deadline"),
            {},
            {"policy": {"type": "Deadline", "urgency_threshold": 5}},
        ),
    ],
)
def test_changes_run_as_they_do_natively(
    visit: Visit, do: object, lsm: dict[str, object], agent: dict[str, object]
) -> None:
    page, before = visit.page, visit.attribute("logHash")
    assert callable(do)
    do(page)
    visit.wait_for("logHash", before)
    config = load_config(SCENARIO).engine_input()
    config["lsm_config"] = {**config["lsm_config"], **lsm}
    config["agents"] = [{**one, **agent} for one in config["agents"]]
    assert visit.attribute("logHash") == simulate(config).log_hash
    page.get_by_role("button", name="Undo").click()
    page.wait_for_function("hash => document.documentElement.dataset.logHash === hash", arg=before)
    page.get_by_role("button", name="Redo").click()
    visit.wait_for("logHash", before)
    page.get_by_role("button", name="Reset").click()
    page.wait_for_function("hash => document.documentElement.dataset.logHash === hash", arg=before)


def test_one_bank_has_a_policy_with_parameters_and_a_credit_line(visit: Visit) -> None:
    page, before = visit.page, visit.attribute("logHash")
    for opener in page.get_by_role("button", name="Each bank").all():
        opener.click()
    page.get_by_label("Policy of Birch").select_option("LiquidityAware")
    visit.wait_for("logHash", before)
    buffer = page.get_by_label("Buffer, Birch")
    second = visit.attribute("logHash")
    buffer.fill("900000")
    visit.wait_for("logHash", second)
    third = visit.attribute("logHash")
    page.get_by_label("Credit line of Elm").focus()
    page.keyboard.press("End")
    visit.wait_for("logHash", third)
    expect(page.get_by_text("2 changes from the scenario.")).to_be_visible()
    expect(page.get_by_label("Urgent from, Birch")).to_have_value("5")
