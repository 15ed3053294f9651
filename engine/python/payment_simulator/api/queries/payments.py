"""Payments as people list them."""

import json
from collections.abc import Iterable
from typing import Any

import numpy as np

from payment_simulator.api.payment_table import STATUSES
from payment_simulator.api.run_view import RunView
from payment_simulator.api.submission import SubmittedPayment


def listed(
    run: RunView,
    submitted: Iterable[SubmittedPayment] = (),
    status: str | None = None,
    agent: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> dict[str, Any]:
    """A page of payments, the latest arrivals first: `transactions`, and `total` of all pages.

    `submitted` are those that arrive in the tick that runs next.
    """
    ahead = [payment.row() for payment in submitted if status in (None, "pending") and payment.names(agent)]
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
    page = slice(max(offset - len(ahead), 0), max(offset + limit - len(ahead), 0))
    return {
        "transactions": ahead[offset : offset + limit] + table.rows(found[page].tolist()),
        "total": len(ahead) + len(found),
        "limit": limit,
        "offset": offset,
    }


def tracked(run: RunView, index: int) -> dict[str, Any]:
    """One payment, whether it may be split, and what is known about its submission by a client."""
    row = run.table.row(index)
    tick = _submitted_tick(run, row["tx_id"])
    before = None
    if tick is not None:
        balances = {agent["id"]: agent["balance"] for agent in run.state(tick - 1)["agents"]}
        before = balances[row["sender_id"]]
    return {
        **row,
        "divisible": bool(run.columns("Arrival")["is_divisible"][index]),
        "submitted_at_tick": tick,
        "sender_balance_at_submission": before,
    }


def _submitted_tick(run: RunView, tx_id: str) -> int | None:
    """The tick in which a payment arrived because a client had submitted it."""
    commands = run.columns("ControlExecuted")
    for tick, control, details in zip(commands["tick"], commands["control"], commands["details"], strict=True):
        if control == "submit" and json.loads(details)["tx_id"] == tx_id:
            return int(tick)
    return None


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
