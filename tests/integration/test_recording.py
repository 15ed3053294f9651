"""A run read back from its canonical log answers every question as the engine did."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from payment_simulator import load_config
from payment_simulator_core_rs import LogError, Orchestrator, Recording, Views, event_catalogue

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
VIEWS: list[Callable[[Views], Any]] = [
    lambda views: views.config,
    lambda views: (views.agent_ids, views.current_tick, views.total_ticks, views.event_count),
    lambda views: views.events(0, views.current_tick),
    lambda views: views.events_jsonl(0, views.current_tick),
    lambda views: [views.event_columns(event["event_type"]) for event in event_catalogue()],
    lambda views: views.event_rows(0, views.event_count),
    lambda views: (views.canonical_log(), views.log_hash()),
    lambda views: (views.payments(), views.series(), views.flows(0, views.current_tick)),
    lambda views: [views.state(tick) for tick in range(-1, views.current_tick, 7)],
    lambda views: (views.tick_results(0, views.current_tick), views.totals()),
]


def run(path: Path, ticks: int | None = None) -> Orchestrator:
    engine = Orchestrator(load_config(path).engine_input())
    engine.run(engine.total_ticks if ticks is None else ticks)
    return engine


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_recording_is_the_run(path: Path) -> None:
    engine = run(path)
    log = engine.canonical_log()
    assert hashlib.sha256(log).hexdigest() == engine.log_hash()
    recording = Recording(engine.config, log)
    for view in VIEWS:
        assert view(recording) == view(engine)


def test_a_run_that_ends_early_is_read_back_with_its_quiet_ticks() -> None:
    engine = Orchestrator({**run(SCENARIOS[0], 0).config, "scenario_events": [], "agents": [
        {**agent, "arrivals": []} for agent in run(SCENARIOS[0], 0).config["agents"]
    ]})  # fmt: skip
    engine.run(3)
    recording = Recording(engine.config, engine.canonical_log(), ticks=3)
    assert recording.current_tick == 3
    assert recording.series() == engine.series()
    with pytest.raises(LogError, match="ticks cannot be right; write a number from"):
        Recording(engine.config, engine.canonical_log(), ticks=engine.total_ticks + 1)


def test_a_log_is_continued_from_any_place() -> None:
    engine = run(SCENARIOS[0], 0)
    engine.run(engine.total_ticks)
    whole = engine.canonical_log()
    places = (1, engine.event_count // 2, engine.event_count)
    rest = [engine.canonical_log(place) for place in places]
    assert rest[-1] == b""
    assert all(whole.endswith(part) and len(part) < len(whole) for part in rest)
    ticks = [event["tick"] for event in engine.events(0, engine.current_tick)]
    assert int.from_bytes(rest[1][1:5], "little") == ticks[places[1]]


def test_tick_results_are_what_ticks_returned() -> None:
    engine = run(SCENARIOS[0], 0)
    results = [engine.tick() for _ in range(engine.total_ticks)]
    assert engine.tick_results(0, engine.total_ticks) == results
    assert engine.tick_results(5, 9) == results[5:9]


def test_rows_are_the_events() -> None:
    engine = run(SCENARIOS[0])
    rows = engine.event_rows(10, 500)
    lines = [json.loads(line) for line in engine.events_jsonl(0, engine.total_ticks).splitlines()[10:500]]
    names = {event["code"]: event["event_type"] for event in event_catalogue()}
    assert [names[code] for code in rows["kind"]] == [line["event_type"] for line in lines]
    assert list(np.frombuffer(rows["seq"], "<i8")) == list(range(10, 500))
    assert list(np.frombuffer(rows["tick"], "<i4")) == [line["tick"] for line in lines]
    columns = {"agent": "<i4", "peer": "<i4", "amount": "<i8", "number_1": "<i8", "number_2": "<i8", "number_3": "<i8"}
    numbers = {name: np.frombuffer(rows[name], kind) for name, kind in columns.items()}
    offsets = np.frombuffer(rows["details_offsets"], "<i8")
    told = {False: 0, True: 0}
    for row, line in enumerate(lines):
        details = rows["details"][offsets[row] : offsets[row + 1]]
        told[bool(details)] += 1
        if details:
            assert json.loads(details).items() <= line.items()
            continue
        for field in event_catalogue()[rows["kind"][row] - 1]["fields"]:
            if field["column"] == "payment" or field["column"] is None:
                continue
            number = numbers[field["column"]][row]
            value = engine.agent_ids[number] if field["type"] == "agent" else number
            value = field["texts"][number] if "texts" in field else value
            assert value == line[field["name"]]
    assert all(told.values())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda log: log[:9], "byte 0 .head.: this is not a canonical log"),
        (lambda log: b"hello" + log, "byte 0 .head.: this is not a canonical log"),
        (
            lambda log: log[:22] + b"\x02" + log[23:],
            "byte 22 .head.: the layout has version 2; this engine reads version 1",
        ),
        (lambda log: log[:-3], "the log ends here, within total_penalties, 3 bytes too early: it was truncated"),
        (lambda log: log + b"\xff", "255 is not the code of an event"),
        (lambda log: log + log[-21:], "day 1 does not end in tick"),
    ],
)
def test_damage_is_refused_with_its_place(damage: Callable[[bytes], bytes], message: str) -> None:
    engine = run(SCENARIOS[0])
    with pytest.raises(LogError, match=message):
        Recording(engine.config, damage(engine.canonical_log()))


def test_a_log_of_another_scenario_is_refused() -> None:
    engine, other = run(SCENARIOS[0]), run(SCENARIOS[1])
    with pytest.raises(LogError, match="they belong to different scenarios"):
        Recording(other.config, engine.canonical_log())
