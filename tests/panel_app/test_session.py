"""The session: what a reader sees and changes, without a browser."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from panel_app import scenarios
from panel_app.session import Session
from panel_app.theme import DARK
from panel_app.whatif import WhatIf

from .conftest import EMPTY, RING, Open, payment, scenario


def heard(session: Session) -> list[frozenset[str]]:
    told: list[frozenset[str]] = []
    session.subscribe(told.append)
    return told


def test_opens_at_the_largest_netting_with_the_largest_waiting_payment(eight: Session) -> None:
    value = eight.run.series.settled_value
    together = value[:, 3:].sum(axis=1)
    assert together[eight.tick] == together.max() > 0
    assert eight.selection is not None
    assert eight.selection[0] == "payment"
    waiting = np.concatenate(eight.index.waiting(eight.tick))
    assert eight.index.amount[eight.selection[1]] == eight.index.amount[waiting].max()
    assert not eight.playing
    assert not eight.changed


@pytest.mark.parametrize(("ask", "shown"), [(-5, 0), (3, 3), (11, 11), (500, 11)])
def test_the_cursor_stays_inside_the_run(ring: Session, ask: int, shown: int) -> None:
    ring.go(ask)
    assert ring.tick == shown


def test_step_back_shows_the_same_state(eight: Session) -> None:
    before = eight.run.state(eight.tick)
    tick = eight.tick
    eight.step(1)
    assert eight.tick == tick + 1
    eight.step(-1)
    assert eight.run.state(eight.tick) == before


@pytest.mark.parametrize(("window", "ticks"), [("tick", 1), ("hour", 6), ("day", 12)])
def test_windows(ring: Session, window: Any, ticks: int) -> None:
    ring.show("tick" if window != "tick" else "day")
    told = heard(ring)
    ring.show(window)
    assert ring.window_ticks == ticks
    assert told == [frozenset({"window"})]


@pytest.mark.parametrize(("tick", "clock"), [(0, "08:00"), (1, "08:10"), (6, "09:00"), (11, "09:50")])
def test_clock(ring: Session, tick: int, clock: str) -> None:
    assert ring.clock(tick) == clock


def test_a_change_runs_the_day_again_and_keeps_the_place(eight: Session) -> None:
    tick, selection, log_hash = eight.tick, eight.selection, eight.run.log_hash
    told = heard(eight)
    assert eight.change(cycles=False)
    assert (eight.tick, eight.selection, eight.window) == (tick, selection, "hour")
    assert eight.run.log_hash != log_hash
    assert told == [frozenset({"run", "message"})]
    assert eight.changed
    assert eight.previous is not None
    assert eight.previous.log_hash == log_hash


def test_a_change_alters_totals(eight: Session) -> None:
    before = eight.run.totals["total_settlements"]
    eight.change(balance_factor=0.0)
    assert eight.run.totals["total_settlements"] < before


def test_one_banks_balance_is_changed_by_number(eight: Session) -> None:
    bank = eight.names.index("Elm")
    eight.change(balance=(bank, 123_456_00))
    agent = next(agent for agent in eight.config["agents"] if agent["id"] == eight.run.agent_ids[bank])
    assert agent["opening_balance"] == 123_456_00
    others = [agent for agent in eight.base_config["agents"] if agent["id"] != eight.run.agent_ids[bank]]
    assert all(agent in eight.config["agents"] for agent in others)


def test_undo_and_redo_give_the_same_runs_again(eight: Session) -> None:
    hashes = [eight.run.log_hash]
    eight.change(bilateral=False)
    hashes.append(eight.run.log_hash)
    eight.change(cycles=False)
    hashes.append(eight.run.log_hash)
    assert len(set(hashes)) == 3
    assert eight.undo()
    assert eight.run.log_hash == hashes[1]
    assert eight.undo()
    assert eight.run.log_hash == hashes[0]
    assert not eight.changed
    assert not eight.undo()
    assert eight.redo()
    assert eight.run.log_hash == hashes[1]
    eight.change(credit_factor=2.0)
    assert not eight.redo()


def test_reset_keeps_the_seed(eight: Session) -> None:
    eight.change(seed=5)
    log_hash = eight.run.log_hash
    eight.change(arrivals_factor=1.5)
    assert eight.run.log_hash != log_hash
    assert eight.reset()
    assert eight.seed == 5
    assert eight.run.log_hash == log_hash
    assert not eight.reset()


def test_other_payments_drop_the_selected_payment(eight: Session) -> None:
    eight.change(seed=52)
    assert eight.selection is None
    eight.select(("bank", 2))
    eight.change(seed=53)
    assert eight.selection == ("bank", 2)


def test_what_the_engine_refuses_leaves_the_last_valid_run(ring: Session) -> None:
    log_hash = ring.run.log_hash
    told = heard(ring)
    assert not ring.change(balance=(0, 10**30))
    assert "opening_balance" in ring.message
    assert str(10**30) in ring.message
    assert told == [frozenset({"message"})]
    assert ring.run.log_hash == log_hash
    assert not ring.changed
    assert not ring.undo()
    assert ring.change(bilateral=False)
    assert ring.message == ""


def test_money_is_whole_cents(ring: Session) -> None:
    with pytest.raises(TypeError, match=r"whole cents, got 0\.5"):
        ring.change(balance=(0, 0.5))


def test_an_unknown_change_is_refused(ring: Session) -> None:
    with pytest.raises(TypeError, match="colour"):
        ring.change(colour="red")


@pytest.mark.parametrize(
    ("cents", "factor", "scaled"),
    [(100, 1.0, 100), (101, 0.5, 51), (-101, 0.5, -51), (3, 0.33, 1), (10**15, 3.0, 3 * 10**15), (7, 0.0, 0)],
)
def test_scaling_is_exact_in_cents(cents: int, factor: float, scaled: int) -> None:
    changed = WhatIf(balance_factor=factor).apply(
        {"agents": [{"id": "A", "opening_balance": cents, "unsecured_cap": 0}]}
    )
    assert changed["agents"][0]["opening_balance"] == scaled


def test_a_change_never_touches_the_scenario(eight: Session) -> None:
    before = repr(eight.base_config)
    eight.change(balance=(0, 1), cycles=False, seed=9, arrivals_factor=2.0, credit_factor=0.5)
    assert repr(eight.base_config) == before
    assert eight.config["rng_seed"] == eight.seed == 9


def test_play_starts_over_at_the_end(ring: Session) -> None:
    ring.go(11)
    told = heard(ring)
    ring.play(True)
    assert ring.tick == 0
    assert told == [frozenset({"playing", "tick"})]
    ring.play(False)
    assert told[-1] == frozenset({"playing"})


def test_next_event_visits_netting_and_the_end(ring: Session) -> None:
    ring.go(0)
    ring.next_event()
    assert ring.tick == 1
    ring.next_event()
    assert ring.tick == 11
    ring.next_event(-1)
    assert ring.tick == 1
    ring.next_event(-1)
    assert ring.tick == 0


@pytest.mark.parametrize("selection", [("bank", 3), ("bank", -1), ("payment", 99)])
def test_selecting_what_does_not_exist_selects_nothing(ring: Session, selection: Any) -> None:
    ring.select(selection)
    assert ring.selection is None


def test_theme(ring: Session) -> None:
    told = heard(ring)
    ring.set_dark(True)
    ring.set_dark(True)
    assert ring.theme is DARK
    assert told == [frozenset({"theme"})]


def test_unknown_scenario_names_the_known() -> None:
    with pytest.raises(scenarios.UnknownScenario, match=r"no scenario '\.\./x'.*eight_banks_scarce"):
        scenarios.load("../x")


def test_the_first_scenario_is_on_top() -> None:
    listed = scenarios.available()
    assert listed[0].name == scenarios.FIRST
    assert all(line.title and line.teaches for line in listed)


def test_a_seed_of_the_address_is_the_runs_seed(eight: Session) -> None:
    other = Session()
    other.open(scenarios.FIRST, seed=99)
    assert other.seed == 99
    assert other.run.log_hash != eight.run.log_hash
    assert not other.changed


def test_a_day_without_payments_opens(opened: Open) -> None:
    session = opened(scenario(EMPTY, []))
    assert session.tick == 0
    assert session.selection is None
    session.next_event()
    assert session.tick == 11


def test_several_days_go_on_the_clock(opened: Open) -> None:
    mapping = scenario(EMPTY, [*RING, payment("ANT", "CAT", 100, 13)])
    mapping["simulation"]["num_days"] = 2
    session = opened(mapping)
    assert session.ticks == 24
    assert session.clock(13) == "08:10"
    assert session.times.days == 2


def test_importing_the_session_loads_no_widgets() -> None:
    widgets = {"panel", "bokeh", "pydantic", "yaml", "pandas"}
    code = f"import sys, panel_app.session; print(sorted({widgets} & set(sys.modules)))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_who_is_told_of_a_change_can_undo_it_already(eight: Session) -> None:
    seen: list[tuple[bool, bool]] = []
    eight.subscribe(lambda changed: seen.append((eight.can_undo, eight.can_redo)) if "run" in changed else None)
    eight.change(cycles=False)
    eight.undo()
    eight.redo()
    eight.reset()
    assert seen == [(True, False), (False, True), (True, False), (True, False)]
    assert not eight.change(balance=(0, 10**30))
    assert (eight.can_undo, eight.can_redo) == (True, False)
