"""Two runs side by side on the built site, with the gestures of a lecturer."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.visit import START_MS, Visit


@pytest.fixture(scope="module")
def comparing(opened: Visits) -> Iterator[Visit]:
    """One page on which netting was switched off after its run had been kept as A."""
    visit = opened().open()
    kept = visit.attribute("logHash")
    visit.page.keyboard.press("k")
    visit.page.get_by_role("switch", name="Bilateral netting").click()
    visit.wait_for("logHash", kept)
    visit.page.get_by_role("switch", name="Cycle netting").click()
    visit.page.get_by_role("button", name="Compare with A").click()
    expect(visit.page.get_by_text("Same 321 payments, one difference: netting.")).to_be_visible(timeout=START_MS)
    yield visit
    visit.close()


def columns(visit: Visit, source: str) -> dict[str, list[float]]:
    """The columns of any source of the page, by its name."""
    return dict(
        visit.page.evaluate(
            """name => {
              const {data} = Bokeh.documents[0].get_model_by_name(name)
              const plain = value => ArrayBuffer.isView(value) ? Array.from(value) : value
              const columns = data instanceof Map ? [...data] : Object.entries(data)
              return Object.fromEntries(columns.map(([key, value]) => [key, plain(value)]))
            }""",
            source,
        )
    )


def liquidity(visit: Visit) -> tuple[list[float], list[float]]:
    return columns(visit, "A banks")["liquidity"], visit.columns("banks")["liquidity"]


def test_both_runs_stand_side_by_side(comparing: Visit) -> None:
    page = comparing.page
    expect(page.get_by_role("region", name="A: Bilateral and cycle netting")).to_be_visible()
    expect(page.get_by_role("region", name="B: Netting off")).to_be_visible()
    left, right = (page.locator(f".{name}").bounding_box() for name in ("network-a", "network"))
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"] + 1
    assert left["y"] == right["y"]
    assert abs(left["width"] - right["width"]) <= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_one_transport_moves_both(comparing: Visit) -> None:
    comparing.press("Home")
    seen = [liquidity(comparing)]
    for key in ("ArrowRight", "n", "End"):
        comparing.press(key)
        seen.append(liquidity(comparing))
    assert len({str(a) for a, _ in seen}) > 2
    assert len({str(b) for _, b in seen}) > 2
    assert seen[0][0] == seen[0][1]
    assert seen[-1][0] != seen[-1][1]


def test_the_mirrored_strip_is_a_slider(comparing: Visit) -> None:
    comparing.press("Home")
    strip = comparing.page.locator(".compared-strip")
    box = strip.bounding_box()
    assert box is not None
    before = comparing.attribute("tick")
    comparing.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 60)
    comparing.wait_for("tick", before)
    assert 55 <= int(comparing.attribute("tick")) <= 65


def test_the_differences_are_told_in_figures_and_in_words(comparing: Visit) -> None:
    page = comparing.page
    row = page.get_by_role("row", name=re.compile("Payments settled"))
    expect(row).to_contain_text("300 of 321")
    expect(row).to_contain_text("280 of 321")
    expect(row).to_contain_text("\u221220")
    expect(page.locator("#in-words")).to_contain_text("In B, 20 fewer payments settle")
    expect(page.locator(".curves summary")).to_have_count(4)


def test_a_payment_is_selected_on_both_sides(comparing: Visit) -> None:
    page = comparing.page
    page.get_by_role("button", name=re.compile("Only in A 26")).click()
    page.get_by_role("button", name=re.compile("Only in A 26"), pressed=True).wait_for()
    first = page.get_by_role("region", name="Payment by payment").get_by_role("button").first
    name = first.inner_text()
    first.click()
    expect(page.locator("#selected-fate")).to_contain_text(name)
    expect(page.locator("#selected-fate")).to_contain_text("in B it never settles")


def test_a_bank_tapped_in_a_is_the_bank_of_b(comparing: Visit) -> None:
    page = comparing.page
    page.evaluate("scrollTo(0, 0)")
    banks = columns(comparing, "A banks")
    box = page.locator(".network-a").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + banks["x"][4] + 1, box["y"] + banks["y"][4] + 1)
    page.wait_for_function("() => Bokeh.documents[0].get_model_by_name('A banks').data.selection[4] > 0")
    assert comparing.columns("banks")["selection"][4] > 0
    assert columns(comparing, "A banks")["selection"][4] > 0


def test_swapping_keeps_both(comparing: Visit) -> None:
    page, before = comparing.page, comparing.attribute("logHash")
    page.get_by_role("button", name="Swap A and B").click()
    comparing.wait_for("logHash", before)
    expect(page.get_by_role("region", name="A: Netting off")).to_be_visible()
    after = comparing.attribute("logHash")
    page.get_by_role("button", name="Swap A and B").click()
    comparing.wait_for("logHash", after)
    assert comparing.attribute("logHash") == before


def test_the_comparison_is_repeated_with_other_seeds(comparing: Visit) -> None:
    page = comparing.page
    page.get_by_role("button", name="repeat with 50 seeds").click()
    expect(page.locator("#repeated")).to_contain_text("With 50 seeds", timeout=START_MS)


def test_going_back_shows_the_simulator_again(comparing: Visit) -> None:
    page = comparing.page
    page.get_by_role("button", name="Simulate").click()
    expect(page.locator(".network-a")).to_be_hidden()
    expect(page.locator(".inspector").first).to_be_visible()
    page.keyboard.press("c")
    expect(page.locator(".network-a")).to_be_visible()


def test_without_a_kept_run_there_is_a_way_to_one(visits: Visits) -> None:
    visit = visits(width=390, height=844).open()
    page = visit.page
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("Keep a run as A, then change something.")).to_be_visible(timeout=START_MS)
    page.get_by_role("button", name="Compare with netting off").click()
    expect(page.get_by_text("Same 321 payments, one difference: netting.")).to_be_visible()
    above, below = (page.locator(f".{name}").bounding_box() for name in ("network-a", "network"))
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    drawn(visit, "network-a", "network")


def drawn(visit: Visit, *networks: str) -> None:
    """Each of these networks has an area to be drawn in."""
    for name in networks:
        box = visit.page.locator(f".{name} .bk-Canvas").bounding_box()
        assert box is not None
        assert box["height"] > 200, name


def test_on_a_phone_a_lesson_has_a_network_too_whichever_part_was_on_show(visits: Visits) -> None:
    visit = visits(width=390, height=844).open()
    page = visit.page
    page.get_by_role("tab", name="Events").click()
    page.get_by_role("button", name="Lessons", exact=True).click()
    page.get_by_role("button", name="Begin: Lesson 2").click()
    page.get_by_role("heading", name="Everybody waits").wait_for()
    drawn(visit, "network")
