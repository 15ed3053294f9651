"""Gridlock: payments wait for each other in a closed loop, and nothing settles."""

from typing import Any

import numpy as np

from panel_app.figures.run_index import Bools, index_of, per_run, spans_of

CELLS_AT_ONCE = 1_000_000
"""Numbers that are looked at together: pairs of banks times ticks."""
MARKED_FROM = 3
"""A gridlock is marked when it lasts this many ticks in a row."""


def have_loops(pays: Bools) -> Bools:
    """Which of several graphs contain a closed loop: `pays[graph, sender, receiver]` says where there is an edge.

    A bank that nobody pays, or that pays nobody, is in no loop: take such banks away until there is none to take.
    """
    while True:
        inside = np.asarray(pays.any(axis=1) & pays.any(axis=2))
        left = pays & inside[:, :, None] & inside[:, None, :]
        if np.array_equal(left, pays):
            return np.asarray(pays.any(axis=(1, 2)))
        pays = left


@per_run
def gridlock_ticks(run: Any) -> Bools:
    """For each tick whether something waits in the central queue, nothing settles, and the queued payments hold a
    closed loop.
    """
    index = index_of(run)
    stuck = np.zeros(index.ticks, bool)
    candidates = np.flatnonzero((index.queue2_count.sum(axis=1) > 0) & (index.settled_count.sum(axis=1) == 0))
    comes, goes = (np.searchsorted(candidates, ticks) for ticks in index.in_central_queue)
    here = np.flatnonzero(comes < goes)
    pair = index.sender[here] * index.banks + index.receiver[here]
    pairs = index.banks * index.banks
    # Which payment comes to which candidate's queue, and which one has left it: both in order, so that a piece of the
    # candidates is a piece of each.
    changes = []
    for place in (comes[here], goes[here]):
        order = np.argsort(place, kind="stable")
        changes.append((place[order], pair[order]))
    queued = np.zeros(pairs, np.int32)
    at_once = max(1, CELLS_AT_ONCE // pairs)
    for first in range(0, len(candidates), at_once):
        length = min(at_once, len(candidates) - first)
        counts = np.zeros((length, pairs), np.int32)
        counts[0] = queued
        for sign, (place, of) in zip((1, -1), changes, strict=True):
            low, high = np.searchsorted(place, (first, first + length))
            np.add.at(counts, (place[low:high] - first, of[low:high]), sign)
        counts = np.cumsum(counts, axis=0, out=counts)
        queued = counts[-1]
        pays = (counts > 0).reshape(length, index.banks, index.banks)
        stuck[candidates[first : first + length]] = have_loops(pays)
    return stuck


def gridlock_spans(run: Any) -> list[tuple[int, int]]:
    """Gridlocks of `MARKED_FROM` ticks in a row and more, as (first tick, tick after the last)."""
    return [(int(a), int(b)) for a, b in spans_of(gridlock_ticks(run)) if b - a >= MARKED_FROM]


def gridlocked(run: Any) -> Bools:
    """For each tick whether it is part of one of these."""
    within = np.zeros(run.ticks, bool)
    for first, end in gridlock_spans(run):
        within[first:end] = True
    return within
