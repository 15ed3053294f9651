"""A day being computed: at once where it is short, in slices where it is not, so that a page can answer in between."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payment_simulator.execution.run import Run

PIECE_SECONDS = 0.01
"""About how long the engine is left to itself before the clock is looked at."""
SPREAD = 4
"""By how much a piece may have more or fewer ticks than the one before it: ticks take unequal time."""


class Computation:
    """The run of an engine input, tick by tick. It is the same run however it is sliced.

    `like`: a run that may share arrivals with it, which need not be read again then. Raises the engine's
    `ConfigurationError` when it is made, and its `SimulationError` in `advance`.
    """

    def __init__(self, config: Mapping[str, Any], like: Run | None = None) -> None:
        from payment_simulator.execution.simulate import engine_input
        from payment_simulator_core_rs import Orchestrator

        self.config = engine_input(config)
        began = time.perf_counter()
        if like is not None and _share_arrivals(self.config, like.config):
            self._engine = Orchestrator(_without_arrivals(self.config), like=like.engine)
        else:
            self._engine = Orchestrator(self.config)
        self.seconds = time.perf_counter() - began
        """What it took so far, without the pauses between slices."""
        self._piece = 1

    @property
    def done(self) -> int:
        """Ticks that were run."""
        return self._engine.current_tick

    @property
    def ticks(self) -> int:
        """Ticks that there are to run."""
        return self._engine.total_ticks

    @property
    def finished(self) -> bool:
        return self.done == self.ticks

    def advance(self, seconds: float | None) -> bool:
        """Run ticks for about so long, at least one; None: all. True when the day is done."""
        began = now = time.perf_counter()
        while not self.finished and (now == began or (seconds is not None and now - began < seconds)):
            ran = self._engine.run(self.ticks if seconds is None else self._piece)
            before, now = now, time.perf_counter()
            if seconds is not None and ran:
                wanted = ran * min(seconds, PIECE_SECONDS) / max(now - before, 1e-9)
                self._piece = max(1, int(min(max(wanted, ran / SPREAD), ran * SPREAD)))
        self.seconds += now - began
        return self.finished

    def run(self) -> Any:
        """The finished `Run`."""
        from payment_simulator.execution.run import Run

        return Run(self._engine, self.config)


def _share_arrivals(config: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the arrivals of both are the same objects, bank by bank: changes share what they leave alone."""
    known = {agent["id"]: agent.get("arrivals") for agent in other["agents"]}
    ids = [agent["id"] for agent in config["agents"]]
    return {*ids} == {*known} and all(agent.get("arrivals") is known[agent["id"]] for agent in config["agents"])


def _without_arrivals(config: Mapping[str, Any]) -> dict[str, Any]:
    agents = [{key: value for key, value in agent.items() if key != "arrivals"} for agent in config["agents"]]
    return {**config, "agents": agents}
