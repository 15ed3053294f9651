"""What banks have done, and what it has cost."""

from pydantic import Field

from payment_simulator.api.models.base import AgentId, Answer, Cents, CostBreakdown, SimulationId, Tick


class AgentPerformance(Answer):
    """A bank over the run so far. `total_sent` and the like count payments that settled; values are cents."""

    agent_id: AgentId
    total_sent: int
    total_received: int
    total_settled: int
    total_dropped: int
    sent_value: Cents
    received_value: Cents
    total_cost_cents: Cents
    avg_balance_cents: float
    min_balance_cents: Cents
    peak_overdraft_cents: Cents = Field(ge=0)
    unsecured_cap_cents: Cents


class Agents(Answer):
    """All banks."""

    agents: list[AgentPerformance]


class DailyMetrics(Answer):
    """A bank on one day."""

    day: int
    opening_balance: Cents
    closing_balance: Cents
    min_balance: Cents
    max_balance: Cents
    transactions_sent: int
    transactions_received: int
    total_cost_cents: Cents


class CollateralEvent(Answer):
    """A change of posted collateral; `balance_before` is the collateral before it."""

    tick: Tick
    day: int
    action: str = Field(examples=["post"])
    amount: Cents
    reason: str
    balance_before: Cents


class AgentTimeline(Answer):
    """A bank day by day."""

    agent_id: AgentId
    daily_metrics: list[DailyMetrics]
    collateral_events: list[CollateralEvent]


class Costs(Answer):
    """Costs since the start of the run."""

    simulation_id: SimulationId
    tick: Tick
    day: int
    agents: dict[str, CostBreakdown]
    total_system_cost: Cents


class TickCosts(Answer):
    """Each bank's total cost up to the end of a tick."""

    tick: Tick
    agent_costs: dict[str, Cents]


class CostTimeline(Answer):
    """Costs tick by tick."""

    simulation_id: SimulationId
    agent_ids: list[AgentId]
    tick_costs: list[TickCosts]
    ticks_per_day: int


class SystemMetrics(Answer):
    """The system so far; `docs/metrics.md` says what each figure is. Delays are from arrival to settlement."""

    total_ticks: int
    total_arrivals: int
    total_settlements: int
    settlement_rate: float = Field(ge=0, le=1)
    total_dropped: int
    avg_delay_ticks: float
    max_delay_ticks: int
    value_weighted_delay_ticks: float
    queue1_total_size: int
    queue2_total_size: int
    max_queue_depth: int
    peak_overdraft: Cents = Field(description="the largest that there ever was")
    current_max_overdraft: Cents
    agents_in_overdraft: int
    total_transactions: int
    children: int
    settled_children: int
    settled_payments: dict[str, int] = Field(description="by mechanism")
    settled_value: dict[str, Cents] = Field(description="by mechanism")
    lsm_operations: int
    lsm_settled_payments: int
    lsm_share: float
    net_to_gross: float
    liquidity_used: Cents
    turnover: float
    on_time_share: float
    value_weighted_settlement_time: float
    money_is_conserved: bool
    costs: CostBreakdown


class Metrics(Answer):
    """The figures of a simulation."""

    simulation_id: SimulationId
    tick: Tick
    day: int
    metrics: SystemMetrics
