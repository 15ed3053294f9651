"""The engine agrees with a slow model that was written from the specification alone, on random scenarios.

`MODEL_SEEDS=10000` compares as many scenarios, not only those that are compared always.
"""

import os
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from payment_simulator import simulate

from tests.model.model import Model

FIELDS = (
    *("amount", "remaining_amount", "priority", "ticks_to_deadline", "queue_age", "balance", "credit_used"),
    *("available_liquidity", "effective_liquidity", "outgoing_queue_size", "queue1_total_value"),
    *("queue1_liquidity_gap", "day_progress_fraction"),
)
"""What drawn trees ask about."""

SEEDS = int(os.environ.get("MODEL_SEEDS", "200"))


def tree_policy(random: Random) -> dict[str, Any]:
    """A policy whose payment tree asks up to seven questions, with a release budget for some."""
    nodes = iter(range(100))

    def operand(depth: int = 0) -> dict[str, Any]:
        if depth < 2 and random.random() < 0.3:
            two = [operand(depth + 1), operand(depth + 1)]
            op = random.choice(["+", "-", "*", "min", "max"])
            return {
                "compute": {"op": op, "values": two}
                if op in ("min", "max")
                else {"op": op, "left": two[0], "right": two[1]}
            }
        return random.choice(
            [{"field": random.choice(FIELDS)}, {"value": random.choice([0, 1, 3, 0.5, random.randint(0, 400)])}]
        )

    def question(depth: int = 0) -> dict[str, Any]:
        if depth < 2 and random.random() < 0.3:
            op = random.choice(["and", "or", "not"])
            if op == "not":
                return {"op": op, "condition": question(depth + 1)}
            return {"op": op, "conditions": [question(depth + 1) for _ in range(random.randint(0, 3))]}
        op = random.choice(["==", "!=", "<", ">", "<=", ">="])
        return {"op": op, "left": {"field": random.choice(FIELDS)}, "right": operand()}

    def node(depth: int = 0) -> dict[str, Any]:
        if depth < 3 and random.random() < (1 if depth == 0 else 0.6):
            return {
                "type": "condition",
                "node_id": f"N{next(nodes)}",
                "condition": question(),
                "on_true": node(depth + 1),
                "on_false": node(depth + 1),
            }
        return {"type": "action", "node_id": f"N{next(nodes)}", "action": random.choice(["Release", "Release", "Hold"])}

    trees: dict[str, Any] = {"version": "1.0", "policy_id": "drawn", "payment_tree": node()}
    if random.random() < 0.5:
        parameters = {"max_value_to_release": {"value": random.randint(0, 900)}}
        if random.random() < 0.5:
            parameters["max_per_counterparty"] = {"value": random.randint(0, 500)}
        bank = {"type": "action", "node_id": "B", "action": "SetReleaseBudget", "parameters": parameters}
        trees["bank_tree"] = bank
    return {"type": "Inline", "decision_trees": trees}


def scenario(seed: int) -> dict[str, Any]:
    """A scenario of a few banks and days in which liquidity is scarce and every payment is injected."""
    random = Random(seed)
    names = [f"B{number}" for number in random.sample(range(10, 99), random.randint(2, 6))]
    ticks_per_day, num_days = random.randint(2, 12), random.randint(1, 3)

    def maybe(value: Any, otherwise: Any, chance: float = 0.3) -> Any:
        return value if random.random() < chance else otherwise

    def decimal(most: int, places: int) -> Decimal:
        return Decimal(random.randint(0, most)).scaleb(-places)

    def penalty() -> dict[str, Any]:
        fixed: dict[str, Any] = {"mode": "fixed", "amount": random.randint(0, 500)}
        return random.choice([fixed, fixed, {"mode": "rate", "bps_per_event": decimal(30_000, 2)}])

    def policy() -> dict[str, Any]:
        urgency = {"urgency_threshold": random.randint(1, 5)}
        buffer = random.choice([0, random.randint(1, 400)])
        kinds: list[dict[str, Any]] = [{"type": "Fifo"}, {"type": "Deadline", **urgency}]
        kinds.append({"type": "LiquidityAware", "target_buffer": buffer, **urgency})
        return tree_policy(random) if random.random() < 0.4 else random.choice(kinds)

    def agent(name: str) -> dict[str, Any]:
        others = [other for other in names if other != name]
        limited = random.sample(others, random.randint(0, len(others)))
        return {
            "id": name,
            "opening_balance": random.randint(0, 600),
            "unsecured_cap": maybe(random.randint(1, 300), 0),
            "posted_collateral": maybe(random.randint(1, 300), 0),
            "collateral_haircut": decimal(100, 2),
            "policy": policy(),
            "limits": {
                "bilateral_limits": maybe({other: random.randint(0, 900) for other in limited}, {}),
                "multilateral_limit": maybe(random.randint(0, 2000), None),
            },
        }

    def payment() -> dict[str, Any]:
        sender, receiver = random.sample(names, 2)
        return {
            "type": "CustomTransactionArrival",
            "from_agent": sender,
            "to_agent": receiver,
            "amount": random.choice([random.randint(1, 40), random.randint(1, 400), 100, 200]),
            "priority": random.randint(0, 10),
            "deadline": random.randint(1, ticks_per_day + 3),
            "schedule": {"type": "OneTime", "tick": random.randrange(ticks_per_day * num_days)},
        }

    def transfer() -> dict[str, Any]:
        return {key: kept for key, kept in payment().items() if key not in ("priority", "deadline")} | {
            "type": "DirectTransfer"
        }

    blocking, bilateral, multilateral = (
        maybe("per_sender_fifo", "none"),
        maybe(True, False, 0.7),
        maybe("queue_order", "off", 0.5),
    )
    return {
        "simulation": {"ticks_per_day": ticks_per_day, "num_days": num_days},
        "agents": [agent(name) for name in names],
        "scenario_events": [payment() for _ in range(random.randint(5, 25 * len(names)))]
        + [transfer() for _ in range(maybe(2, 0))],
        "queue1_ordering": maybe("priority_deadline", "fifo"),
        "queue2_blocking": blocking,
        "deferred_crediting": maybe(True, False, 0.5),
        "deadline_cap_at_eod": maybe(True, False),
        "priority_escalation": {
            "enabled": maybe(True, False),
            "start_escalating_at_ticks": random.randint(0, 6),
            "max_boost": random.randint(0, 8),
        },
        "lsm_config": {
            "enable_bilateral": bilateral,
            "enable_cycles": False,
            "multilateral": multilateral,
        },
        "cost_rates": {
            "overdraft_bps_per_tick": decimal(10_000, 2),
            "delay_cost_per_tick_per_cent": decimal(1_000, 5),
            "delay_penalty_per_tick": maybe(3, 0),
            "collateral_cost_per_tick_bps": decimal(5_000, 2),
            "eod_penalty": penalty(),
            "deadline_penalty": penalty(),
            "overdue_delay_multiplier": decimal(80, 1),
            "priority_delay_multipliers": {
                f"{band}_multiplier": decimal(30, 1) for band in ("urgent", "normal", "low")
            },
        },
    }


