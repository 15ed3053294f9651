"""What the engine is given: defaults, exact rates, streams of payments."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from payment_simulator import SimulationConfig, load_config, parse_config
from payment_simulator.config.engine_input import exact

SMALL = "simulation: {ticks_per_day: 30}\nagents: [{id: B, opening_balance: 1}, {id: A, opening_balance: 2}]\n"
UNIFORM = {"type": "Uniform", "min": 1, "max": 5}


def test_the_smallest_scenario_has_every_default() -> None:
    agent = {
        "unsecured_cap": 0,
        "policy": {"type": "Fifo"},
        "limits": {"bilateral_limits": {}, "multilateral_limit": None},
        "arrivals": [],
    }
    assert parse_config(SMALL).engine_input() == {
        "ticks_per_day": 30,
        "num_days": 1,
        "rng_seed": 0,
        "deadline_cap_at_eod": False,
        "queue1_ordering": "fifo",
        "agents": [{"id": "B", "opening_balance": 1, **agent}, {"id": "A", "opening_balance": 2, **agent}],
        "cost_rates": {
            "overdraft_bps_per_tick": "0.001",
            "delay_cost_per_tick_per_cent": "0.0001",
            "delay_penalty_per_tick": 0,
            "collateral_cost_per_tick_bps": "0.0002",
            "liquidity_cost_per_tick_bps": "0",
            "eod_penalty": {"type": "Fixed", "amount": 10_000},
            "deadline_penalty": {"type": "Fixed", "amount": 50_000},
            "split_friction_cost": 1_000,
            "overdue_delay_multiplier": "5",
            "priority_delay_multipliers": {"urgent": "1", "normal": "1", "low": "1"},
        },
        "lsm_config": {
            "enable_bilateral": True,
            "enable_cycles": True,
            "max_cycle_length": 4,
            "max_cycles_per_tick": 10,
            "max_cycle_candidates": 10_000,
        },
        "scenario_events": [],
    }


@pytest.mark.parametrize(
    "value, text",
    [
        (Decimal("0.001"), "0.001"),
        (Decimal("1e-7"), "0.0000001"),
        (Decimal("0.10"), "0.1"),
        (Decimal("5.0"), "5"),
        (Decimal("1E+3"), "1000"),
        (Decimal(0), "0"),
        (Fraction(1, 8), "0.125"),
        (Fraction(1, 3), "1/3"),
        (Fraction(2, 600), "1/300"),
        (Fraction(125, 100), "1.25"),
    ],
)
def test_a_rate_is_text_that_says_exactly_what_it_is(value: Decimal | Fraction, text: str) -> None:
    assert exact(value) == text
    assert Fraction(text) == Fraction(value)


# Costs as they are written, and a key of the engine's cost rates with its value. A day has 30 ticks.
COSTS: list[tuple[str, str, Any]] = [
    ("overdraft_bps_per_tick: 0.8", "overdraft_bps_per_tick", "0.8"),
    ("overdraft_bps_per_tick: 1e-3", "overdraft_bps_per_tick", "0.001"),
    ("overdraft_cost_bps: 3", "overdraft_bps_per_tick", "0.1"),
    ("overdraft_cost_bps: 1", "overdraft_bps_per_tick", "1/30"),
    ("delay_penalty_per_tick: 7", "delay_penalty_per_tick", 7),
    ("eod_penalty: {mode: rate, bps_per_event: 2.50}", "eod_penalty", {"type": "Rate", "bps_per_event": "2.5"}),
    ("deadline_penalty: 0", "deadline_penalty", {"type": "Fixed", "amount": 0}),
    (
        "priority_delay_multipliers: {urgent_multiplier: 1.5}",
        "priority_delay_multipliers",
        {"urgent": "1.5", "normal": "1", "low": "1"},
    ),
]


@pytest.mark.parametrize("text, key, value", COSTS)
def test_costs(text: str, key: str, value: Any) -> None:
    assert parse_config(f"{SMALL}cost_rates: {{{text}}}").engine_input()["cost_rates"][key] == value


def test_a_bank_may_have_rates_of_its_own() -> None:
    text = SMALL.replace("},", ", overdraft_rate: 0.00002, delay_cost_per_tick: 0.3},")
    config = parse_config(
        f"{text}cost_rates: {{overdraft_cost_bps: 7, delay_cost_per_tick_per_cent: 0.5}}"
    ).engine_input()
    first, second = config["agents"]
    assert (first["overdraft_bps_per_tick"], first["delay_cost_per_tick_per_cent"]) == ("0.2", "0.3")
    assert not {"overdraft_bps_per_tick", "delay_cost_per_tick_per_cent"} & set(second)
    assert config["cost_rates"]["delay_cost_per_tick_per_cent"] == "0.5"


def with_streams(top: Any = None, **agent: Any) -> SimulationConfig:
    """A scenario in which bank A has these arrivals, and `time_windows` on top."""
    agents = [{"id": "A", "opening_balance": 1, **agent}, {"id": "B", "opening_balance": 1}]
    return load_config({"ticks_per_day": 30, "agents": agents, "time_windows": top})


def test_bands_become_streams_in_the_order_urgent_normal_low() -> None:
    band = {"amount_distribution": UNIFORM, "deadline_offset_min": 2, "deadline_offset_max": 5}
    bands = {name: {"rate_per_tick": rate, **band} for name, rate in (("low", 3), ("urgent", 1), ("normal", 0.25))}
    streams = with_streams(arrival_bands=bands).engine_input()["agents"][0]["arrivals"]
    assert [(s["rate_per_tick"], s["priority"]["min"], s["priority"]["max"]) for s in streams] == [
        (1.0, 8, 10),
        (0.25, 4, 7),
        (3.0, 0, 3),
    ]
    assert streams[0] == {
        "rate_per_tick": 1.0,
        "amount": UNIFORM,
        "counterparty_weights": {},
        "deadline_min": 2,
        "deadline_max": 5,
        "priority": {"type": "Uniform", "min": 8, "max": 10},
        "divisible": True,
        "time_windows": [],
    }


def test_the_inner_time_windows_win() -> None:
    outer, inner = ([{"start_tick": 0, "end_tick": 30, "rate_multiplier": rate}] for rate in (2, 0.5))
    arrivals = {"rate_per_tick": 1, "amount_distribution": UNIFORM}
    for own, expected in ((None, 2.0), (inner, 0.5), ([], None)):
        config = with_streams(outer, arrival_config={**arrivals, "time_windows": own})
        [stream] = config.engine_input()["agents"][0]["arrivals"]
        assert [window["rate_multiplier"] for window in stream["time_windows"]] == ([expected] if expected else [])


def test_priorities_are_fixed_or_drawn() -> None:
    arrivals: dict[str, Any] = {"rate_per_tick": 1, "amount_distribution": UNIFORM, "priority": 3}
    drawn = {"type": "Categorical", "values": [1, 9], "weights": [1, 0.5]}
    for given, expected in ((None, {"type": "Fixed", "value": 3}), (drawn, drawn)):
        config = with_streams(arrival_config={**arrivals, "priority_distribution": given})
        assert config.engine_input()["agents"][0]["arrivals"][0]["priority"] == expected


@pytest.mark.parametrize("ticks_per_day, deadline", [(10, 5), (59, 5), (60, 6), (200, 20)])
def test_a_payment_without_deadline_has_a_tenth_of_the_day(ticks_per_day: int, deadline: int) -> None:
    event = (
        "{type: CustomTransactionArrival, from_agent: A, to_agent: B, amount: 1, schedule: {type: OneTime, tick: 1}}"
    )
    config = parse_config(SMALL.replace("30", str(ticks_per_day)) + f"scenario_events: [{event}]")
    [plain] = config.engine_input()["scenario_events"]
    assert plain == {
        "type": "CustomTransactionArrival",
        "from_agent": "A",
        "to_agent": "B",
        "amount": 1,
        "priority": 5,
        "deadline": deadline,
        "is_divisible": True,
        "schedule": {"type": "OneTime", "tick": 1},
    }


def test_display_never_reaches_the_engine_and_stands_beside_it_in_json() -> None:
    config = parse_config(
        f"{SMALL}display: {{names: {{A: Alder}}, open_at: largest_netting, day_end: 17:30}}", "my/two_rings.yaml"
    )
    assert config.display == {
        "title": "Two rings",
        "teaches": "",
        "day_start": "08:00",
        "day_end": "17:30",
        "currency": "",
        "names": {"B": "B", "A": "Alder"},
        "open_at": "largest_netting",
        "places": None,
    }
    assert config.engine_input() == parse_config(SMALL).engine_input()
    assert json.loads(config.to_json()) == {**config.engine_input(), "display": config.display}


def small(changes: dict[str, Any]) -> dict[str, Any]:
    """The engine input of a small scenario in which bank A, or under `top` the scenario, has these keys."""
    agent = {key: value for key, value in changes.items() if key != "top"}
    agents = [{"id": "A", "opening_balance": 1, **agent}, {"id": "B", "opening_balance": 1}]
    return load_config({"ticks_per_day": 10, "agents": agents, **changes.get("top", {})}).engine_input()


# Keys of bank A, or under `top` of the scenario, and what the engine is given beside what it is always given.
GIVEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"posted_collateral": 7}, {"posted_collateral": 7}),
    ({"collateral_haircut": Decimal("0.10")}, {"collateral_haircut": "0.1"}),
    ({"max_collateral_capacity": 0}, {"max_collateral_capacity": 0}),
    (
        {"liquidity_pool": 1001, "liquidity_allocation_fraction": 0.5},
        {"liquidity_pool": 1001, "liquidity_allocation_fraction": "0.5"},
    ),
    ({"top": {"queue2_blocking": "per_sender_fifo"}}, {"queue2_blocking": "per_sender_fifo"}),
    ({"top": {"priority_mode": True}}, {"priority_mode": True}),
    ({"top": {"deferred_crediting": True}}, {"deferred_crediting": True}),
    ({"top": {"entry_disposition_offsetting": True}}, {"entry_disposition_offsetting": True}),
    ({"top": {"algorithm_sequencing": True}}, {"algorithm_sequencing": True}),
    ({"top": {"daily_liquidity_reallocation": False}}, {"daily_liquidity_reallocation": False}),
    ({"top": {"eod_rush_threshold": 0.5}}, {"eod_rush_threshold": 0.5}),
    (
        {"top": {"priority_escalation": {"enabled": True, "threshold_ticks": 5}}},
        {"priority_escalation": {"start_escalating_at_ticks": 5, "max_boost": 3}},
    ),
]

OF_NO_EFFECT: list[dict[str, Any]] = [
    {"posted_collateral": 0, "liquidity_pool": 0, "liquidity_allocation_fraction": 0.5},
    {"liquidity_pool": None, "arrival_config": None, "arrival_bands": None, "limits": None, "collateral_haircut": None},
    {"top": {"lsm_config": {"multilateral": "off"}, "queue2_blocking": "none"}},
    {"top": {"priority_mode": False, "priority_escalation": {"enabled": False, "max_boost": 9}}},
    {"top": {"algorithm_sequencing": False, "entry_disposition_offsetting": False, "deferred_crediting": False}},
    {"top": {"daily_liquidity_reallocation": True, "eod_rush_threshold": None}},
    {"top": {"policy_feature_toggles": {"exclude": []}, "cost_feature_toggles": {"include": ["Daily"]}}},
    {"top": {"policy_feature_toggles": None}},
]


@pytest.mark.parametrize("changes, given", GIVEN)
def test_a_key_that_is_given_is_handed_over(changes: dict[str, Any], given: dict[str, Any]) -> None:
    usual, found = small({}), small(changes)
    if "top" not in changes:
        usual, found = usual["agents"][0], found["agents"][0]
    assert found == usual | given


@pytest.mark.parametrize("mode", ["queue_order", "best_effort"])
def test_multilateral_netting_is_handed_over(mode: str) -> None:
    changes = {"top": {"lsm_config": {"multilateral": mode}}}
    assert small(changes)["lsm_config"] == small({})["lsm_config"] | {"multilateral": mode}


@pytest.mark.parametrize("changes", OF_NO_EFFECT)
def test_a_value_without_effect_is_left_out(changes: dict[str, Any]) -> None:
    assert small(changes) == small({})


ONCE = {"schedule": {"type": "OneTime", "tick": 3}}
MOVE = {"from_agent": "A", "to_agent": "B", "amount": 5, **ONCE}

# Scenario events as the engine is given them, and what is written beside them.
EVENTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (event := {"type": "DirectTransfer", **MOVE}, event),
    (event := {"type": "ScheduledSettlement", **MOVE}, event),
    (event := {"type": "CollateralAdjustment", "agent": "A", "delta": -5, **ONCE}, event),
    (event := {"type": "GlobalArrivalRateChange", "multiplier": 1.5, **ONCE}, event),
    (event := {"type": "AgentArrivalRateChange", "agent": "A", "multiplier": 0.5, **ONCE}, event),
    (event := {"type": "AgentArrivalRateChange", "agent": "A", "new_rate": 0.25, **ONCE}, event),
    (
        event := {"type": "CounterpartyWeightChange", "agent": "A", "counterparty": "B", "new_weight": 2.0, **ONCE},
        event | {"auto_balance_others": False},
    ),
    (event := {"type": "DeadlineWindowChange", "max_ticks_multiplier": 2.0, **ONCE}, event),
]


@pytest.mark.parametrize("event, given", EVENTS, ids=lambda event: str(event["type"]))
def test_events_are_handed_over(event: dict[str, Any], given: dict[str, Any]) -> None:
    assert small({"top": {"scenario_events": [event]}})["scenario_events"] == [given]


def test_a_new_rate_for_all_banks_is_one_for_each() -> None:
    event = {"type": "GlobalArrivalRateChange", "new_rate": 2, **ONCE}
    each = {"type": "AgentArrivalRateChange", "new_rate": 2.0, **ONCE}
    given = small({"top": {"scenario_events": [event]}})["scenario_events"]
    assert given == [{**each, "agent": "A"}, {**each, "agent": "B"}]
