"""The server as an ASGI application: `payment_simulator.api.main:app`, or `create_app` with settings of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from payment_simulator_core_rs import __version__
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from payment_simulator.api import docs_page, middleware
from payment_simulator.api.malformed import demand_known_query, malformed
from payment_simulator.api.manager import SimulationManager
from payment_simulator.api.middleware.rate import Buckets
from payment_simulator.api.models.problem import schemas
from payment_simulator.api.problem import ProblemError, storage_failed
from payment_simulator.api.routes import checkpoints, control, events, meta, simulations, sockets, state, transactions
from payment_simulator.api.settings import Settings
from payment_simulator.persistence.errors import DatabaseError

log = logging.getLogger("payment_simulator.api")

DESCRIPTION = (
    "Simulations of payment settlement: create one from a scenario, run it tick by tick or to its end, and ask about "
    "everything that happens in it. Money is integer cents, time is ticks counted from 0. Errors are problem details "
    "(RFC 9457). `/ws/simulations/{id}` is the same as a WebSocket, with events as they happen."
)

METHODS = ("DELETE", "GET", "POST")


class Application(FastAPI):
    """FastAPI with errors that stand in the OpenAPI document once."""

    def openapi(self) -> dict[str, Any]:
        """The document. It takes a while, and is kept."""
        document = super().openapi()
        document["components"]["schemas"] |= schemas()
        return document


def warmed(app: FastAPI) -> FastAPI:
    """Build now what would be built when it is first asked for, while all others wait: routes, document."""
    app.openapi()
    return app


def create_app(settings: Settings | None = None) -> FastAPI:
    """A server. Without settings it takes those of the environment."""
    settings = settings or Settings.from_environment()
    app = Application(
        title="Payment simulator",
        version=__version__,
        description=DESCRIPTION,
        lifespan=_life,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.manager = SimulationManager(settings)
    app.state.buckets = Buckets(settings.limits.requests_per_second)
    strict = [Depends(demand_known_query)]
    for module in (meta, checkpoints, simulations, transactions, control, events, state):
        app.include_router(module.router, prefix="/api", dependencies=strict)
        app.include_router(module.router, include_in_schema=False, dependencies=strict)
    for prefix in ("/api", ""):
        app.include_router(sockets.router, prefix=prefix)
    docs_page.mount(app)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(DatabaseError, _storage_failed)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _malformed)
    if settings.app:
        from payment_simulator.api import app_page

        app_page.mount(app)
    middleware.add_all(app, settings, app.state.buckets)
    return app


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    manager: SimulationManager = app.state.manager
    sweeper = asyncio.create_task(manager.sweep())
    yield
    sweeper.cancel()
    with suppress(asyncio.CancelledError):
        await sweeper
    await manager.close()


def _answer(problem: ProblemError, request: Request) -> Response:
    return problem.response(request.url.path, getattr(request.state, "request_id", ""))


async def _problem(request: Request, error: Exception) -> Response:
    return _answer(cast(ProblemError, error), request)


async def _storage_failed(request: Request, error: Exception) -> Response:
    log.error("%s", error, extra={"request_id": request.state.request_id})
    return _answer(storage_failed(), request)


async def _http_error(request: Request, error: Exception) -> Response:
    """What the framework refuses: a path or a method that does not exist."""
    refused = cast(HTTPException, error)
    if refused.status_code == 400:  # the framework's word for JSON that Python cannot read
        detail = "the body is no JSON that can be read: it nests too deep, or holds a number that is too long"
        return _answer(ProblemError(422, "malformed", detail), request)
    path = request.url.path
    match refused.status_code:
        case 404:
            return _answer(ProblemError(404, "not-found", f"there is nothing at {path}"), request)
        case 405:
            allowed = ", ".join(_methods(request))
            detail = f"{request.method} is not possible at {path}; it takes {allowed}"
            return _answer(ProblemError(405, "method-not-allowed", detail, headers={"Allow": allowed}), request)
    return _answer(ProblemError(refused.status_code, "bad-request", str(refused.detail)), request)


def _methods(request: Request) -> list[str]:
    """Every method that the path of a request takes: the framework names those of its first route alone."""
    asked = [(method, dict(request.scope) | {"method": method}) for method in METHODS]
    routes = request.app.routes
    return [method for method, scope in asked if any(route.matches(scope)[0] is Match.FULL for route in routes)]


async def _malformed(request: Request, error: Exception) -> Response:
    """What does not fit the model of a request: every field that is wrong."""
    refused = malformed(cast(RequestValidationError, error), request.headers.get("content-type", ""))
    return _answer(refused, request)


def __getattr__(name: str) -> Any:
    """`app`, made when a server asks for it: importing this module reads no environment."""
    if name == "app":
        return warmed(create_app())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
