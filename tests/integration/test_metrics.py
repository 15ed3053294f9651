"""The figures of a run: the worked examples of the specification, and that the figures agree with each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from payment_simulator import Run, load_config, simulate
from payment_simulator_core_rs import COST_NAMES, Recording

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
MOCK = {"type": "MockSplitting", "num_splits": 3}
FREE = {
    "overdraft_bps_per_tick": 0,
    "delay_cost_per_tick_per_cent": 0,
    "collateral_cost_per_tick_bps": 0,
    "deadline_penalty": 0,
    "eod_penalty": 0,
    "split_friction_cost": 0,
}


def played(
    banks: dict[str, dict[str, Any]], payments: list[tuple[str, str, int, int]], ticks: int, days: int = 1, **top: Any
) -> Run:
    return simulate(
        {
            "simulation": {"ticks_per_day": ticks, "num_days": days},
            "agents": [{"id": name, **keys} for name, keys in banks.items()],
            "scenario_events": [
                {
                    "type": "CustomTransactionArrival",
                    "from_agent": sender,
                    "to_agent": receiver,
                    "amount": amount,
                    "deadline": top.get("deadline", 50),
                    "schedule": {"type": "OneTime", "tick": tick},
                }
                for sender, receiver, amount, tick in payments
            ],
            "cost_rates": top.get("cost_rates", FREE),
            "lsm_config": top.get("lsm_config", {}),
        }
    )


def daily(run: Run, agent: str) -> list[dict[str, int]]:
    """Each day of a bank."""
    number = run.agent_ids.index(agent)
    columns = {name: np.frombuffer(column, "<i8") for name, column in run.engine.daily_metrics().items()}
    tables = {name: column.reshape(-1, len(run.agent_ids)) for name, column in columns.items()}
    days = len(tables["total_cost"])
    return [{name: int(table[day, number]) for name, table in tables.items()} for day in range(days)]


A_0_B_100: dict[str, dict[str, Any]] = {"A": {"opening_balance": 0}, "B": {"opening_balance": 100}}

# Banks, payments, ticks of a day, days, further keys; figures of the run, and of A's days.
EXAMPLES: dict[
    str, tuple[Any, list[tuple[str, str, int, int]], int, int, dict[str, Any], dict[str, Any], list[dict[str, int]]]
] = {
    "1: one settles on arrival, one waits": (
        A_0_B_100,
        [("B", "A", 60, 0), ("B", "A", 900, 0)],
        3,
        1,
        {"lsm_config": {"enable_bilateral": False}},
        {
            "total_arrivals": 2,
            "total_settlements": 1,
            "settlement_rate": 0.5,
            "avg_delay_ticks": 0.0,
            "queue2_total_size": 1,
        },
        [{"num_received": 1, "num_sent": 0, "received_value": 60, "closing_balance": 60, "liquidity_used": 0}],
    ),
    "2: a split payment that is netted": (
        {
            "A": {"opening_balance": 0, "policy": {"type": "MockSplitting", "num_splits": 2}},
            "B": {"opening_balance": 0},
        },
        [("A", "B", 100, 0), ("B", "A", 100, 0)],
        3,
        1,
        {},
        {
            "total_arrivals": 2,
            "total_settlements": 2,
            "settlement_rate": 1.0,
            "lsm_operations": 1,
            "lsm_settled_payments": 3,
            "lsm_share": 1.0,
            "net_to_gross": 0.0,
            "children": 2,
            "settled_children": 2,
            "total_transactions": 4,
        },
        [{"num_arrivals": 1, "num_settled": 1, "num_sent": 2, "num_received": 1}],
    ),
    "3: two of three parts settle": (
        {"A": {"opening_balance": 70, "policy": MOCK}, "B": {"opening_balance": 0}},
        [("A", "B", 100, 0)],
        3,
        1,
        {},
        {"total_settlements": 0, "settlement_rate": 0.0, "settled_children": 2},
        [{"num_settled": 0, "num_sent": 2, "closing_balance": 4, "min_balance": 4, "liquidity_used": 66}],
    ),
    "4: never funded": (
        {"A": {"opening_balance": 0}, "B": {"opening_balance": 0}},
        [("A", "B", 1000, 0)],
        5,
        2,
        {
            "deadline": 2,
            "cost_rates": {**FREE, "delay_cost_per_tick_per_cent": 0.001, "deadline_penalty": 500, "eod_penalty": 70},
        },
        {"on_time_share": 0.0, "max_queue_depth": 1},
        [
            {
                "delay_cost": 13,
                "deadline_penalty_cost": 570,
                "deadline_penalty": 500,
                "eod_penalty": 70,
                "total_cost": 583,
                "queue2_peak_size": 1,
                "queue2_eod_size": 1,
                "queue1_peak_size": 0,
            },
            {"delay_cost": 25, "deadline_penalty_cost": 70},
        ],
    ),
    "5: a pool": (
        {
            "A": {"opening_balance": 0, "liquidity_pool": 1001, "liquidity_allocation_fraction": 0.5},
            "B": {"opening_balance": 0},
        },
        [("A", "B", 300, 0)],
        2,
        2,
        {"cost_rates": {**FREE, "liquidity_cost_per_tick_bps": 15}},
        {"money_is_conserved": True, "peak_overdraft": 300},
        [
            {
                "opening_balance": 500,
                "closing_balance": 200,
                "balance_after_return": -300,
                "min_balance": 200,
                "max_balance": 500,
                "total_cost": 2,
                "liquidity_used": 300,
                "peak_overdraft": 0,
            },
            {
                "opening_balance": -300,
                "closing_balance": 200,
                "balance_after_return": -300,
                "min_balance": -300,
                "max_balance": 200,
                "total_cost": 2,
                "liquidity_used": 0,
                "peak_overdraft": 300,
            },
        ],
    ),
    "6: nothing is counted that does not settle": (
        A_0_B_100,
        [("A", "B", 1000, 0), ("B", "A", 300, 0)],
        3,
        1,
        {},
        {"total_settlements": 0, "lsm_operations": 0, "queue2_total_size": 2},
        [{"num_sent": 0}],
    ),
    "within a tick the balance is higher than at its end": (
        A_0_B_100,
        [("B", "A", 80, 0), ("A", "B", 50, 0)],
        1,
        1,
        {},
        {"turnover": 130 / 80, "value_weighted_settlement_time": 0.0},
        [{"max_balance": 80, "min_balance": 0, "closing_balance": 30}],
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples(name: str) -> None:
    banks, payments, ticks, days, keys, figures, days_of_a = EXAMPLES[name]
    run = played(banks, payments, ticks, days, **keys)
    told = run.engine.metrics()
    assert {key: told[key] for key in figures} == figures
    told_days = daily(run, "A")
    assert len(told_days) == days
    for day, expected in zip(told_days, days_of_a, strict=False):
        assert {key: day[key] for key in expected} == expected


def test_a_bank_may_have_rates_of_its_own() -> None:
    """Both banks are 10,000 overdrawn and have 1,000 queued, for one tick."""
    poor = {"opening_balance": -10_000, "policy": {"type": "Deadline", "urgency_threshold": 1}}
    banks = {"A": {**poor, "overdraft_rate": 0.003, "delay_cost_per_tick": 0.02}, "B": poor}
    rates = {**FREE, "overdraft_bps_per_tick": 10, "delay_cost_per_tick_per_cent": 0.001}
    payments = [("A", "B", 1000, 0), ("B", "A", 1000, 0)]
    run = played(banks, payments, 1, cost_rates=rates, lsm_config={"enable_bilateral": False})
    told = [(day["liquidity_cost"], day["delay_cost"]) for name in "AB" for day in daily(run, name)]
    assert told == [(30, 20), (10, 1)]


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_figures_agree_with_the_run_and_with_each_other(path: Path) -> None:
    run = simulate(load_config(path))
    told, totals, engine = run.engine.metrics(), run.engine.totals(), run.engine
    tables = {
        name: np.frombuffer(column, "<i8").reshape(-1, len(run.agent_ids))
        for name, column in engine.daily_metrics().items()
    }
    for name in ("total_arrivals", "total_settlements", "settlement_rate", "total_dropped", "lsm_operations", "costs"):
        assert told[name] == totals[name], name
    assert told["money_is_conserved"]
    assert sum(told["settled_value"].values()) == totals["settled_value"]
    for cost in (*COST_NAMES, "total_cost"):
        assert tables[cost].sum() == totals["costs"][cost]
    assert np.array_equal(np.sum([tables[cost] for cost in COST_NAMES], axis=0), tables["total_cost"])
    balance = run.series.balance
    assert (tables["balance_after_return"][-1] == balance[-1]).all()
    assert (tables["min_balance"].min(axis=0) <= balance.min(axis=0)).all()
    assert tables["num_arrivals"].sum() == totals["total_arrivals"]
    assert tables["num_settled"].sum() == totals["total_settlements"]
    assert tables["sent_value"].sum() == tables["received_value"].sum() == totals["settled_value"]
    assert [agent["final_balance"] for agent in told["agents"]] == balance[-1].tolist()
    assert [agent["avg_balance"] for agent in told["agents"]] == pytest.approx(balance.mean(axis=0))
    recording = Recording(engine.config, engine.canonical_log(), ticks=run.ticks)
    assert (recording.metrics(), recording.daily_metrics()) == (told, engine.daily_metrics())
