"""What the engine does not know yet is refused by name; a value without effect is not."""

from typing import Any

import pytest
from payment_simulator import ConfigError, load_config
from payment_simulator.config.support import WITHOUT_EFFECT

EVENT: dict[str, Any] = {"agent": "A", "schedule": {"type": "OneTime", "tick": 1}}

# Keys of bank A or (under `top`) of the scenario, and the path that is refused.
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"policy": {"type": "LiquiditySplitting", "max_splits": 3, "min_split_amount": 5}}, "agents.0.policy.type"),
    ({"policy": {"type": "MockSplitting", "num_splits": 3}}, "agents.0.policy.type"),
    ({"policy": {"type": "FromJson", "json_path": "x.json"}}, "agents.0.policy.type"),
    ({"policy": {"type": "Inline", "decision_trees": {}}}, "agents.0.policy.type"),
    ({"policy": {"type": "tree", "payment_tree": {"type": "action"}}}, "agents.0.policy.type"),
    ({"policy": {"type": "InlineJson", "json_string": "{}"}}, "agents.0.policy.type"),
    ({"posted_collateral": 1}, "agents.0.posted_collateral"),
    ({"liquidity_pool": 1}, "agents.0.liquidity_pool"),
    ({"overdraft_rate": 0.1}, "agents.0.overdraft_rate"),
    ({"delay_cost_per_tick": 0.1}, "agents.0.delay_cost_per_tick"),
    ({"top": {"lsm_config": {"multilateral": "queue_order"}}}, "lsm_config.multilateral"),
    ({"top": {"queue2_blocking": "per_sender_fifo"}}, "queue2_blocking"),
    ({"top": {"priority_mode": True}}, "priority_mode"),
    ({"top": {"priority_escalation": {"enabled": True}}}, "priority_escalation.enabled"),
    ({"top": {"algorithm_sequencing": True}}, "algorithm_sequencing"),
    ({"top": {"entry_disposition_offsetting": True}}, "entry_disposition_offsetting"),
    ({"top": {"deferred_crediting": True}}, "deferred_crediting"),
    ({"top": {"policy_feature_toggles": {"include": ["NodeType"]}}}, "policy_feature_toggles.include"),
    ({"top": {"policy_feature_toggles": {"exclude": ["NodeType"]}}}, "policy_feature_toggles.exclude"),
    ({"top": {"scenario_events": [{"type": "CollateralAdjustment", "delta": 5, **EVENT}]}}, "scenario_events.0.type"),
    (
        {"top": {"scenario_events": [{"type": "AgentArrivalRateChange", "new_rate": 5, **EVENT}]}},
        "scenario_events.0.type",
    ),
]

ACCEPTED: list[dict[str, Any]] = [
    {"posted_collateral": 0, "liquidity_pool": 0, "liquidity_allocation_fraction": 0.5},
    {"liquidity_pool": None, "arrival_config": None, "arrival_bands": None, "limits": None},
    {"collateral_haircut": 0.1, "max_collateral_capacity": 5},
    {"top": {"lsm_config": {"multilateral": "off"}, "queue2_blocking": "none"}},
    {"top": {"priority_mode": False, "priority_escalation": {"enabled": False, "max_boost": 9}}},
    {"top": {"algorithm_sequencing": False, "entry_disposition_offsetting": False, "deferred_crediting": False}},
    {"top": {"eod_rush_threshold": 0.5, "daily_liquidity_reallocation": False}},
    {"top": {"policy_feature_toggles": {"exclude": []}, "cost_feature_toggles": {"include": ["Daily"]}}},
    {"top": {"policy_feature_toggles": None}},
]


def document(changes: dict[str, Any]) -> dict[str, Any]:
    """A small scenario with these keys."""
    agent = {key: value for key, value in changes.items() if key != "top"}
    agents = [{"id": "A", "opening_balance": 1, **agent}, {"id": "B", "opening_balance": 1}]
    return {"simulation": {"ticks_per_day": 10}, "agents": agents, **changes.get("top", {})}


@pytest.mark.parametrize("changes, path", REFUSED)
def test_an_unknown_effect_is_refused_by_name(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(ConfigError, match="is not supported yet") as caught:
        load_config(document(changes))
    [problem] = caught.value.problems
    assert problem.path == path
    assert path.rsplit(".", 1)[-1] in problem.message


@pytest.mark.parametrize("changes", ACCEPTED)
def test_a_value_without_effect_is_accepted(changes: dict[str, Any]) -> None:
    assert load_config(document(changes)).engine_input() == load_config(document({})).engine_input()


def test_every_entry_of_the_table_has_its_case() -> None:
    refused = {
        path.replace("agents.0", "agents.*").replace("scenario_events.0", "scenario_events.*") for _, path in REFUSED
    }
    assert set(WITHOUT_EFFECT) <= refused
