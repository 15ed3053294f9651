"""Simulations: created, listed, ticked, deleted."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from payment_simulator.api.lifecycle import Status
from payment_simulator.api.models.base import Answer, Cents, Object, SimulationId, Tick
from payment_simulator.api.models.state import State


class Created(Answer):
    """A new simulation. `owner_token` is shown once: whoever carries it as `X-Owner-Token` is the owner."""

    simulation_id: SimulationId
    status: Status = Field(examples=["created"])
    current_tick: Tick
    current_day: int
    total_ticks: int
    state: State
    message: str
    owner_token: str
    warnings: list[str] = Field(description="what the author of the scenario should know")


class TickResult(Answer):
    """What happened in one tick. `arrivals`, `settlements`, `dropped` and `queue_depth` are older names."""

    tick: Tick
    num_arrivals: int
    num_settlements: int
    num_lsm_releases: int
    total_cost: Cents
    settled_payments: int
    settled_value: Cents
    lsm_operations: int
    lsm_settled_payments: int
    arrivals: int
    settlements: int
    dropped: int
    queue_depth: int = Field(description="payments that wait in the central queue at the end of the tick")


class TickResults(Answer):
    """What happened in several ticks."""

    results: list[TickResult]
    final_tick: Tick


class RunResult(Answer):
    """A run to the end."""

    ticks: list[TickResult]
    final_state: State


class SimulationListed(Answer):
    """One simulation in the list. What only stored ones have is null for live ones, and the other way round."""

    model_config = ConfigDict(extra="allow")

    simulation_id: SimulationId
    status: str
    live: bool
    current_tick: Tick | None = None
    current_day: int | None = None
    total_ticks: int | None = None
    config_file: str | None = None
    config_hash: str | None = None
    rng_seed: int | None = None
    ticks_per_day: int | None = None
    num_days: int | None = None
    num_agents: int | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


class Simulations(Answer):
    """All simulations: live ones first, then stored ones, the newest first."""

    simulations: list[SimulationListed]


class Summary(Answer):
    """What a simulation has come to. Speed is null until a tick has been run here."""

    total_ticks: int = Field(description="ticks that were run")
    total_transactions: int
    settlement_rate: float
    total_cost_cents: Cents
    duration_seconds: float | None = None
    ticks_per_second: float | None = None


class SimulationDetail(Answer):
    """One simulation. `log_hash` names everything that has happened in it."""

    simulation_id: SimulationId
    created_at: datetime
    status: Status
    failure: str
    live: bool
    current_tick: Tick
    current_day: int
    total_ticks: int
    event_count: int
    log_hash: str
    config: Object = Field(description="the scenario as it was handed over")
    summary: Summary


class Deleted(Answer):
    """A simulation that is gone."""

    status: str = Field(examples=["deleted"])
    deleted: bool
    simulation_id: SimulationId
    message: str


SCENARIO_EXAMPLES: dict[str, Any] = {
    "nested": {
        "summary": "Nested, as in scenario files",
        "value": {
            "simulation": {"ticks_per_day": 100, "num_days": 1, "rng_seed": 42},
            "agents": [
                {
                    "id": "BANK_A",
                    "opening_balance": 1_000_000,
                    "unsecured_cap": 500_000,
                    "policy": {"type": "Fifo"},
                    "arrival_config": {
                        "rate_per_tick": 0.5,
                        "amount_distribution": {"type": "Uniform", "min": 10_000, "max": 100_000},
                        "counterparty_weights": {"BANK_B": 1.0},
                        "deadline_range": [5, 20],
                    },
                },
                {"id": "BANK_B", "opening_balance": 1_000_000, "policy": {"type": "Fifo"}},
            ],
        },
    },
    "flat": {
        "summary": "Flat, as in older documents",
        "value": {
            "ticks_per_day": 100,
            "num_days": 1,
            "rng_seed": 42,
            "agent_configs": [
                {"id": "BANK_A", "balance": 1_000_000, "credit_limit": 500_000, "policy": {"type": "Fifo"}},
                {"id": "BANK_B", "balance": 1_000_000, "credit_limit": 0, "policy": {"type": "Fifo"}},
            ],
        },
    },
}
"""Both forms in which a scenario may be sent."""
