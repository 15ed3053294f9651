"""What the configuration lets through, the engine takes; and nothing but a `ConfigError` says that it does not."""

import copy
import math
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from payment_simulator import ConfigError, SimulationConfig, load_config, simulate
from payment_simulator_core_rs import Orchestrator

WINDOWS = [{"start_tick": 1, "end_tick": 4, "rate_multiplier": 2}]
PAYMENT = {"from_agent": "A", "to_agent": "B", "amount": 5}
TREES: dict[str, Any] = {
    "version": "1.0",
    "policy_id": "p",
    "parameters": {"most": 50},
    "payment_tree": {
        "type": "condition",
        "node_id": "C",
        "condition": {
            "op": "and",
            "conditions": [
                {"op": ">", "left": {"field": "amount"}, "right": {"param": "most"}},
                {"op": "<", "left": {"compute": {"op": "+", "left": {"value": 1}, "right": {"value": 2}}}}
                | {"right": {"field": "bank_state_x"}},
            ],
        },
        "on_true": {"type": "action", "node_id": "H", "action": "Hold", "parameters": {"reason": {"value": "Wait"}}},
        "on_false": {"type": "action", "node_id": "R", "action": "Release"},
    },
    "bank_tree": {
        "type": "action",
        "node_id": "B",
        "action": "SetReleaseBudget",
        "parameters": {"max_value_to_release": {"value": 100}, "focus_counterparties": {"value": ["A"]}},
    },
}
DOCUMENT: dict[str, Any] = {
    "simulation": {"ticks_per_day": 6, "num_days": 2, "rng_seed": 1},
    "agents": [
        {
            "id": "A",
            "opening_balance": 1000,
            "unsecured_cap": 100,
            "policy": {"type": "LiquidityAware", "target_buffer": 10, "urgency_threshold": 2},
            "limits": {"bilateral_limits": {"B": 500}, "multilateral_limit": 900},
            "arrival_config": {
                "rate_per_tick": 1,
                "amount_distribution": {"type": "LogNormal", "mean": 50, "std_dev": 20, "parameterization": "moments"},
                "counterparty_weights": {"B": 1, "C": 0.5},
                "deadline_range": [1, 5],
                "priority_distribution": {"type": "Categorical", "values": [1, 9], "weights": [1, 2]},
                "time_windows": WINDOWS,
            },
        },
        {
            "id": "B",
            "opening_balance": 1000,
            "policy": {"type": "Deadline", "urgency_threshold": 2},
            "arrival_bands": {
                "urgent": {
                    "rate_per_tick": 0.5,
                    "amount_distribution": {"type": "Exponential", "lambda": 0.01},
                    "deadline_offset_min": 1,
                    "deadline_offset_max": 3,
                },
                "low": {
                    "rate_per_tick": 0.5,
                    "amount_distribution": {"type": "Normal", "mean": 50, "std_dev": 20},
                    "deadline_offset_min": 1,
                    "deadline_offset_max": 3,
                },
            },
        },
        {
            "id": "C",
            "opening_balance": -5,
            "posted_collateral": 50,
            "collateral_haircut": 0.1,
            "max_collateral_capacity": 80,
            "liquidity_pool": 300,
            "liquidity_allocation_fraction": 0.5,
            "policy": {"type": "Inline", "decision_trees": TREES, "parameters": {"most": 40}},
        },
    ],
    "cost_rates": {
        "overdraft_cost_bps": 7,
        "delay_cost_per_tick_per_cent": 0.001,
        "delay_penalty_per_tick": 1,
        "eod_penalty": {"mode": "rate", "bps_per_event": 2},
        "deadline_penalty": 5,
        "priority_delay_multipliers": {"urgent_multiplier": 1.5},
    },
    "lsm_config": {
        "enable_bilateral": True,
        "max_cycle_length": 3,
        "max_cycles_per_tick": 5,
        "multilateral": "best_effort",
    },
    "scenario_events": [
        {"type": "DirectTransfer", **PAYMENT, "schedule": {"type": "Repeating", "start_tick": 1, "interval": 3}},
        {"type": "CustomTransactionArrival", **PAYMENT, "deadline": 2, "schedule": {"type": "OneTime", "tick": 1}},
        {"type": "ScheduledSettlement", **PAYMENT, "schedule": {"type": "OneTime", "tick": 2}},
        {"type": "CollateralAdjustment", "agent": "C", "delta": -5, "schedule": {"type": "OneTime", "tick": 2}},
        {"type": "GlobalArrivalRateChange", "multiplier": 2, "schedule": {"type": "OneTime", "tick": 2}},
        {"type": "AgentArrivalRateChange", "agent": "A", "new_rate": 1, "schedule": {"type": "OneTime", "tick": 3}},
        {"type": "CounterpartyWeightChange", "agent": "A", "counterparty": "C", "new_weight": 2}
        | {"schedule": {"type": "OneTime", "tick": 3}},
        {"type": "DeadlineWindowChange", "min_ticks_multiplier": 2, "schedule": {"type": "OneTime", "tick": 3}},
        {
            "type": "CustomTransactionArrival",
            "from_agent": "C",
            "to_agent": "A",
            "amount": 30,
            "schedule": {"type": "Repeating", "start_tick": 0, "interval": 2},
        },
    ],
    "priority_escalation": {"enabled": True, "start_escalating_at_ticks": 2, "max_boost": 3},
    "priority_mode": True,
    "deferred_crediting": True,
    "entry_disposition_offsetting": True,
    "algorithm_sequencing": True,
    "queue2_blocking": "per_sender_fifo",
    "eod_rush_threshold": 0.7,
    "daily_liquidity_reallocation": False,
    "policy_feature_toggles": {"exclude": ["RtgsAction"]},
    "time_windows": WINDOWS,
    "queue1_ordering": "priority_deadline",
    "deadline_cap_at_eod": True,
    "display": {"names": {"A": "Alder"}, "open_at": 3, "places": ["A", "B", "C"]},
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value below the top."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, child in inner for found in ((*path, key), *places(child, (*path, key)))]


DECISION_TREES = ("agents", 2, "policy", "decision_trees")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 20),
    st.sampled_from([10**12, 10**15, 10**15 + 1, 2**31, 2**32, 2**63, 2**64, -(10**15), -(2**63)]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, 1e-300, 1e300, 5e-324, math.pi, 40.0, 1e-18, 1e-19]),
    st.sampled_from(["A", "B", "Z", "", "Fifo", "Uniform", "log_space", "08:00", "largest_netting", "1"]),
    st.just([]),
    st.just({}),
    st.lists(st.integers(0, 12), min_size=1, max_size=3),
)
CHANGE = st.tuples(st.sampled_from(places(DOCUMENT)), st.sampled_from(["set", "drop", "add"]), VALUES)


