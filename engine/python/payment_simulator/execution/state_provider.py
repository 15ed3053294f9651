"""What can be asked about the state at the end of a tick, wherever the answer comes from."""

from dataclasses import dataclass
from typing import Literal, Protocol

Status = Literal["pending", "overdue", "settled", "dropped"]
"""`overdue`: past its deadline and not settled. A payment that was split has settled when all its parts have."""


@dataclass(frozen=True, slots=True)
class TransactionDetails:
    """A payment. Amounts in cents; `remaining_amount` is what is not paid yet; `priority` is what it is now."""

    tx_id: str
    sender_id: str
    receiver_id: str
    amount: int
    remaining_amount: int
    priority: int
    deadline_tick: int
    status: Status
    is_divisible: bool


@dataclass(frozen=True, slots=True)
class AccumulatedCosts:
    """What a bank has been charged from the start of the run to the end of the tick, in cents."""

    liquidity_cost: int = 0
    delay_cost: int = 0
    collateral_cost: int = 0
    deadline_penalty: int = 0
    eod_penalty: int = 0
    split_friction_cost: int = 0
    liquidity_opportunity_cost: int = 0
    total_cost: int = 0

    @property
    def penalty_cost(self) -> int:
        """Deadline and end-of-day penalties together, as some callers know them."""
        return self.deadline_penalty + self.eod_penalty


@dataclass(frozen=True, slots=True)
class NearDeadline:
    """A queued payment whose deadline is near. Amounts in cents."""

    tx_id: str
    sender_id: str
    receiver_id: str
    amount: int
    remaining_amount: int
    deadline_tick: int
    ticks_until_deadline: int


@dataclass(frozen=True, slots=True)
class OverdueTransaction:
    """A queued payment that is past its deadline. Amounts in cents.

    `estimated_delay_cost` is what it has cost by waiting since `overdue_since_tick`, without regard to its priority;
    `total_overdue_cost` adds the penalty.
    """

    tx_id: str
    sender_id: str
    receiver_id: str
    amount: int
    remaining_amount: int
    deadline_tick: int
    overdue_since_tick: int
    ticks_overdue: int
    deadline_penalty_cost: int
    estimated_delay_cost: int
    total_overdue_cost: int


class StateProvider(Protocol):
    """The state at the end of one tick. Ids that nobody has give 0, nothing or an empty list."""

    @property
    def tick(self) -> int:
        """The tick that has ended; -1 before the first."""

    def get_transaction_details(self, tx_id: str) -> TransactionDetails | None:
        """The payment, or None if it has not arrived."""

    def get_agent_balance(self, agent_id: str) -> int:
        """Cents."""

    def get_agent_unsecured_cap(self, agent_id: str) -> int:
        """Cents that the balance may go below zero without collateral."""

    def get_agent_credit_limit(self, agent_id: str) -> int:
        """Cents that the balance may go below zero: the cap, and what the collateral is worth."""

    def get_agent_queue1_contents(self, agent_id: str) -> list[str]:
        """The payments in the bank's own queue, in order of arrival."""

    def get_rtgs_queue_contents(self) -> list[str]:
        """The payments in the central queue, in the order in which they entered."""

    def get_agent_collateral_posted(self, agent_id: str) -> int:
        """Cents."""

    def get_agent_accumulated_costs(self, agent_id: str) -> AccumulatedCosts:
        """From the start of the run."""

    def get_queue1_size(self, agent_id: str) -> int:
        """Payments in the bank's own queue."""

    def get_queue2_size(self, agent_id: str) -> int:
        """The bank's payments in the central queue."""

    def get_transactions_near_deadline(self, within_ticks: int) -> list[NearDeadline]:
        """Queued payments that are due after this tick and in at most `within_ticks`, in order of arrival."""

    def get_overdue_transactions(self) -> list[OverdueTransaction]:
        """Queued payments past their deadline, in order of arrival."""

    def get_agent_state_registers(self, agent_id: str) -> dict[str, float]:
        """The registers that the bank's policy has set and the end of the day has not cleared, by key."""
