"""What every model is made of."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    """The body of an answer."""

    model_config = ConfigDict(extra="forbid")


class Request(BaseModel):
    """The body of a request: no key that is not known, no text for a number."""

    model_config = ConfigDict(extra="forbid", strict=True)


Cents = Annotated[int, Field(description="cents", examples=[250000])]
Tick = Annotated[int, Field(description="a tick, counted from 0", examples=[12])]
AgentId = Annotated[str, Field(description="a bank", examples=["BANK_A"])]
TxId = Annotated[str, Field(description="a payment", examples=["tx_00000001"])]
SimulationId = Annotated[str, Field(description="a simulation", examples=["6f1c3c2e-6a55-4d0e-9f0a-0d7f6b1f2a11"])]
Object = dict[str, Any]


class CostBreakdown(Answer):
    """What a bank has been charged since the start of the run, in cents."""

    liquidity_cost: Cents = 0
    delay_cost: Cents = 0
    collateral_cost: Cents = 0
    deadline_penalty: Cents = 0
    eod_penalty: Cents = 0
    split_friction_cost: Cents = 0
    liquidity_opportunity_cost: Cents = 0
    total_cost: Cents = 0
