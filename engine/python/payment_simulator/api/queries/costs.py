"""What it has cost, now and tick by tick."""

from typing import Any

import numpy as np

from payment_simulator.api.problem import bad_request
from payment_simulator.api.queries import clock
from payment_simulator.api.run_view import RunView


def costs(run: RunView) -> dict[str, Any]:
    """Every bank's costs since the start of the run, by category."""
    return {
        **clock(run),
        "agents": {agent["id"]: agent["costs"] for agent in run.totals["agents"]},
        "total_system_cost": run.totals["total_cost"],
    }


CELLS_MAX = 1_000_000
"""The most ticks times banks in one answer."""


def timeline(run: RunView, tick_min: int | None = None, tick_max: int | None = None) -> dict[str, Any]:
    """Every bank's total cost up to the end of each tick, of all ticks or of some. 400 for too many at once."""
    first, end = tick_min or 0, run.ticks if tick_max is None else min(tick_max + 1, run.ticks)
    if (end - first) * len(run.agent_ids) > CELLS_MAX:
        most = CELLS_MAX // len(run.agent_ids)
        raise bad_request(f"{end - first} ticks are too many for one answer; ask for {most} with tick_min and tick_max")
    by_tick = sum(run.series.costs.values(), np.zeros_like(run.series.balance))
    running = np.cumsum(by_tick, axis=0)[first:end].tolist()
    return {
        "agent_ids": run.agent_ids,
        "tick_costs": [
            {"tick": tick, "agent_costs": dict(zip(run.agent_ids, row, strict=True))}
            for tick, row in enumerate(running, first)
        ],
        "ticks_per_day": run.ticks_per_day,
    }
