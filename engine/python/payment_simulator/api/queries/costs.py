"""What it has cost, now and tick by tick."""

from typing import Any

import numpy as np

from payment_simulator.api.queries import clock
from payment_simulator.api.run_view import RunView


def costs(run: RunView) -> dict[str, Any]:
    """Every bank's costs since the start of the run, by category."""
    return {
        **clock(run),
        "agents": {agent["id"]: agent["costs"] for agent in run.totals["agents"]},
        "total_system_cost": run.totals["total_cost"],
    }


def timeline(run: RunView) -> dict[str, Any]:
    """Every bank's total cost up to the end of each tick."""
    by_tick = sum(run.series.costs.values(), np.zeros_like(run.series.balance))
    running = np.cumsum(by_tick, axis=0).tolist()
    return {
        "agent_ids": run.agent_ids,
        "tick_costs": [
            {"tick": tick, "agent_costs": dict(zip(run.agent_ids, row, strict=True))}
            for tick, row in enumerate(running)
        ],
        "ticks_per_day": run.ticks_per_day,
    }