def agree(document: dict[str, Any]) -> None:
    """Settlements, and balances and costs of each tick, are the same in the model and in the engine."""
    model, run = Model(document), simulate(document)
    payments = run.payments
    assert payments.amount.tolist() == [payment.amount for payment in model.payments]
    assert payments.deadline_tick.tolist() == [payment.deadline for payment in model.payments]
    settled = [-1 if payment.settled is None else payment.settled for payment in model.payments]
    assert payments.settled_tick.tolist() == settled
    assert run.series.balance.tolist() == model.balances
    for name, costs in run.series.costs.items():
        assert costs.tolist() == [[bank.get(name, 0) for bank in tick] for tick in model.costs], name


@pytest.mark.parametrize("first", range(0, SEEDS, 20))
def test_model_and_engine_agree(first: int) -> None:
    for seed in range(first, min(first + 20, SEEDS)):
        try:
            agree(scenario(seed))
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}") from error


def test_who_waited_behind_a_netted_payment_moves_on() -> None:
    seed = next(seed for seed in range(100) if scenario(seed)["queue2_blocking"] == "none")
    document = scenario(seed) | {"queue2_blocking": "per_sender_fifo", "scenario_events": []}
    document["lsm_config"] = {"enable_bilateral": True, "enable_cycles": False, "multilateral": "off"}
    agent = document["agents"][0] | {"policy": {"type": "Fifo"}, "unsecured_cap": 0, "posted_collateral": 0}
    agent["limits"] = {"bilateral_limits": {}, "multilateral_limit": None}
    balances = {"A": 50, "B": 0, "C": 0}
    document["agents"] = [agent | {"id": name, "opening_balance": balance} for name, balance in balances.items()]
    for sender, receiver, amount in (("A", "B", 100), ("A", "C", 20), ("B", "A", 100)):
        document["scenario_events"].append(
            {
                "type": "CustomTransactionArrival",
                "from_agent": sender,
                "to_agent": receiver,
                "amount": amount,
                "priority": 5,
                "deadline": 5,
                "schedule": {"type": "OneTime", "tick": 0},
            }
        )
    agree(document)


def test_the_scenarios_are_of_every_kind() -> None:
    """What is compared would be worth little if nothing waited, settled late, or was offset."""
    runs = [simulate(scenario(seed)) for seed in range(200)]
    mechanisms = sum(run.series.settled_count.sum(axis=0) for run in runs)
    assert all(mechanisms[number] > least for number, least in ((0, 4000), (1, 500), (2, 50), (4, 15)))
    assert all(sum(int(run.series.costs[name].sum()) for run in runs) for name in Model(scenario(0)).costs[0][0])
    assert sum(int((run.payments.settled_tick < 0).sum()) for run in runs) > 100
    for event in (
        *("BilateralLimitExceeded", "MultilateralLimitExceeded", "PriorityEscalated", "DeferredCreditApplied"),
        *("PolicyHold", "BankBudgetSet"),
    ):
        assert sum(len(run.columns(event)["tick"]) for run in runs) > 20, event
