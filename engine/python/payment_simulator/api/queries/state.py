"""The state of a simulation, now and at the end of any tick."""

from typing import Any

from payment_simulator.api.problem import bad_request
from payment_simulator.api.queries import current_day, current_tick
from payment_simulator.api.record import Record
from payment_simulator.api.run_view import RunView

TRANSACTIONS_SHOWN = 10_000
"""Up to so many payments stand in the state without being asked for."""
TRANSACTIONS_MAX = 100_000
"""No more stand in it, asked for or not."""


def answer(run: RunView, record: Record, transactions: bool | None = None) -> dict[str, Any]:
    """The state of a simulation as it is answered everywhere."""
    return {"simulation_id": record.id, "status": record.lifecycle.status, **state(run, transactions)}


def state(run: RunView, transactions: bool | None) -> dict[str, Any]:
    """Everything now. `transactions`: whether payments are in it; None: if they are not too many."""
    if transactions and len(run.payments) > TRANSACTIONS_MAX:
        raise bad_request(
            f"there are {len(run.payments)} payments, more than {TRANSACTIONS_MAX} for one answer; page them"
        )
    now = run.state(run.ticks - 1)
    shown = len(run.payments) <= TRANSACTIONS_SHOWN if transactions is None else transactions
    table = run.table
    waiting = [index for name in now["queue2"] if (index := table.index(name)) is not None]
    caps = {agent["id"]: agent["unsecured_cap"] for agent in run.config["agents"]}
    agents = {agent["id"]: _agent(agent, caps[agent["id"]]) for agent in now["agents"]}
    payments = {row["tx_id"]: row for row in table.rows(range(len(run.payments)))} if shown else {}
    return {
        "current_tick": current_tick(run),
        "current_day": current_day(run),
        "agents": agents,
        "queue2_size": len(waiting),
        "transactions_included": shown,
        "state": {
            "agents": agents,
            "transactions": payments,
            "queue_size": len(waiting),
            "queue_value": sum(int(run.payments.amount[index] - table.paid[index]) for index in waiting),
        },
    }


def _agent(agent: dict[str, Any], cap: int) -> dict[str, Any]:
    balance, limit = agent["balance"], agent["credit_limit"]
    used = max(-balance, 0)
    means = balance + cap + agent["posted_collateral"]
    return {
        "id": agent["id"],
        "balance": balance,
        "unsecured_cap": cap,
        "credit_limit": limit,
        "posted_collateral": agent["posted_collateral"],
        "available_liquidity": max(balance, 0) + max(limit - used, 0),
        "is_using_credit": used > 0,
        "credit_used": used,
        "liquidity_pressure": 1.0 if means <= 0 else min(max(1 - max(balance, 0) / means, 0.0), 1.0),
        "outgoing_queue_size": len(agent["queue1"]),
        "queue1_size": len(agent["queue1"]),
        "queue2_size": len(agent["queue2"]),
    }


def at_tick(run: RunView, tick: int) -> dict[str, Any]:
    """The end of `tick`. For the tick that runs next: as it stands now. 400 for one that has not been run."""
    if not 0 <= tick <= run.ticks:
        last = f"ticks 0 to {run.ticks - 1} have" if run.ticks else "no tick has"
        raise bad_request(f"tick {tick} has not been run; {last} been")
    past = run.state(min(tick, run.ticks - 1))
    caps = {agent["id"]: agent["unsecured_cap"] for agent in run.config["agents"]}
    agents = {agent["id"]: _agent_then(agent, caps[agent["id"]]) for agent in past["agents"]}
    table = run.table
    whole = run.payments.parent < 0
    arrived = int((whole & (run.payments.arrival_tick <= tick)).sum())
    settled = int((whole & (table.settled_tick >= 0) & (table.settled_tick <= tick)).sum())
    return {
        "tick": tick,
        "day": tick // run.ticks_per_day,
        "agents": agents,
        "system": {
            "total_arrivals": arrived,
            "total_settlements": settled,
            "settlement_rate": settled / arrived if arrived else 0.0,
            "queue1_total_size": sum(agent["queue1_size"] for agent in agents.values()),
            "queue2_total_size": len(past["queue2"]),
            "total_system_cost": sum(agent["costs"]["total_cost"] for agent in agents.values()),
        },
    }


def _agent_then(agent: dict[str, Any], cap: int) -> dict[str, Any]:
    balance = agent["balance"]
    return {
        "balance": balance,
        "unsecured_cap": cap,
        "liquidity": balance + cap,
        "headroom": cap - max(-balance, 0),
        "credit_limit": agent["credit_limit"],
        "posted_collateral": agent["posted_collateral"],
        "queue1_size": len(agent["queue1"]),
        "queue2_size": len(agent["queue2"]),
        "costs": agent["costs"],
    }
