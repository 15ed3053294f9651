"""The worked examples of the specification, with the numbers that it gives."""

from typing import Any

import numpy as np
import pytest
from payment_simulator import Run, simulate

Pay = tuple[str, str, int, int]
"""From, to, cents, tick."""


def played(balances: dict[str, int], payments: list[Pay], ticks: int = 3, **top: Any) -> Run:
    """A run of these banks and payments; `banks` has more keys of some banks, `each` of every payment."""
    banks, each = top.pop("banks", {}), top.pop("each", {})
    return simulate(
        {
            "simulation": {"ticks_per_day": ticks, "num_days": top.pop("num_days", 1)},
            "agents": [
                {"id": name, "opening_balance": cents, **banks.get(name, {})} for name, cents in balances.items()
            ],
            "scenario_events": [
                {
                    "type": "CustomTransactionArrival",
                    "from_agent": sender,
                    "to_agent": receiver,
                    "amount": amount,
                    "schedule": {"type": "OneTime", "tick": tick},
                    **each,
                }
                for sender, receiver, amount, tick in payments
            ],
            **top,
        }
    )


def settled(run: Run) -> list[int]:
    """The tick in which each payment settled, -1 for never."""
    return [int(tick) for tick in run.payments.settled_tick]


def balances(run: Run) -> dict[str, int]:
    """At the end."""
    return dict(zip(run.agent_ids, run.series.balance[-1].tolist(), strict=True))


def costs_of_a(run: Run) -> list[int]:
    """What bank A was charged in each tick."""
    return np.sum([cost[:, 0] for cost in run.series.costs.values()], axis=0).tolist()  # type: ignore[no-any-return]


def named(run: Run, event_type: str) -> list[dict[str, Any]]:
    """The events of one type."""
    return [event for event in run.events() if event["event_type"] == event_type]


def tree(action: str, *, name: str = "payment_tree", at: int | None = None, **parameters: Any) -> dict[str, Any]:
    """A policy whose tree has one action (in tick `at`, or always); payments are released but for what it says."""
    values = {key: {"value": value} for key, value in parameters.items()}
    leaf: dict[str, Any] = {"type": "action", "node_id": "A", "action": action, "parameters": values}
    release = {"type": "action", "node_id": "R", "action": "Release"}
    if at is not None:
        rest = {"payment_tree": "Release", "bank_tree": "NoAction"}.get(name, "HoldCollateral")
        condition = {"op": "==", "left": {"field": "current_tick"}, "right": {"value": at}}
        other = {"type": "action", "node_id": "O", "action": rest}
        leaf = {"type": "condition", "node_id": "C", "condition": condition, "on_true": leaf, "on_false": other}
    document = {"version": "1.0", "policy_id": "p", "payment_tree": release, name: leaf}
    return {"policy": {"type": "Inline", "decision_trees": document}}


