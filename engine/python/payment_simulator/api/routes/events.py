"""Events."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from payment_simulator.api.answer import told
from payment_simulator.api.models.event import Events
from payment_simulator.api.models.problem import answers
from payment_simulator.api.queries.events import EventFilter, Page, found
from payment_simulator.api.routes.access import AnyRecord, demand_order

router = APIRouter(prefix="/simulations/{simulation_id}", tags=["events"])

TickQuery = Annotated[int | None, Query(ge=0, lt=2**31)]


@router.get("/events", response_model=Events, responses=answers(404))
async def events(
    record: AnyRecord,
    tick: TickQuery = None,
    tick_min: TickQuery = None,
    tick_max: TickQuery = None,
    day: TickQuery = None,
    agent_id: Annotated[str | None, Query(description="any bank that an event names", max_length=200)] = None,
    tx_id: Annotated[str | None, Query(description="any payment that an event names", max_length=200)] = None,
    event_type: Annotated[str | None, Query(description="one type, or several with commas", max_length=2000)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    sort: Literal["tick_asc", "tick_desc"] = "tick_asc",
) -> Response:
    """A page of events; every filter that is given must hold."""
    demand_order(tick_min, tick_max)
    wanted = EventFilter(
        tick=tick,
        tick_min=tick_min,
        tick_max=tick_max,
        day=day,
        agent_id=agent_id,
        tx_id=tx_id,
        event_types=tuple(word.strip() for word in (event_type or "").split(",") if word.strip()),
    )
    page = Page(limit=limit, offset=offset, sort=sort)
    return await told(record, lambda run: found(run, wanted, page, record.id, record.time))
