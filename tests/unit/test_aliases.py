"""Other spellings mean the same: each older or flat document gives the engine input of its canonical twin."""

from typing import Any

import pytest
from payment_simulator import load_config, parse_config

CANONICAL = """
simulation: {ticks_per_day: 20, num_days: 2, rng_seed: 7}
agents:
- id: A
  opening_balance: 100
  unsecured_cap: 50
  policy: {type: LiquidityAware, target_buffer: 100000, urgency_threshold: 10}
  limits: {bilateral_limits: {B: 10}, multilateral_limit: 20}
  arrival_config:
    rate_per_tick: 0.5
    amount_distribution: {type: Normal, mean: 100, std_dev: 10}
    counterparty_weights: {B: 1}
    deadline_range: [2, 8]
- {id: B, opening_balance: 200, policy: {type: Fifo}}
cost_rates: {eod_penalty: 9, deadline_penalty: {mode: fixed, amount: 8}}
lsm_config: {enable_bilateral: false, enable_cycles: false}
queue1_ordering: priority_deadline
scenario_events:
- {type: DirectTransfer, from_agent: A, to_agent: B, amount: 5, schedule: {type: OneTime, tick: 3}}
- {type: CustomTransactionArrival, from_agent: A, to_agent: B, amount: 5, deadline: 4, is_divisible: false,
   schedule: {type: Repeating, start_tick: 2, interval: 6}}
- {type: CustomTransactionArrival, from_agent: B, to_agent: A, amount: 6, priority: 8, deadline: 7,
   schedule: {type: OneTime, tick: 2}}
"""

FLAT = """
ticks_per_day: 20
num_days: 2
seed: 7
agent_configs:
- id: A
  balance: 100
  credit_limit: 50
  policy: liquidity_aware
  bilateral_limits: {B: 10}
  multilateral_limit: 20
- {id: B, balance: 200}
arrival_configs:
- agent_id: A
  rate_per_tick: 0.5
  distribution_type: normal
  amount_mean: 100
  amount_std_dev: 10
  counterparty_weights: {B: 1}
  deadline_range: [2, 8]
cost_model: {eod_penalty_per_transaction: 9, deadline_penalty: 8}
lsm_config: {bilateral_offset_enabled: false, cycle_detection_enabled: false, multilateral: off}
queue1_ordering: PriorityDeadline
scenario_events:
- {type: direct_transfer, sender_id: A, receiver_id: B, amount: 5, schedule: one_time, tick: 3}
- {type: custom_transaction_arrival, from_agent: A, to_agent: B, amount: 5, deadline_offset: 4, divisible: false,
   schedule: Repeating, start_tick: 2, interval: 6}
initial_transactions:
- {sender: B, receiver: A, amount: 6, priority: 8, arrival_tick: 2, deadline: 9}
"""


def test_the_flat_document_of_older_spellings_is_the_nested_one() -> None:
    assert parse_config(FLAT).engine_input() == parse_config(CANONICAL).engine_input()
    assert parse_config(FLAT).warnings == ()


def document(**changes: Any) -> dict[str, Any]:
    """A small scenario with keys of bank A (`agent`) and top-level keys added."""
    agent = changes.pop("agent", {})
    agents = [{"id": "A", "opening_balance": 1, **agent}, {"id": "B", "opening_balance": 1}]
    return {"simulation": {"ticks_per_day": 10}, "agents": agents, **changes}


def stream(**amount: Any) -> dict[str, Any]:
    """An arrival config with this amount distribution."""
    return {
        "rate_per_tick": 1,
        "counterparty_weights": {"B": 1},
        "deadline_range": [1, 2],
        "amount_distribution": amount,
    }


def older(**keys: Any) -> dict[str, Any]:
    """An arrival config with the older keys of the amount."""
    return {"rate_per_tick": 1, "counterparty_weights": {"B": 1}, "deadline_range": [1, 2], **keys}


