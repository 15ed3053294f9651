"""A payment that a client has submitted, as it was at that time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubmittedPayment:
    """`tick` in which it arrives, and the sender's balance before it, in cents."""

    tick: int
    sender_balance: int
