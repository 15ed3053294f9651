"""What the command line shows of a run, as views of the one loop."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import View

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class JsonLinesView(View):
    """Every event as one flat JSON line, with its `day` after its `tick`. The engine makes the text."""

    # Events that have a day of their own (the end of a day) keep it.
    _TICK = re.compile(rb'^(\{"event_type":"[^"]*","tick":\d+)(?!\d|,"day":)', re.MULTILINE)

    def __init__(self, out: BinaryIO) -> None:
        self.out = out

    def show(self, frame: TickFrame) -> None:
        """Write the events of the tick."""
        self.out.write(self._TICK.sub(rb'\g<1>,"day":%d' % frame.day, frame.jsonl))


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
