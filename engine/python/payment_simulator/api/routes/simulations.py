"""The life of simulations."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from payment_simulator.api.answer import as_json, encoded, told
from payment_simulator.api.models.problem import answers
from payment_simulator.api.models.simulation import (
    SCENARIO_EXAMPLES,
    Created,
    Deleted,
    RunResult,
    SimulationDetail,
    Simulations,
    TickResult,
    TickResults,
)
from payment_simulator.api.problem import ProblemError, bad_request
from payment_simulator.api.queries import current_day
from payment_simulator.api.queries.state import answer as state_answer
from payment_simulator.api.routes.access import AnyRecord, Live, Manager
from payment_simulator.api.run_view import RunView
from payment_simulator.api.simulation import Simulation

router = APIRouter(tags=["simulations"])

RUN_TICKS_MAX = 10_000
"""The longest rest of a run of which every tick stands in one answer."""

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}, "examples": SCENARIO_EXAMPLES},
            "application/yaml": {"schema": {"type": "object"}, "examples": SCENARIO_EXAMPLES},
        },
    }
}


@router.post(
    "/simulations", status_code=201, response_model=Created, responses=answers(413, 415, 503), openapi_extra=_BODY
)
async def create(request: Request, manager: Manager) -> dict[str, Any]:
    """A new simulation of the scenario in the body: JSON or YAML, nested or flat; nothing is run yet."""
    simulation, warnings = await manager.create(await request.body(), request.headers.get("content-type", ""))
    state = await simulation.look(lambda run: state_answer(run, simulation))
    return {
        "simulation_id": simulation.id,
        "status": simulation.lifecycle.status,
        "current_tick": state["current_tick"],
        "current_day": state["current_day"],
        "total_ticks": simulation.total_ticks,
        "state": state,
        "message": "Simulation created",
        "owner_token": manager.owner_token(simulation.id),
        "warnings": warnings,
    }


@router.get("/simulations", response_model=Simulations, responses=answers())
async def listed(request: Request, manager: Manager) -> dict[str, Any]:
    """Live simulations, then stored ones that are not live, each the newest first."""
    return {"simulations": await manager.listed(request.headers)}


@router.get("/simulations/{simulation_id}", response_model=SimulationDetail, responses=answers(404))
async def detail(record: AnyRecord) -> dict[str, Any]:
    """One simulation: its scenario, how far it has come, and what names everything that happened in it."""
    so_far = await record.look(_so_far)
    seconds = record.busy_seconds
    ran = so_far["current_tick"]
    speed = {"duration_seconds": seconds, "ticks_per_second": ran / seconds if seconds else None}
    return {
        **so_far,
        "simulation_id": record.id,
        "created_at": record.created_at,
        "status": record.lifecycle.status,
        "failure": record.lifecycle.failure,
        "live": isinstance(record, Simulation),
        "config": record.document,
        "summary": so_far["summary"] | speed,
    }


def _so_far(run: RunView) -> dict[str, Any]:
    totals = run.totals
    return {
        "current_tick": run.ticks,
        "current_day": current_day(run),
        "total_ticks": run.engine.total_ticks,
        "event_count": run.event_count,
        "log_hash": run.log_hash,
        "summary": {
            "total_ticks": run.ticks,
            "total_transactions": totals["total_arrivals"],
            "settlement_rate": totals["settlement_rate"],
            "total_cost_cents": totals["total_cost"],
        },
    }


@router.delete("/simulations/{simulation_id}", response_model=Deleted, responses=answers(404))
async def delete(simulation_id: str, request: Request, manager: Manager) -> dict[str, Any]:
    """Forget a live simulation. What is stored of it stays stored."""
    await manager.delete(manager.get(simulation_id, request.headers))
    return {"status": "deleted", "deleted": True, "simulation_id": simulation_id, "message": "Simulation deleted"}


@router.post(
    "/simulations/{simulation_id}/tick", response_model=TickResult | TickResults, responses=answers(404, 409, 503)
)
async def tick(simulation: Live, manager: Manager, count: Annotated[int, Query(ge=1, le=1000)] = 1) -> Response:
    """Run `count` ticks, with nobody else's in between; fewer at the end. One: its result; several: a list of them."""
    limit = manager.settings.limits.ticks_per_call
    if count > limit:
        raise ProblemError(422, "malformed", f"query.count: got {count}; this server runs at most {limit} ticks a call")
    ticks = await simulation.advance(count)
    counts = simulation.history.counts
    if count == 1:
        return as_json(encoded(counts(ticks.start)))
    return as_json(
        await manager.workers.ask(lambda: encoded({"results": [*map(counts, ticks)], "final_tick": ticks.stop}))
    )


@router.post("/simulations/{simulation_id}/run", response_model=RunResult, responses=answers(404, 409, 503))
async def run(simulation: Live) -> Response:
    """Run to the end; the results of the ticks of this call, and the final state. 400 for more than 10,000 ticks."""
    left = simulation.total_ticks - simulation.current_tick
    if left > RUN_TICKS_MAX:
        raise bad_request(f"{left} ticks are left, more than {RUN_TICKS_MAX} for one answer; run it over the WebSocket")
    ticks = await simulation.advance(simulation.total_ticks)
    counts = simulation.history.counts
    return await told(
        simulation, lambda view: {"ticks": [*map(counts, ticks)], "final_state": state_answer(view, simulation)}
    )


@router.post("/simulations/{simulation_id}/pause", response_model=SimulationDetail, responses=answers(404, 409))
async def pause(simulation: Live) -> dict[str, Any]:
    """Stop a simulation that a WebSocket has set running, at the end of a tick."""
    await simulation.pause()
    return await detail(simulation)
