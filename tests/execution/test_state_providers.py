"""Both state providers say the same about every tick: one asks the engine, the other has followed the events."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import Run, load_config, simulate
from payment_simulator.execution.engine_state import EngineStates
from payment_simulator.execution.log_state import LogState
from payment_simulator.execution.state_provider import AccumulatedCosts, StateProvider
from payment_simulator_core_rs import event_catalogue

from tests.generated import SEEDS, scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))
MANY = {"fifty_bank_day"}


def answers(state: StateProvider, agent_ids: list[str], tx_ids: list[str]) -> dict[str, Any]:
    """Everything that can be asked."""
    of_agent = {
        agent_id: (
            state.get_agent_balance(agent_id),
            state.get_agent_unsecured_cap(agent_id),
            state.get_agent_credit_limit(agent_id),
            state.get_agent_queue1_contents(agent_id),
            state.get_agent_collateral_posted(agent_id),
            state.get_agent_accumulated_costs(agent_id),
            state.get_queue1_size(agent_id),
            state.get_queue2_size(agent_id),
            state.get_agent_state_registers(agent_id),
        )
        for agent_id in [*agent_ids, "nobody"]
    }
    return of_agent | {
        "rtgs": state.get_rtgs_queue_contents(),
        "near": state.get_transactions_near_deadline(2),
        "overdue": state.get_overdue_transactions(),
        "details": {tx_id: state.get_transaction_details(tx_id) for tx_id in [*tx_ids, "tx_99999999"]},
    }


def agree(run: Run, ticks: range) -> None:
    """At the end of each of these ticks."""
    states, followed = EngineStates(run), LogState(run.config, run.state(-1))
    tx_ids = [run.payment_id(index) for index in range(len(run.payments))]
    some = tx_ids[:: max(1, len(tx_ids) // 40)]
    for tick in range(run.ticks):
        followed.apply(tick, run.events(tick, tick + 1))
        if tick in ticks:
            asked = states.at(tick)
            assert answers(followed, run.agent_ids, some) == answers(asked, run.agent_ids, some), tick


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_they_agree_on_scenarios(path: Path) -> None:
    run = simulate(load_config(path))
    agree(run, range(0, run.ticks, 12 if path.stem in MANY else 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_they_agree_on_generated_scenarios(seed: int) -> None:
    run = simulate(load_config(scenario(seed)))
    agree(run, range(run.ticks))


def test_the_generated_scenarios_hold_every_event() -> None:
    runs = [simulate(load_config(scenario(seed))) for seed in SEEDS]
    seen = Counter(event["event_type"] for run in runs for event in run.events())
    never = [kind["event_type"] for kind in event_catalogue() if seen[kind["event_type"]] == 0]
    assert never == ["ControlExecuted"], "nobody commands anything in them"


def test_nobody_has_nothing() -> None:
    states = EngineStates(simulate(load_config(SCENARIOS[0])))
    state = states.at(-1)
    assert state.get_agent_accumulated_costs("nobody") == AccumulatedCosts()
    assert state.get_transaction_details("tx_00000001") is None
    with pytest.raises(ValueError, match="has not been run"):
        states.at(10_000)
