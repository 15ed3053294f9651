"""One tick as people look at it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol


class EventReader(Protocol):
    """Tells events of a range of ticks: the live engine, and whatever has stored its log."""

    def events(self, from_tick: int, to_tick: int) -> list[dict[str, Any]]:
        """As dicts, in log order."""

    def events_jsonl(self, from_tick: int, to_tick: int) -> bytes:
        """As JSON Lines."""


@dataclass(frozen=True)
class TickFrame:
    """What happened in one tick. Nothing but the counts is made before it is asked for.

    `counts` are those of the engine's tick result: `num_arrivals, num_settlements, num_lsm_releases, total_cost, ...`.
    """

    tick: int
    ticks_per_day: int
    counts: dict[str, int]
    reader: EventReader

    @property
    def day(self) -> int:
        """The day of the tick, counted from 0."""
        return self.tick // self.ticks_per_day

    @property
    def ends_day(self) -> bool:
        """Whether the tick is the last one of its day."""
        return (self.tick + 1) % self.ticks_per_day == 0

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The events of the tick, in log order."""
        return self.reader.events(self.tick, self.tick + 1)

    @property
    def jsonl(self) -> bytes:
        """The events of the tick as JSON Lines."""
        return self.reader.events_jsonl(self.tick, self.tick + 1)
