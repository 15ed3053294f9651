"""What is done while a run goes on: it happens in the next tick, or is refused with a reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import load_config
from payment_simulator_core_rs import ControlError, Orchestrator, Recording

SCENARIO = Path(__file__).parents[2] / "scenarios" / "eight_banks_scarce.yaml"


@pytest.fixture
def engine() -> Orchestrator:
    engine = Orchestrator(load_config(SCENARIO).engine_input())
    engine.run(20)
    return engine


def test_a_submitted_payment_arrives_in_the_next_tick(engine: Orchestrator) -> None:
    names = [engine.submit("ALDER", "BIRCH", amount, 30, divisible=False) for amount in (100, 200)]
    assert engine.events(20, 21) == []
    result = engine.tick()
    arrivals = {event["tx_id"]: event for event in engine.events(20, 21) if event["event_type"] == "Arrival"}
    assert [arrivals[name]["amount"] for name in names] == [100, 200]
    assert arrivals[names[0]]["priority"] == 5
    assert not arrivals[names[0]]["is_divisible"]
    assert result["num_arrivals"] == len(arrivals) - 2, "only generated payments are counted"
    executed = [event for event in engine.events(20, 21) if event["event_type"] == "ControlExecuted"]
    assert [event["control"] for event in executed] == ["submit", "submit"]
    assert executed[0]["details"]["tx_id"] == names[0]


def test_a_payment_is_taken_back_and_declared_anew(engine: Orchestrator) -> None:
    waiting = engine.state(19)["queue2"]
    assert len(waiting) >= 2
    engine.withdraw(waiting[0])
    engine.resubmit(waiting[1], "HighlyUrgent")
    with pytest.raises(ControlError, match=f"tx_id: {waiting[0]} waits in its sender's own queue"):
        engine.withdraw(waiting[0])
    engine.tick()
    told = [(event["event_type"], event["tx_id"]) for event in engine.events(20, 21) if "tx_id" in event]
    assert told[:3] == [
        ("RtgsWithdrawal", waiting[0]),
        ("RtgsWithdrawal", waiting[1]),
        ("RtgsResubmission", waiting[1]),
    ]


def test_commands_survive_a_snapshot_and_a_recording(engine: Orchestrator) -> None:
    engine.submit("ALDER", "BIRCH", 100, 30)
    engine.replace_policy("BIRCH", {"type": "Deadline", "urgency_threshold": 3})
    resumed = Orchestrator.load(engine.save())
    for run in (engine, resumed):
        run.run(run.total_ticks)
    assert resumed.log_hash() == engine.log_hash()
    assert Recording(engine.config, engine.canonical_log()).totals() == engine.totals()
    assert [event["control"] for event in engine.events(20, 21) if event["event_type"] == "ControlExecuted"] == [
        "submit",
        "replace_policy",
    ]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (lambda e: e.submit("ALDER", "BIRCH", 5.0, 30), "amount: got 5.0; write an integer number of cents"),
        (lambda e: e.submit("ALDER", "BIRCH", True, 30), "amount: got True; write an integer number of cents"),
        (lambda e: e.submit("ALDER", "BIRCH", 2**70, 30), r"amount: got \d+; write an integer number of cents"),
        (lambda e: e.submit("ALDER", "BIRCH", -5, 30), "amount: got -5; write an integer number of cents from 1 to"),
        (lambda e: e.submit("ALDER", "BIRCH", 5, 20), "deadline_tick: got 20; write a tick after 20"),
        (lambda e: e.submit("ALDER", "BIRCH", 5, -1), "deadline_tick: got -1; write a tick"),
        (lambda e: e.submit("ALDER", "BIRCH", 5, 30, 11), "priority: got 11; a priority is an integer from 0 to 10"),
        (lambda e: e.submit("NOBODY", "BIRCH", 5, 30), 'sender_id: "NOBODY" is not the id of a bank of this run'),
        (lambda e: e.withdraw("tx_99999999"), 'tx_id: "tx_99999999" is not a payment that has arrived'),
        (lambda e: e.resubmit(e.state(19)["queue2"][0], "now"), 'rtgs_priority: got "now"; write one of HighlyUrgent'),
        (lambda e: e.post_collateral("ALDER", 1.5), "amount: got 1.5; write an integer number of cents"),
        (
            lambda e: e.withdraw_collateral("ALDER", 10**12),
            r"got \d+; ALDER has \d+ cents of collateral posted",
        ),
        (lambda e: e.replace_policy("ALDER", {"type": "Fifi"}), "policy.type: unknown variant `Fifi`, expected one of"),
        (
            lambda e: e.replace_policy("ALDER", {"type": "Deadline", "urgency_threshold": 0}),
            "policy.urgency_threshold: got 0; write an integer of at least 1",
        ),
    ],
)
def test_a_command_that_is_refused_changes_nothing(
    engine: Orchestrator, command: Callable[[Orchestrator], Any], message: str
) -> None:
    before = engine.save()
    with pytest.raises(ControlError, match=message):
        command(engine)
    assert engine.save() == before
