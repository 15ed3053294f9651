"""Gridlock: payments wait for each other in a closed loop, and nothing settles."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from panel_app.figures.run_index import index_of, per_run

MARKED_FROM = 3
"""A gridlock is marked when it lasts this many ticks in a row."""


def has_loop(pays: NDArray[np.bool_]) -> bool:
    """Whether the graph with an edge where `pays[sender, receiver]` contains a closed loop.

    A bank that nobody pays, or that pays nobody, is in no loop: take such banks away until none is left to take.
    """
    inside = np.ones(len(pays), bool)
    while inside.any():
        loop = inside & pays[inside].any(axis=0) & pays[:, inside].any(axis=1)
        if loop.sum() == inside.sum():
            return True
        inside = loop
    return False


@per_run
def gridlock_ticks(run: Any) -> NDArray[np.bool_]:
    """For each tick whether something waits in the central queue, nothing settles, and the queued payments hold a
    closed loop.
    """
    index = index_of(run)
    stuck = np.zeros(index.ticks, bool)
    for tick in np.flatnonzero((index.queue2_count.sum(axis=1) > 0) & (index.settled_count.sum(axis=1) == 0)):
        central, _ = index.waiting(int(tick))
        pays = np.zeros((index.banks, index.banks), bool)
        pays[index.sender[central], index.receiver[central]] = True
        stuck[tick] = has_loop(pays)
    return stuck


def gridlock_spans(run: Any, at_least: int = MARKED_FROM) -> list[tuple[int, int]]:
    """Gridlocks of `at_least` ticks in a row as (first tick, tick after the last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], gridlock_ticks(run).astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= at_least]
