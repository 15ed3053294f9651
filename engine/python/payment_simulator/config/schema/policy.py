"""When a bank releases its payments."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from payment_simulator.config.schema.base import (
    Cents,
    Model,
    Number,
    PositiveCents,
    Priority,
    Text,
    Tick,
    Ticks,
    refusal,
)

SplitCount = Annotated[int, Field(ge=2, le=10)]


class Fifo(Model):
    """Release every payment at once, in order of arrival."""

    type: Literal["Fifo"]


class Deadline(Model):
    """Release a payment when its deadline is at most `urgency_threshold` ticks away."""

    type: Literal["Deadline"]
    urgency_threshold: Ticks = Field(description="a number of ticks before the deadline, at least 1")


class LiquidityAware(Model):
    """Release while a buffer of liquidity remains, or when the deadline is near and the bank can pay."""

    type: Literal["LiquidityAware"]
    target_buffer: Cents = Field(description="the liquidity to keep, in cents")
    urgency_threshold: Ticks = Field(description="a number of ticks before the deadline, at least 1")


class LiquiditySplitting(Model):
    """Split what the balance does not cover."""

    type: Literal["LiquiditySplitting"]
    max_splits: SplitCount = Field(description="the largest number of parts, 2 to 10")
    min_split_amount: PositiveCents = Field(description="the smallest part, in cents")


class MockSplitting(Model):
    """Split every payment."""

    type: Literal["MockSplitting"]
    num_splits: SplitCount = Field(description="the number of parts, 2 to 10")


class MockStaggerSplit(Model):
    """Split every payment, and release the parts one after the other."""

    type: Literal["MockStaggerSplit"]
    num_splits: SplitCount = Field(description="the number of parts, 2 to 10")
    stagger_first_now: Annotated[int, Field(ge=0, le=10)] = Field(description="how many parts are released at once")
    stagger_gap_ticks: Tick = Field(description="ticks from one part to the next")
    priority_boost_children: Priority = Field(description="added to the priority of the parts, 0 to 10")

    @model_validator(mode="after")
    def _no_more_than_there_are(self) -> "MockStaggerSplit":
        if self.stagger_first_now > self.num_splits:
            raise refusal(
                f"got {self.stagger_first_now}; write at most num_splits, {self.num_splits}", at="stagger_first_now"
            )
        return self


class Trees(Model):
    """Decision trees. `parameters` stand in place of the document's own of the same name."""

    parameters: dict[Text, Number] = Field(default={}, description="names and numbers")


class FromJson(Trees):
    """Decision trees in a file, or as text."""

    type: Literal["FromJson"]
    json_path: Text | None = None
    json_text: Text | None = Field(default=None, alias="json")

    @model_validator(mode="after")
    def _one_of_them(self) -> "FromJson":
        if (self.json_path is None) == (self.json_text is None):
            raise refusal("write either json_path, the file of the policy, or json, its text")
        return self


class Inline(Trees):
    """Decision trees inside the scenario."""

    type: Literal["Inline"]
    decision_trees: dict[str, Any] = Field(description="a policy document with its trees")


class InlineJson(Trees):
    """Decision trees inside the scenario, as JSON text."""

    type: Literal["InlineJson"]
    json_string: Text = Field(description="a policy document as JSON text")


Policy = Annotated[
    Fifo
    | Deadline
    | LiquidityAware
    | LiquiditySplitting
    | MockSplitting
    | MockStaggerSplit
    | FromJson
    | Inline
    | InlineJson,
    Field(discriminator="type"),
]
