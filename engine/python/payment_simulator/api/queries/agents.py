"""What banks have done, day by day and over the run, and the figures of the whole system."""

from typing import Any

import numpy as np

from payment_simulator.api.queries import clock
from payment_simulator.api.run_view import RunView

COLLATERAL_ACTIONS = {
    "CollateralPost": "post",
    "CollateralWithdraw": "withdraw",
    "CollateralTimerWithdrawn": "withdraw",
}


def performance(run: RunView) -> list[dict[str, Any]]:
    """What each bank has done. Payments that were split count once for each part that settled."""
    costs = {agent["id"]: agent["costs"]["total_cost"] for agent in run.totals["agents"]}
    caps = {agent["id"]: agent["unsecured_cap"] for agent in run.config["agents"]}
    dropped = run.daily["num_dropped"].sum(axis=0)
    return [
        {
            "agent_id": agent["id"],
            "total_sent": agent["num_sent"],
            "total_received": agent["num_received"],
            "total_settled": agent["num_sent"] + agent["num_received"],
            "total_dropped": int(dropped[number]),
            "sent_value": agent["total_sent"],
            "received_value": agent["total_received"],
            "total_cost_cents": costs[agent["id"]],
            "avg_balance_cents": agent["avg_balance"],
            "min_balance_cents": agent["min_balance"],
            "peak_overdraft_cents": agent["peak_overdraft"],
            "unsecured_cap_cents": caps[agent["id"]],
        }
        for number, agent in enumerate(run.metrics["agents"])
    ]


DAY = {
    "opening_balance": "opening_balance",
    "closing_balance": "balance_after_return",
    "min_balance": "min_balance",
    "max_balance": "max_balance",
    "transactions_sent": "num_sent",
    "transactions_received": "num_received",
    "total_cost_cents": "total_cost",
}
"""What an answer tells of a bank's day, and the engine's column of it."""


def timeline(run: RunView, agent_id: str) -> dict[str, Any]:
    """A bank day by day, and every change of its collateral."""
    number = run.agent_ids.index(agent_id)
    days = [
        {"day": day, **{name: int(run.daily[column][day, number]) for name, column in DAY.items()}}
        for day in range(len(run.daily["num_sent"]))
    ]
    return {"agent_id": agent_id, "daily_metrics": days, "collateral_events": _collateral(run, number)}


def _collateral(run: RunView, number: int) -> list[dict[str, Any]]:
    """Every change of the bank's posted collateral, from the events."""
    found = []
    for event_type, action in COLLATERAL_ACTIONS.items():
        columns = run.columns(event_type)
        reasons = columns["original_reason" if event_type == "CollateralTimerWithdrawn" else "reason"]
        for place in np.flatnonzero(columns["agent_id"] == number).tolist():
            amount, total, tick = (int(columns[name][place]) for name in ("amount", "new_total", "tick"))
            row = {
                "tick": tick,
                "day": tick // run.ticks_per_day,
                "action": action,
                "amount": amount,
                "reason": reasons[place],
                "balance_before": total - amount if action == "post" else total + amount,
            }
            found.append((int(columns["seq"][place]), row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def metrics(run: RunView) -> dict[str, Any]:
    """The figures of the whole system so far, as the engine tells them from the log; those of banks stand elsewhere."""
    return {**clock(run), "metrics": {name: figure for name, figure in run.metrics.items() if name != "agents"}}
