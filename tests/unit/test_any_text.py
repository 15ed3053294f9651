"""Whatever text is given: it is a scenario, or a `ConfigError` says what is wrong; nothing else happens."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from payment_simulator import ConfigError, SimulationConfig, parse_config

SCENARIO: dict[str, Any] = {
    "simulation": {"ticks_per_day": 10, "num_days": 2, "rng_seed": 3},
    "queue1_ordering": "priority_deadline",
    "priority_escalation": {"enabled": True, "max_boost": 2},
    "time_windows": [{"start_tick": 0, "end_tick": 3, "rate_multiplier": 2}],
    "agents": [
        {
            "id": "A",
            "opening_balance": 100,
            "limits": {"bilateral_limits": {"B": 5}, "multilateral_limit": 9},
            "policy": {"type": "LiquidityAware", "target_buffer": 5, "urgency_threshold": 2},
            "arrival_config": {
                "rate_per_tick": 0.5,
                "amount_distribution": {"type": "LogNormal", "mean": 5, "std_dev": 1, "parameterization": "log_space"},
                "counterparty_weights": {"B": 1},
                "deadline_range": [3, 8],
                "priority_distribution": {"type": "Categorical", "values": [1, 9], "weights": [1, 2]},
            },
        },
        {
            "id": "B",
            "opening_balance": 100,
            "policy": {
                "type": "Inline",
                "decision_trees": {
                    "version": "1.0",
                    "policy_id": "p",
                    "payment_tree": {
                        "type": "condition",
                        "node_id": "N",
                        "condition": {"op": "<", "left": {"field": "balance"}, "right": {"value": 3}},
                        "on_true": {"type": "action", "node_id": "T", "action": "Hold"},
                        "on_false": {"type": "action", "node_id": "F", "action": "Release"},
                    },
                },
            },
            "arrival_bands": {
                "urgent": {
                    "rate_per_tick": 1,
                    "amount_distribution": {"type": "Uniform", "min": 1, "max": 9},
                    "deadline_offset_min": 1,
                    "deadline_offset_max": 4,
                }
            },
        },
    ],
    "cost_rates": {
        "deadline_penalty": {"mode": "rate", "bps_per_event": 1},
        "priority_delay_multipliers": {"low_multiplier": 2},
    },
    "lsm_config": {"max_cycle_length": 4, "multilateral": "queue_order"},
    "scenario_events": [
        {
            "type": "DirectTransfer",
            "from_agent": "A",
            "to_agent": "B",
            "amount": 5,
            "schedule": {"type": "OneTime", "tick": 1},
        },
        {
            "type": "DeadlineWindowChange",
            "max_ticks_multiplier": 2,
            "schedule": {"type": "Repeating", "start_tick": 0, "interval": 3},
        },
    ],
    "policy_feature_toggles": {"exclude": ["BankAction"]},
    "display": {"title": "x", "day_start": "08:00", "names": {"A": "a"}, "open_at": 3},
}

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["A", "B", "Fifo", "1e9", "08:00", "OneTime", "tx", "~", "0x10", "1_000", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with a key of it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    return [place for key, below in inner for place in [(value, key), *places(below)]]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """The scenario with a few things replaced, renamed or taken out."""
    document: dict[str, Any] = json.loads(json.dumps(SCENARIO))
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places(document)))
        match draw(st.sampled_from(["replace", "rename", "remove"])):
            case "rename" if isinstance(container, dict):
                container[draw(st.text(max_size=6)) + str(key)] = container.pop(key)
            case "remove":
                del container[key]
            case _:
                container[key] = draw(VALUES)
    return document


def reads(text: str) -> None:
    refused: ConfigError | None = None
    try:
        config = parse_config(text, files=False)
    except ConfigError as error:
        refused = error
    if refused is None:
        assert isinstance(config, SimulationConfig)
        assert config.engine_input()["agents"]
    else:
        assert refused.problems
        assert all(problem.message for problem in refused.problems)
        assert str(refused)


def test_the_scenario_itself_is_right() -> None:
    assert len(parse_config(yaml.safe_dump(SCENARIO)).engine_input()["agents"]) == 2


@given(st.text())
@settings(max_examples=80, deadline=None)
def test_any_text(text: str) -> None:
    reads(text)


@given(mutated(), st.booleans())
@settings(max_examples=120, deadline=None)
def test_a_scenario_with_something_else_in_it(document: dict[str, Any], as_yaml: bool) -> None:
    reads(yaml.safe_dump(document, allow_unicode=True, sort_keys=False) if as_yaml else json.dumps(document))


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_a_scenario_with_other_characters_in_it(data: st.DataObject) -> None:
    text = yaml.safe_dump(SCENARIO, sort_keys=False)
    for _ in range(data.draw(st.integers(1, 3))):
        begin = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(begin, min(len(text), begin + 20)))
        text = (
            text[:begin]
            + data.draw(st.text(alphabet=st.sampled_from("{}[]:-#&*!|>'\"%@`,? \n\tab1.é\x00\u2028"), max_size=6))
            + text[end:]
        )
    reads(text)


def test_deep_nesting() -> None:
    for deep in ("[" * 5000, "{a: " * 5000, "- " * 5000, '{"a":' * 5000, "[" * 5000 + "]" * 5000):
        reads(deep)
        reads("agents: " + deep)
