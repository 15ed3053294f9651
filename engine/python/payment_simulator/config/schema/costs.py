"""What waiting and liquidity cost."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from payment_simulator.config.schema.base import Cents, Model, Rate


class FixedPenalty(Model):
    """The same for every payment."""

    mode: Literal["fixed"]
    amount: Cents = Field(description="the penalty for one payment, in cents")


class RatePenalty(Model):
    """A part of the amount, rounded down."""

    mode: Literal["rate"]
    bps_per_event: Rate = Field(description="basis points of the amount, a number of at least 0")


Penalty = Annotated[FixedPenalty | RatePenalty, Field(discriminator="mode")]


class PriorityMultipliers(Model):
    """Multiply the delay cost by priority: urgent 8 to 10, normal 4 to 7, low 0 to 3."""

    urgent_multiplier: Rate = Decimal(1)
    normal_multiplier: Rate = Decimal(1)
    low_multiplier: Rate = Decimal(1)


class CostRates(Model):
    """Rates are per tick; basis points are of the balance, fractions of the queued value. Rates are exact decimals."""

    overdraft_bps_per_tick: Rate | None = Field(
        default=None, description="basis points of the overdraft; 0.001 when absent"
    )
    overdraft_cost_bps: Rate | None = Field(
        default=None, description="the older daily rate; divided by ticks_per_day exactly"
    )
    delay_cost_per_tick_per_cent: Rate = Decimal("0.0001")
    delay_penalty_per_tick: Cents = Field(default=0, description="flat cents for each queued payment, beside the rate")
    collateral_cost_per_tick_bps: Rate = Decimal("0.0002")
    liquidity_cost_per_tick_bps: Rate = Decimal(0)
    eod_penalty: Penalty = FixedPenalty(mode="fixed", amount=10_000)
    deadline_penalty: Penalty = FixedPenalty(mode="fixed", amount=50_000)
    split_friction_cost: Cents = 1_000
    overdue_delay_multiplier: Rate = Decimal(5)
    priority_delay_multipliers: PriorityMultipliers = PriorityMultipliers()
