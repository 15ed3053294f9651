"""Beads that run along the flows which settle, after a step forward."""

import asyncio
import time

import numpy as np
from bokeh.models.glyphs import Scatter

from panel_app.figures.columns import Columns
from panel_app.figures.curves import Curves
from panel_app.tokens import MECHANISM_TOKENS
from panel_app.views.canvas import Canvas, Token, put, source

SECONDS = 0.35
FRAMES_PER_SECOND = 30
FASTEST_TICKS_PER_SECOND = 8
NONE: Columns = {"x": np.zeros(0), "y": np.zeros(0), "size": np.zeros(0), "mechanism": np.zeros(0, np.int64)}


def duration(ticks_per_second: int | None) -> float:
    """How long beads run: 350 ms after a step, at most 0.7 of a tick while playing, and not at all above 8 a second."""
    if ticks_per_second is None:
        return SECONDS
    return min(SECONDS, 0.7 / ticks_per_second) if ticks_per_second <= FASTEST_TICKS_PER_SECOND else 0.0


def eased(part: float) -> float:
    """Fast at first, slow at the end."""
    return 1 - (1 - part) ** 3


class Beads:
    """One source, "beads", above everything else in the figure; empty when nothing moves."""

    def __init__(self, canvas: Canvas) -> None:
        self.figure = canvas.figure
        self.source = source("beads", NONE)
        self._task: asyncio.Task[None] | None = None
        bead = {"x": "x", "y": "y", "size": "size", "fill_color": canvas.by_number("mechanism", *MECHANISM_TOKENS)}
        canvas.draw(self.source, Scatter, **bead, line_width=1.5, line_color=Token("bg"))

    def run(self, curves: Curves, beads: Columns, seconds: float) -> None:
        """Let the beads run once. Without a running event loop nothing moves."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if len(np.asarray(beads["size"])):
            self._task = loop.create_task(self._run(curves, beads, seconds))

    def stop(self) -> None:
        """Take the beads away."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            put(self.source, NONE)

    async def _run(self, curves: Curves, beads: Columns, seconds: float) -> None:
        begun = time.monotonic()
        while (part := (time.monotonic() - begun) / seconds) < 1:
            x, y = curves.at(eased(part))
            self._change({"x": x, "y": y, **beads})
            await asyncio.sleep(1 / FRAMES_PER_SECOND)
        self._change(NONE)

    def _change(self, columns: Columns) -> None:
        """At once in the browser; on a server under the lock of the document, unless the beads were stopped by then."""
        document, task = self.figure.document, self._task

        def change() -> None:
            if self._task is task:
                put(self.source, columns)

        if document is not None and document.session_context is not None:
            document.add_next_tick_callback(change)
        else:
            change()
