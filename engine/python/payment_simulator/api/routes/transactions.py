"""Payments."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from payment_simulator.api.answer import told
from payment_simulator.api.models.explanation import DecisionPath, Explanation
from payment_simulator.api.models.payment import (
    NearDeadline,
    Overdue,
    PaymentLifecycle,
    Payments,
    PaymentStatus,
    Submission,
    Submitted,
    TrackedPayment,
)
from payment_simulator.api.models.problem import answers
from payment_simulator.api.problem import bad_request
from payment_simulator.api.queries import events as event_queries
from payment_simulator.api.queries import payments as payment_queries
from payment_simulator.api.queries import waiting
from payment_simulator.api.routes.access import AnyRecord, Live, known_payment
from payment_simulator.api.run_view import RunView

router = APIRouter(prefix="/simulations/{simulation_id}/transactions", tags=["transactions"])

TxPath = Annotated[str, Path(description="a payment", max_length=200)]
AtTick = Annotated[
    int | None, Query(ge=0, lt=2**31, description="at the end of which tick; absent: of the last that was run")
]


@router.post("", response_model=Submitted, responses=answers(404, 409, 413, 415))
async def submit(simulation: Live, submission: Submission) -> dict[str, Any]:
    """Submit a payment: it arrives in the tick that runs next. 400 for what the engine refuses."""
    name = await simulation.submit(submission)
    return {"transaction_id": name, "message": "Transaction submitted"}


@router.get("", response_model=Payments, responses=answers(404))
async def listed(
    record: AnyRecord,
    status: PaymentStatus | None = None,
    agent: Annotated[str | None, Query(description="as sender or receiver", max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0, lt=2**63)] = 0,
) -> Response:
    """A page of payments, the latest arrivals first."""
    return await told(
        record,
        lambda run: payment_queries.listed(run, record.submissions.values(), status, agent, limit, offset),
    )


@router.get("/near-deadline", response_model=NearDeadline, responses=answers(404))
async def near_deadline(record: AnyRecord, within_ticks: Annotated[int, Query(ge=1, le=100)] = 2) -> Response:
    """Payments in a queue that are due soon."""
    return await told(record, lambda run: {"simulation_id": record.id, **waiting.near_deadline(run, within_ticks)})


@router.get("/overdue", response_model=Overdue, responses=answers(404))
async def overdue(record: AnyRecord) -> Response:
    """Payments in a queue that are past their deadline, with what their lateness costs."""
    return await told(record, lambda run: {"simulation_id": record.id, **waiting.overdue(run)})


@router.get("/{tx_id}", response_model=TrackedPayment, responses=answers(404))
async def tracked(record: AnyRecord, tx_id: TxPath) -> Response:
    """One payment."""

    def query(run: RunView) -> dict[str, Any]:
        submitted = record.submissions.get(tx_id)
        return submitted.tracked() if submitted else payment_queries.tracked(run, known_payment(run, tx_id))

    return await told(record, query)


@router.get("/{tx_id}/lifecycle", response_model=PaymentLifecycle, responses=answers(404))
async def lifecycle(record: AnyRecord, tx_id: TxPath) -> Response:
    """One payment and every event that names it."""

    def query(run: RunView) -> dict[str, Any]:
        submitted = record.submissions.get(tx_id)
        if submitted:
            return {"transaction": submitted.row(), "events": [], "related_transactions": []}
        index = known_payment(run, tx_id)
        seqs = event_queries.naming(run, tx_id)
        return {
            "transaction": run.table.row(index),
            "events": [
                {key: row[key] for key in ("seq", "tick", "event_type", "details")}
                for row in event_queries.records(run, seqs, record.id, record.time, whole=True)
            ],
            "related_transactions": payment_queries.related(run, index),
        }

    return await told(record, query)


@router.get("/{tx_id}/explanation", response_model=Explanation, responses=answers(404))
async def explanation(record: AnyRecord, tx_id: TxPath, tick: AtTick = None) -> Response:
    """Why a payment waits, and what would release it; or what has become of it. 400 for a tick that was not run."""

    def query(run: RunView) -> dict[str, Any]:
        known_payment(run, tx_id)
        return {"simulation_id": record.id, **run.engine.explain(tx_id, _tick(run, tick))}

    return await told(record, query)


@router.get("/{tx_id}/decision-path", response_model=DecisionPath, responses=answers(404))
async def decision_path(record: AnyRecord, tx_id: TxPath, tick: AtTick = None) -> Response:
    """How its bank's policy came to decide about a payment in a tick. The ticks before are run again for this."""

    def query(run: RunView) -> dict[str, Any]:
        known_payment(run, tx_id)
        at = _tick(run, tick)
        path = run.engine.decision_path(tx_id, at)
        return {"simulation_id": record.id, "tx_id": tx_id, "tick": at, "path": path}

    return await told(record, query)


def _tick(run: RunView, tick: int | None) -> int:
    at = run.ticks - 1 if tick is None else tick
    if not 0 <= at < run.ticks:
        ran = f"write a tick from 0 to {run.ticks - 1}" if run.ticks else "no tick has"
        raise bad_request(f"tick {at} has not been run; {ran}" if tick is not None else "no tick has been run")
    return at
