"""Why a payment stands where it does, and how its bank's policy came to decide about it."""

from typing import Literal

from pydantic import Field

from payment_simulator.api.models.base import AgentId, Answer, Cents, Object, SimulationId, Tick, TxId


class Limit(Answer):
    """A limit that is in the way."""

    limit: Cents
    used: Cents
    over_by: Cents


class Incoming(Answer):
    """Queued payments to a bank that is short; `releasing` are the fewest that would bring enough."""

    count: int
    value: Cents
    releasing: list[Object] | None


class Explanation(Answer):
    """Why a payment stands where it does at the end of a tick. What does not apply is null or empty."""

    simulation_id: SimulationId
    tx_id: TxId
    tick: Tick
    sender_id: AgentId | None
    receiver_id: AgentId | None
    amount: Cents | None
    deadline_tick: Tick | None
    overdue_since_tick: Tick | None
    place: Literal["not_arrived", "queue1", "queue2", "settled", "split", "dropped"]
    since_tick: Tick | None
    parts: list[TxId] = Field(description="of one that was split")
    decision: Object | None = Field(description="the last event about where it stands")
    reasons: list[str] = Field(description="why it waits", examples=[["liquidity"]])
    obstacles: list[str] = Field(description="what would stop it if it were tried now", examples=[["liquidity"]])
    available_liquidity: Cents | None
    short_by: Cents | None = Field(description="what its bank lacks for it alone")
    short_in_queue: Cents | None = Field(description="so much more would release it")
    taken_first: list[TxId] = Field(description="payments ahead of it that take their part of that first")
    behind: TxId | None = Field(description="the payment that must go first")
    bilateral_limit: Limit | None
    multilateral_limit: Limit | None
    limits_renewed_tick: Tick | None
    incoming: Incoming | None
    netting: list[Object] = Field(description="what each way of netting would come to, bank by bank")
    later: Object | None = Field(description="what ended its waiting, and what its bank received until then")


class DecisionPath(Answer):
    """The way through its bank's policy to what was decided about a payment; null if nothing was decided about it."""

    simulation_id: SimulationId
    tx_id: TxId
    tick: Tick
    path: Object | None = Field(
        examples=[
            {
                "queue": "queue1",
                "policy": "Fifo",
                "nodes": [{"node_id": "Fifo", "type": "action", "action": "Release", "compared": []}],
                "decision": {"action": "Release"},
            }
        ]
    )
