"""A whole scenario in canonical spelling."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from payment_simulator.config.schema.agent import Agent
from payment_simulator.config.schema.base import (
    TICKS_MAX,
    CostToggles,
    Fraction01,
    Model,
    PolicyToggles,
    Tick,
    Ticks,
    TimeWindow,
    refusal,
)
from payment_simulator.config.schema.costs import CostRates
from payment_simulator.config.schema.display import Display
from payment_simulator.config.schema.events import ScenarioEvent
from payment_simulator.config.schema.netting import LsmConfig


class Simulation(Model):
    """How long a run is, and the seed of every random stream."""

    ticks_per_day: Ticks = Field(description="the number of ticks in a day, at least 1")
    num_days: Ticks = 1
    rng_seed: Annotated[int, Field(ge=0, le=2**64 - 1)] = 0

    @model_validator(mode="after")
    def _bounded(self) -> "Simulation":
        if self.ticks_per_day * self.num_days > TICKS_MAX:
            message = (
                f"{self.num_days} days of {self.ticks_per_day} ticks are too long; a run has at most {TICKS_MAX} ticks"
            )
            raise refusal(message, at="num_days")
        return self


class PriorityEscalation(Model):
    """Waiting payments gain priority as their deadline comes near."""

    enabled: bool = False
    curve: Literal["linear"] = "linear"
    start_escalating_at_ticks: Tick = 20
    max_boost: Annotated[int, Field(ge=0, le=255)] = 3


class Scenario(Model):
    """A scenario: the banks, their payments, the rules of settlement, and what it all costs."""

    simulation: Simulation
    agents: Annotated[list[Agent], Field(min_length=1)] = Field(
        description="a list of banks, each with id and opening_balance"
    )
    cost_rates: CostRates = CostRates()
    lsm_config: LsmConfig = LsmConfig()
    scenario_events: list[ScenarioEvent] = Field(default=[])
    time_windows: list[TimeWindow] = Field(default=[])
    queue1_ordering: Literal["fifo", "priority_deadline"] = "fifo"
    queue2_blocking: Literal["none", "per_sender_fifo"] = "none"
    priority_mode: bool = False
    priority_escalation: PriorityEscalation = PriorityEscalation()
    algorithm_sequencing: bool = False
    entry_disposition_offsetting: bool = False
    deferred_crediting: bool = False
    deadline_cap_at_eod: bool = False
    eod_rush_threshold: Fraction01 | None = None
    daily_liquidity_reallocation: bool = True
    policy_feature_toggles: PolicyToggles | None = None
    cost_feature_toggles: CostToggles | None = None
    display: Display = Display()
