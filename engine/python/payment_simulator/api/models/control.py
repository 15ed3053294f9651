"""Commands between two ticks."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from payment_simulator.api.models.base import Answer, Request


class Resubmission(Request):
    """A waiting payment is declared anew."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rtgs_priority": "Urgent"}]})

    rtgs_priority: Literal["HighlyUrgent", "Urgent", "Normal"]


class CollateralCommand(Request):
    """Post or withdraw so many cents of collateral."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"action": "post", "amount": 100_000}]})

    action: Literal["post", "withdraw"]
    amount: Annotated[int, Field(ge=-(2**63), lt=2**63, description="cents; an integer")]


class PolicyCommand(Request):
    """Another policy from the next tick on, as in scenarios; never by the path of a file."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"policy": {"type": "Deadline", "urgency_threshold": 3}}]}
    )

    policy: dict[str, Any]


class Commanded(Answer):
    """A command that was accepted: it happens at the beginning of the next tick."""

    message: str = Field(examples=["accepted for tick 12"])
    tick: int
