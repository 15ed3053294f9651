"""What every part of the schema is made of."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from payment_simulator.config.problem import shown

AMOUNT_MAX = 10**15
"""The largest amount, balance or limit in cents: ten trillion units of currency."""
TICKS_MAX = 2**30
"""The longest run, in ticks."""
RATE_DIGITS_MAX = 18
"""How many digits a rate may have, and how many of them after the point."""


class Model(BaseModel):
    """A mapping whose keys are all known.

    An optional key that is written with no value (null) is as if it were absent.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        optional = {field.alias or name for name, field in cls.model_fields.items() if not field.is_required()}
        return {key: value for key, value in data.items() if not (value is None and key in optional)}


def refusal(message: str, *, at: str | int | None = None, allowed: str = "") -> PydanticCustomError:
    """An error with our own words; `at` names the key or index below the validated value at which it stands."""
    return PydanticCustomError("refused", "{message}", {"message": message, "at": at, "allowed": allowed})


def _cents(value: Any) -> Any:
    allowed = "an integer number of cents"
    if isinstance(value, bool) or not isinstance(value, int):
        instead = f"write {allowed}"
        if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
            instead = f"money is {allowed}: write {value:.0f}"
        elif isinstance(value, str) and value.strip().removeprefix("-").isdecimal():
            instead = f"money is {allowed}: write {value.strip()} without quotes"
        raise refusal(f"got {shown(value)}; {instead}", allowed=allowed)
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise refusal(f"got {shown(value)}; write a number", allowed="a number")
    value = Decimal(value)
    if not value.is_finite() or (value != 0 and not -300 < value.adjusted() < 300):
        raise refusal(f"got {shown(value)}; write a finite number", allowed="a finite number")
    return value


def _rate(value: Decimal) -> Decimal:
    _, digits, exponent = value.normalize().as_tuple()
    assert isinstance(exponent, int)
    if len(digits) > RATE_DIGITS_MAX or abs(exponent) > RATE_DIGITS_MAX:
        allowed = f"a decimal number with at most {RATE_DIGITS_MAX} digits"
        raise refusal(f"got {shown(value)}; write {allowed}", allowed=allowed)
    return value


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        quoted = f', in quotes: "{shown(value)}"' if isinstance(value, int | Decimal) else ""
        raise refusal(f"got {shown(value)}; write text{quoted}", allowed="text")
    return value


def _identifier(value: str) -> str:
    if not value.strip():
        raise refusal(f"got {shown(value)}; an id is not blank", allowed="text that is not blank")
    return value


Balance = Annotated[int, BeforeValidator(_cents), Field(ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
"""Cents, of either sign."""
Cents = Annotated[int, BeforeValidator(_cents), Field(ge=0, le=AMOUNT_MAX)]
"""Cents, not negative."""
PositiveCents = Annotated[int, BeforeValidator(_cents), Field(ge=1, le=AMOUNT_MAX)]
"""Cents, at least 1."""
Number = Annotated[Decimal, BeforeValidator(_number)]
"""Any finite number, with the digits that the text has."""
Weight = Annotated[Decimal, BeforeValidator(_number), Field(ge=0)]
"""A number that is not negative."""
Positive = Annotated[Decimal, BeforeValidator(_number), Field(gt=0)]
"""A number above 0."""
Multiplier = Annotated[Decimal, BeforeValidator(_number), Field(gt=0, le=10**6)]
"""A factor by which a scenario event changes a rate or a time."""
RatePerTick = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=10**6)]
"""Payments of a bank in a tick, on average."""
Fraction01 = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=1)]
"""A number from 0 to 1."""
Rate = Annotated[Decimal, BeforeValidator(_number), Field(ge=0), AfterValidator(_rate)]
"""A rate of cost: exact, not negative."""
Share = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=1), AfterValidator(_rate)]
"""An exact number from 0 to 1."""
Text = Annotated[str, BeforeValidator(_text)]
AgentId = Annotated[str, BeforeValidator(_text), AfterValidator(_identifier)]
Tick = Annotated[int, Field(ge=0, le=TICKS_MAX)]
"""A tick, counted from 0."""
Ticks = Annotated[int, Field(ge=1, le=TICKS_MAX)]
"""A number of ticks, at least 1."""
Priority = Annotated[int, Field(ge=0, le=10)]
"""0 (low) to 10 (urgent)."""


class TimeWindow(Model):
    """A part of the day in which payments arrive at another rate. `start_tick` is in it and `end_tick` is not."""

    start_tick: Tick = Field(description="the first tick of the window, counted within the day")
    end_tick: Ticks = Field(description="the tick after the last one of the window, counted within the day")
    rate_multiplier: Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=10**6)] = Field(
        description="a number that multiplies rate_per_tick; windows that overlap multiply each other"
    )

    @model_validator(mode="after")
    def _forward(self) -> "TimeWindow":
        if self.end_tick <= self.start_tick:
            raise refusal(
                f"got {self.end_tick}; write more than start_tick, {self.start_tick} (the window ends before end_tick)",
                at="end_tick",
            )
        return self


class Toggles(Model):
    """Either the categories that are allowed, or those that are not."""

    include: list[Text] | None = None
    exclude: list[Text] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "Toggles":
        if self.include is not None and self.exclude is not None:
            raise refusal("include and exclude stand side by side; keep one of them", at="exclude")
        for key in ("include", "exclude"):
            for category in getattr(self, key) or ():
                if category not in self.categories():
                    allowed = ", ".join(self.categories())
                    raise refusal(
                        f"{shown(category)} is not a category; write one of {allowed}", at=key, allowed=allowed
                    )
        return self

    @classmethod
    def categories(cls) -> tuple[str, ...]:
        """The names that may be listed."""
        raise NotImplementedError


class PolicyToggles(Toggles):
    """Which parts of the decision-tree language policies may use."""

    @classmethod
    def categories(cls) -> tuple[str, ...]:
        """The categories of the language."""
        return POLICY_CATEGORIES


class CostToggles(Toggles):
    """Which costs are documented; no effect on a run."""

    @classmethod
    def categories(cls) -> tuple[str, ...]:
        """The categories of costs."""
        return ("PerTick", "OneTime", "Daily", "Modifier")


POLICY_CATEGORIES = (
    "ComparisonOperator",
    "LogicalOperator",
    "BinaryArithmetic",
    "NaryArithmetic",
    "UnaryMath",
    "TernaryMath",
    "ValueType",
    "PaymentAction",
    "BankAction",
    "CollateralAction",
    "RtgsAction",
    "TransactionField",
    "AgentField",
    "QueueField",
    "CollateralField",
    "CostField",
    "TimeField",
    "LsmField",
    "ThroughputField",
    "StateRegisterField",
    "SystemField",
    "DerivedField",
    "NodeType",
    "TreeType",
)

Multilateral = Literal["off", "queue_order", "best_effort"]
