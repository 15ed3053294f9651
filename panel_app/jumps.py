"""Ticks of a run worth a jump."""

from typing import Any

import numpy as np

from panel_app.figures.gridlock import gridlock_spans
from panel_app.figures.run_index import index_of, per_run

BILATERAL, CYCLE = 2, 3


def largest_netting(run: Any) -> int | None:
    """The tick in which most value settles in cycles or multilaterally, else by bilateral netting; None without
    netting."""
    value = index_of(run).settled_value
    for part in (value[:, CYCLE:].sum(axis=1), value[:, BILATERAL]):
        if len(part) and part.max() > 0:
            return int(part.argmax())
    return None


@per_run
def events(run: Any) -> list[int]:
    """Ticks with netting, the first tick of each gridlock, and the last tick, ascending."""
    netting = np.flatnonzero(index_of(run).settled_count[:, BILATERAL:].sum(axis=1))
    return sorted({*netting.tolist(), *(start for start, _ in gridlock_spans(run)), run.ticks - 1})


def next_event(run: Any, tick: int, direction: int = 1) -> int | None:
    """The next (`direction` 1) or previous (-1) of `events`, or None."""
    if direction > 0:
        return next((at for at in events(run) if at > tick), None)
    return next((at for at in reversed(events(run)) if at < tick), None)
