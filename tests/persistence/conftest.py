"""Runs in a database, made as a user makes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from payment_simulator import Run, SimulationConfig, load_config, simulate
from payment_simulator.execution.runner import SimulationRunner
from payment_simulator.execution.source import LiveSource
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.writer import EVENTS_PER_COMMIT, DatabaseWriter
from payment_simulator_core_rs import Orchestrator

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").rglob("*.yaml"))


def persist(
    path: Path,
    source: SimulationConfig | Mapping[str, Any] | Path,
    name: str,
    *,
    full_replay: bool = False,
    ticks: int | None = None,
    events_per_commit: int = EVENTS_PER_COMMIT,
) -> Run:
    """Run a scenario into a database, and return the same run with everything in memory."""
    config = source if isinstance(source, SimulationConfig) else load_config(source)
    engine = Orchestrator(config.engine_input(), hashing=True)
    writer = DatabaseWriter(
        Database(path, create=True),
        engine,
        name,
        config_file=config.name,
        display=config.display,
        full_replay=full_replay,
        events_per_commit=events_per_commit,
    )
    SimulationRunner(LiveSource(engine, config.scenario.simulation.ticks_per_day, ticks), [writer]).run()
    return simulate(config, ticks=ticks)
