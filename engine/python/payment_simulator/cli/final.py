"""The JSON that ends a run."""

import json
from typing import Any

from payment_simulator.execution.run import Run


def final_json(run: Run, config_file: str, duration_seconds: float) -> str:
    """One compact line: simulation, metrics, agents, costs, performance. Money in cents.

    `duration_seconds`, `ticks_per_second` and `performance` are the only values that differ from one run of the same
    scenario and seed to the next.
    """
    totals = run.totals
    speed = _speed(run.ticks, duration_seconds)
    return _compact(
        {
            "simulation": {
                "config_file": config_file,
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


def metadata_json(run: Run, duration_seconds: float) -> str:
    """The last line of an event stream: final statistics."""
    totals = run.totals
    statistics = {
        "_metadata": True,
        "seed": run.seed,
        "ticks_executed": run.ticks,
        "total_events": run.event_count,
        **{name: totals[name] for name in METRICS},
        "total_costs": totals["total_cost"],
        "duration_seconds": round(duration_seconds, 3),
        "ticks_per_second": _speed(run.ticks, duration_seconds),
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