def changed(changes: list[tuple[tuple[Any, ...], str, Any]]) -> dict[str, Any]:
    """The document with some places set, dropped, or joined by an unknown neighbour."""
    document = copy.deepcopy(DOCUMENT)
    for path, kind, value in changes:
        holder: Any = document
        try:
            for step in path[:-1]:
                holder = holder[step]
            if kind == "drop":
                del holder[path[-1]]
            elif kind == "set" or isinstance(holder, list):
                holder[path[-1]] = value
            else:
                holder[f"{path[-1]}s"] = value
        except (KeyError, IndexError, TypeError):
            continue
    return document


def accepted(document: dict[str, Any]) -> SimulationConfig | None:
    """The configuration, or None if the document is refused as it should be: with problems that have words."""
    try:
        return load_config(document)
    except ConfigError as error:
        refused = error
    assert refused.problems
    assert all(problem.message for problem in refused.problems)
    return None


def test_the_document_is_right_as_it_stands() -> None:
    assert simulate(DOCUMENT).totals["total_arrivals"] > 10


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CHANGE, min_size=1, max_size=2))
@example([((*DECISION_TREES, "version"), "add", math.inf)])  # a key that is ignored
@example([((*DECISION_TREES, "payment_tree"), "set", math.inf)])
@example([((*DECISION_TREES, "payment_tree"), "set", 10**400)])
def test_what_is_let_through_is_taken(changes: list[tuple[tuple[Any, ...], str, Any]]) -> None:
    config = accepted(changed(changes))
    if config is None:
        return
    plain = config.engine_input()
    # As many ticks as a test can wait for; how long a run may be is checked before.
    Orchestrator({**plain, "ticks_per_day": min(plain["ticks_per_day"], 6), "num_days": 2})
    config.to_json()


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))
KEYS = st.sampled_from([*DOCUMENT, "type", "id", "x"])
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@settings(max_examples=200, deadline=None)
@given(ANYTHING)
def test_anything_at_all_is_a_scenario_or_a_config_error(value: Any) -> None:
    accepted({"agents": value, **(value if isinstance(value, dict) else {})})
