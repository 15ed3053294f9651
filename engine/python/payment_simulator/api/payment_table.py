"""The payments of a run, with what has become of each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from payment_simulator.execution.lateness import Lateness
from payment_simulator.execution.run import Run

STATUSES = ("pending", "partially_settled", "settled", "overdue", "dropped")


class PaymentTable:
    """Every payment of a run, with what has become of it. A payment that was split has settled when all parts have."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.payments = run.payments

    @cached_property
    def paid(self) -> NDArray[np.int64]:
        """Cents of each payment that have settled, in its parts too."""
        payments = self.payments
        paid = np.where(payments.settled_tick >= 0, payments.amount, 0).astype(np.int64)
        # A part stands behind its whole: from the last to the first, each is complete before it is added.
        for index in np.flatnonzero(payments.parent >= 0)[::-1].tolist():
            whole = payments.parent[index]
            if payments.settled_tick[whole] < 0:
                paid[whole] += paid[index]
        return paid

    @cached_property
    def settled_tick(self) -> NDArray[np.int64]:
        """The tick in which each payment had settled whole, or -1."""
        payments = self.payments
        ticks = payments.settled_tick.astype(np.int64)
        whole = (ticks < 0) & (self.paid == payments.amount)
        for index in np.flatnonzero(payments.parent >= 0)[::-1].tolist():
            parent = payments.parent[index]
            if whole[parent]:
                ticks[parent] = max(ticks[parent], ticks[index])
        return ticks

    @cached_property
    def status(self) -> NDArray[np.int8]:
        """The place of each payment's status in `STATUSES`."""
        payments = self.payments
        choices = [
            self.settled_tick >= 0,
            payments.dropped_tick >= 0,
            self.paid > 0,
            payments.overdue_tick >= 0,
        ]
        return np.select(choices, [2, 4, 1, 3], 0).astype(np.int8)

    def index(self, tx_id: str) -> int | None:
        """The number of the payment of this name."""
        name, *parts = tx_id.split(".")
        digits = name.removeprefix("tx_")
        if not name.startswith("tx_") or not (digits.isascii() and digits.isdecimal()) or len(digits) > 12:
            return None
        found = np.flatnonzero((self.payments.number == int(digits)) & (self.payments.parent < 0))
        for part in parts:
            if not len(found) or not (part.isascii() and part.isdecimal()) or len(part) > 9:
                return None
            found = np.flatnonzero((self.payments.parent == found[0]) & (self.payments.part == int(part)))
        return int(found[0]) if len(found) and self.run.payment_id(int(found[0])) == tx_id else None

    def name(self, index: int) -> str | None:
        """The name of a payment; None for none."""
        return None if index < 0 else self.run.payment_id(index)

    def parts(self, index: int) -> list[int]:
        """The parts of a payment, in their order."""
        parts: list[int] = np.flatnonzero(self.payments.parent == index).tolist()
        return parts

    def rows(self, indices: Iterable[int]) -> list[dict[str, Any]]:
        """These payments with every field that an answer may have."""
        return [self.row(index) for index in indices]

    def row(self, index: int) -> dict[str, Any]:
        """One payment. Ids stand there in both spellings that clients know."""
        payments, ids = self.payments, self.run.agent_ids
        name, sender, receiver = self.name(index), ids[payments.sender[index]], ids[payments.receiver[index]]
        paid, amount = int(self.paid[index]), int(payments.amount[index])
        return {
            "tx_id": name,
            "transaction_id": name,
            "id": name,
            "sender": sender,
            "sender_id": sender,
            "receiver": receiver,
            "receiver_id": receiver,
            "amount": amount,
            "amount_settled": paid,
            "remaining_amount": amount - paid,
            "priority": int(payments.priority[index]),
            "arrival_tick": int(payments.arrival_tick[index]),
            "deadline_tick": int(payments.deadline_tick[index]),
            "settlement_tick": _tick(self.settled_tick[index]),
            "overdue_since_tick": _tick(payments.overdue_tick[index]),
            "dropped_tick": _tick(payments.dropped_tick[index]),
            "status": STATUSES[self.status[index]],
            "delay_cost": self.delay_cost(index),
            "parent_tx_id": self.name(int(payments.parent[index])),
            "parent_id": self.name(int(payments.parent[index])),
            "split_index": int(payments.part[index]) or None,
            "is_fully_settled": bool(self.settled_tick[index] >= 0),
            "is_split": bool((payments.parent == index).any()),
        }

    def delay_cost(self, index: int) -> int:
        """About what waiting past its deadline has cost; a bank is charged for all its payments together."""
        since = int(self.payments.overdue_tick[index])
        if since < 0:
            return 0
        ends = [int(tick) for tick in (self.settled_tick[index], self.payments.dropped_tick[index]) if tick >= 0]
        ticks = min(ends, default=self.run.ticks) - since
        sender = self.run.agent_ids[self.payments.sender[index]]
        return self._lateness.delay_cost(sender, int(self.payments.amount[index]), ticks)

    @cached_property
    def _lateness(self) -> Lateness:
        return Lateness(self.run.config)


def _tick(tick: Any) -> int | None:
    return int(tick) if tick >= 0 else None
