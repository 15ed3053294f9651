"""WebSockets."""

from fastapi import APIRouter, WebSocket

from payment_simulator.api.connection import NOT_FOUND, Connection
from payment_simulator.api.manager import SimulationManager
from payment_simulator.api.middleware.gate import SUBPROTOCOL
from payment_simulator.api.problem import ProblemError

router = APIRouter()


@router.websocket("/ws/simulations/{simulation_id}")
async def simulation_socket(socket: WebSocket, simulation_id: str, hello: bool = False) -> None:
    """One simulation, live: see docs/server.md for the messages."""
    manager: SimulationManager = socket.app.state.manager
    offered = socket.scope.get("subprotocols", [])
    await socket.accept(next((name for name in offered if name.startswith(SUBPROTOCOL)), None))
    try:
        simulation = manager.get(simulation_id, socket.headers)
    except ProblemError as problem:
        reason = "Simulation not found" if problem.status == 404 else problem.detail[:120]
        await socket.close(NOT_FOUND if problem.status == 404 else FORBIDDEN, reason)
        return
    if not manager.has_room_for_sockets:
        await socket.close(TRY_AGAIN_LATER, "too many WebSockets")
        return
    limit = manager.settings.limits.ticks_per_call
    await Connection(socket, simulation, socket.app.state.buckets, manager.turnstile, limit).serve(hello=hello)


FORBIDDEN = 4003
TRY_AGAIN_LATER = 1013
