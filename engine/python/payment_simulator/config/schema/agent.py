"""A bank."""

from pydantic import Field, model_validator

from payment_simulator.config.schema.arrivals import ArrivalBands, ArrivalConfig
from payment_simulator.config.schema.base import AgentId, Balance, Cents, Model, Rate, Share, refusal
from payment_simulator.config.schema.policy import Fifo, Policy


class Limits(Model):
    """Ceilings on what a bank sends in a day, gross, in cents; an absent one is unlimited, 0 lets nothing through."""

    bilateral_limits: dict[AgentId, Cents] = Field(default={})
    multilateral_limit: Cents | None = None


class Agent(Model):
    """A bank: its money, its credit, its payments and how it releases them."""

    id: AgentId = Field(description="a text that no other bank has")
    opening_balance: Balance = Field(description="the balance at the start, in cents (it may be negative)")
    unsecured_cap: Cents = 0
    policy: Policy = Fifo(type="Fifo")
    arrival_config: ArrivalConfig | None = None
    arrival_bands: ArrivalBands | None = None
    posted_collateral: Cents = 0
    collateral_haircut: Share | None = None
    max_collateral_capacity: Cents | None = None
    limits: Limits = Limits()
    liquidity_pool: Cents | None = None
    liquidity_allocation_fraction: Share | None = None
    overdraft_rate: Rate | None = Field(default=None, description="a fraction of the overdraft per tick, for this bank")
    delay_cost_per_tick: Rate | None = Field(
        default=None, description="a fraction of the queued value per tick, for this bank"
    )

    @model_validator(mode="after")
    def _one_kind_of_arrivals(self) -> "Agent":
        if self.arrival_config is not None and self.arrival_bands is not None:
            raise refusal("stands beside arrival_config; keep one of them", at="arrival_bands")
        return self
