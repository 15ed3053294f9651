"""One WebSocket: what a client may ask of a simulation, and what it is told."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from payment_simulator.api.answer import encoded
from payment_simulator.api.lifecycle import Status
from payment_simulator.api.middleware.rate import Buckets, client_of
from payment_simulator.api.problem import ProblemError
from payment_simulator.api.queries.state import answer as state_answer
from payment_simulator.api.simulation import Simulation
from payment_simulator.api.turnstile import Turnstile

log = logging.getLogger("payment_simulator.api")

NOT_FOUND = 4004
GOING_AWAY = 1001
INTERNAL_ERROR = 1011

COUNT_MAX = 1000
SPEED_MAX_MS = 3_600_000
SEQ_MAX = 2**63 - 1


class GoneError(Exception):
    """The simulation was deleted."""


class Connection:
    """Answers one message after the other; events and results of a run come in between, at the reader's pace.

    Whatever is sent is read from the simulation when the reader is ready for it, so a slow reader is behind and costs
    no memory.
    """

    def __init__(
        self, socket: WebSocket, simulation: Simulation, buckets: Buckets, turnstile: Turnstile, ticks_per_call: int
    ) -> None:
        self.socket = socket
        self.simulation = simulation
        self.buckets = buckets
        self.turnstile = turnstile
        self.ticks_per_call = min(ticks_per_call, COUNT_MAX)
        self._sending = asyncio.Lock()
        self._broken: asyncio.Future[None]
        self._events: asyncio.Task[None] | None = None
        self._results: asyncio.Task[None] | None = None
        self._actions: dict[str, Callable[[dict[str, Any]], Awaitable[None]]] = {
            "tick": self._tick,
            "run": self._run,
            "pause": self._pause,
            "get_state": self._get_state,
            "state": self._get_state,
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "reset": self._reset,
        }

    async def serve(self, *, hello: bool) -> None:
        """Until the client leaves, the simulation is deleted, or something breaks."""
        self.simulation.sockets += 1
        try:
            if hello:
                await self._get_state({})
            await self._serve()
        except WebSocketDisconnect:
            return
        except GoneError:
            await self._close(GOING_AWAY, "Simulation deleted")
        except Exception:
            log.exception("a WebSocket broke", extra={"request_id": self.socket.state.request_id})
            await self._close(INTERNAL_ERROR, "Internal error")
        finally:
            self.simulation.sockets -= 1
            self.simulation.touch()

    async def _serve(self) -> None:
        """Whichever of its parts ends first ends all of them."""
        self._broken = asyncio.get_running_loop().create_future()
        parts = [self._broken, asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            rest = [part for part in (*parts, self._events, self._results) if part is not None and not part.done()]
            for part in rest:
                part.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
        for part in done:
            part.result()

    def _stream(self, sending: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that sends beside the answers. Its failure is that of the connection."""

        def ended(task: asyncio.Task[None]) -> None:
            error = None if task.cancelled() else task.exception()
            if error is not None and not self._broken.done():
                self._broken.set_exception(error)

        task = asyncio.create_task(sending)
        task.add_done_callback(ended)
        return task

    async def _close(self, code: int, reason: str) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):  # the client may have left meanwhile
            await self.socket.close(code, reason)

    async def _watch(self) -> None:
        """Ends when the simulation is deleted."""
        while not self.simulation.closed:
            await self.simulation.changed.wait()
        raise GoneError

    # What comes in

    async def _listen(self) -> None:
        while True:
            message = await self.socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            while (early := self.buckets.take(client_of(self.socket.scope))) > 0:
                await asyncio.sleep(early)  # who asks too often is not refused here, but slowed
            try:
                await self._answer(message.get("text") or (message.get("bytes") or b"").decode(errors="replace"))
            except ProblemError as problem:
                await self.error(problem.detail, problem.kind)

    async def _answer(self, text: str) -> None:
        try:
            request = json.loads(text)
        except (ValueError, RecursionError):
            await self.error("a message is a JSON object with an action", "malformed")
            return
        action = request.get("action") if isinstance(request, dict) else None
        act = self._actions.get(action) if isinstance(action, str) else None
        if act is None:
            known = ", ".join(name for name in self._actions if name != "state")
            await self.error(f"unknown action {str(action)[:80]!r}; known are {known}", "unknown-action")
            return
        await act(request)

    async def _tick(self, request: dict[str, Any]) -> None:
        count = await self._number(request, "count", 1, 1, self.ticks_per_call)
        if count is None:
            return
        if self.simulation.lifecycle.status is Status.COMPLETED:
            await self._send_state("complete")
            return
        for tick in await self.simulation.advance(count):
            await self.send("tick_result", self.simulation.history.counts(tick))

    async def _run(self, request: dict[str, Any]) -> None:
        milliseconds = await self._number(request, "speed_ms", 0, 0, SPEED_MAX_MS)
        if milliseconds is None:
            return
        if self.simulation.lifecycle.status is Status.COMPLETED:
            await self._send_state("complete")
            return
        first = self.simulation.current_tick
        self.simulation.start(milliseconds / 1000)
        if self._results is None or self._results.done():
            self._results = self._stream(self._send_results(first))

    async def _pause(self, request: dict[str, Any]) -> None:
        await self.simulation.pause()
        if self._results is not None and not self._results.done():
            await self._results  # it ends with the message that says so
        else:
            await self._send_state("paused")

    async def _get_state(self, request: dict[str, Any]) -> None:
        await self._send_state("state")

    async def _subscribe(self, request: dict[str, Any]) -> None:
        seq = await self._number(request, "from_seq", 0, 0, SEQ_MAX)
        if seq is None:
            return
        await self._unsubscribe({})
        self._events = self._stream(self._send_events(seq))

    async def _unsubscribe(self, request: dict[str, Any]) -> None:
        if self._events is not None:
            self._events.cancel()
            await asyncio.gather(self._events, return_exceptions=True)
            self._events = None

    async def _reset(self, request: dict[str, Any]) -> None:
        await self.send("reset_required", {"message": "create a new simulation of the same scenario"})

    async def _number(self, request: dict[str, Any], name: str, default: int, least: int, most: int) -> int | None:
        value = request.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        await self.error(f"{name}: got {str(value)[:80]!r}; write an integer from {least} to {most}", "malformed")
        return None

    # What goes out

    async def send(self, kind: str, data: Any) -> None:
        """One message. Waits until the client takes in what was sent before."""
        await self._send_text(json.dumps({"type": kind, "data": data}, separators=(",", ":"), ensure_ascii=False))

    async def error(self, message: str, kind: str) -> None:
        """Say what is wrong; the connection stays."""
        text = json.dumps({"type": "error", "message": message, "kind": kind}, ensure_ascii=False)
        await self._send_text(text)

    async def _send_text(self, text: str) -> None:
        async with self._sending:
            await self.socket.send_text(text)

    async def _send_state(self, kind: str) -> None:
        simulation = self.simulation
        state = await simulation.look(lambda run: encoded(state_answer(run, simulation)))
        await self._send_text(f'{{"type":"{kind}","data":{state.decode()}}}')

    async def _send_results(self, tick: int) -> None:
        """The results of a run from `tick` on, then `complete`, `paused`, or what has gone wrong."""
        simulation = self.simulation
        while True:
            while tick < simulation.current_tick:
                await self.turnstile.turn()
                await self.send("tick_result", simulation.history.counts(tick))
                tick += 1
            if not simulation.runs:
                break
            await simulation.changed.wait()
        if simulation.stopped_by is not None:
            await self.error(simulation.stopped_by.detail, simulation.stopped_by.kind)
        elif simulation.lifecycle.status is Status.COMPLETED:
            await self._send_state("complete")
        else:
            await self._send_state("paused")

    async def _send_events(self, seq: int) -> None:
        """Every event from place `seq` of the log on, each once, as their ticks end."""
        simulation = self.simulation
        while True:
            while seq >= simulation.history.event_end:
                await simulation.changed.wait()
            events, end = await simulation.events_from(seq)
            await self.turnstile.turn()
            head = f'{{"type":"events","data":{{"from_seq":{seq},"next_seq":{end},"events":'
            await self._send_text(head + events.decode() + "}}")
            seq = end
