"""The JSON that ends a run or a replay."""

import json
from typing import Any

from payment_simulator.execution.run import Run


def final_json(run: Run, simulation: dict[str, Any], duration_seconds: float, *, marked: bool = False) -> str:
    """One compact line: simulation, metrics, agents, costs, performance. Money in cents.

    `simulation` stands first under `simulation`, before how long it took. `duration_seconds`, `ticks_per_second` and
    `performance` are the only values that differ from one run of the same scenario and seed to the next. `marked`:
    it is the last line of a stream, and says so.
    """
    totals = run.totals
    ticks = simulation.get("ticks_replayed", run.ticks)
    speed = _speed(ticks, duration_seconds)
    mark = {"_final": True} if marked else {}
    return _compact(
        mark
        | {
            "simulation": {
                **simulation,
                "seed": run.seed,
                "ticks_executed": run.ticks,
                "duration_seconds": round(duration_seconds, 3),
                "ticks_per_second": speed,
            },
            "metrics": {name: totals[name] for name in METRICS},
            "agents": totals["agents"],
            "costs": {**totals["costs"], "total_cost": totals["total_cost"]},
            "performance": {"ticks_per_second": speed},
        }
    )


def metadata_json(run: Run, about: dict[str, Any], duration_seconds: float) -> str:
    """The last line of an event stream: final statistics of the whole run. `about` stands after the mark."""
    totals = run.totals
    statistics = {
        "_metadata": True,
        **about,
        "seed": run.seed,
        "ticks_executed": run.ticks,
        "total_events": run.event_count,
        **{name: totals[name] for name in METRICS},
        "total_costs": totals["total_cost"],
        "duration_seconds": round(duration_seconds, 3),
        "ticks_per_second": _speed(about.get("ticks_replayed", run.ticks), duration_seconds),
    }
    return _compact(statistics)


METRICS = (
    "total_arrivals",
    "total_settlements",
    "total_lsm_releases",
    "settlement_rate",
    "lsm_operations",
    "lsm_settled_payments",
    "arrived_value",
    "settled_value",
)
"""The totals that are reported, in their order."""


def _speed(ticks: int, duration_seconds: float) -> float:
    return round(ticks / duration_seconds, 2) if duration_seconds > 0 else 0.0


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
