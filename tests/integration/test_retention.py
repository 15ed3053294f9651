"""What is kept of a run's events, and what is refused where they are not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import load_config
from payment_simulator_core_rs import NotKeptError, Orchestrator, Recording

SCENARIO = Path(__file__).parents[2] / "scenarios" / "eight_banks_scarce.yaml"
WHOLE: dict[str, Callable[[Orchestrator], Any]] = {
    "canonical_log": lambda engine: engine.canonical_log(),
    "payments": lambda engine: engine.payments(),
    "series": lambda engine: engine.series(),
    "state": lambda engine: engine.state(3),
    "tick_results": lambda engine: engine.tick_results(0, 5),
}
SETTLEMENTS: dict[str, Callable[[Orchestrator], Any]] = {
    "events": lambda engine: engine.events(0, 5),
    "events_jsonl": lambda engine: engine.events_jsonl(0, 5),
    "event_columns": lambda engine: engine.event_columns("Arrival"),
    "event_rows": lambda engine: engine.event_rows(0, 10),
    "flows": lambda engine: engine.flows(0, 5),
}
HASH: dict[str, Callable[[Orchestrator], Any]] = {"log_hash": lambda engine: engine.log_hash()}


def run(**options: Any) -> Orchestrator:
    engine = Orchestrator(load_config(SCENARIO).engine_input(), **options)
    engine.run(20)
    return engine


@pytest.mark.parametrize("view", [*WHOLE, *SETTLEMENTS, *HASH])
def test_what_needs_events_that_are_not_kept_is_refused(view: str) -> None:
    asked = {**WHOLE, **SETTLEMENTS, **HASH}[view]
    with pytest.raises(NotKeptError, match=r"no events are kept .retain=.none..; make the run with retain=.all"):
        asked(run(retain="none"))
    taken = run()
    taken.take_log()
    with pytest.raises(NotKeptError, match=r"the events before tick 20 were taken .take_log.; read the segments back"):
        asked(taken)
    if view in SETTLEMENTS:
        assert asked(run(retain="settlements"))
    else:
        with pytest.raises(NotKeptError, match="only arrivals and settlements are kept"):
            asked(run(retain="settlements"))


@pytest.mark.parametrize("retain", ["all", "settlements", "none"])
def test_totals_and_a_hash_that_is_kept_up_are_always_there(retain: str) -> None:
    whole, engine = run(), run(retain=retain, hashing=True)
    assert engine.totals() == whole.totals()
    assert engine.log_hash() == whole.log_hash()
    assert (engine.event_count, engine.current_tick) == (whole.event_count, 20)


def test_settlements_keep_their_places_in_the_log() -> None:
    whole, engine = run(), run(retain="settlements")
    kind = "RtgsImmediateSettlement"
    assert engine.event_columns(kind) == whole.event_columns(kind)
    assert engine.flows(3, 17) == whole.flows(3, 17)


def test_segments_that_were_taken_are_the_log() -> None:
    whole = Orchestrator(load_config(SCENARIO).engine_input())
    engine = Orchestrator(load_config(SCENARIO).engine_input(), hashing=True)
    segments = []
    while engine.run(7):
        assert engine.events(engine.current_tick - 1, engine.current_tick)
        segments.append(engine.take_log())
    whole.run(whole.total_ticks)
    assert b"".join(segments) == whole.canonical_log()
    assert engine.log_hash() == whole.log_hash()
    assert Recording(engine.config, b"".join(segments)).payments() == whole.payments()


def test_a_sink_needs_all_events() -> None:
    for retain in ("settlements", "none"):
        with pytest.raises(NotKeptError):
            run(retain=retain).take_log()


def test_an_unknown_retention_is_refused() -> None:
    with pytest.raises(ValueError, match='retain: got "some"; write "all" or "settlements" or "none"'):
        run(retain="some")
