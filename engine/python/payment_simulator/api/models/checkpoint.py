"""Checkpoints: kept states, and simulations made from them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from payment_simulator.api.models.base import Answer, Request, SimulationId, Tick

CheckpointType = Literal["manual", "auto", "end_of_day", "final"]
CheckpointId = Annotated[str, Field(description="a checkpoint", examples=["b0a5e2d4-0a64-4f3e-8f37-3f4d8f5b8c55"])]


class CheckpointRequest(Request):
    """What is noted with a checkpoint."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"checkpoint_type": "manual", "description": "at noon"}]})

    checkpoint_type: CheckpointType = "manual"
    description: Annotated[str, Field(max_length=1000)] | None = None


class CheckpointSaved(Answer):
    """A checkpoint that was made."""

    checkpoint_id: CheckpointId
    simulation_id: SimulationId
    checkpoint_tick: Tick
    checkpoint_day: int
    message: str


class Checkpoint(Answer):
    """What is known of a checkpoint, without the state itself. `checkpoint_tick` is the tick that runs next."""

    checkpoint_id: CheckpointId
    simulation_id: SimulationId
    checkpoint_tick: Tick
    checkpoint_day: int
    checkpoint_timestamp: datetime
    checkpoint_type: CheckpointType
    description: str | None
    created_by: str
    state_hash: str
    config_hash: str
    num_agents: int
    num_transactions: int
    total_size_bytes: int


class Checkpoints(Answer):
    """The checkpoints of a simulation, by tick."""

    checkpoints: list[Checkpoint]


class RestoreRequest(Request):
    """Which checkpoint to go on from."""

    checkpoint_id: Annotated[CheckpointId, Field(max_length=200)]


class Restored(Answer):
    """A new simulation that goes on from a checkpoint."""

    simulation_id: SimulationId
    current_tick: Tick
    current_day: int
    owner_token: str
    message: str


class CheckpointDeleted(Answer):
    """A checkpoint that is gone."""

    message: str
    checkpoint_id: CheckpointId