# Balances, payments, further keys; ticks of settlement, and balances at the end.
SETTLEMENT: dict[str, tuple[dict[str, int], list[Pay], dict[str, Any], list[int], dict[str, int]]] = {
    "credits count at once": (
        {"A": 100, "B": 0, "C": 0},
        [("A", "B", 100, 0), ("B", "C", 100, 0)],
        {},
        [0, 0],
        {"C": 100},
    ),
    "deferred credits count in the next tick": (
        {"A": 100, "B": 0, "C": 0},
        [("A", "B", 100, 0), ("B", "C", 100, 0)],
        {"deferred_crediting": True},
        [0, 1],
        {"C": 100},
    ),
    "a new submission overtakes": (
        {"A": 0, "B": 60, "C": 0},
        [("A", "C", 100, 0), ("B", "A", 60, 1), ("A", "C", 50, 2)],
        {"ticks": 5},
        [-1, 1, 2],
        {"A": 10, "C": 50},
    ),
    "unless the bank's queue is first in, first out": (
        {"A": 0, "B": 60, "C": 0},
        [("A", "C", 100, 0), ("B", "A", 60, 1), ("A", "C", 50, 2)],
        {"ticks": 5, "queue2_blocking": "per_sender_fifo"},
        [-1, 1, -1],
        {"A": 60, "C": 0},
    ),
    "bilateral": ({"A": 200, "B": 0}, [("A", "B", 500, 0), ("B", "A", 300, 0)], {}, [0, 0], {"A": 0, "B": 200}),
    "bilateral that cannot be": ({"A": 0, "B": 100}, [("A", "B", 1000, 0), ("B", "A", 300, 0)], {}, [-1, -1], {"A": 0}),
    "after netting the rest settles": (
        {"A": 0, "B": 200, "C": 0},
        [("A", "B", 100, 0), ("B", "A", 250, 0), ("A", "C", 150, 0)],
        {},
        [0, 0, 0],
        {"A": 0, "B": 50, "C": 150},
    ),
    "a cycle": (
        {"A": 0, "B": 300, "C": 0},
        [("A", "B", 500, 0), ("B", "C", 800, 0), ("C", "A", 700, 0)],
        {},
        [0, 0, 0],
        {"A": 200, "B": 0, "C": 100},
    ),
    "a cycle that lacks a cent": (
        {"A": 0, "B": 299, "C": 0},
        [("A", "B", 500, 0), ("B", "C", 800, 0), ("C", "A", 700, 0)],
        {},
        [-1, -1, -1],
        {"B": 299},
    ),
    "a cycle the other way round": (
        {"A": 0, "B": 0, "C": 0},
        [("A", "C", 100, 0), ("C", "B", 100, 0), ("B", "A", 100, 0)],
        {},
        [0, 0, 0],
        {"A": 0, "B": 0, "C": 0},
    ),
    "netting with deferred credits": (
        {"A": 0, "B": 0, "C": 0},
        [("A", "C", 100, 0), ("C", "A", 100, 0), ("B", "C", 100, 0), ("C", "B", 100, 0)],
        {"deferred_crediting": True},
        [0, 0, 0, 0],
        {"A": 0, "B": 0, "C": 0},
    ),
    "a limit holds for the sum of an edge": (
        {"A": 0, "B": 0, "C": 0},
        [("A", "B", 80, 0), ("A", "B", 80, 0), ("B", "C", 160, 0), ("C", "A", 160, 0)],
        {"banks": {"A": {"limits": {"bilateral_limits": {"B": 100}}}}},
        [-1, -1, -1, -1],
        {"A": 0},
    ),
    "collateral gives credit after its haircut": (
        {"A": -200_000, "B": 0},
        [("A", "B", 496_000, 0), ("A", "B", 1, 0)],
        {"banks": {"A": {"unsecured_cap": 500_000, "posted_collateral": 200_000}}},
        [0, -1],
        {"A": -696_000},
    ),
    "available liquidity is what counts": (
        {"A": -100, "B": 0},
        [("A", "B", 350, 0)],
        {
            "banks": {
                "A": {
                    "unsecured_cap": 500,
                    "policy": {"type": "LiquidityAware", "target_buffer": 0, "urgency_threshold": 1},
                }
            }
        },
        [0],
        {"A": -450},
    ),
    "a buffer is kept until the deadline is near": (
        {"A": 300, "B": 0},
        [("A", "B", 150, 0), ("A", "B", 150, 0), ("A", "B", 250, 0)],
        {"banks": {"A": {"policy": {"type": "LiquidityAware", "target_buffer": 100, "urgency_threshold": 1}}}},
        [0, 2, -1],
        {"A": 0},
    ),
}


@pytest.mark.parametrize("case", SETTLEMENT.values(), ids=SETTLEMENT)
def test_settlement(case: tuple[dict[str, int], list[Pay], dict[str, Any], list[int], dict[str, int]]) -> None:
    opening, payments, keys, ticks, closing = case
    run = played(opening, payments, **keys)
    assert settled(run) == ticks
    assert balances(run).items() >= closing.items()
    logged = [event for event in run.events() if event["event_type"] in ("LsmBilateralOffset", "LsmCycleSettlement")]
    assert all(ticks[int(tx_id[3:]) - 1] >= 0 for event in logged for tx_id in event["tx_ids"])


def test_costs_of_a_payment_that_is_never_funded() -> None:
    rates = {"delay_cost_per_tick_per_cent": 0.001, "deadline_penalty": 500, "eod_penalty": 70}
    run = played({"A": 0, "B": 0}, [("A", "B", 1000, 0)], 5, num_days=2, each={"deadline": 2}, cost_rates=rates)
    assert costs_of_a(run)[:6] == [1, 1, 1, 505, 75, 5]
    assert [event["tick"] for event in named(run, "TransactionWentOverdue")] == [3]


