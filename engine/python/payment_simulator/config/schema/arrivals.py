"""Payments that a bank has to make, drawn at random."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from payment_simulator.config.schema.base import (
    AMOUNT_MAX,
    AgentId,
    Cents,
    Model,
    Number,
    Positive,
    PositiveCents,
    Priority,
    RatePerTick,
    Ticks,
    TimeWindow,
    Weight,
    refusal,
)


class UniformAmount(Model):
    """Every amount from `min` to `max` alike, both included."""

    type: Literal["Uniform"]
    min: PositiveCents = Field(description="the smallest amount, in cents, at least 1")
    max: PositiveCents = Field(description="the largest amount, in cents, at least min")

    @model_validator(mode="after")
    def _ordered(self) -> "UniformAmount":
        if self.max < self.min:
            raise refusal(f"got {self.max}; write at least min, {self.min}", at="max")
        return self


class NormalAmount(Model):
    """Normal, rounded to whole cents, at least 1 cent."""

    type: Literal["Normal"]
    mean: Cents = Field(description="the mean amount, in cents")
    std_dev: PositiveCents = Field(description="the standard deviation, in cents, at least 1")


class LogNormalAmount(Model):
    """Lognormal, rounded to whole cents, at least 1 cent.

    `parameterization` says what `mean` and `std_dev` describe: the amount in cents (`moments`) or its logarithm
    (`log_space`).
    """

    type: Literal["LogNormal"]
    mean: Annotated[Number, Field(le=AMOUNT_MAX)] = Field(
        description="the mean of the amount in cents, or of its logarithm"
    )
    std_dev: Annotated[Positive, Field(le=AMOUNT_MAX)] = Field(description="the standard deviation, above 0")
    parameterization: Literal["moments", "log_space"] | None = None

    @model_validator(mode="after")
    def _positive_moments(self) -> "LogNormalAmount":
        if self.parameterization == "moments" and self.mean <= 0:
            raise refusal(f"got {self.mean}; the mean of an amount in cents is above 0", at="mean")
        return self

    @property
    def meant(self) -> Literal["moments", "log_space"]:
        """The parameterization; where none is written, small means are logarithms."""
        return self.parameterization or ("log_space" if self.mean < 40 else "moments")


class ExponentialAmount(Model):
    """Exponential with mean 1/lambda cents, rounded to whole cents, at least 1 cent."""

    type: Literal["Exponential"]
    rate: Positive = Field(alias="lambda", description="1 / the mean amount in cents, above 0")


Amount = Annotated[UniformAmount | NormalAmount | LogNormalAmount | ExponentialAmount, Field(discriminator="type")]


class FixedPriority(Model):
    """Always the same."""

    type: Literal["Fixed"]
    value: Priority = Field(description="an integer from 0 to 10")


class CategoricalPriority(Model):
    """One of some values, by weight."""

    type: Literal["Categorical"]
    values: list[Priority] = Field(description="a list of integers from 0 to 10")
    weights: list[Weight] = Field(description="a list of numbers, one for each value")

    @model_validator(mode="after")
    def _one_weight_each(self) -> "CategoricalPriority":
        if len(self.values) != len(self.weights):
            raise refusal(
                f"has {len(self.weights)} weights for {len(self.values)} values; write one for each", at="weights"
            )
        if not sum(self.weights) > 0:
            raise refusal("adds up to nothing; make one weight positive", at="weights")
        return self


class UniformPriority(Model):
    """Every value from `min` to `max` alike, both included."""

    type: Literal["Uniform"]
    min: Priority = Field(description="an integer from 0 to 10")
    max: Priority = Field(description="an integer from min to 10")

    @model_validator(mode="after")
    def _ordered(self) -> "UniformPriority":
        if self.max < self.min:
            raise refusal(f"got {self.max}; write at least min, {self.min}", at="max")
        return self


PriorityDistribution = Annotated[FixedPriority | CategoricalPriority | UniformPriority, Field(discriminator="type")]
Weights = dict[AgentId, Weight]


class ArrivalConfig(Model):
    """One stream of payments. In the flat shape `counterparty_weights` and `deadline_range` may be absent."""

    rate_per_tick: RatePerTick = Field(description="the mean number of payments in a tick, a number of at least 0")
    amount_distribution: Amount = Field(description="a distribution: Uniform, Normal, LogNormal or Exponential")
    counterparty_weights: Weights | None = Field(default=None, description="a weight for each receiver")
    deadline_range: list[Ticks] | None = Field(default=None, description="[min, max], ticks from arrival to deadline")
    priority: Priority = 5
    priority_distribution: PriorityDistribution | None = None
    divisible: bool = True
    time_windows: list[TimeWindow] | None = None

    @model_validator(mode="after")
    def _complete(self, info: ValidationInfo) -> "ArrivalConfig":
        if self.deadline_range is not None:
            if len(self.deadline_range) != 2:
                raise refusal("is not a pair; write [min, max] in ticks", at="deadline_range", allowed="[min, max]")
            low, high = self.deadline_range
            if high < low:
                raise refusal(
                    f"got [{low}, {high}]; the second is at least the first", at="deadline_range", allowed="[min, max]"
                )
        if not (info.context or {}).get("flat"):
            if self.deadline_range is None:
                raise refusal("deadline_range is missing; write [min, max], the ticks from arrival to deadline")
            if not self.counterparty_weights:
                at = None if self.counterparty_weights is None else "counterparty_weights"
                raise refusal(
                    "counterparty_weights are missing; write a weight for each receiver, such as {B: 1}", at=at
                )
        return self

    @property
    def deadline_bounds(self) -> tuple[int, int]:
        """Shortest and longest time from arrival to deadline, in ticks."""
        low, high = self.deadline_range or (10, 50)
        return low, high


class Band(Model):
    """One stream of payments whose priority is uniform inside the band."""

    rate_per_tick: RatePerTick = Field(description="the mean number of payments in a tick, a number of at least 0")
    amount_distribution: Amount = Field(description="a distribution: Uniform, Normal, LogNormal or Exponential")
    deadline_offset_min: Ticks = Field(description="the shortest time from arrival to deadline, in ticks")
    deadline_offset_max: Ticks = Field(description="the longest time from arrival to deadline, in ticks")
    counterparty_weights: Weights = Field(default={}, description="a weight for each receiver")
    divisible: bool = True
    time_windows: list[TimeWindow] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Band":
        if self.deadline_offset_max < self.deadline_offset_min:
            low, high = self.deadline_offset_min, self.deadline_offset_max
            raise refusal(f"got {high}; write at least deadline_offset_min, {low}", at="deadline_offset_max")
        return self


class ArrivalBands(Model):
    """Up to three streams: urgent (priorities 8 to 10), normal (4 to 7), low (0 to 3)."""

    urgent: Band | None = None
    normal: Band | None = None
    low: Band | None = None

    @model_validator(mode="after")
    def _some(self) -> "ArrivalBands":
        if self.urgent is None and self.normal is None and self.low is None:
            raise refusal("holds no band; write at least one of urgent, normal, low", allowed="urgent, normal, low")
        return self
