"""States, costs and figures."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from payment_simulator.api.answer import told
from payment_simulator.api.models.agent import Agents, AgentTimeline, Costs, CostTimeline, Metrics
from payment_simulator.api.models.problem import answers
from payment_simulator.api.models.state import AgentQueues, State, TickState
from payment_simulator.api.queries import agents as agent_queries
from payment_simulator.api.queries import costs as cost_queries
from payment_simulator.api.queries import state as state_queries
from payment_simulator.api.queries.waiting import queues
from payment_simulator.api.routes.access import AnyRecord, demand_order, known_agent

router = APIRouter(prefix="/simulations/{simulation_id}", tags=["state"])

AgentPath = Annotated[str, Path(description="a bank", max_length=200)]
TickQuery = Annotated[int | None, Query(ge=0, lt=2**31)]
Include = Annotated[
    Literal["transactions", "none"] | None,
    Query(description="whether payments are in the answer; absent: if there are at most 10,000"),
]


@router.get("/state", response_model=State, responses=answers(404))
async def state(record: AnyRecord, include: Include = None) -> Response:
    """Everything now: banks, payments, the central queue."""
    shown = None if include is None else include == "transactions"
    return await told(record, lambda run: state_queries.answer(run, record, shown))


@router.get("/ticks/{tick}/state", response_model=TickState, responses=answers(404))
async def tick_state(record: AnyRecord, tick: Annotated[int, Path(ge=-(2**31), lt=2**31)]) -> Response:
    """The end of any tick that was run. 400 for one that was not."""
    return await told(record, lambda run: {"simulation_id": record.id, **state_queries.at_tick(run, tick)})


@router.get("/costs", response_model=Costs, responses=answers(404))
async def costs(record: AnyRecord) -> Response:
    """Every bank's costs since the start of the run."""
    return await told(record, lambda run: {"simulation_id": record.id, **cost_queries.costs(run)})


@router.get("/costs/timeline", response_model=CostTimeline, responses=answers(404))
async def cost_timeline(record: AnyRecord, tick_min: TickQuery = None, tick_max: TickQuery = None) -> Response:
    """Every bank's total cost up to the end of each tick, or of some ticks. 400 for too many at once."""
    demand_order(tick_min, tick_max)
    return await told(
        record, lambda run: {"simulation_id": record.id, **cost_queries.timeline(run, tick_min, tick_max)}
    )


@router.get("/metrics", response_model=Metrics, responses=answers(404))
async def metrics(record: AnyRecord) -> Response:
    """The figures of the whole system so far."""
    return await told(record, lambda run: {"simulation_id": record.id, **agent_queries.metrics(run)})


@router.get("/agents", response_model=Agents, responses=answers(404))
async def agents(record: AnyRecord) -> Response:
    """What each bank has done, and what it has cost."""
    return await told(record, lambda run: {"agents": agent_queries.performance(run)})


@router.get("/agents/{agent_id}/timeline", response_model=AgentTimeline, responses=answers(404))
async def agent_timeline(record: AnyRecord, agent_id: AgentPath) -> Response:
    """A bank day by day, and every change of its collateral."""
    return await told(record, lambda run: agent_queries.timeline(run, known_agent(run, agent_id)))


@router.get("/agents/{agent_id}/queues", response_model=AgentQueues, responses=answers(404))
async def agent_queues(record: AnyRecord, agent_id: AgentPath) -> Response:
    """What waits of a bank."""
    return await told(record, lambda run: {"simulation_id": record.id, **queues(run, known_agent(run, agent_id))})
