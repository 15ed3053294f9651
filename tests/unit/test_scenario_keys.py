"""Every key that the specification's tables of the scenario document name is known, in both shapes of the document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import ConfigError, load_config

SPECIFICATION = Path(__file__).parents[3] / "shared" / "spec" / "scenario.md"
SECTIONS = ("2", "3", "4", "5", "6", "7", "8", "9.1", "9.2", "9.3", "9.4")
"""Those that have a table of keys, or name keys in a sentence; section 11 (aliases) is `test_aliases.py`."""

TREES = {
    "version": "1.0",
    "policy_id": "p",
    "payment_tree": {"type": "action", "node_id": "R", "action": "Release"},
}
UNIFORM = {"type": "Uniform", "min": 1, "max": 9}
BAND = {"rate_per_tick": 1, "amount_distribution": UNIFORM, "deadline_offset_min": 1, "deadline_offset_max": 3}
STREAM = {
    "rate_per_tick": 1,
    "amount_distribution": UNIFORM,
    "counterparty_weights": {"B": 1},
    "deadline_range": [1, 5],
}
WINDOWS = [{"start_tick": 1, "end_tick": 3, "rate_multiplier": 2}]
MONEY = {"from_agent": "A", "to_agent": "B", "amount": 5}


def policy(kind: str, **keys: Any) -> dict[str, Any]:
    return {"agent": {"policy": {"type": kind, **keys}}}


def stream(**keys: Any) -> dict[str, Any]:
    return {"agent": {"arrival_config": {**STREAM, **keys}}}


def event(kind: str, **keys: Any) -> dict[str, Any]:
    return {"scenario_events": [{"type": kind, **keys, "schedule": {"type": "OneTime", "tick": 2}}]}


def once(key: str, value: Any) -> dict[str, dict[str, Any]]:
    return {key: {key: value}}


def each(holder: str, **values: Any) -> dict[str, dict[str, Any]]:
    return {key: {holder: {key: value}} for key, value in values.items()}


# By section and name in the specification: a document that uses it. `agent` stands for bank A.
KEYS: dict[str, dict[str, dict[str, Any]]] = {
    "2": each("simulation", ticks_per_day=7, num_days=2, rng_seed=3),
    "3": once("agents", [{"id": "A", "opening_balance": 1}, {"id": "B", "opening_balance": 1}])
    | once("cost_rates", {"split_friction_cost": 1})
    | once("lsm_config", {"enable_cycles": False})
    | once("scenario_events", [])
    | once("queue1_ordering", "priority_deadline")
    | once("priority_mode", True)
    | once(
        "priority_escalation",
        {"enabled": True, "curve": "linear", "start_escalating_at_ticks": 3, "max_boost": 2},
    )
    | once("algorithm_sequencing", True)
    | once("entry_disposition_offsetting", True)
    | once("deferred_crediting", True)
    | once("deadline_cap_at_eod", True)
    | once("eod_rush_threshold", 0.5)
    | once("daily_liquidity_reallocation", False)
    | once("queue2_blocking", "per_sender_fifo")
    | once("display", {"title": "T", "names": {"A": "Alder"}})
    | once("time_windows", WINDOWS)
    | once("policy_feature_toggles", {"exclude": ["BankAction"]})
    | once("cost_feature_toggles", {"include": ["PerTick", "OneTime", "Daily", "Modifier"]}),
    "4": each(
        "agent",
        id="A",
        opening_balance=-5,
        unsecured_cap=5,
        policy={"type": "Fifo"},
        arrival_config=STREAM,
        arrival_bands={"urgent": BAND, "normal": BAND, "low": BAND},
        posted_collateral=5,
        collateral_haircut=0.5,
        max_collateral_capacity=9,
    )
    | {
        "limits.bilateral_limits": {"agent": {"limits": {"bilateral_limits": {"B": 0}}}},
        "limits.multilateral_limit": {"agent": {"limits": {"multilateral_limit": 5}}},
        "liquidity_pool": {"agent": {"liquidity_pool": 10}},
        "liquidity_allocation_fraction": {"agent": {"liquidity_pool": 10, "liquidity_allocation_fraction": 0.5}},
    },
    "5": {
        "Fifo": policy("Fifo"),
        "Deadline": policy("Deadline", urgency_threshold=3),
        "LiquidityAware": policy("LiquidityAware", target_buffer=3, urgency_threshold=3),
        "LiquiditySplitting": policy("LiquiditySplitting", max_splits=3, min_split_amount=2),
        "MockSplitting": policy("MockSplitting", num_splits=2),
        "MockStaggerSplit": policy(
            "MockStaggerSplit", num_splits=3, stagger_first_now=1, stagger_gap_ticks=2, priority_boost_children=1
        ),
        "FromJson": policy("FromJson", json=json.dumps(TREES)),
        "Inline": policy("Inline", decision_trees=TREES),
        "InlineJson": policy("InlineJson", json_string=json.dumps(TREES)),
    },
    "6": each(
        "cost_rates",
        overdraft_bps_per_tick=0.5,
        delay_cost_per_tick_per_cent=0.5,
        collateral_cost_per_tick_bps=0.5,
        liquidity_cost_per_tick_bps=0.5,
        eod_penalty={"mode": "fixed", "amount": 5},
        deadline_penalty={"mode": "rate", "bps_per_event": 2.5},
        split_friction_cost=5,
        overdue_delay_multiplier=2.5,
        priority_delay_multipliers={"urgent_multiplier": 2, "normal_multiplier": 1.5, "low_multiplier": 0.5},
    ),
    "7": each(
        "lsm_config",
        enable_bilateral=False,
        enable_cycles=False,
        max_cycle_length=5,
        max_cycles_per_tick=3,
        multilateral="best_effort",
        max_cycle_candidates=50,
    ),
    "8": {
        "DirectTransfer": event("DirectTransfer", **MONEY),
        "CustomTransactionArrival": event(
            "CustomTransactionArrival", **MONEY, priority=7, deadline=3, is_divisible=False
        ),
        "ScheduledSettlement": event("ScheduledSettlement", **MONEY),
        "CollateralAdjustment": event("CollateralAdjustment", agent="A", delta=-5),
        "GlobalArrivalRateChange": event("GlobalArrivalRateChange", multiplier=2),
        "AgentArrivalRateChange": event("AgentArrivalRateChange", agent="A", multiplier=2),
        "CounterpartyWeightChange": event(
            "CounterpartyWeightChange", agent="A", counterparty="B", new_weight=2, auto_balance_others=True
        ),
        "DeadlineWindowChange": event("DeadlineWindowChange", min_ticks_multiplier=2, max_ticks_multiplier=2),
    },
    "9.1": {
        "rate_per_tick": stream(rate_per_tick=0.5),
        "amount_distribution": stream(amount_distribution=UNIFORM),
        "counterparty_weights": stream(counterparty_weights={"B": 0.5}),
        "deadline_range": stream(deadline_range=[2, 2]),
        "priority": stream(priority=0),
        "priority_distribution": stream(priority_distribution={"type": "Uniform", "min": 1, "max": 3}),
        "divisible": stream(divisible=False),
    },
    "9.2": {
        key: {"agent": {"arrival_bands": {"urgent": {**BAND, "counterparty_weights": {"B": 1}, "divisible": False}}}}
        for key in (*BAND, "counterparty_weights", "divisible")
    },
    "9.3": {
        "Uniform": stream(amount_distribution={"type": "Uniform", "min": 3, "max": 3}),
        "Normal": stream(amount_distribution={"type": "Normal", "mean": 9, "std_dev": 2}),
        "LogNormal": stream(
            amount_distribution={"type": "LogNormal", "mean": 9, "std_dev": 2, "parameterization": "moments"}
        ),
        "Exponential": stream(amount_distribution={"type": "Exponential", "lambda": 0.5}),
    },
    "9.4": {
        "Fixed": stream(priority_distribution={"type": "Fixed", "value": 0}),
        "Categorical": stream(priority_distribution={"type": "Categorical", "values": [0, 9], "weights": [1, 2]}),
        "Uniform": stream(priority_distribution={"type": "Uniform", "min": 0, "max": 10}),
    },
}
CASES = [(section, key) for section, keys in KEYS.items() for key in keys]


def nested(section: str, key: str) -> dict[str, Any]:
    """The document in the shape of a file."""
    changes = dict(KEYS[section][key])
    banks: list[dict[str, Any]] = [{"id": "A", "opening_balance": 1}, {"id": "B", "opening_balance": 1}]
    banks[0].update(changes.pop("agent", {}))
    simulation = {"ticks_per_day": 10, "num_days": 1, **changes.pop("simulation", {})}
    return {"simulation": simulation, "agents": banks, **changes}


def flat(section: str, key: str) -> dict[str, Any]:
    """The same in the shape of a call."""
    document = nested(section, key)
    return {**document.pop("simulation"), "agent_configs": document.pop("agents"), **document}


@pytest.mark.parametrize(("section", "key"), CASES)
def test_a_key_is_known_and_means_the_same_in_both_shapes(section: str, key: str) -> None:
    config = load_config(nested(section, key))
    assert not config.warnings
    assert load_config(flat(section, key)).engine_input() == config.engine_input()


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every key of a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inner:
        if isinstance(key, str):
            yield (*path, key)
        yield from places(child, (*path, key))


@pytest.mark.parametrize(("section", "key"), [case for case in CASES if case != ("5", "Inline")])
def test_no_key_of_the_document_is_taken_for_another(section: str, key: str) -> None:
    """Each key misspelt is refused. Under a policy document's keys anything may stand, and under ids of banks."""
    document = nested(section, key)
    everywhere = set(places(nested("4", "id"))) if (section, key) != ("4", "id") else set()
    for path in places(document):
        if path[-1] in ("A", "B") or path in everywhere:
            continue
        changed = json.loads(json.dumps(document))
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[f"{path[-1]}_"] = holder.pop(path[-1])
        # Without a type or mode nothing can be said of the keys beside it.
        named = path[-1] if path[-1] in ("type", "mode") else f"{path[-1]}_"
        with pytest.raises(ConfigError, match=named):
            load_config(changed)


def test_every_key_of_the_specification_is_in_the_table() -> None:
    if not SPECIFICATION.exists():
        pytest.skip("the specification is not beside the repository")
    section, named = "", set()
    for line in SPECIFICATION.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"##+ (\d+(?:\.\d+)?)", line):
            section = heading[1]
        first = line.split("|")[1] if line.startswith("|") else ""
        if section in SECTIONS:
            named |= {(section, key) for key in re.findall(r"`([^`]+)`", first)}
    assert len(named) > 60
    assert named <= set(CASES)
