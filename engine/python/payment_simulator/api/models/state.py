"""The state of a simulation."""

from pydantic import Field

from payment_simulator.api.models.base import AgentId, Answer, Cents, CostBreakdown, SimulationId, Tick, TxId
from payment_simulator.api.models.payment import Payment


class AgentState(Answer):
    """A bank now."""

    id: AgentId
    balance: Cents
    unsecured_cap: Cents
    credit_limit: Cents = Field(description="how far the balance may go below zero, collateral included")
    posted_collateral: Cents
    available_liquidity: Cents = Field(description="what the bank can pay now")
    is_using_credit: bool
    credit_used: Cents
    liquidity_pressure: float = Field(ge=0, le=1, description="0: all of its means are there; 1: none")
    outgoing_queue_size: int
    queue1_size: int
    queue2_size: int


class InnerState(Answer):
    """Banks, payments and the central queue."""

    agents: dict[str, AgentState]
    transactions: dict[str, Payment]
    queue_size: int
    queue_value: Cents


class State(Answer):
    """A simulation now. `agents` stands twice: some clients look for it at the top, some in `state`."""

    simulation_id: SimulationId
    status: str
    current_tick: Tick
    current_day: int
    agents: dict[str, AgentState]
    queue2_size: int
    transactions_included: bool = Field(
        description="false: left out because there are many; ask with ?include=transactions"
    )
    state: InnerState


class AgentThen(Answer):
    """A bank at the end of a tick; `costs` are those of the run up to then."""

    balance: Cents
    unsecured_cap: Cents
    liquidity: Cents
    headroom: Cents
    credit_limit: Cents
    posted_collateral: Cents
    queue1_size: int
    queue2_size: int
    costs: CostBreakdown


class SystemThen(Answer):
    """All banks at the end of a tick."""

    total_arrivals: int
    total_settlements: int
    settlement_rate: float = Field(ge=0, le=1)
    queue1_total_size: int
    queue2_total_size: int
    total_system_cost: Cents


class TickState(Answer):
    """The end of a tick."""

    simulation_id: SimulationId
    tick: Tick
    day: int
    agents: dict[str, AgentThen]
    system: SystemThen


class QueuedPayment(Answer):
    """A payment that waits."""

    tx_id: TxId
    receiver_id: AgentId
    amount: Cents
    remaining_amount: Cents
    priority: int
    deadline_tick: Tick


class Queue(Answer):
    """Payments that wait, in order."""

    size: int
    transactions: list[QueuedPayment]
    total_value: Cents


class AgentQueues(Answer):
    """What waits of a bank: in its own queue, and its payments in the central one."""

    agent_id: AgentId
    simulation_id: SimulationId
    tick: Tick
    day: int
    queue1: Queue
    queue2_filtered: Queue