# Each pair means the same.
PAIRS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (document(costs={"split_friction_cost": 3}), document(cost_rates={"split_friction_cost": 3})),
    (document(cost_rates={"eod_unsettled_penalty": 3}), document(cost_rates={"eod_penalty": 3})),
    (document(cost_rates=None, scenario_events=None, display=None), document()),
    (document(lsm_config={"multilateral": False}), document(lsm_config={"multilateral": "off"})),
    (document(queue1_ordering="FIFO"), document(queue1_ordering="fifo")),
    (document(queue1_ordering="priority-deadline"), document(queue1_ordering="priority_deadline")),
    (document(agent={"policy": "fifo"}), document(agent={"policy": {"type": "Fifo"}})),
    (
        document(agent={"policy": "deadline", "urgency_threshold": 3}),
        document(agent={"policy": {"type": "Deadline", "urgency_threshold": 3}}),
    ),
    (
        document(agent={"policy": "LiquidityAware", "target_buffer": 5}),
        document(agent={"policy": {"type": "liquidity_aware", "target_buffer": 5, "urgency_threshold": 10}}),
    ),
    (
        document(agent={"arrival_config": stream(type="exponential", rate=0.5)}),
        document(agent={"arrival_config": stream(**{"type": "Exponential", "lambda": 0.5})}),
    ),
    (
        document(agent={"arrival_config": older(distribution_type="exponential", amount_mean=4)}),
        document(agent={"arrival_config": stream(**{"type": "Exponential", "lambda": 0.25})}),
    ),
    (
        document(agent={"arrival_config": older(distribution_type="uniform", amount_min=4, amount_max=6)}),
        document(agent={"arrival_config": stream(type="Uniform", min=4, max=6)}),
    ),
    (
        document(agent={"arrival_config": stream(type="log_normal", mean=4, std_dev=1, parameterization="moments")}),
        document(agent={"arrival_config": stream(type="LogNormal", mean=4, std_dev=1, parameterization="moments")}),
    ),
    (
        document(agent={"arrival_config": {**stream(type="Uniform", min=1, max=2), "priority": 3}}),
        document(
            agent={
                "arrival_config": {
                    **stream(type="Uniform", min=1, max=2),
                    "priority_distribution": {"type": "fixed", "value": 3},
                }
            }
        ),
    ),
    (
        document(priority_escalation={"enabled": False, "threshold_ticks": 3, "escalation_curve": "linear"}),
        document(),
    ),
]


@pytest.mark.parametrize("first, second", PAIRS)
def test_both_spellings_mean_the_same(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert load_config(first).engine_input() == load_config(second).engine_input()


def test_the_flat_shape_may_leave_out_receivers_and_deadlines() -> None:
    arrivals = {"rate_per_tick": 1, "amount_distribution": {"type": "Uniform", "min": 1, "max": 2}}
    agents = [{"id": "A", "opening_balance": 1, "arrival_config": arrivals}, {"id": "B", "opening_balance": 1}]
    [stream] = load_config({"ticks_per_day": 5, "agents": agents}).engine_input()["agents"][0]["arrivals"]
    assert (stream["counterparty_weights"], stream["deadline_min"], stream["deadline_max"]) == ({}, 10, 50)


# Top-level text, path of the warning, its line, words of it, and what counts.
WARNINGS = [
    ("rails: [SWIFT]", "rails", "is ignored"),
    ("liquidity_buffer: 5", "liquidity_buffer", "is ignored"),
    ("seed: 3", "seed", "is left aside, because simulation.rng_seed says the same"),
    ("costs: {eod_penalty: 1}", "costs", "is left aside, because cost_rates"),
]


@pytest.mark.parametrize("text, path, message", WARNINGS)
def test_what_is_left_aside_is_told(text: str, path: str, message: str) -> None:
    base = "simulation: {ticks_per_day: 1, rng_seed: 9}\nagents: [{id: A, opening_balance: 1}]\n"
    base += "cost_rates: {eod_penalty: 2}\n"
    config = parse_config(base + text)
    [warning] = config.warnings
    assert (warning.path, warning.line, warning.column) == (path, 4, 1)
    assert message in warning.message
    assert config.engine_input() == parse_config(base).engine_input()


def test_a_lognormal_amount_should_say_what_it_means() -> None:
    for mean, meant in ((11.5, "log_space"), (39.9, "log_space"), (40, "moments"), (10_000, "moments")):
        config = load_config(document(agent={"arrival_config": stream(type="LogNormal", mean=mean, std_dev=1)}))
        [warning] = config.warnings
        assert warning.path == "agents.0.arrival_config.amount_distribution"
        assert f"taken as {meant}" in warning.message
        assert config.engine_input()["agents"][0]["arrivals"][0]["amount"]["parameterization"] == meant


def test_the_canonical_spelling_of_a_bank_counts() -> None:
    config = load_config(document(agent={"unsecured_cap": 7, "credit_limit": 9}))
    assert [warning.path for warning in config.warnings] == ["agents.0.credit_limit"]
    assert config.engine_input()["agents"][0]["unsecured_cap"] == 7
