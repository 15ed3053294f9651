"""Published netting problems (Project Ubin, Monetary Authority of Singapore), with the best result that exists.

Found by exhaustive search: with the order of each sender's queue (`best_in_queue_order`) and without
(`best_any_order`). All payments arrive in one tick; bilateral offsetting and cycles are off. Where the order counts, a
payment does not overtake one of its own bank (`queue2_blocking: per_sender_fifo`).
"""

import itertools
import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import Run, simulate

CASES = json.loads((Path(__file__).parent / "data" / "netting_cases.json").read_text())


def netted(case: dict[str, Any], multilateral: str, blocking: str) -> Run:
    """One tick with these payments."""
    payments = [
        {
            "type": "CustomTransactionArrival",
            "from_agent": sender,
            "to_agent": receiver,
            "amount": amount,
            "schedule": {"type": "OneTime", "tick": 0},
        }
        for sender, receiver, amount in case["payments"]
    ]
    return simulate(
        {
            "simulation": {"ticks_per_day": 1},
            "agents": [{"id": bank, "opening_balance": balance} for bank, balance in case["balances"].items()],
            "lsm_config": {"enable_bilateral": False, "enable_cycles": False, "multilateral": multilateral},
            "queue2_blocking": blocking,
            "scenario_events": payments,
        }
    )


def settled(run: Run) -> dict[str, int]:
    """How many payments settled, and how much."""
    return {"settled": int(run.series.settled_count.sum()), "value": int(run.series.settled_value.sum())}


def test_all_cases_are_there() -> None:
    assert len(CASES) == 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_in_queue_order_nothing_better_exists(case: dict[str, Any]) -> None:
    run = netted(case, "queue_order", "per_sender_fifo")
    balances = dict(zip(run.agent_ids, run.series.balance[-1].tolist(), strict=True))
    assert {**settled(run), "final_balances": balances} == case["best_in_queue_order"]


@pytest.mark.parametrize("blocking", ["none", "per_sender_fifo"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_in_any_order_nothing_better_exists(case: dict[str, Any], blocking: str) -> None:
    assert settled(netted(case, "best_effort", blocking)) == case["best_any_order"]


Payment = tuple[str, str, int]


def drawn(seed: int) -> dict[str, Any]:
    """A small problem of the same kind: up to five banks that are short, up to eleven payments."""
    rng = random.Random(seed)
    banks = "ABCDE"[: rng.randint(2, 5)]
    pairs = [(sender, receiver) for sender in banks for receiver in banks if sender != receiver]
    payments = [(*rng.choice(pairs), rng.randint(1, 12)) for _ in range(rng.randint(2, 11))]
    return {"balances": {bank: rng.choice([0, 0, 1, 3, 8]) for bank in banks}, "payments": payments}


def after(balances: dict[str, int], payments: Iterable[Payment]) -> dict[str, int]:
    """The balances when these have settled together."""
    result = dict(balances)
    for sender, receiver, amount in payments:
        result[sender] -= amount
        result[receiver] += amount
    return result


def feasible(balances: dict[str, int], payments: Iterable[Payment]) -> bool:
    """Whether all of them can settle together."""
    return min(after(balances, payments).values()) >= 0


def one_by_one(
    balances: dict[str, int], payments: list[Payment]
) -> tuple[dict[str, int], list[Payment], list[Payment]]:
    """What settles by itself before netting: each as it is submitted, bank by bank, then one pass over the queue.

    The balances after that, what has settled, and what waits.
    """
    settled: list[Payment] = []
    payments = sorted(payments, key=lambda payment: payment[0])
    for _ in range(2):
        waiting = []
        for payment in payments:
            if balances[payment[0]] >= payment[2]:
                balances = after(balances, [payment])
                settled.append(payment)
            else:
                waiting.append(payment)
        payments = waiting
    return balances, settled, payments


def best_prefixes(balances: dict[str, int], payments: list[Payment]) -> tuple[Payment, ...]:
    """Of all sets that respect each sender's order, the largest that is feasible."""
    queues = {bank: [payment for payment in payments if payment[0] == bank] for bank in balances}
    sets = (
        tuple(payment for queue, length in zip(queues.values(), lengths, strict=True) for payment in queue[:length])
        for lengths in itertools.product(*(range(len(queue) + 1) for queue in queues.values()))
    )
    return max((chosen for chosen in sets if feasible(balances, chosen)), key=len)


def best_of_any(balances: dict[str, int], payments: list[Payment]) -> tuple[int, int]:
    """Of all sets that are feasible, the most payments, then the most value."""
    sets = (chosen for size in range(len(payments) + 1) for chosen in itertools.combinations(payments, size))
    return max((len(chosen), sum(p[2] for p in chosen)) for chosen in sets if feasible(balances, chosen))


@pytest.mark.parametrize("seeds", [range(first, first + 50) for first in range(0, 200, 50)], ids=str)
def test_nothing_better_exists_for_drawn_cases(seeds: range) -> None:
    for seed in seeds:
        case = drawn(seed)
        balances, payments = case["balances"], case["payments"]

        run = netted(case, "queue_order", "per_sender_fifo")
        best = best_prefixes(balances, payments)
        told = dict(zip(run.agent_ids, run.series.balance[-1].tolist(), strict=True))
        assert settled(run)["settled"] == len(best), f"seed {seed}"
        assert told == after(balances, best), f"seed {seed}"

        run = netted(case, "best_effort", "none")
        left, alone, waiting = one_by_one(balances, payments)
        count, value = best_of_any(left, waiting)
        expected = {"settled": len(alone) + count, "value": sum(p[2] for p in alone) + value}
        assert settled(run) == expected, f"seed {seed}"
