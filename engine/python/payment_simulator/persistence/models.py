"""The tables, as models of their rows. The database schema is made from them (`schema.py`).

Money is integer cents; ticks and days count from 0; `seq` is the place of an event in the log of its run. A table
that grows with the number of events or payments has no primary key and no index: it is written in order and pruned by
what DuckDB notes about each block (an index would have to fit into memory). Tests prove that their keys are unique.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from payment_simulator.persistence.rows import EventCount, EventRow, PaymentRow
from payment_simulator.persistence.table import Count, Hash, Number, Seed, Table


class Simulation(Table):
    """A run: `running` while it goes on or when its process died, `failed` when it broke off.

    `config_json` is the engine input with `display` beside it, policies included. Events of the ticks before
    `committed_ticks` are there, whole. `log_hash` is known when the run is completed.
    """

    table_name = "simulations"
    primary_key = ("simulation_id",)
    indexes = (("idx_simulations_status", ("status",)), ("idx_simulations_started_at", ("started_at",)))
    simulation_id: str
    config_file: str
    config_hash: Hash
    description: str | None = None
    rng_seed: Seed
    ticks_per_day: Count
    num_days: Count
    num_agents: Count
    config_json: str | None = None
    status: Literal["running", "completed", "failed"]
    started_at: datetime | None = None
    completed_at: datetime | None = None
    committed_ticks: Count
    total_events: int | None = None
    total_arrivals: int | None = None
    total_settlements: int | None = None
    total_cost_cents: int | None = None
    duration_seconds: float | None = None
    ticks_per_second: float | None = None
    log_hash: str | None = None
    run_number: Annotated[int | None, "INTEGER"] = None


class LogSegment(Table):
    """A piece of the canonical log of the events of one transaction, packed with zstd: the pieces of a segment, joined
    and unpacked, are `log_bytes` long (NULL: an older version did not pack them). The segments are the log.

    Pieces are small because DuckDB packs the last block of rows of a table anew whenever rows are added to it.
    """

    table_name = "log_segments"
    unique = ("simulation_id", "segment", "piece")
    compression: ClassVar[dict[str, str]] = {"log": "uncompressed"}
    simulation_id: str
    segment: Count
    piece: Count
    first_seq: Count
    end_seq: Count
    end_tick: Count
    log: bytes
    log_bytes: int | None = None


class SimulationEvent(Table):
    """An event, as it is read. `details` holds, as JSON, all its fields but `agent_id` and `tx_id`."""

    table_name = "simulation_events"
    unique = ("simulation_id", "seq")
    simulation_id: str
    seq: Count
    event_id: str
    tick: Count
    day: Count
    event_timestamp: datetime
    event_type: str
    details: str
    agent_id: str | None = None
    tx_id: str | None = None
    created_at: datetime


class SimulationAgent(Table):
    """A bank of a run, and its number: their ids in ascending order are counted from 0."""

    table_name = "simulation_agents"
    primary_key = ("simulation_id", "agent_number")
    simulation_id: str
    agent_number: Number
    agent_id: str


class EventAgent(Table):
    """A bank that an event names beside its `agent` and `peer`; the view `event_agents` has all of every event."""

    table_name = "more_event_agents"
    unique = ("simulation_id", "seq", "agent_id")
    simulation_id: str
    seq: Count
    agent_id: str


class EventTransaction(Table):
    """A payment that an event names beside the one in its column `tx_id`."""

    table_name = "event_transactions"
    unique = ("simulation_id", "seq", "tx_id")
    simulation_id: str
    seq: Count
    tx_id: str


class Transaction(Table):
    """A payment, as it is read: as it stood at the last end of a day or at the end of the run.

    `status` pending, overdue (past its deadline and not settled), settled, dropped. Ticks in the queues are counted to
    the end or to that time. `delay_cost` is what its waiting has cost, by the priority with which it arrived, rounded
    for itself alone.
    """

    table_name = "transactions"
    unique = ("simulation_id", "tx_id")
    simulation_id: str
    tx_id: str
    sender_id: str
    receiver_id: str
    amount: int
    priority: int
    is_divisible: bool
    arrival_tick: int
    arrival_day: int
    deadline_tick: int
    settlement_tick: int | None = None
    settlement_day: int | None = None
    status: Literal["pending", "settled", "dropped", "overdue"]
    overdue_since_tick: int | None = None
    drop_reason: str | None = None
    amount_settled: int
    queue1_ticks: int
    queue2_ticks: int
    total_delay_ticks: int
    delay_cost: int
    parent_tx_id: str | None = None
    split_index: int | None = None
    rtgs_priority: str | None = None
    rtgs_submission_tick: int | None = None
    declared_rtgs_priority: str | None = None


class DailyAgentMetrics(Table):
    """A bank's day: balances after every change, costs of the day; `closing_balance` is before the pool's return."""

    table_name = "daily_agent_metrics"
    primary_key = ("simulation_id", "agent_id", "day")
    indexes = (("idx_daily_agent_metrics_day", ("simulation_id", "day")),)
    simulation_id: str
    agent_id: str
    day: int
    opening_balance: int
    closing_balance: int
    balance_after_return: int
    min_balance: int
    max_balance: int
    unsecured_cap: int
    peak_overdraft: int
    opening_posted_collateral: int
    closing_posted_collateral: int
    peak_posted_collateral: int
    collateral_capacity: int
    num_collateral_posts: int
    num_collateral_withdrawals: int
    num_arrivals: int
    num_sent: int
    num_received: int
    num_settled: int
    num_dropped: int
    queue1_peak_size: int
    queue1_eod_size: int
    queue2_peak_size: int
    queue2_eod_size: int
    liquidity_cost: int
    delay_cost: int
    collateral_cost: int
    split_friction_cost: int
    deadline_penalty: int
    eod_penalty: int
    liquidity_opportunity_cost: int
    total_cost: int


class CollateralBalance(Table):
    """A bank's balance when it posted or withdrew collateral; the view `collateral_events` has the rest."""

    table_name = "collateral_balances"
    unique = ("simulation_id", "seq")
    simulation_id: str
    seq: Count
    balance_before: int


