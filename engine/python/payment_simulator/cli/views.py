"""What the command line shows of a run, as views of the one loop."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from payment_simulator_core_rs import TickTexts

from payment_simulator.execution.event_filter import EventFilter
from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import View
from payment_simulator.execution.source import Source

if TYPE_CHECKING:
    from payment_simulator_core_rs import Views
    from rich.progress import Progress, TaskID


class JsonLinesView(View):
    """Every event as one flat JSON line, with its `day` after its `tick`. The engine makes the text."""

    # Events that have a day of their own (the end of a day) keep it.
    _TICK = re.compile(rb'^(\{"event_type":"[^"]*","tick":\d+)(?!\d|,"day":)', re.MULTILINE)

    def __init__(self, out: BinaryIO, run: Views, shown: EventFilter) -> None:
        self.out = out
        self.run = run
        self.shown = shown

    def show(self, frame: TickFrame) -> None:
        """Write the events of the tick that pass."""
        if self.shown.has_tick(frame.tick):
            lines = self.run.events_jsonl(frame.tick, frame.tick + 1, self.shown)
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
    """Every tick as sections of text. The engine makes the text."""

    def __init__(self, out: BinaryIO, run: Views, shown: EventFilter) -> None:
        self.out = out
        self.run = run
        self.shown = shown
        self.texts = TickTexts(run, shown)

    def show(self, frame: TickFrame) -> None:
        """Write the tick. One that is not shown is taken in: the text of those after it tells of what came before."""
        end = frame.tick + 1
        self.out.write(self.texts.tell(self.run, frame.tick if self.shown.has_tick(frame.tick) else end, end))

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
