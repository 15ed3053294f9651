"""The books that a reader of the log keeps: a payment and a bank, as the events tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from payment_simulator_core_rs import COST_NAMES

from payment_simulator.execution.state_provider import Status

DEFAULT_HAIRCUT = "0.02"


@dataclass(slots=True)
class Payment:
    """What the events have told of a payment."""

    number: int
    tx_id: str
    sender_id: str
    receiver_id: str
    amount: int
    remaining: int
    priority: int
    deadline_tick: int
    is_divisible: bool
    whole: Payment | None
    before: int
    """Cents of the parts before it, for a part."""
    parts: int = 0
    """Cents of its parts so far, for one that was split."""
    overdue_since: int | None = None
    rtgs_priority: str = "Normal"
    """What its sender declared when it was last submitted."""
    settled: bool = False
    dropped: bool = False

    @property
    def status(self) -> Status:
        """Where it stands."""
        if self.settled:
            return "settled"
        if self.dropped:
            return "dropped"
        return "pending" if self.overdue_since is None else "overdue"


class Bank:
    """What the events have told of a bank."""

    def __init__(self, opening: Mapping[str, Any], config: Mapping[str, Any]) -> None:
        self.balance: int = opening["balance"]
        self.credit_limit: int = opening["credit_limit"]
        self.posted_collateral: int = opening["posted_collateral"]
        self.unsecured_cap: int = config["unsecured_cap"]
        self.kept = 1 - Fraction(config.get("collateral_haircut", DEFAULT_HAIRCUT))
        self.costs: dict[str, int] = dict.fromkeys((*COST_NAMES, "total_cost"), 0)
        self.queue1: dict[str, Payment] = {}
        self.queue2: dict[str, Payment] = {}
        self.registers: dict[str, float] = {}

    def set_collateral(self, posted: int) -> None:
        """Post so many cents in all."""
        self.posted_collateral = posted
        self.credit_limit = self.unsecured_cap + int(posted * self.kept)