class AgentStateRegister(Table):
    """A register that a policy set: the last value of a tick."""

    table_name = "agent_state_registers"
    unique = ("simulation_id", "tick", "agent_id", "register_key")
    simulation_id: str
    tick: int
    agent_id: str
    register_key: str
    register_value: float


class PolicySnapshot(Table):
    """A bank's policy, from a tick on; the hash is that of its JSON with sorted keys and no spaces.

    A tick has one: a policy that is given before the first tick stands in place of the one with which the bank began,
    which `config_json` of the run tells.
    """

    table_name = "policy_snapshots"
    primary_key = ("simulation_id", "agent_id", "snapshot_day", "snapshot_tick")
    indexes = (
        ("idx_policy_snapshots_agent", ("simulation_id", "agent_id")),
        ("idx_policy_snapshots_hash", ("policy_hash",)),
        ("idx_policy_snapshots_created_by", ("created_by",)),
    )
    simulation_id: str
    agent_id: str
    snapshot_day: int
    snapshot_tick: int
    policy_hash: Hash
    policy_json: str
    created_by: Literal["init", "manual", "search"]


class SimulationCheckpoint(Table):
    """The full state of a run between two ticks."""

    table_name = "simulation_checkpoints"
    primary_key = ("checkpoint_id",)
    indexes = (
        ("idx_simulation_checkpoints_simulation", ("simulation_id",)),
        ("idx_simulation_checkpoints_timestamp", ("checkpoint_timestamp",)),
        ("idx_simulation_checkpoints_type", ("checkpoint_type",)),
        ("idx_simulation_checkpoints_tick", ("simulation_id", "checkpoint_tick")),
    )
    checkpoint_id: str
    simulation_id: str
    checkpoint_tick: int
    checkpoint_day: int
    checkpoint_timestamp: datetime
    state_json: str
    state_hash: Hash
    config_json: str
    config_hash: Hash
    checkpoint_type: Literal["manual", "auto", "end_of_day", "final"]
    description: str | None = None
    created_by: str
    num_agents: int
    num_transactions: int
    total_size_bytes: int


class AgentQueueSnapshot(Table):
    """A payment in a queue at the end of a day."""

    table_name = "agent_queue_snapshots"
    unique = ("simulation_id", "agent_id", "day", "queue_type", "position")
    simulation_id: str
    agent_id: str
    day: int
    queue_type: Literal["queue1", "rtgs"]
    position: int
    transaction_id: str


class PolicyDecision(Table):
    """A decision about a payment (full replay)."""

    table_name = "policy_decisions"
    unique = ("simulation_id", "id")
    simulation_id: str
    id: int
    """The `seq` of the event."""
    agent_id: str
    tick: int
    day: int
    decision_type: Literal["submit", "hold", "drop", "split"]
    tx_id: str
    reason: str | None = None
    num_splits: int | None = None
    child_tx_ids: str | None = None


class TickAgentState(Table):
    """A bank at the end of a tick (full replay). Costs are of the run so far, and of the tick alone (`_delta`)."""

    table_name = "tick_agent_states"
    unique = ("simulation_id", "agent_id", "tick")
    simulation_id: str
    agent_id: str
    tick: int
    day: int
    balance: int
    balance_change: int
    unsecured_cap: int
    posted_collateral: int
    liquidity_cost: int
    delay_cost: int
    collateral_cost: int
    penalty_cost: int
    split_friction_cost: int
    liquidity_cost_delta: int
    delay_cost_delta: int
    collateral_cost_delta: int
    penalty_cost_delta: int
    split_friction_cost_delta: int


class TickQueueSnapshot(Table):
    """A payment in a queue at the end of a tick (full replay). In `rtgs` the position is that of the whole queue."""

    table_name = "tick_queue_snapshots"
    unique = ("simulation_id", "agent_id", "tick", "queue_type", "position")
    simulation_id: str
    agent_id: str
    tick: int
    queue_type: Literal["queue1", "rtgs"]
    position: int
    tx_id: str


TABLES: tuple[type[Table], ...] = (
    Simulation,
    LogSegment,
    EventRow,
    EventCount,
    SimulationAgent,
    EventAgent,
    EventTransaction,
    PaymentRow,
    DailyAgentMetrics,
    CollateralBalance,
    AgentStateRegister,
    PolicySnapshot,
    SimulationCheckpoint,
    AgentQueueSnapshot,
    PolicyDecision,
    TickAgentState,
    TickQueueSnapshot,
)
"""Every table, in the order in which they are made."""

READ: tuple[type[Table], ...] = (SimulationEvent, Transaction)
"""Views in which others are read: the specification's tables."""

Row = dict[str, Any]
