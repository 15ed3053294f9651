"""Payments as people list them."""

from typing import Any

import numpy as np

from payment_simulator.api.payment_table import STATUSES
from payment_simulator.api.run_view import RunView


def listed(
    run: RunView, status: str | None = None, agent: str | None = None, limit: int = 100, offset: int = 0
) -> dict[str, Any]:
    """A page of payments, the latest arrivals first: `transactions`, and `total` of all pages."""
    table = run.table
    payments = table.payments
    wanted = np.ones(len(payments), dtype=bool)
    if status is not None:
        wanted &= table.status == STATUSES.index(status)
    if agent is not None:
        number = run.agent_ids.index(agent) if agent in run.agent_ids else -1
        wanted &= (payments.sender == number) | (payments.receiver == number)
    found = np.flatnonzero(wanted)
    found = found[np.lexsort((found, -payments.arrival_tick[found]))]
    return {
        "transactions": table.rows(found[offset : offset + limit].tolist()),
        "total": len(found),
        "limit": limit,
        "offset": offset,
    }


def tracked(run: RunView, index: int) -> dict[str, Any]:
    """One payment, and whether it may be split."""
    return {**run.table.row(index), "divisible": bool(run.columns("Arrival")["is_divisible"][index])}


def related(run: RunView, index: int) -> list[dict[str, Any]]:
    """The payment that this one is a part of, and its own parts."""
    parent = int(run.payments.parent[index])
    parents = [(parent, "parent")] if parent >= 0 else []
    return [
        {
            "tx_id": run.payment_id(other),
            "relationship": relationship,
            "split_index": int(run.payments.part[other]) or None,
        }
        for other, relationship in [*parents, *((part, "child") for part in run.table.parts(index))]
    ]
