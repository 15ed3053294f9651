"""One tick as the views of a run are told of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TickFrame:
    """A tick that has been run, or read.

    `counts` are those of the engine's tick result: `num_arrivals, num_settlements, num_lsm_releases, total_cost, ...`.
    """

    tick: int
    ticks_per_day: int
    counts: dict[str, int]

    @property
    def day(self) -> int:
        """The day of the tick, counted from 0."""
        return self.tick // self.ticks_per_day

    @property
    def ends_day(self) -> bool:
        """Whether the tick is the last one of its day."""
        return (self.tick + 1) % self.ticks_per_day == 0
