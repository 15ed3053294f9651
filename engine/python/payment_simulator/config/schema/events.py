"""What happens from outside."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from payment_simulator.config.schema.base import (
    AgentId,
    Balance,
    Model,
    Multiplier,
    PositiveCents,
    Priority,
    RatePerTick,
    Tick,
    Ticks,
    Weight,
    refusal,
)


class OneTime(Model):
    """Once."""

    type: Literal["OneTime"]
    tick: Tick = Field(description="the tick in which it happens")


class Repeating(Model):
    """At start_tick, start_tick + interval, and so on to the end of the run."""

    type: Literal["Repeating"]
    start_tick: Tick = Field(description="the first tick in which it happens")
    interval: Ticks = Field(description="ticks from one to the next, at least 1")


Schedule = Annotated[OneTime | Repeating, Field(discriminator="type")]


class _Event(Model):
    schedule: Schedule = Field(description="{type: OneTime, tick} or {type: Repeating, start_tick, interval}")


class _Payment(_Event):
    from_agent: AgentId = Field(description="the id of the bank that pays")
    to_agent: AgentId = Field(description="the id of the bank that is paid")
    amount: PositiveCents = Field(description="cents, at least 1")


class DirectTransfer(_Payment):
    """Money moves, whatever liquidity and limits."""

    type: Literal["DirectTransfer"]


class CustomTransactionArrival(_Payment):
    """A payment arrives in the sender's own queue; `deadline` is in ticks after its arrival."""

    type: Literal["CustomTransactionArrival"]
    priority: Priority = 5
    deadline: Ticks | None = Field(
        default=None, description="ticks after arrival; max(5, ticks_per_day / 10) when absent"
    )
    is_divisible: bool = True


class ScheduledSettlement(_Payment):
    """Settles at once if the sender has the liquidity."""

    type: Literal["ScheduledSettlement"]


class CollateralAdjustment(_Event):
    """Posted collateral changes."""

    type: Literal["CollateralAdjustment"]
    agent: AgentId = Field(description="the id of a bank")
    delta: Balance = Field(description="cents, positive or negative")


class _RateChange(_Event):
    multiplier: Multiplier | None = Field(default=None, description="a number above 0")
    new_rate: RatePerTick | None = Field(default=None, description="payments per tick, instead of a multiplier")

    @model_validator(mode="after")
    def _one_of_them(self) -> "_RateChange":
        if (self.multiplier is None) == (self.new_rate is None):
            raise refusal("write either multiplier, a number above 0, or new_rate, payments per tick")
        return self


class GlobalArrivalRateChange(_RateChange):
    """Every bank's arrival rate becomes its base rate × multiplier."""

    type: Literal["GlobalArrivalRateChange"]


class AgentArrivalRateChange(_RateChange):
    """One bank's arrival rate changes from what it is."""

    type: Literal["AgentArrivalRateChange"]
    agent: AgentId = Field(description="the id of a bank")


class CounterpartyWeightChange(_Event):
    """One bank pays another more or less often."""

    type: Literal["CounterpartyWeightChange"]
    agent: AgentId = Field(description="the id of a bank")
    counterparty: AgentId = Field(description="the id of another bank")
    new_weight: Weight = Field(description="a number of at least 0")
    auto_balance_others: bool = False


class DeadlineWindowChange(_Event):
    """Every bank's deadlines become shorter or longer."""

    type: Literal["DeadlineWindowChange"]
    min_ticks_multiplier: Multiplier | None = None
    max_ticks_multiplier: Multiplier | None = None

    @model_validator(mode="after")
    def _some(self) -> "DeadlineWindowChange":
        if self.min_ticks_multiplier is None and self.max_ticks_multiplier is None:
            raise refusal("write min_ticks_multiplier, max_ticks_multiplier or both")
        return self


ScenarioEvent = Annotated[
    DirectTransfer
    | CustomTransactionArrival
    | ScheduledSettlement
    | CollateralAdjustment
    | GlobalArrivalRateChange
    | AgentArrivalRateChange
    | CounterpartyWeightChange
    | DeadlineWindowChange,
    Field(discriminator="type"),
]
