"""A payment that a client has submitted, until it arrives: then the log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SubmittedPayment:
    """What was asked for, the `tick` in which it arrives, and the sender's balance before it. Money in cents."""

    tx_id: str
    tick: int
    sender_balance: int
    sender_id: str
    receiver_id: str
    amount: int
    deadline_tick: int
    priority: int
    divisible: bool

    def names(self, agent: str | None) -> bool:
        """Whether a bank sends or receives it. None: any bank."""
        return agent in (None, self.sender_id, self.receiver_id)

    def tracked(self) -> dict[str, Any]:
        """The same with what is known about its submission."""
        return {
            **self.row(),
            "divisible": self.divisible,
            "submitted_at_tick": self.tick,
            "sender_balance_at_submission": self.sender_balance,
        }

    def row(self) -> dict[str, Any]:
        """The payment as it is answered before it has arrived."""
        return {
            **dict.fromkeys(("tx_id", "transaction_id", "id"), self.tx_id),
            **dict.fromkeys(("sender", "sender_id"), self.sender_id),
            **dict.fromkeys(("receiver", "receiver_id"), self.receiver_id),
            **dict.fromkeys(("amount", "remaining_amount"), self.amount),
            **dict.fromkeys(("amount_settled", "delay_cost"), 0),
            **dict.fromkeys(("settlement_tick", "overdue_since_tick", "dropped_tick")),
            **dict.fromkeys(("parent_tx_id", "parent_id", "split_index")),
            **dict.fromkeys(("is_fully_settled", "is_split"), False),
            "priority": self.priority,
            "arrival_tick": self.tick,
            "deadline_tick": self.deadline_tick,
            "status": "pending",
        }
