"""What the command line shows of a run, as views of the one loop."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from payment_simulator.execution.display.moment import Moment
from payment_simulator.execution.display.tick import tick_text
from payment_simulator.execution.event_filter import EventFilter
from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.log_state import LogState
from payment_simulator.execution.runner import View
from payment_simulator.execution.source import Source

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class JsonLinesView(View):
    """Every event as one flat JSON line, with its `day` after its `tick`. The engine makes the text."""

    # Events that have a day of their own (the end of a day) keep it.
    _TICK = re.compile(rb'^(\{"event_type":"[^"]*","tick":\d+)(?!\d|,"day":)', re.MULTILINE)

    def __init__(self, out: BinaryIO, shown: EventFilter) -> None:
        self.out = out
        self.shown = shown

    def show(self, frame: TickFrame) -> None:
        """Write the events of the tick that pass."""
        lines = frame.jsonl
        if not self.shown.is_empty:
            chosen = map(self.shown.has, frame.events)
            lines = b"".join(line for line, has in zip(lines.splitlines(True), chosen, strict=True) if has)
        self.out.write(self._TICK.sub(rb'\g<1>,"day":%d' % frame.day, lines))


class StreamView(View):
    """One JSON line a tick. `settlements` are those of the engine's tick result."""

    def __init__(self, out: BinaryIO) -> None:
        self.out = out

    def show(self, frame: TickFrame) -> None:
        """Write the tick."""
        counts = frame.counts
        line = {
            "tick": frame.tick,
            "arrivals": counts["num_arrivals"],
            "settlements": counts["num_settlements"],
            "lsm_releases": counts["num_lsm_releases"],
            "costs": counts["total_cost"],
        }
        self.out.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")


class VerboseView(View):
    """Every tick as sections of text, from `first_tick` on. Frames must come from tick 0 on: the state follows them."""

    def __init__(self, out: BinaryIO, state: LogState, shown: EventFilter, first_tick: int = 0) -> None:
        self.out = out
        self.state = state
        self.shown = shown
        self.first_tick = first_tick

    def show(self, frame: TickFrame) -> None:
        """Write the tick."""
        previous = {agent_id: bank.balance for agent_id, bank in self.state.banks.items()}
        self.state.apply(frame.tick, frame.events)
        if frame.tick >= self.first_tick and self.shown.has_tick(frame.tick):
            moment = Moment(frame.tick, self.state, frame.events, previous, self.shown)
            self.out.write(tick_text(moment).encode())

    def finish(self) -> None:
        """Let go of what is kept back."""
        self.out.flush()


class TimedSource:
    """A source that notes how long each of its frames took to be made."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.micros: list[int] = []

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[TickFrame]:
        frames = iter(self.source)
        while True:
            began = time.perf_counter_ns()
            frame = next(frames, None)
            if frame is None:
                return
            self.micros.append((time.perf_counter_ns() - began) // 1000)
            yield frame


class TimingView(View):
    """How long the ticks took: a line a tick, or one at the end."""

    def __init__(self, out: BinaryIO, source: TimedSource, *, each: bool) -> None:
        self.out = out
        self.source = source
        self.each = each

    def show(self, frame: TickFrame) -> None:
        """Write the tick's line."""
        if self.each:
            self.out.write(f"timing: tick {frame.tick}: {self.source.micros[-1]} µs\n".encode())

    def finish(self) -> None:
        """Write the line of the run."""
        micros = self.source.micros
        if not self.each and micros:
            most = max(micros)
            text = f"timing: {len(micros)} ticks, {sum(micros)} µs, longest tick {micros.index(most)} with {most} µs\n"
            self.out.write(text.encode())
        self.out.flush()


class ProgressView(View):
    """A progress bar on stderr with payments per second and the time that is left. Only for a terminal."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self.task: TaskID | None = None
        self.payments = 0

    def start(self, ticks: int) -> None:
        """Show the bar."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.progress = Progress(
            TextColumn("ticks"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]} payments/s"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self.task = self.progress.add_task("ticks", total=ticks, rate="-")
        self.progress.start()

    def show(self, frame: TickFrame) -> None:
        """Move the bar."""
        assert self.progress is not None
        assert self.task is not None
        self.payments += frame.counts["num_arrivals"]
        elapsed = self.progress.tasks[self.task].elapsed
        rate = f"{self.payments / elapsed:,.0f}" if elapsed else "-"
        self.progress.update(self.task, advance=1, rate=rate)

    def close(self) -> None:
        """Take the bar away."""
        if self.progress is not None:
            self.progress.stop()
