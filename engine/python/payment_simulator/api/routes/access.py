"""How routes reach what they are about."""

from typing import Annotated, cast

from fastapi import Depends, Path, Request

from payment_simulator.api.manager import SimulationManager
from payment_simulator.api.problem import bad_request, not_found
from payment_simulator.api.record import Record
from payment_simulator.api.run_view import RunView
from payment_simulator.api.simulation import Simulation


def manager_of(request: Request) -> SimulationManager:
    """The manager of this server."""
    return cast(SimulationManager, request.app.state.manager)


Manager = Annotated[SimulationManager, Depends(manager_of)]
SimulationPath = Annotated[str, Path(description="a simulation", max_length=200)]


async def live_simulation(simulation_id: SimulationPath, request: Request, manager: Manager) -> Simulation:
    """The live simulation in the path. 404 for one that does not exist; 409 for one that is stored: it is over."""
    record = await manager.record(simulation_id, request.headers)
    if not isinstance(record, Simulation):
        record.lifecycle.demand_unfinished()
    return manager.get(simulation_id, request.headers)


async def any_simulation(simulation_id: SimulationPath, request: Request, manager: Manager) -> Record:
    """The simulation in the path, live or stored."""
    return await manager.record(simulation_id, request.headers)


Live = Annotated[Simulation, Depends(live_simulation)]
AnyRecord = Annotated[Record, Depends(any_simulation)]


def known_agent(run: RunView, agent_id: str) -> str:
    """The bank, if the run has it. 404."""
    if agent_id not in run.agent_ids:
        raise not_found("Agent", agent_id)
    return agent_id


def known_payment(run: RunView, tx_id: str) -> int:
    """The number of a payment. 404."""
    index = run.table.index(tx_id)
    if index is None:
        raise not_found("Transaction", tx_id)
    return index


def demand_order(tick_min: int | None, tick_max: int | None) -> None:
    """400 for ticks the wrong way round."""
    if tick_min is not None and tick_max is not None and tick_min > tick_max:
        raise bad_request(f"tick_min {tick_min} is larger than tick_max {tick_max}; swap them")
