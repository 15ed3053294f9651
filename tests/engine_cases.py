"""The cases of the engine's speed, as engine inputs: what `bench_engine.py` measures, natively and in the browser.

Payments are drawn, of 100.00 to 1,000.00, to all other banks alike, and due after 10 to 50 ticks; days have 100 ticks.
Ample is liquidity that is never short. Scarce is what covers about two ticks of a bank's payments: two of three wait.
"""

from __future__ import annotations

import json
from typing import Any

from payment_simulator import parse_config

TICKS_PER_DAY = 100
AMPLE = 10**11
SCARCE = 200_000
NO_NETTING = {"enable_bilateral": False, "enable_cycles": False}

Input = dict[str, Any]


def drawn(
    banks: int,
    rate: float,
    payments: int,
    balance: int,
    netting: dict[str, Any] | None = None,
    policy: dict[str, Any] | None = None,
    weights: dict[str, int] | None = None,
) -> Input:
    """Banks that draw about so many payments in all, `rate` for each bank and tick."""
    ids = [f"BANK_{number:03}" for number in range(banks)]
    ticks = max(round(payments / banks / rate), 1)
    agents = [
        {
            "id": bank,
            "opening_balance": balance,
            "policy": policy or {"type": "Fifo"},
            "arrival_config": {
                "rate_per_tick": rate,
                "amount_distribution": {"type": "Uniform", "min": 10_000, "max": 100_000},
                "counterparty_weights": {other: (weights or {}).get(other, 1) for other in ids if other != bank},
                "deadline_range": [10, 50],
            },
        }
        for bank in ids
    ]
    simulation = {"ticks_per_day": TICKS_PER_DAY, "num_days": max(ticks // TICKS_PER_DAY, 1), "rng_seed": 42}
    return checked({"simulation": simulation, "agents": agents, "lsm_config": netting or {}})


def ample(payments: int) -> Input:
    """5 banks, 2 payments for each bank and tick, ample liquidity, netting on."""
    return drawn(5, 2, payments, AMPLE)


def scarce(payments: int) -> Input:
    """10 banks, 2 payments for each bank and tick, scarce liquidity, netting on."""
    return drawn(10, 2, payments, SCARCE)


def many_banks(payments: int) -> Input:
    """200 banks, 2 payments for each bank and tick, ample liquidity, no netting."""
    return drawn(200, 2, payments, AMPLE, netting=NO_NETTING)


def sparse(payments: int) -> Input:
    """10 banks, 0.1 payments for each bank and tick: one payment a tick."""
    return drawn(10, 0.1, payments, AMPLE)


def draining(payments: int) -> Input:
    """As `scarce`, but two banks get three times as much as the others: Queue 2 grows as long as the run lasts."""
    return drawn(10, 2, payments, SCARCE, weights={"BANK_008": 3, "BANK_009": 3})


def trees(payments: int) -> Input:
    """10 banks whose policy is a tree of 10 questions; a payment that is held goes through all, in every tick."""
    return drawn(10, 2, payments, AMPLE, policy={"type": "FromJson", "json": json.dumps(TREE)})


def compare(field: str, op: str, right: float | str) -> dict[str, Any]:
    """A comparison of a field with a number or another field."""
    return {
        "op": op,
        "left": {"field": field},
        "right": {"field": right} if isinstance(right, str) else {"value": right},
    }


RELEASING = (
    compare("ticks_to_deadline", "<=", 5),
    compare("is_overdue", "==", 1),
    compare("priority", ">", 8),
    compare("balance", "<", "amount"),
    compare("queue1_total_value", ">", 10**10),
    compare("queue_age", ">", 40),
    compare("credit_used", ">", 0),
    compare("system_queue2_pressure_index", ">", 0.5),
    compare("day_progress_fraction", ">=", 0.99),
    compare("outgoing_queue_size", ">", 10_000),
)
"""Each releases a payment if it holds."""


def tree_document() -> dict[str, Any]:
    """A question for each of `RELEASING`, one after the other; a payment for which none holds is held."""
    node: dict[str, Any] = {"type": "action", "node_id": "Hold", "action": "Hold", "parameters": {}}
    for number, condition in reversed(list(enumerate(RELEASING, start=1))):
        release = {"type": "action", "node_id": f"Release{number}", "action": "Release", "parameters": {}}
        node = {
            "type": "condition",
            "node_id": f"Question{number}",
            "condition": condition,
            "on_true": release,
            "on_false": node,
        }
    return {"version": "1.0", "policy_id": "ten_questions", "payment_tree": node}


TREE = tree_document()

RING_BALANCES = (800_000, 800_000, 1_201_000, 1_335_000)
RING_FIRST = (5_001_000, 5_005_000, 5_006_000, 5_008_000)
RING_OTHERS = (1_000, 2_000, 3_000, 4_000)
RING_PAYMENTS = 1_250
"""Of each bank; the first is larger than what its bank has, and with FIFO by sender all others wait behind it."""


def rings(count: int) -> Input:
    """Rings of four banks, each paying the next; all payments are there in the first tick and settle only together."""
    agents = []
    events = []
    for ring in range(count):
        ids = [f"RING_{ring}_BANK_{bank}" for bank in range(4)]
        for bank, (bank_id, balance) in enumerate(zip(ids, RING_BALANCES, strict=True)):
            agents.append({"id": bank_id, "opening_balance": balance, "policy": {"type": "Fifo"}})
            for number in range(RING_PAYMENTS):
                event = {
                    "type": "CustomTransactionArrival",
                    "from_agent": bank_id,
                    "to_agent": ids[(bank + 1) % 4],
                    "amount": RING_OTHERS[bank] if number else RING_FIRST[bank],
                    "deadline": 10,
                    "schedule": {"type": "OneTime", "tick": 0},
                }
                events.append(event)
    netting = {**NO_NETTING, "multilateral": "queue_order"}
    simulation = {"ticks_per_day": TICKS_PER_DAY, "num_days": 1, "rng_seed": 1}
    return checked(
        {
            "simulation": simulation,
            "queue2_blocking": "per_sender_fifo",
            "agents": agents,
            "lsm_config": netting,
            "scenario_events": events,
        }
    )


def checked(document: dict[str, Any]) -> Input:
    """As the engine takes it."""
    return parse_config(json.dumps(document), "case.json").engine_input()
