"""The payments of a run, with what has become of each."""

from __future__ import annotations

from collections.abc import Sequence
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

    @cached_property
    def is_split(self) -> NDArray[np.bool_]:
        """Which payments have parts."""
        parents = self.payments.parent
        split = np.zeros(len(parents), dtype=bool)
        split[parents[parents >= 0]] = True
        return split

    def row(self, index: int) -> dict[str, Any]:
        """One payment with every field that an answer may have."""
        return self.rows([index])[0]

    def rows(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """These payments with every field that an answer may have. Ids stand there in both spellings."""
        payments, chosen = self.payments, np.asarray(indices, dtype=np.int64)
        columns = (
            payments.sender,
            payments.receiver,
            payments.amount,
            self.paid,
            payments.priority,
            payments.arrival_tick,
            payments.deadline_tick,
            self.settled_tick,
            payments.overdue_tick,
            payments.dropped_tick,
            self.status,
            payments.parent,
            payments.part,
            self.is_split,
        )
        cells = zip(chosen.tolist(), *(column[chosen].tolist() for column in columns), strict=True)
        return [self._row(*values) for values in cells]

    def _row(
        self,
        index: int,
        sender_number: int,
        receiver_number: int,
        amount: int,
        paid: int,
        priority: int,
        arrival_tick: int,
        deadline_tick: int,
        settled_tick: int,
        overdue_tick: int,
        dropped_tick: int,
        status: int,
        parent: int,
        part: int,
        is_split: bool,
    ) -> dict[str, Any]:
        name, parent_name = self.name(index), self.name(parent)
        sender, receiver = self.run.agent_ids[sender_number], self.run.agent_ids[receiver_number]
        ends = [tick for tick in (settled_tick, dropped_tick) if tick >= 0]
        late = 0 if overdue_tick < 0 else min(ends, default=self.run.ticks) - overdue_tick
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
            "priority": priority,
            "arrival_tick": arrival_tick,
            "deadline_tick": deadline_tick,
            "settlement_tick": _tick(settled_tick),
            "overdue_since_tick": _tick(overdue_tick),
            "dropped_tick": _tick(dropped_tick),
            "status": STATUSES[status],
            # About what waiting past its deadline has cost: a bank is charged for all its payments together.
            "delay_cost": self._lateness.delay_cost(sender, amount, late) if late else 0,
            "parent_tx_id": parent_name,
            "parent_id": parent_name,
            "split_index": part or None,
            "is_fully_settled": settled_tick >= 0,
            "is_split": is_split,
        }

    @cached_property
    def _lateness(self) -> Lateness:
        return Lateness(self.run.config)


def _tick(tick: int) -> int | None:
    return tick if tick >= 0 else None
