"""A day on the page: it plays, steps, answers what-if, agrees with the native engine, and never blocks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from payment_simulator import load_config, simulate
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.large_run import PAYMENTS, engine_input
from tests.visit import Visit

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
GAP_MS = 250
"""The longest that the page may go without a frame: below this, people see no hitch."""

COUNT_FRAMES = """
() => {
  window.gaps = []
  let before = performance.now()
  const frame = now => { gaps.push(now - before); before = now; requestAnimationFrame(frame) }
  requestAnimationFrame(frame)
}
"""


def test_play_moves_the_network(started: Visit) -> None:
    before = started.network()
    started.press(" ")
    started.wait_for("tick", started.attribute("tick"))
    moved = started.network()
    started.page.keyboard.press(" ")
    assert moved != before
    assert json.loads(moved)["flows"].keys() == json.loads(before)["flows"].keys()


def test_single_keys_can_be_switched_off_for_good(visits: Visits) -> None:
    visit = visits().open()
    page = visit.page
    page.get_by_role("button", name="Keys").click()
    switch = page.get_by_role("switch", name="Single keys")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    for again in (False, True):
        if again:
            page.reload()
            visit.wait_until_ready()
            page.get_by_role("button", name="Keys").click()
            expect(switch).to_have_attribute("aria-checked", "false")
        before = visit.attribute("tick")
        page.keyboard.press("g")
        visit.press("ArrowRight")  # a key that is no letter, digit or sign; it comes after the other
        assert (visit.attribute("size"), visit.attribute("tick")) == ("desk", str(int(before) + 1))
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    page.keyboard.press("g")
    page.wait_for_function("() => document.documentElement.dataset.size === 'projector'")


def test_a_step_back_shows_exactly_the_earlier_state(started: Visit) -> None:
    started.page.keyboard.press("Home")
    started.page.wait_for_function("() => document.documentElement.dataset.tick === '0'")
    seen = [started.network()]
    for _ in range(6):
        seen.append(started.press("ArrowRight").network())
    assert len(set(seen)) > 1
    for earlier in reversed(seen[:-1]):
        assert started.press("ArrowLeft").network() == earlier


def test_a_what_if_alters_the_totals_and_its_undoing_restores_them(started: Visit) -> None:
    visit = started
    visit.page.keyboard.press("Home")
    visit.page.wait_for_function("() => document.documentElement.dataset.tick === '0'")
    visit.press("End")
    before = visit.page.locator(".figures").inner_text()
    run = visit.attribute("logHash")
    assert "Settled" in before
    visit.page.locator("[data-do=cycles]").first.click()
    visit.wait_for("logHash", run)
    assert visit.page.locator(".figures").inner_text() != before
    visit.press("Control+z", changes="logHash")
    assert visit.attribute("logHash") == run
    assert visit.page.locator(".figures").inner_text() == before


def test_the_log_is_the_native_one(visits: Visits) -> None:
    """Of every scenario that can be chosen; and first of one from the address, with a seed beyond JavaScript's
    numbers.
    """
    seed = 2**53 + 1
    visit = visits().open(f"?scenario={SCENARIOS[0].stem}&seed={seed}")
    shows_the_native_run(visit, SCENARIOS[0], seed)
    for scenario in [*SCENARIOS[1:], SCENARIOS[0]]:
        before = visit.attribute("scenario")
        visit.page.get_by_label("Scenario").select_option(scenario.stem)
        visit.wait_for("scenario", before).wait_for("logHash")
        shows_the_native_run(visit, scenario)


def shows_the_native_run(visit: Visit, scenario: Path, seed: int | None = None) -> None:
    native = simulate(load_config(scenario), seed=seed)
    told = [visit.attribute(name) for name in ("scenario", "seed", "ticks", "logHash")]
    assert told == [scenario.stem, str(native.seed), str(native.ticks), native.log_hash]


def test_the_page_stays_responsive_during_100_000_payments(started: Visit) -> None:
    config = engine_input()
    started.page.evaluate(COUNT_FRAMES)
    count, log_hash = json.loads(
        started.python(
            """
import json
from payment_simulator import simulate
run = simulate(json.loads(config))
json.dumps([len(run.payments.amount), run.log_hash])
""",
            config=json.dumps(config),
        )
    )
    gaps = started.page.evaluate("gaps")
    native = simulate(config)
    assert log_hash == native.log_hash
    assert count == len(native.payments.amount)
    assert count == pytest.approx(PAYMENTS, rel=0.02)
    assert len(gaps) > 5
    assert max(gaps) < GAP_MS
