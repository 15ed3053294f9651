"""A whole run in one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from payment_simulator_core_rs import Orchestrator

from payment_simulator.execution.run import Run

if TYPE_CHECKING:
    from payment_simulator.config.simulation_config import SimulationConfig


def engine_input(config: SimulationConfig | Mapping[str, Any], seed: int | None = None) -> dict[str, Any]:
    """What the engine reads for `config`, with another seed if one is given.

    A mapping may be engine input already (a `display` beside it is left aside); any other mapping is a scenario
    document and goes through `load_config`.
    """
    if isinstance(config, Mapping) and not _is_engine_input(config):
        from payment_simulator.config.loader import load_config

        config = load_config(config)
    plain = config if isinstance(config, Mapping) else config.engine_input()
    plain = {key: value for key, value in plain.items() if key != "display"}
    return plain if seed is None else plain | {"rng_seed": seed}


def _is_engine_input(config: Mapping[str, Any]) -> bool:
    """Only engine input has rates of cost as text: a document has numbers there, or nothing."""
    rates = config.get("cost_rates")
    return isinstance(rates, Mapping) and isinstance(rates.get("overdraft_bps_per_tick"), str)


def simulate(config: SimulationConfig | Mapping[str, Any], *, seed: int | None = None, ticks: int | None = None) -> Run:
    """Run a scenario to its end, or for its first `ticks` ticks, and return the run.

    `seed` (0 to 2**64 - 1) replaces that of the scenario. Raises `ConfigError` for a mapping that is no scenario, the
    engine's `ConfigurationError` for an engine input that it refuses, and its `SimulationError` for a tick that cannot
    be run.
    """
    plain = engine_input(config, seed)
    engine = Orchestrator(plain)
    engine.run(engine.total_ticks if ticks is None else ticks)
    return Run(engine, plain)
