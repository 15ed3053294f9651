"""A finished run indexed for drawing: what settled and what waited in each tick, without touching the engine again.

It needs of a run only `agent_ids`, `ticks`, `ticks_per_day`, `series`, `payments` and `columns` (see
`payment_simulator.Run`).
"""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

MECHANISMS = 5
"""0 gross, 1 queue, 2 bilateral, 3 cycle, 4 multilateral."""
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Result = TypeVar("Result")


KEPT_RUNS = 3
"""Views share what is computed once a run; a comparison shows two, and a third is being made."""


def per_run(function: Callable[[Any], Result]) -> Callable[[Any], Result]:
    """Remember what `function` gives for the last runs, by identity and length (a run may still be growing)."""
    recent: list[tuple[Any, int, Result]] = []

    @wraps(function)
    def remembered(run: Any) -> Result:
        for known, ticks, result in recent:
            if known is run and ticks == run.ticks:
                return result
        result = function(run)
        recent.insert(0, (run, run.ticks, result))
        del recent[KEPT_RUNS:]
        return result

    return remembered


class RunIndex:
    """One run as arrays. Shapes: (ticks, banks), (ticks,), or one row a payment."""

    def __init__(self, run: Any) -> None:
        self.run = run
        self.ticks: int = run.ticks
        self.ticks_per_day: int = run.ticks_per_day
        self.banks: int = len(run.agent_ids)
        payments, series = run.payments, run.series
        self.sender = np.asarray(payments.sender, np.int64)
        self.receiver = np.asarray(payments.receiver, np.int64)
        self.amount = np.asarray(payments.amount, np.int64)
        self.arrival = np.asarray(payments.arrival_tick, np.int64)
        self.deadline = np.asarray(payments.deadline_tick, np.int64)
        self.submitted = np.asarray(payments.submitted_tick, np.int64)
        self.queued = np.asarray(payments.queued_tick, np.int64)
        self.settled = np.asarray(payments.settled_tick, np.int64)
        self.mechanism = np.asarray(payments.mechanism, np.int64)
        self.balance = np.asarray(series.balance, np.int64)
        self.credit = np.asarray(series.credit_limit, np.int64)
        self.settled_value = np.asarray(series.settled_value, np.int64)
        self.settled_count = np.asarray(series.settled_count, np.int64)
        self.arrived_value = np.asarray(series.arrived_value, np.int64)
        self.queue1_count = np.asarray(series.queue1_count, np.int64)
        self.queue2_count = np.asarray(series.queue2_count, np.int64)
        self.queue1_value = np.asarray(series.queue1_value, np.int64)
        self.queue2_value = np.asarray(series.queue2_value, np.int64)

        parent = np.asarray(getattr(payments, "parent", np.full(len(self.amount), -1)), np.int64)
        whole = np.zeros(len(self.amount), bool)
        whole[parent[parent >= 0]] = True
        # Of a payment that was split only its parts settle; it is said to have settled with the last of them.
        done = np.flatnonzero((self.settled >= 0) & ~whole)
        self.settled_order = done[np.argsort(self.settled[done], kind="stable")]
        """Settled payments in the order in which they settled."""
        self.settled_starts = np.searchsorted(self.settled[self.settled_order], np.arange(self.ticks + 1))
        """Where in `settled_order` each tick begins; one more entry than there are ticks."""
        pair = self.sender * self.banks + self.receiver
        self.flow = pair * MECHANISMS + self.mechanism
        """Which flow a settled payment belongs to: ordered pair and mechanism in one number."""
        self._left = np.where(self.settled >= 0, self.settled, self.ticks)
        dropped = getattr(payments, "dropped_tick", None)
        if dropped is not None:
            gone = np.asarray(dropped, np.int64)
            self._left = np.minimum(self._left, np.where(gone >= 0, gone, self.ticks))
        self._arose = self.arrival
        if whole.any():
            # A payment that was split lives on in its parts: it waits until the first of them arises.
            # (A part's arrival is that of its whole, since it is owed since then.)
            arrivals = run.columns("Arrival")
            self._arose = self.arrival.copy()
            self._arose[arrivals["tx_id"]] = arrivals["tick"]
            children = np.flatnonzero(parent >= 0)
            np.minimum.at(self._left, parent[children], self._arose[children])

    @cached_property
    def liquidity(self) -> Ints:
        """What each bank could pay at once at the end of each tick, (ticks, banks)."""
        liquidity: Ints = np.maximum(self.balance + self.credit, 0)
        return liquidity

    @cached_property
    def credit_used(self) -> Floats:
        """Part of its credit each bank uses, 0 to 1, (ticks, banks)."""
        used = np.maximum(-self.balance, 0)
        return np.where(self.credit > 0, np.minimum(used / np.maximum(self.credit, 1), 1.0), 0.0)

    @cached_property
    def waiting_value(self) -> Ints:
        """Value that has arrived and not settled, in either queue, at the end of each tick."""
        value: Ints = self.queue1_value.sum(axis=1) + self.queue2_value.sum(axis=1)
        return value

    @cached_property
    def waiting_count(self) -> Ints:
        """The same as a number of payments."""
        count: Ints = self.queue1_count.sum(axis=1) + self.queue2_count.sum(axis=1)
        return count

    @cached_property
    def waiting_lane(self) -> Ints:
        """The lane of waiting payments for each ordered pair: outside those of the mechanisms this pair ever used."""
        lanes: Ints = self._lanes[:, -1]
        return lanes

    @cached_property
    def lane(self) -> Ints:
        """The lane of each flow (see `flow`), the same all day, so that nothing moves sideways while time runs."""
        return self._lanes[:, :-1].ravel()

    @cached_property
    def _lanes(self) -> Ints:
        used = np.zeros(self.banks * self.banks * MECHANISMS, np.int64)
        used[self.flow[self.settled_order]] = 1
        table = used.reshape(-1, MECHANISMS)
        return np.concatenate([np.zeros((len(table), 1), np.int64), np.cumsum(table, axis=1)], axis=1)

    def settled_between(self, from_tick: int, to_tick: int) -> Ints:
        """Payments that settled in `[from_tick, to_tick)`, in the order in which they did."""
        low, high = max(from_tick, 0), min(max(to_tick, 0), self.ticks)
        return self.settled_order[self.settled_starts[min(low, self.ticks)] : self.settled_starts[high]]

    def waiting(self, tick: int) -> tuple[Ints, Ints]:
        """Payments in the central queue (first in line first) and payments their own bank still holds, at the end of
        `tick`.
        """
        here = np.flatnonzero((self._arose <= tick) & (self._left > tick))
        released = (self.submitted[here] >= 0) & (self.submitted[here] <= tick)
        central, held = here[released], here[~released]
        return central[np.argsort(self.queued[central], kind="stable")], held

    @cached_property
    def in_central_queue(self) -> tuple[Ints, Ints]:
        """For each payment the tick from whose end on it waits in the central queue, and the one at whose end it has
        left; the same tick twice for one that never waits there.
        """
        comes = np.where(self.submitted >= 0, np.maximum(self._arose, self.submitted), self.ticks)
        return comes, np.maximum(self._left, comes)

    @cached_property
    def pair_value(self) -> Ints:
        """Value settled all day between each unordered pair of banks, symmetric, (banks, banks)."""
        total = np.zeros((self.banks, self.banks), np.int64)
        np.add.at(
            total, (self.sender[self.settled_order], self.receiver[self.settled_order]), self.amount[self.settled_order]
        )
        return total + total.T


def spans_of(flags: Bools) -> Ints:
    """Where flags are set in a row, as (spans, 2): the first of each, and the one after its last."""
    return np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]))).reshape(-1, 2)


@per_run
def index_of(run: Any) -> RunIndex:
    """The index of a run, shared by all views."""
    return RunIndex(run)
