"""Payments. Ids stand in answers in both spellings that clients know."""

from typing import Annotated, Literal

from pydantic import AliasChoices, ConfigDict, Field

from payment_simulator.api.models.base import AgentId, Answer, Cents, Object, Request, SimulationId, Tick, TxId

PaymentStatus = Literal["pending", "partially_settled", "settled", "overdue", "dropped"]


class Payment(Answer):
    """A payment and what has become of it. Ticks are null for "not (yet)"."""

    tx_id: TxId
    transaction_id: TxId
    id: TxId
    sender: AgentId
    sender_id: AgentId
    receiver: AgentId
    receiver_id: AgentId
    amount: Cents
    amount_settled: Cents
    remaining_amount: Cents
    priority: int
    arrival_tick: Tick
    deadline_tick: Tick
    settlement_tick: Tick | None
    overdue_since_tick: Tick | None
    dropped_tick: Tick | None
    status: PaymentStatus
    delay_cost: Cents = Field(description="about what waiting past its deadline has cost")
    parent_tx_id: TxId | None
    parent_id: TxId | None
    split_index: int | None = Field(description="which part it is of its parent, from 1")
    is_fully_settled: bool
    is_split: bool


class Payments(Answer):
    """A page of payments, the latest arrivals first."""

    transactions: list[Payment]
    total: int
    limit: int
    offset: int


class TrackedPayment(Payment):
    """A payment with what is known about its submission. The last two are null for one that no client submitted."""

    divisible: bool
    submitted_at_tick: Tick | None
    sender_balance_at_submission: Cents | None


class Submission(Request):
    """A payment to submit. It arrives in the tick that runs next."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"sender": "BANK_A", "receiver": "BANK_B", "amount": 100_000, "deadline_tick": 50, "priority": 5}
            ]
        }
    )

    sender: Annotated[str, Field(validation_alias=AliasChoices("sender", "sender_id"), max_length=200)]
    receiver: Annotated[str, Field(validation_alias=AliasChoices("receiver", "receiver_id"), max_length=200)]
    amount: Annotated[int, Field(description="cents; an integer", ge=-(2**63), lt=2**63)]
    deadline_tick: Annotated[int, Field(gt=0, lt=2**31, description="the last tick in which it is on time")]
    priority: Annotated[int, Field(ge=0, le=10)] = 5
    divisible: bool = True


class Submitted(Answer):
    """A payment that was taken in."""

    transaction_id: TxId
    message: str


class NearPayment(Answer):
    """A payment in a queue whose deadline is near."""

    tx_id: TxId
    sender_id: AgentId
    receiver_id: AgentId
    amount: Cents
    remaining_amount: Cents
    deadline_tick: Tick
    ticks_until_deadline: int


class NearDeadline(Answer):
    """Payments that are due up to and in `threshold_tick`."""

    simulation_id: SimulationId
    current_tick: Tick
    within_ticks: int
    threshold_tick: Tick
    transactions: list[NearPayment]
    count: int


class LatePayment(Answer):
    """A payment in a queue that is past its deadline."""

    tx_id: TxId
    sender_id: AgentId
    receiver_id: AgentId
    amount: Cents
    remaining_amount: Cents
    deadline_tick: Tick
    overdue_since_tick: Tick
    ticks_overdue: int
    estimated_delay_cost: Cents
    deadline_penalty_cost: Cents
    total_overdue_cost: Cents


class Overdue(Answer):
    """Everything that is late."""

    simulation_id: SimulationId
    current_tick: Tick
    transactions: list[LatePayment]
    count: int
    total_overdue_cost: Cents


class LifecycleEvent(Answer):
    """One event that names a payment."""

    seq: int
    tick: Tick
    event_type: str = Field(examples=["RtgsImmediateSettlement"])
    details: Object


class RelatedPayment(Answer):
    """The payment that it is a part of, or a part of it."""

    tx_id: TxId
    relationship: Literal["parent", "child"]
    split_index: int | None


class PaymentLifecycle(Answer):
    """A payment, every event that names it, and what it is a part of."""

    transaction: Payment
    events: list[LifecycleEvent]
    related_transactions: list[RelatedPayment]
