"""Checkpoints and what is made from them. 503 without a database."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from payment_simulator.api.manager import SimulationManager
from payment_simulator.api.models.checkpoint import (
    Checkpoint,
    CheckpointDeleted,
    CheckpointRequest,
    Checkpoints,
    CheckpointSaved,
    Restored,
    RestoreRequest,
)
from payment_simulator.api.models.problem import answers
from payment_simulator.api.problem import not_found
from payment_simulator.api.routes.access import AnyRecord, Live, Manager

router = APIRouter(tags=["checkpoints"])

CheckpointPath = Annotated[str, Path(description="a checkpoint", max_length=200)]


@router.post(
    "/simulations/{simulation_id}/checkpoint",
    status_code=201,
    response_model=CheckpointSaved,
    responses=answers(404, 409, 413, 415, 503),
)
async def save(simulation: Live, manager: Manager, wanted: CheckpointRequest | None = None) -> dict[str, Any]:
    """Keep the whole state between two ticks; a run that goes on from it is the same, byte by byte."""
    wanted = wanted or CheckpointRequest()
    database = manager.database()
    row = await simulation.save(
        lambda engine: database.save_checkpoint(engine, simulation.id, wanted.checkpoint_type, wanted.description)
    )
    kept = ("checkpoint_id", "simulation_id", "checkpoint_tick", "checkpoint_day")
    return {**{name: row[name] for name in kept}, "message": "Checkpoint saved"}


@router.post(
    "/simulations/from-checkpoint", status_code=201, response_model=Restored, responses=answers(404, 413, 415, 503)
)
async def restore(request: Request, manager: Manager, wanted: RestoreRequest) -> dict[str, Any]:
    """A new simulation that goes on from a checkpoint. 400 for one that is damaged or of another version."""
    row = await _known(manager, wanted.checkpoint_id, request)
    simulation = await manager.restore(row["checkpoint_id"])
    return {
        "simulation_id": simulation.id,
        "current_tick": simulation.current_tick,
        "current_day": simulation.current_tick // simulation.ticks_per_day,
        "owner_token": manager.owner_token(simulation.id),
        "message": "Simulation restored",
    }


@router.get("/simulations/{simulation_id}/checkpoints", response_model=Checkpoints, responses=answers(404, 503))
async def listed(record: AnyRecord, manager: Manager) -> dict[str, Any]:
    """The checkpoints of a simulation, live or stored, by tick."""
    return {"checkpoints": await manager.workers.ask(manager.database().checkpoints, record.id)}


@router.get("/checkpoints/{checkpoint_id}", response_model=Checkpoint, responses=answers(404, 503))
async def detail(request: Request, manager: Manager, checkpoint_id: CheckpointPath) -> dict[str, Any]:
    """What is known of a checkpoint."""
    return await _known(manager, checkpoint_id, request)


@router.delete("/checkpoints/{checkpoint_id}", response_model=CheckpointDeleted, responses=answers(503))
async def delete(request: Request, manager: Manager, checkpoint_id: CheckpointPath) -> dict[str, Any]:
    """Forget a checkpoint; if it is gone already, that is well too."""
    database = manager.database()
    row = await manager.workers.ask(database.checkpoint, checkpoint_id)
    if row is not None:
        manager.demand_owner(row["simulation_id"], request.headers)
        await manager.workers.ask(database.delete_checkpoint, checkpoint_id)
    return {"message": "Checkpoint deleted", "checkpoint_id": checkpoint_id}


async def _known(manager: SimulationManager, checkpoint_id: str, request: Request) -> dict[str, Any]:
    row: dict[str, Any] | None = await manager.workers.ask(manager.database().checkpoint, checkpoint_id)
    if row is None:
        raise not_found("Checkpoint", checkpoint_id)
    manager.demand_owner(row["simulation_id"], request.headers)
    return row
