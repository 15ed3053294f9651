"""Facts about a finished run that the page asks again and again, computed from its columns when first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from payment_simulator.execution.run import Run

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

GRIDLOCK_TICKS_MIN = 3
"""A gridlock is marked from this many ticks in a row."""


class Day:
    """A run as the reader sees it: payments that wait, netting moments, gridlock. Ticks count from 0 over all days."""

    def __init__(self, run: Run) -> None:
        self.run = run
        payments = run.payments
        never = np.iinfo(np.int64).max
        settled = np.where(payments.settled_tick < 0, never, payments.settled_tick)
        dropped = np.where(payments.dropped_tick < 0, never, payments.dropped_tick)
        split = np.zeros(len(payments.amount), dtype=bool)
        split[payments.parent[payments.parent >= 0]] = True
        # A payment that was split is carried on by its parts; it neither waits nor settles itself.
        self.from_tick: Ints = np.where(split, never, payments.arrival_tick)
        self.until_tick: Ints = np.minimum(settled, dropped)

    @property
    def count(self) -> int:
        """Payments in the run."""
        return len(self.from_tick)

    def waiting(self, tick: int) -> Ints:
        """Numbers of the payments that have arrived and are unsettled at the end of `tick`, in order of arrival."""
        return np.flatnonzero((self.from_tick <= tick) & (self.until_tick > tick))

    def in_queue(self, tick: int) -> Ints:
        """Of those, the ones in the central queue (the others are held by their own bank)."""
        waiting = self.waiting(tick)
        queued = self.run.payments.queued_tick[waiting]
        return waiting[(queued >= 0) & (queued <= tick)]

    def settled(self, tick: int) -> Ints:
        """Numbers of the payments that settle in `tick`."""
        return np.flatnonzero(self.run.payments.settled_tick == tick)

    @cached_property
    def waiting_value(self) -> Ints:
        """Shape (ticks,): value in cents that waits at the end of each tick, with the bank or in the central queue."""
        return self._over_time(self.run.payments.amount)

    @cached_property
    def waiting_count(self) -> Ints:
        """Shape (ticks,): payments that wait at the end of each tick."""
        return self._over_time(np.ones(self.count, dtype=np.int64))

    def _over_time(self, weight: Ints) -> Ints:
        change = np.zeros(self.run.ticks + 1, dtype=np.int64)
        np.add.at(change, np.minimum(self.from_tick, self.run.ticks), weight)
        np.subtract.at(change, np.minimum(self.until_tick, self.run.ticks), np.where(self.from_tick > self.run.ticks, 0, weight))
        return np.cumsum(change[:-1])

    @cached_property
    def netting(self) -> Bools:
        """Shape (ticks,): something settles by netting (bilateral, cycle, multilateral)."""
        return np.asarray(self.run.series.settled_count[:, 2:].sum(axis=1) > 0)

    @cached_property
    def largest_netting(self) -> int | None:
        """The tick in which most value settles in cycles or multilaterally, else by bilateral netting; None without netting."""
        value = self.run.series.settled_value
        for part in (value[:, 3:].sum(axis=1), value[:, 2]):
            if len(part) and part.max() > 0:
                return int(part.argmax())
        return None

    @cached_property
    def gridlock(self) -> Bools:
        """Shape (ticks,): payments wait in the central queue, nothing settles, and they contain a closed loop of banks."""
        run, payments = self.run, self.run.payments
        n = len(run.agent_ids)
        stuck = np.zeros(run.ticks, dtype=bool)
        still = (run.series.settled_count.sum(axis=1) == 0) & (run.series.queue2_count.sum(axis=1) > 0)
        for tick in np.flatnonzero(still):
            queued = self.in_queue(int(tick))
            edges = np.zeros((n, n), dtype=bool)
            edges[payments.sender[queued], payments.receiver[queued]] = True
            stuck[tick] = _has_loop(edges)
        return stuck

    @cached_property
    def gridlocks(self) -> list[tuple[int, int]]:
        """First and last tick of every gridlock of at least `GRIDLOCK_TICKS_MIN` ticks."""
        edges = np.flatnonzero(np.diff(np.concatenate(([0], self.gridlock.astype(np.int8), [0]))))
        return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= GRIDLOCK_TICKS_MIN]


def _has_loop(edges: Bools) -> bool:
    """Whether a directed graph has a cycle: peel off nodes without a way in or out until none is left or none goes."""
    alive = np.ones(len(edges), dtype=bool)
    while alive.any():
        keep = alive & edges[:, alive].any(axis=1) & edges[alive, :].any(axis=0)
        if (keep == alive).all():
            return True
        alive = keep
    return False