@pytest.mark.parametrize(
    "balance, bps, cost", [(-1_000_333, 0.8, 80), (-(10**9), 0.0001, 10), (-5, 1000, 1), (-4, 1000, 0), (7, 1000, 0)]
)
def test_an_overdraft_is_rounded_half_away_from_zero(balance: int, bps: float, cost: int) -> None:
    rates = {"overdraft_bps_per_tick": bps}
    run = played({"A": balance, "B": 0}, [], 1, cost_rates=rates, banks={"A": {"unsecured_cap": 10**9}})
    assert run.series.costs["liquidity_cost"].tolist() == [[cost, 0]]


@pytest.mark.parametrize("bps, penalty", [(15, 1), (25.5, 2)])
def test_a_penalty_that_is_a_rate_is_rounded_down(bps: float, penalty: int) -> None:
    rates = {"deadline_penalty": {"mode": "rate", "bps_per_event": bps}}
    run = played({"A": 0, "B": 0}, [("A", "B", 999, 0)], 4, each={"deadline": 1}, cost_rates=rates)
    assert run.series.costs["deadline_penalty"][:, 0].tolist() == [0, 0, penalty, 0]


def test_priorities_rise_by_whole_numbers() -> None:
    rule = {"enabled": True, "start_escalating_at_ticks": 6, "max_boost": 3}
    run = played({"A": 0, "B": 0}, [("A", "B", 5, 0)], 9, each={"deadline": 6, "priority": 4}, priority_escalation=rule)
    assert [(event["tick"], event["escalated_priority"]) for event in named(run, "PriorityEscalated")] == [
        (1, 5),
        (3, 6),
        (5, 7),
    ]


def test_queue_1_by_priority_then_deadline() -> None:
    def payment(priority: int, deadline: int) -> dict[str, Any]:
        return {
            "type": "CustomTransactionArrival",
            "from_agent": "A",
            "to_agent": "B",
            "amount": 1,
            "priority": priority,
            "deadline": deadline,
            "schedule": {"type": "OneTime", "tick": 0},
        }

    events = [payment(5, 8), payment(5, 3), payment(9, 9)]
    run = played({"A": 9, "B": 0}, [], 10, queue1_ordering="priority_deadline", scenario_events=events)
    assert [event["tx_id"][-1] for event in named(run, "RtgsSubmission")] == ["3", "2", "1"]


def test_a_pool_is_given_back_and_allocated_anew() -> None:
    pool = {"liquidity_pool": 1001, "liquidity_allocation_fraction": 0.5}
    run = played({"A": 0, "B": 0}, [("A", "B", 300, 0)], 2, num_days=2, banks={"A": pool})
    assert run.series.balance[:, 0].tolist() == [200, -300, 200, -300]
    [allocation] = named(run, "LiquidityAllocation")
    assert (allocation["amount"], allocation["balance_after"], allocation["day"]) == (500, 200, 1)


@pytest.mark.parametrize("balance, withdrawn", [(0, 897), (-490, 397), (-950, 0)])
def test_collateral_is_withdrawn_as_planned_if_it_is_not_needed(balance: int, withdrawn: int) -> None:
    policy = tree("PostCollateral", name="strategic_collateral_tree", at=0, amount=1000, auto_withdraw_after_ticks=2)
    run = played({"A": balance, "B": 0}, [], 4, banks={"A": {"max_collateral_capacity": 1000, **policy}})
    assert run.series.posted_collateral[:, 0].tolist() == [1000, 1000, 1000 - withdrawn, 1000 - withdrawn]
    assert len(named(run, "CollateralTimerBlocked")) == (withdrawn == 0)


@pytest.mark.parametrize("action", ["Split", "PaceAndRelease"])
def test_a_split(action: str) -> None:
    run = played({"A": 1000, "B": 0}, [("A", "B", 1000, 0)], 3, banks={"A": tree(action, num_splits=3)})
    assert [run.payment_id(index) for index in range(4)] == [
        "tx_00000001",
        "tx_00000001.1",
        "tx_00000001.2",
        "tx_00000001.3",
    ]
    assert run.payments.amount.tolist() == [1000, 333, 333, 334]
    assert settled(run)[1:] == [0, 0, 0]
    assert run.series.costs["split_friction_cost"][:, 0].tolist() == [2000, 0, 0]
    assert run.totals["total_settlements"] == 1


