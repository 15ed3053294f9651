"""A day in slices: the same run as in one piece, the page answered in between, given up or replaced at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import payment_simulator_core_rs
import pytest
from payment_simulator import simulate
from payment_simulator_core_rs import Orchestrator, Views

from panel_app import scenarios, session
from panel_app.computation import Computation
from panel_app.preparing import PIECES
from panel_app.session import Session
from panel_app.sharing import Note, fragment, open_link
from panel_app.whatif import WhatIf


@pytest.fixture
def patient(eight: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    """The scenario that opens first, its every change in slices of a tick or a few."""
    monkeypatch.setattr(session, "AT_ONCE_SECONDS", 0.0)
    monkeypatch.setattr(session, "SLICE_SECONDS", 1e-6)
    eight.can_wait = lambda: True
    return eight


def finish(of: Session) -> int:
    """Go on until nothing is under way; how many slices that took."""
    slices = 0
    while of.under_way:
        of.advance()
        slices += 1
    return slices


@pytest.mark.parametrize("seconds", [0.0, 1e-4, 1e-3, None])
@pytest.mark.parametrize("scenario", [scenarios.FIRST, "cautious_banks"])
def test_slices_make_the_same_run(scenario: str, seconds: float | None) -> None:
    config = scenarios.load(scenario).config
    sliced, slices = Computation(config), 0
    while not sliced.finished:
        sliced.advance(seconds)
        slices += 1
    assert slices == 1 if seconds is None else slices >= 1
    assert sliced.run().log_hash == simulate(config).log_hash
    assert sliced.seconds > 0


@pytest.mark.parametrize(
    "change",
    [
        WhatIf(),
        WhatIf(balance_factor=1.5, credit_factor=0.5, seed=7, cycles=False),
        WhatIf(arrivals_factor=2.0),
        WhatIf(policies=((0, '{"type": "Deadline", "urgency_threshold": 3}'),)),
    ],
)
@pytest.mark.parametrize("name", [scenarios.FIRST, "fifty_bank_day"])
def test_arrivals_that_two_runs_share_are_not_read_again(
    name: str, change: WhatIf, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = scenarios.load(name).config
    before = simulate(base)
    config = change.apply(base)
    shared: list[bool] = []

    def make(told: dict[str, Any], like: Views | None = None) -> Orchestrator:
        shared.append(like is not None and not any("arrivals" in agent for agent in told["agents"]))
        return Orchestrator(told, like=like)

    monkeypatch.setattr(payment_simulator_core_rs, "Orchestrator", make)
    computation = Computation(config, like=before)
    computation.advance(None)
    assert shared == [change.arrivals_factor == 1.0]
    run = computation.run()
    assert run.engine.config == Orchestrator(config).config
    assert run.log_hash == simulate(config).log_hash


def test_a_run_of_other_banks_shares_nothing() -> None:
    eight, fifty = (scenarios.load(name).config for name in ("eight_banks_scarce", "fifty_bank_day"))
    computation = Computation(eight, like=simulate(fifty))
    computation.advance(None)
    assert computation.run().log_hash == simulate(eight).log_hash


def test_the_run_before_stays_whole_until_the_new_one_is_there(patient: Session) -> None:
    run, index, config, tick = patient.run, patient.index, patient.config, patient.tick
    told: list[frozenset[str]] = []
    patient.subscribe(told.append)
    assert patient.change(balance_factor=1.5)
    seen = []
    while patient.under_way:
        assert (patient.run, patient.index, patient.config) == (run, index, config)
        assert patient.what_if == WhatIf()
        assert patient.wanted == WhatIf(balance_factor=1.5)
        seen.append(patient.under_way.computation.done)
        patient.step(1)
        patient.advance()
    computing = [done for done in seen if done < patient.ticks]
    assert len(computing) > 10
    assert computing == sorted(set(computing))
    assert seen[len(computing) :] == [patient.ticks] * len(PIECES), "each piece by itself"
    assert patient.what_if == WhatIf(balance_factor=1.5)
    assert patient.run.log_hash == simulate(WhatIf(balance_factor=1.5).apply(patient.base_config)).log_hash
    assert patient.previous is run
    assert patient.tick == min(tick + len(seen), patient.ticks - 1)
    assert told[0] == {"wanted", "progress"}
    assert told[-2:] == [{"run", "message"}, {"wanted", "progress"}]
    assert patient.undo()
    finish(patient)
    assert patient.run.log_hash == run.log_hash


def _cancel(of: Session) -> None:
    assert of.cancel()


def _undo(of: Session) -> None:
    assert of.undo()


def _take_back(of: Session) -> None:
    assert of.change(balance_factor=1.0)


@pytest.mark.parametrize("give_up", [_cancel, _undo, _take_back])
def test_what_is_under_way_can_be_given_up(patient: Session, give_up: Callable[[Session], None]) -> None:
    run = patient.run
    patient.change(balance_factor=1.5)
    patient.advance()
    give_up(patient)
    assert patient.under_way is None
    assert patient.run is run
    assert patient.wanted == WhatIf()
    assert not patient.can_undo
    assert not patient.cancel()


def test_a_newer_change_takes_in_and_replaces_the_one_under_way(patient: Session) -> None:
    patient.change(balance_factor=1.5)
    patient.advance()
    patient.change(cycles=False)
    finish(patient)
    assert patient.what_if == WhatIf(balance_factor=1.5, cycles=False)
    patient.undo()
    finish(patient)
    assert patient.what_if == WhatIf()


def test_a_refused_change_leaves_what_is_under_way(patient: Session) -> None:
    patient.change(balance_factor=1.5)
    assert not patient.change(policy=(0, {"type": "Nonsense"}))
    assert "Nonsense" in patient.message
    finish(patient)
    assert patient.what_if == WhatIf(balance_factor=1.5)


def test_another_version_and_another_scenario(patient: Session) -> None:
    longer = patient.base_config | {"num_days": 2}
    assert patient.edit(longer, patient.display)
    assert patient.ticks == 120
    finish(patient)
    assert patient.ticks == 240
    patient.change(balance_factor=1.5)
    patient.open("two_banks")
    assert patient.under_way is None


def test_opening_waits_and_leaves_the_run_before_when_it_is_given_up(patient: Session) -> None:
    run, done = patient.run, list[str]()
    for give_up in (True, False):
        patient.open_scenario(scenarios.load("cautious_banks"), WhatIf(seed=7), lambda: done.append(patient.scenario))
        assert patient.under_way
        assert (patient.wanted_scenario, patient.scenario) == ("cautious_banks", scenarios.FIRST)
        assert (patient.wanted, patient.run, done) == (WhatIf(), run, [])
        if give_up:
            assert patient.cancel()
            assert (patient.wanted_scenario, patient.run) == (scenarios.FIRST, run)
    finish(patient)
    assert done == ["cautious_banks"]
    assert patient.run.log_hash == simulate({**scenarios.load("cautious_banks").config, "rng_seed": 7}).log_hash
    assert not patient.can_undo


def test_a_change_replaces_an_opening(patient: Session) -> None:
    patient.open("cautious_banks", at_once=False)
    patient.advance()
    patient.change(balance_factor=1.5)
    finish(patient)
    assert (patient.scenario, patient.what_if) == (scenarios.FIRST, WhatIf(balance_factor=1.5))


def test_a_link_waits_for_both_of_its_runs(patient: Session) -> None:
    sender = Session()
    sender.open("cautious_banks")
    sender.keep()
    sender.change(balance_factor=1.5)
    sender.look("compare")
    sender.go(33)
    notes: list[Note | None] = []
    open_link(patient, fragment(sender), notes.append)
    assert (notes, patient.scenario) == ([], scenarios.FIRST)
    finish(patient)
    assert notes == [None]
    assert (patient.view, patient.tick, patient.run.log_hash) == ("compare", 33, sender.run.log_hash)
    assert patient.kept is not None
    assert sender.kept is not None
    assert patient.kept.run.log_hash == sender.kept.run.log_hash


def test_a_run_to_compare_with_waits(patient: Session) -> None:
    run = patient.run
    assert patient.keep_other("no-netting")
    assert patient.under_way
    assert (patient.wanted, patient.kept) == (WhatIf(), None)
    finish(patient)
    assert patient.kept is not None
    assert patient.kept.name == "no-netting"
    assert patient.run is run


def test_a_change_that_is_wanted_at_once_does_not_wait(patient: Session) -> None:
    assert patient.set_changes(WhatIf(balance_factor=1.5))
    assert patient.under_way is None
    assert patient.what_if == WhatIf(balance_factor=1.5)


def test_the_page_shows_progress_answers_and_cancels(monkeypatch: pytest.MonkeyPatch) -> None:
    from bokeh.document import Document

    from panel_app.app import App
    from panel_app.page import Recorder

    monkeypatch.setattr(session, "AT_ONCE_SECONDS", 0.0)
    monkeypatch.setattr(session, "SLICE_SECONDS", 1e-6)
    shown = Session()
    shown.open(scenarios.FIRST)
    page = Recorder()
    app = App(page, shown, Document())
    app.panel()
    run, text = shown.run, app.progress.panel()

    async def use() -> None:
        app.actions["balance-factor"]("150")
        assert "0 of 120" not in text.text
        assert "of 120 ticks" in text.text
        for _ in range(3):  # turns of the loop, not time: a quick machine is done in ten milliseconds
            await asyncio.sleep(0)
        assert shown.under_way
        app.actions["step"](None)
        app.actions["close"](None)
        assert text.text == ""
        assert shown.run is run
        app.actions["balance-factor"]("150")
        while shown.under_way or app._resting:
            await asyncio.sleep(0.01)
        assert shown.what_if == WhatIf(balance_factor=1.5)
        assert "150" in app.what_if.html()

    asyncio.run(use())
