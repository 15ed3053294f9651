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
    payments, totals = run.payments, run.totals
    settled, dropped = payments.settled_tick >= 0, payments.dropped_tick >= 0
    caps = {agent["id"]: agent["unsecured_cap"] for agent in run.config["agents"]}
    opening = {agent["id"]: agent["balance"] for agent in run.state(-1)["agents"]}
    rows = []
    for number, agent in enumerate(totals["agents"]):
        sent, received = settled & (payments.sender == number), settled & (payments.receiver == number)
        balances = np.concatenate(([opening[agent["id"]]], run.series.balance[:, number]))
        lowest = int(balances.min())
        rows.append(
            {
                "agent_id": agent["id"],
                "total_sent": int(sent.sum()),
                "total_received": int(received.sum()),
                "total_settled": int((sent | received).sum()),
                "total_dropped": int((dropped & (payments.sender == number)).sum()),
                "sent_value": int(payments.amount[sent].sum()),
                "received_value": int(payments.amount[received].sum()),
                "total_cost_cents": agent["costs"]["total_cost"],
                "avg_balance_cents": balances.mean().item(),
                "min_balance_cents": lowest,
                "peak_overdraft_cents": max(-lowest, 0),
                "unsecured_cap_cents": caps[agent["id"]],
            }
        )
    return rows


def timeline(run: RunView, agent_id: str) -> dict[str, Any]:
    """A bank day by day, and every change of its collateral."""
    number = run.agent_ids.index(agent_id)
    opening = run.state(-1)["agents"][number]["balance"]
    days = []
    for first in range(0, run.ticks, run.ticks_per_day):
        days.append(_day(run, number, first, opening))
        opening = days[-1]["closing_balance"]
    return {"agent_id": agent_id, "daily_metrics": days, "collateral_events": _collateral(run, number)}


def _day(run: RunView, number: int, first: int, opening: int) -> dict[str, Any]:
    last = min(first + run.ticks_per_day, run.ticks)
    payments, balances = run.payments, run.series.balance[first:last, number]
    that_day = (payments.settled_tick >= first) & (payments.settled_tick < last)
    return {
        "day": first // run.ticks_per_day,
        "opening_balance": opening,
        "closing_balance": int(balances[-1]),
        "min_balance": min(opening, int(balances.min())),
        "max_balance": max(opening, int(balances.max())),
        "transactions_sent": int((that_day & (payments.sender == number)).sum()),
        "transactions_received": int((that_day & (payments.receiver == number)).sum()),
        "total_cost_cents": sum(int(costs[first:last, number].sum()) for costs in run.series.costs.values()),
    }


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
    """The figures of the whole system so far."""
    table, totals = run.table, run.totals
    wholes = (run.payments.parent < 0) & (table.settled_tick >= 0)
    delays = (table.settled_tick - run.payments.arrival_tick)[wholes]
    balances = run.series.balance
    figures = {
        "total_arrivals": totals["total_arrivals"],
        "total_settlements": totals["total_settlements"],
        "settlement_rate": totals["settlement_rate"],
        "avg_delay_ticks": delays.mean().item() if len(delays) else 0.0,
        "max_delay_ticks": int(delays.max()) if len(delays) else 0,
        "queue1_total_size": sum(agent["queue1_size"] for agent in totals["agents"]),
        "queue2_total_size": sum(agent["queue2_size"] for agent in totals["agents"]),
        "peak_overdraft": max(-int(balances.min()), 0) if balances.size else 0,
        "agents_in_overdraft": sum(agent["final_balance"] < 0 for agent in totals["agents"]),
    }
    return {**clock(run), "metrics": figures}