def test_staggered_parts_follow_their_schedule() -> None:
    gaps: dict[str, Any] = {"stagger_first_now": 2, "stagger_gap_ticks": 2}
    policy = tree("StaggerSplit", at=None, num_splits=4, priority_boost_children=3, **gaps)
    run = played({"A": 1000, "B": 0}, [("A", "B", 1000, 0)], 8, banks={"A": policy}, each={"priority": 8})
    assert settled(run)[1:] == [0, 0, 2, 4]
    assert run.payments.priority[1:].tolist() == [10, 10, 10, 10]


def test_an_indivisible_payment_is_not_split() -> None:
    policy = tree("Split", num_splits=3)
    run = played({"A": 1000, "B": 0}, [("A", "B", 10, 0)], 2, banks={"A": policy}, each={"is_divisible": False})
    assert [event["reason"] for event in named(run, "PolicyHold")] == ["Indivisible", "Indivisible"]


def test_a_cancelled_payment_pays_its_penalties_at_once() -> None:
    rates = {"deadline_penalty": 500, "eod_penalty": 70, "delay_cost_per_tick_per_cent": 0}
    run = played({"A": 1000, "B": 0}, [("A", "B", 10, 0)], 3, banks={"A": tree("Drop")}, cost_rates=rates)
    assert costs_of_a(run) == [570, 0, 0]
    assert run.totals["total_dropped"] == 1
    assert run.payments.dropped_tick.tolist() == [0]


def test_a_withdrawn_payment_returns_to_its_bank() -> None:
    run = played({"A": 0, "B": 0}, [("A", "B", 10, 0)], 3, banks={"A": tree("WithdrawFromRtgs", at=1)})
    assert [run.state(tick)["agents"][0]["queue1"] for tick in range(3)] == [[], ["tx_00000001"], []]
    assert [run.state(tick)["agents"][0]["queue2"] for tick in range(3)] == [["tx_00000001"], [], ["tx_00000001"]]


def test_a_payment_without_deadline_has_half_a_day_of_ten_ticks() -> None:
    run = played({"A": 0, "B": 0}, [("A", "B", 10, 1)], 10)
    assert run.payments.deadline_tick.tolist() == [6]


@pytest.mark.parametrize("amount, done", [(100, True), (101, False)])
def test_a_scheduled_settlement_needs_liquidity(amount: int, done: bool) -> None:
    event = {"type": "ScheduledSettlement", "from_agent": "A", "to_agent": "B", "amount": amount}
    schedule = {"type": "OneTime", "tick": 0}
    run = played({"A": 100, "B": 0}, [], 1, scenario_events=[{**event, "schedule": schedule}])
    assert balances(run) == ({"A": 0, "B": 100} if done else {"A": 100, "B": 0})
    [executed] = named(run, "ScenarioEventExecuted")
    assert executed["details"]["settled"] is done


def test_collateral_is_adjusted_between_nothing_and_the_capacity() -> None:
    def adjust(delta: int, tick: int) -> dict[str, Any]:
        schedule = {"type": "OneTime", "tick": tick}
        return {"type": "CollateralAdjustment", "agent": "A", "delta": delta, "schedule": schedule}

    events = [adjust(50, 0), adjust(-25, 1), adjust(-999, 2), adjust(999, 3)]
    banks = {"A": {"max_collateral_capacity": 80}}
    run = played({"A": 0, "B": 0}, [], 4, scenario_events=events, banks=banks)
    assert run.series.posted_collateral[:, 0].tolist() == [50, 25, 0, 80]


def test_entry_disposition() -> None:
    payments = [("A", "B", 100, 0), ("B", "A", 90, 1)]
    run = played(
        {"A": 10, "B": 0}, payments, 3, entry_disposition_offsetting=True, lsm_config={"enable_bilateral": False}
    )
    assert settled(run) == [1, 1]
    assert balances(run) == {"A": 0, "B": 10}
    assert len(named(run, "EntryDispositionOffset")) == 1


def test_algorithm_sequencing_only_tells() -> None:
    payments = [("A", "B", 100, 0), ("B", "A", 90, 1)]
    plain, told = (played({"A": 10, "B": 0}, payments, 3, algorithm_sequencing=told) for told in (False, True))
    assert [event for event in told.events() if event["event_type"] != "AlgorithmExecution"] == plain.events()
    assert len(named(told, "AlgorithmExecution")) == 9
