"""A day being computed: at once where it is short, in slices where it is not, so that a page can answer in between."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

PIECE_SECONDS = 0.01
"""About how long the engine is left to itself before the clock is looked at."""
SPREAD = 4
"""By how much a piece may have more or fewer ticks than the one before it: ticks take unequal time."""


class Computation:
    """The run of an engine input, tick by tick. It is the same run however it is sliced.

    Raises the engine's `ConfigurationError` when it is made, and its `SimulationError` in `advance`.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        from payment_simulator.execution.simulate import engine_input
        from payment_simulator_core_rs import Orchestrator

        self.config = engine_input(config)
        began = time.perf_counter()
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
