"""Where frames come from."""

from collections.abc import Iterator
from typing import Protocol

from payment_simulator_core_rs import Orchestrator, Recording

from payment_simulator.execution.frame import TickFrame


class Source(Protocol):
    """Yields the frames of a run in order."""

    def __len__(self) -> int:
        """How many frames there will be."""

    def __iter__(self) -> Iterator[TickFrame]:
        """The frames."""


class LiveSource:
    """Frames from the engine, each tick run when its frame is asked for; at most `ticks` of them."""

    def __init__(self, engine: Orchestrator, ticks_per_day: int, ticks: int | None = None) -> None:
        self.engine = engine
        self.ticks_per_day = ticks_per_day
        left = engine.total_ticks - engine.current_tick
        self.ticks = left if ticks is None else min(ticks, left)

    def __len__(self) -> int:
        return self.ticks

    def __iter__(self) -> Iterator[TickFrame]:
        for _ in range(self.ticks):
            counts = self.engine.tick()
            yield TickFrame(counts["tick"], self.ticks_per_day, counts)


class RecordedSource:
    """Frames of a run that was read back, from `from_tick` up to and without `to_tick`."""

    def __init__(self, recording: Recording, ticks_per_day: int, from_tick: int, to_tick: int) -> None:
        self.recording = recording
        self.ticks_per_day = ticks_per_day
        self.ticks = range(from_tick, to_tick)

    def __len__(self) -> int:
        return len(self.ticks)

    def __iter__(self) -> Iterator[TickFrame]:
        for counts in self.recording.tick_results(self.ticks.start, self.ticks.stop):
            yield TickFrame(counts["tick"], self.ticks_per_day, counts)
