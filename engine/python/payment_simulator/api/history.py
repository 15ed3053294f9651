"""What is remembered of each tick besides the log: its counts, where its events end, when it was run."""

import time
from array import array
from bisect import bisect_right

from payment_simulator_core_rs import Orchestrator

from payment_simulator.api.run_view import event_ends
from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import View

COUNTS = (
    "num_arrivals",
    "num_settlements",
    "num_lsm_releases",
    "total_cost",
    "settled_payments",
    "settled_value",
    "lsm_operations",
    "lsm_settled_payments",
)
"""What is counted in a tick, as the engine names it."""
COLUMNS = (*COUNTS, "dropped", "queue_depth")
"""The same, payments that were dropped in the tick, and payments in the central queue at its end."""
OLDER = {"arrivals": "num_arrivals", "settlements": "num_settlements"}
"""Other names that clients know."""


class History(View):
    """Grows by one row a tick, 96 bytes each. A restored simulation counts from where it was restored."""

    def __init__(self, engine: Orchestrator) -> None:
        self.engine = engine
        self.restored = engine.current_tick
        """So many ticks were not run here."""
        self._counts = array("q")
        self._dropped = engine.totals()["total_dropped"]
        self._times = array("d")
        self.event_ends = event_ends(engine)
        """Where the events of each tick end in the log."""

    def show(self, frame: TickFrame) -> None:
        """Note a tick that was run."""
        totals = self.engine.totals()
        self._counts.extend(frame.counts[name] for name in COUNTS)
        self._counts.append(totals["total_dropped"] - self._dropped)
        self._counts.append(sum(agent["queue2_size"] for agent in totals["agents"]))
        self._dropped = totals["total_dropped"]
        self._times.append(time.time())
        self.event_ends.append(self.engine.event_count)

    @property
    def end(self) -> int:
        """The tick after the last one that was run."""
        return len(self.event_ends)

    def counts(self, tick: int) -> dict[str, int]:
        """The counts of `tick` with its number, under older names too."""
        row = (tick - self.restored) * len(COLUMNS)
        counts = dict(zip(COLUMNS, self._counts[row : row + len(COLUMNS)], strict=True))
        return {"tick": tick, **counts, **{older: counts[name] for older, name in OLDER.items()}}

    def time(self, tick: int) -> float | None:
        """When `tick` was run, in seconds since 1970; None for a tick that has not been run here."""
        row = tick - self.restored
        return self._times[row] if 0 <= row < len(self._times) else None

    @property
    def event_end(self) -> int:
        """How many events the ticks have that were run."""
        return self.event_ends[-1] if self.event_ends else 0

    def tick_of(self, seq: int) -> int:
        """The tick of the event at place `seq` in the log."""
        return bisect_right(self.event_ends, seq)

    def event_range(self, tick: int) -> tuple[int, int]:
        """Where the events of `tick` begin and end in the log."""
        return (self.event_ends[tick - 1] if tick else 0), self.event_ends[tick]
