"""States, costs and figures."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from payment_simulator.api.models.agent import Agents, AgentTimeline, Costs, CostTimeline, Metrics
from payment_simulator.api.models.problem import answers
from payment_simulator.api.models.state import AgentQueues, State, TickState
from payment_simulator.api.queries import agents as agent_queries
from payment_simulator.api.queries import costs as cost_queries
from payment_simulator.api.queries import state as state_queries
from payment_simulator.api.queries.waiting import queues
from payment_simulator.api.routes.access import AnyRecord, known_agent
from payment_simulator.api.routes.simulations import state_answer
from payment_simulator.api.run_view import RunView

router = APIRouter(prefix="/simulations/{simulation_id}", tags=["state"])

AgentPath = Annotated[str, Path(description="a bank", max_length=200)]
TickQuery = Annotated[int | None, Query(ge=0, lt=2**31)]
Include = Annotated[
    Literal["transactions", "none"] | None,
    Query(description="whether payments are in the answer; absent: if there are at most 10,000"),
]


@router.get("/state", response_model=State, responses=answers(404))
async def state(record: AnyRecord, include: Include = None) -> dict[str, Any]:
    """Everything now: banks, payments, the central queue."""
    return await state_answer(record, None if include is None else include == "transactions")


@router.get("/ticks/{tick}/state", response_model=TickState, responses=answers(404))
async def tick_state(record: AnyRecord, tick: Annotated[int, Path(ge=-(2**31), lt=2**31)]) -> dict[str, Any]:
    """The end of any tick that was run. 400 for one that was not."""
    return {"simulation_id": record.id, **await record.look(lambda run: state_queries.at_tick(run, tick))}


@router.get("/costs", response_model=Costs, responses=answers(404))
async def costs(record: AnyRecord) -> dict[str, Any]:
    """Every bank's costs since the start of the run."""
    return {"simulation_id": record.id, **await record.look(cost_queries.costs)}


@router.get("/costs/timeline", response_model=CostTimeline, responses=answers(404))
async def cost_timeline(record: AnyRecord, tick_min: TickQuery = None, tick_max: TickQuery = None) -> dict[str, Any]:
    """Every bank's total cost up to the end of each tick, or of some ticks. 400 for too many at once."""
    found = await record.look(lambda run: cost_queries.timeline(run, tick_min, tick_max))
    return {"simulation_id": record.id, **found}


@router.get("/metrics", response_model=Metrics, responses=answers(404))
async def metrics(record: AnyRecord) -> dict[str, Any]:
    """The figures of the whole system so far."""
    return {"simulation_id": record.id, **await record.look(agent_queries.metrics)}


@router.get("/agents", response_model=Agents, responses=answers(404))
async def agents(record: AnyRecord) -> dict[str, Any]:
    """What each bank has done, and what it has cost."""
    return {"agents": await record.look(agent_queries.performance)}


@router.get("/agents/{agent_id}/timeline", response_model=AgentTimeline, responses=answers(404))
async def agent_timeline(record: AnyRecord, agent_id: AgentPath) -> dict[str, Any]:
    """A bank day by day, and every change of its collateral."""

    def query(run: RunView) -> dict[str, Any]:
        return agent_queries.timeline(run, known_agent(run, agent_id))

    return await record.look(query)


@router.get("/agents/{agent_id}/queues", response_model=AgentQueues, responses=answers(404))
async def agent_queues(record: AnyRecord, agent_id: AgentPath) -> dict[str, Any]:
    """What waits of a bank."""

    def query(run: RunView) -> dict[str, Any]:
        return queues(run, known_agent(run, agent_id))

    return {"simulation_id": record.id, **await record.look(query)}
