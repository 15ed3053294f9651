"""Payments that wait: whose deadline is near, who is past it, and the queues in which they are."""

from dataclasses import asdict
from typing import Any

from payment_simulator.api.queries import clock, current_tick
from payment_simulator.api.run_view import RunView
from payment_simulator.execution.engine_state import EngineState, EngineStates


def near_deadline(run: RunView, within_ticks: int) -> dict[str, Any]:
    """Payments in a queue that are due in the next tick or in at most `within_ticks` after it."""
    tick = current_tick(run)
    near = [
        asdict(payment) | {"ticks_until_deadline": payment.deadline_tick - tick}
        for payment in _now(run).get_transactions_near_deadline(within_ticks + 1)
    ]
    return {
        "current_tick": tick,
        "within_ticks": within_ticks,
        "threshold_tick": tick + within_ticks,
        "transactions": near,
        "count": len(near),
    }


def overdue(run: RunView) -> dict[str, Any]:
    """Payments in a queue that are past their deadline, with what their lateness costs."""
    late = [asdict(payment) for payment in _now(run).get_overdue_transactions()]
    return {
        "current_tick": current_tick(run),
        "transactions": late,
        "count": len(late),
        "total_overdue_cost": sum(payment["total_overdue_cost"] for payment in late),
    }


def queues(run: RunView, agent_id: str) -> dict[str, Any]:
    """What waits in the bank's own queue, and what of it in the central one."""
    state = next(agent for agent in run.state(run.ticks - 1)["agents"] if agent["id"] == agent_id)
    table = run.table

    def queue(names: list[str]) -> dict[str, Any]:
        rows = [table.row(index) for name in names if (index := table.index(name)) is not None]
        keys = ("tx_id", "receiver_id", "amount", "remaining_amount", "priority", "deadline_tick")
        return {
            "size": len(rows),
            "transactions": [{key: row[key] for key in keys} for row in rows],
            "total_value": sum(row["remaining_amount"] for row in rows),
        }

    queue1, queue2 = queue(state["queue1"]), queue(state["queue2"])
    return {"agent_id": agent_id, **clock(run), "queue1": queue1, "queue2_filtered": queue2}


def _now(run: RunView) -> EngineState:
    return EngineStates(run).at(run.ticks - 1)
