"""When a bank releases its payments."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from payment_simulator.config.schema.base import Cents, Model, PositiveCents, Text, Ticks, refusal

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


class FromJson(Model):
    """Decision trees in a file, or as text."""

    type: Literal["FromJson"]
    json_path: Text | None = None
    json_text: Text | None = Field(default=None, alias="json")

    @model_validator(mode="after")
    def _one_of_them(self) -> "FromJson":
        if (self.json_path is None) == (self.json_text is None):
            raise refusal("write either json_path, the file of the policy, or json, its text")
        return self


class Inline(Model):
    """Decision trees inside the scenario."""

    type: Literal["Inline"]
    decision_trees: dict[str, Any] = Field(description="a policy document with its trees")


class InlineJson(Model):
    """Decision trees inside the scenario, as JSON text."""

    type: Literal["InlineJson"]
    json_string: Text = Field(description="a policy document as JSON text")


Policy = Annotated[
    Fifo | Deadline | LiquidityAware | LiquiditySplitting | MockSplitting | FromJson | Inline | InlineJson,
    Field(discriminator="type"),
]
