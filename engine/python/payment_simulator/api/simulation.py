"""A live simulation: an engine, its lock, its life, and whoever runs it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from payment_simulator_core_rs import ConfigurationError, ControlError, Orchestrator, SimulationError

from payment_simulator.api.history import History
from payment_simulator.api.lifecycle import Lifecycle, Status
from payment_simulator.api.models.payment import Submission
from payment_simulator.api.problem import ProblemError, bad_request, conflict, not_found, storage_failed
from payment_simulator.api.record import now
from payment_simulator.api.run_view import RunView
from payment_simulator.api.signal import Signal
from payment_simulator.api.submission import SubmittedPayment
from payment_simulator.api.workers import SLICE_SECONDS, Workers
from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import SimulationRunner, View
from payment_simulator.execution.source import LiveSource
from payment_simulator.persistence.errors import DatabaseError

if TYPE_CHECKING:
    from payment_simulator.api.recorder import Recorder

Answer = TypeVar("Answer")
log = logging.getLogger("payment_simulator.api")

MESSAGE_EVENTS = 1000
"""The most events that one message holds."""
MESSAGES_KEPT = 4
"""So many messages are kept for the readers that come next: most readers of a simulation are at the same place."""


class Simulation:
    """One simulation. Whoever needs the engine waits for the lock, in the order of asking; a tick is never shared.

    `config` is the engine input, `document` what was handed over, `events_max` how many events it may keep;
    `recorder` stores every tick. `changed` rings after every slice and whenever the status changes.
    """

    def __init__(
        self,
        simulation_id: str,
        engine: Orchestrator,
        config: dict[str, Any],
        document: dict[str, Any],
        workers: Workers,
        *,
        events_max: int,
        room: Callable[[], None],
        recorder: Recorder | None = None,
    ) -> None:
        self.id = simulation_id
        self.config = config
        self.document = document
        self.created_at = now()
        self.lifecycle = Lifecycle(Status.CREATED if engine.current_tick < engine.total_ticks else Status.COMPLETED)
        self.history = History(engine)
        self.changed = Signal()
        self.closed = False
        self.sockets = 0
        self.touched = time.monotonic()
        self.busy_seconds = 0.0
        self._submissions: dict[str, SubmittedPayment] = {}
        self.events_max = events_max
        self._engine = engine
        self._workers = workers
        self._room = room
        self._recorder = recorder
        self._views: list[View] = [self.history] if recorder is None else [self.history, recorder]
        self._lock = asyncio.Lock()
        self.stopped_by: ProblemError | None = None
        """Why it no longer runs by itself, where neither its end nor a pause was the reason."""
        self._run: RunView | None = None
        self._runner: asyncio.Task[None] | None = None
        self._pausing = asyncio.Event()
        self._messages: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    @property
    def submissions(self) -> Mapping[str, SubmittedPayment]:
        """Payments that clients have submitted and that arrive in the tick that runs next, by name."""
        return self._submissions

    @property
    def ticks_per_day(self) -> int:
        """The length of a day."""
        length: int = self.config["ticks_per_day"]
        return length

    @property
    def current_tick(self) -> int:
        """The tick that runs next."""
        return self.history.end

    @property
    def total_ticks(self) -> int:
        """The length of the run."""
        return self._engine.total_ticks

    def time(self, tick: int) -> datetime:
        """When `tick` was run."""
        seconds = self.history.time(tick)
        return self.created_at if seconds is None else datetime.fromtimestamp(seconds, UTC)

    # Running

    async def advance(self, count: int) -> range:
        """Run up to `count` ticks, with none of anybody else's in between, and return which were run.

        409 when it is complete, has failed, is running, or is full; 500 when a tick cannot be run.
        """
        async with self._lock:
            self._demand_open()
            self.lifecycle.demand_idle()
            first = self.current_tick
            self.lifecycle.to(Status.RUNNING)
            last = min(first + count, self._engine.total_ticks)
            try:
                while self.current_tick < last:
                    await self._slice(last - self.current_tick)
                    self.changed.fire()
            finally:
                await self._settle()
            return range(first, self.current_tick)

    def start(self, seconds_per_tick: float) -> None:
        """Run by itself from now on. 409 when it is complete or has failed; nothing happens if it runs already."""
        if self._runner is not None:
            return
        self.lifecycle.demand_idle()
        self._pausing.clear()
        self._runner = asyncio.create_task(self._run_on(seconds_per_tick))

    async def pause(self) -> None:
        """Stop running by itself, at the end of a tick."""
        self._pausing.set()
        if self._runner is not None:
            await asyncio.wait([self._runner])

    @property
    def runs(self) -> bool:
        """Whether it runs by itself."""
        return self._runner is not None

    async def _run_on(self, seconds_per_tick: float) -> None:
        self.stopped_by = None
        try:
            await self._run_until_paused(seconds_per_tick)
        except ProblemError as problem:
            self.stopped_by = problem
        finally:
            self._runner = None
            self.changed.fire()

    async def _run_until_paused(self, seconds_per_tick: float) -> None:
        async with self._lock:
            self._demand_open()
            self.lifecycle.demand_idle()
            self.lifecycle.to(Status.RUNNING)
        try:
            while not self._pausing.is_set() and self.current_tick < self._engine.total_ticks:
                async with self._lock:
                    await self._slice(1 if seconds_per_tick else self._engine.total_ticks)
                self.changed.fire()
                if seconds_per_tick:
                    await _first_of(self._pausing.wait(), seconds_per_tick)
        finally:
            async with self._lock:
                await self._settle()

    async def _slice(self, ticks: int) -> None:
        """Run some ticks, as many as fit into a slice of time. The lock is held."""
        self._room()
        if self._engine.event_count >= self.events_max:
            message = (
                f"the simulation has {self._engine.event_count} events; this server keeps {self.events_max} of each"
            )
            raise conflict("events-limit", message)
        source = _Slice(LiveSource(self._engine, self.ticks_per_day, ticks), self.events_max)
        first = self._engine.current_tick
        began = time.perf_counter()
        try:
            await self._workers.run(SimulationRunner(source, self._views).run)
        except SimulationError as error:
            self.lifecycle.failure = str(error)
            raise ProblemError(
                500, "tick-failed", f"tick {self._engine.current_tick} could not be run: {error}"
            ) from None
        except DatabaseError as error:
            raise self._storage_failed(error) from None
        finally:
            self.busy_seconds += time.perf_counter() - began
            self._run = None
            if self._engine.current_tick > first:
                self._submissions.clear()
            self.touch()

    async def _settle(self) -> None:
        """What it has become, now that nobody runs it. The lock is held."""
        if self.lifecycle.failure:
            status = Status.FAILED
        elif self.current_tick == self._engine.total_ticks:
            status = Status.COMPLETED
        else:
            status = Status.PAUSED
        self.lifecycle.to(status)
        try:
            if self._recorder is not None and status is not Status.PAUSED:
                failed = status is Status.FAILED
                await self._written(lambda recorder: recorder.end(self.busy_seconds, failed=failed))
        finally:
            self.changed.fire()

    async def store(self) -> None:
        """Store what has been run, if that was long ago."""
        if self._recorder is not None and self._recorder.is_due and not self.closed:
            async with self._lock:
                await self._written(lambda recorder: recorder.commit())

    async def _written(self, write: Callable[[Recorder], None]) -> None:
        """Write something into the database. The lock is held. 503 when that fails."""
        if self._recorder is None:
            return
        try:
            await self._workers.ask(write, self._recorder)
        except DatabaseError as error:
            raise self._storage_failed(error) from None

    def _storage_failed(self, error: DatabaseError) -> ProblemError:
        log.error("%s", error, extra={"simulation_id": self.id})
        return storage_failed()

    # Looking

    async def look(self, query: Callable[[RunView], Answer]) -> Answer:
        """What `query` says of the run as it is now."""
        self.touch()
        async with self._lock:
            if self._run is None:
                self._run = RunView(self._engine, self.config, self.history.event_ends)
            return await self._workers.ask(query, self._run)

    async def control(self, action: Callable[[Orchestrator], Answer]) -> Answer:
        """Command something between two ticks: it happens in the next one. 400 for what the engine refuses, 409."""
        self.touch()
        async with self._lock:
            self._demand_open()
            self.lifecycle.demand_unfinished()
            try:
                return await self._workers.ask(action, self._engine)
            except (ControlError, ConfigurationError) as error:
                raise bad_request(str(error)) from None

    async def submit(self, submission: Submission) -> str:
        """Submit a payment; its name."""

        def action(engine: Orchestrator) -> str:
            tx_id = engine.submit(
                submission.sender,
                submission.receiver,
                submission.amount,
                submission.deadline_tick,
                submission.priority,
                submission.divisible,
            )
            balances = {agent["id"]: agent["final_balance"] for agent in engine.totals()["agents"]}
            self._submissions[tx_id] = SubmittedPayment(
                tx_id,
                engine.current_tick,
                balances[submission.sender],
                submission.sender,
                submission.receiver,
                submission.amount,
                submission.deadline_tick,
                submission.priority,
                submission.divisible,
            )
            return tx_id

        return await self.control(action)

    async def save(self, save: Callable[[Orchestrator], Answer]) -> Answer:
        """What `save` makes of the engine as it is between two ticks; it changes nothing."""
        self.touch()
        async with self._lock:
            return await self._workers.ask(save, self._engine)

    async def events_from(self, seq: int) -> tuple[bytes, int]:
        """The next events from place `seq` of the log on, as JSON, and the place after them.

        Ticks that are over, whole ones as far as they fit. They are read from the log when they are asked for: nothing
        waits in memory for a reader that is slow.
        """
        end = self._message_end(seq)
        kept = self._messages.get((seq, end))
        if kept is None:
            async with self._lock:
                kept = await self._workers.ask(self._event_list, seq, end)
            self._messages[seq, end] = kept
            if len(self._messages) > MESSAGES_KEPT:
                self._messages.popitem(last=False)
        return kept, end

    def _message_end(self, seq: int) -> int:
        history = self.history
        _, end = history.event_range(history.tick_of(seq))
        while end < history.event_end:
            _, further = history.event_range(history.tick_of(end))
            if further - seq > MESSAGE_EVENTS:
                break
            end = further
        return min(end, seq + MESSAGE_EVENTS)

    def _event_list(self, seq: int, end: int) -> bytes:
        first, last = self.history.tick_of(seq), self.history.tick_of(end - 1)
        begin, _ = self.history.event_range(first)
        lines = self._engine.events_jsonl(first, last + 1).splitlines()[seq - begin : end - begin]
        return b"[" + b",".join(b'{"seq":%d,%b' % (seq + place, line[1:]) for place, line in enumerate(lines)) + b"]"

    # The end

    def _demand_open(self) -> None:
        """404 for whoever waited for the lock until it was deleted."""
        if self.closed:
            raise not_found("Simulation", self.id)

    def touch(self) -> None:
        """Somebody has asked for it."""
        self.touched = time.monotonic()

    async def close(self) -> None:
        """Stop it, and let everybody know that it is gone."""
        await self.pause()
        async with self._lock:
            self._demand_open()
            self.closed = True
            if self._recorder is not None:
                with suppress(ProblemError):  # it is in the log
                    await self._written(lambda recorder: recorder.commit())
                self._recorder.release()
        self.changed.fire()


class _Slice:
    """The frames of a source until a slice of time is over, or there are too many events."""

    def __init__(self, source: LiveSource, events_max: int) -> None:
        self.source = source
        self.events_max = events_max

    def __len__(self) -> int:
        return len(self.source)

    def __iter__(self) -> Iterator[TickFrame]:
        until = time.perf_counter() + SLICE_SECONDS
        for frame in self.source:
            yield frame
            if time.perf_counter() >= until or self.source.engine.event_count >= self.events_max:
                return


async def _first_of(waiting: Any, seconds: float) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return
