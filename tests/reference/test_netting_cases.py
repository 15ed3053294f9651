"""Published netting problems (Project Ubin, Monetary Authority of Singapore), with the best result that exists.

Found by exhaustive search: with the order of each sender's queue (`best_in_queue_order`) and without
(`best_any_order`). All payments arrive in one tick; bilateral offsetting and cycles are off. Where the order counts, a
payment does not overtake one of its own bank (`queue2_blocking: per_sender_fifo`).
"""

import json
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
