"""A simulator of real-time gross settlement, queues and liquidity-saving mechanisms.

    from payment_simulator import load_config, simulate
    run = simulate(load_config("scenarios/two_banks.yaml"))

Money is integer cents, time is ticks counted from 0. Every name below is loaded when it is first used, so that
importing the package costs next to nothing and a checked scenario can be run without Pydantic or PyYAML.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payment_simulator.config.loader import load_config, parse_config
    from payment_simulator.config.problem import ConfigError, Problem
    from payment_simulator.config.simulation_config import SimulationConfig
    from payment_simulator.execution.run import Flows, Payments, Run, Series
    from payment_simulator.execution.simulate import simulate

__all__ = [
    "ConfigError",
    "Flows",
    "Payments",
    "Problem",
    "Run",
    "Series",
    "SimulationConfig",
    "load_config",
    "parse_config",
    "simulate",
]

_HOME = {
    "ConfigError": "config.problem",
    "Flows": "execution.run",
    "Payments": "execution.run",
    "Problem": "config.problem",
    "Run": "execution.run",
    "Series": "execution.run",
    "SimulationConfig": "config.simulation_config",
    "load_config": "config.loader",
    "parse_config": "config.loader",
    "simulate": "execution.simulate",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from payment_simulator_core_rs import __version__

        return __version__
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
