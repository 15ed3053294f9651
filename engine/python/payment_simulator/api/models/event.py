"""Events as rows."""

from datetime import datetime

from pydantic import Field

from payment_simulator.api.models.base import AgentId, Answer, Cents, Object, SimulationId, Tick, TxId


class Event(Answer):
    """One event. `seq` is its place in the log; what many events have is lifted out of `details`."""

    event_id: str
    seq: int = Field(examples=[17])
    simulation_id: SimulationId
    tick: Tick
    day: int
    event_type: str = Field(examples=["Arrival"])
    event_timestamp: datetime
    created_at: datetime
    details: Object
    agent_id: AgentId | None
    tx_id: TxId | None
    sender_id: AgentId | None
    receiver_id: AgentId | None
    amount: Cents | None
    deadline: Tick | None
    priority: int | None


class EventFilters(Answer):
    """The query as it was understood."""

    tick: int | None
    tick_min: int | None
    tick_max: int | None
    day: int | None
    agent_id: str | None
    tx_id: str | None
    event_type: str | None
    sort: str


class Events(Answer):
    """A page of events; `total` counts all that were found."""

    events: list[Event]
    total: int
    limit: int
    offset: int
    filters: EventFilters
