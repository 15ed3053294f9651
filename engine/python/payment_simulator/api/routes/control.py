"""Commands to a live simulation: they happen at the beginning of the next tick, and stand in the log."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from payment_simulator_core_rs import Orchestrator

from payment_simulator.api.models.control import CollateralCommand, Commanded, PolicyCommand, Resubmission
from payment_simulator.api.models.problem import answers
from payment_simulator.api.routes.access import Live
from payment_simulator.api.scenario import policy_of
from payment_simulator.api.simulation import Simulation

router = APIRouter(prefix="/simulations/{simulation_id}", tags=["control"])

TxPath = Annotated[str, Path(description="a payment", max_length=200)]
AgentPath = Annotated[str, Path(description="a bank", max_length=200)]


@router.post("/transactions/{tx_id}/withdraw", response_model=Commanded, responses=answers(404, 409))
async def withdraw(simulation: Live, tx_id: TxPath) -> dict[str, Any]:
    """Take a payment back from the central queue to its sender's own, where the sender's policy decides anew."""
    return await commanded(simulation, lambda engine: engine.withdraw(tx_id))


@router.post("/transactions/{tx_id}/resubmit", response_model=Commanded, responses=answers(404, 409, 413, 415))
async def resubmit(simulation: Live, tx_id: TxPath, command: Resubmission) -> dict[str, Any]:
    """Declare a waiting payment anew, with another priority in the central queue."""
    return await commanded(simulation, lambda engine: engine.resubmit(tx_id, command.rtgs_priority))


@router.post("/agents/{agent_id}/collateral", response_model=Commanded, responses=answers(404, 409, 413, 415))
async def collateral(simulation: Live, agent_id: AgentPath, command: CollateralCommand) -> dict[str, Any]:
    """Post collateral within the bank's capacity, or withdraw what covers no credit."""

    def action(engine: Orchestrator) -> None:
        act = engine.post_collateral if command.action == "post" else engine.withdraw_collateral
        act(agent_id, command.amount)

    return await commanded(simulation, action)


@router.post("/agents/{agent_id}/policy", response_model=Commanded, responses=answers(404, 409, 413, 415))
async def policy(simulation: Live, agent_id: AgentPath, command: PolicyCommand) -> dict[str, Any]:
    """Replace a bank's policy."""

    def action(engine: Orchestrator) -> None:
        engine.replace_policy(agent_id, policy_of(command.policy, engine.agent_ids))

    return await commanded(simulation, action)


async def commanded(simulation: Simulation, action: Callable[[Orchestrator], None]) -> dict[str, Any]:
    """Command it, and say when it happens."""

    def timed(engine: Orchestrator) -> int:
        action(engine)
        return engine.current_tick

    tick = await simulation.control(timed)
    return {"message": f"accepted for tick {tick}", "tick": tick}
