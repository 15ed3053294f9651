"""All live simulations of a server, with the limits that hold for them together."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import hmac
import os
import secrets
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payment_simulator_core_rs import Orchestrator

from payment_simulator.api import scenario
from payment_simulator.api.problem import ProblemError, not_found, unavailable
from payment_simulator.api.record import Record
from payment_simulator.api.settings import Settings
from payment_simulator.api.simulation import Simulation
from payment_simulator.api.turnstile import Turnstile
from payment_simulator.api.workers import Workers

if TYPE_CHECKING:
    from payment_simulator.api.storage import Storage

SWEEP_SECONDS = 1.0
"""How often simulations are looked for that nobody asks for any more, and those that are not stored yet."""
COLLECT_SECONDS = 60.0
"""How often garbage is collected, when no scenario is being read: that takes long while there are many objects."""


class SimulationManager:
    """Creates, finds, forgets. `workers` compute for all of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workers = Workers(settings.workers)
        self.turnstile = Turnstile()
        self.live: dict[str, Simulation] = {}
        self.storage = _storage(settings, self.workers)
        self._owner_secret = (settings.owner_secret or secrets.token_hex(32)).encode()
        self._creating = 0

    async def create(self, body: bytes, media_type: str) -> tuple[Simulation, list[str]]:
        """A new simulation, and warnings. 400, 415, 422; 503 when there is no room."""
        self._demand_place()
        self._creating += 1
        try:
            given = await self.workers.ask(scenario.read, body, media_type, self.settings.limits)
            simulation = await self.add(given.engine, given.config, given.document, given.display)
        finally:
            self._creating -= 1
        return simulation, given.warnings

    async def add(
        self, engine: Orchestrator, config: dict[str, Any], document: dict[str, Any], display: dict[str, Any]
    ) -> Simulation:
        """Take in an engine: live from now on, and stored if there is a database."""
        simulation_id = str(uuid.uuid4())
        recorder = None
        if self.storage is not None:
            recorder = await self.workers.ask(self.storage.recorder, engine, simulation_id, display)
        simulation = Simulation(
            simulation_id,
            engine,
            config,
            document,
            self.workers,
            events_max=self.settings.limits.events,
            room=self.demand_memory,
            recorder=recorder,
        )
        self.live[simulation.id] = simulation
        return simulation

    def database(self) -> Storage:
        """Where simulations and checkpoints are stored. 503 without a database."""
        if self.storage is None:
            raise unavailable("no-database", "checkpoints need a database; start the server with --db-path")
        return self.storage

    async def restore(self, checkpoint_id: str) -> Simulation:
        """A new simulation that goes on from a checkpoint. 400 for a damaged one; 503 when there is no room."""
        self._demand_place()
        self._creating += 1
        try:
            engine = await self.workers.ask(self.database().restore, checkpoint_id)
            return await self.add(engine, engine.config, engine.config, {})
        finally:
            self._creating -= 1

    def get(self, simulation_id: str, headers: Mapping[str, str]) -> Simulation:
        """The live simulation of this name. 404, 403."""
        self.demand_owner(simulation_id, headers)
        simulation = self.live.get(simulation_id)
        if simulation is None:
            raise not_found("Simulation", simulation_id)
        return simulation

    async def record(self, simulation_id: str, headers: Mapping[str, str]) -> Record:
        """The simulation of this name, live or stored. 404, 403."""
        if simulation_id not in self.live and self.storage is not None:
            self.demand_owner(simulation_id, headers)
            stored = await self.workers.ask(self.storage.find, simulation_id)
            if stored is not None:
                return stored
        return self.get(simulation_id, headers)

    async def listed(self, headers: Mapping[str, str]) -> list[dict[str, Any]]:
        """Live simulations, then stored ones, each the newest first; those alone that may be seen."""
        rows = [_row(simulation) for simulation in reversed(self.live.values())]
        if self.storage is not None:
            stored = await self.workers.ask(self.storage.listed)
            rows += [row for row in stored if row["simulation_id"] not in self.live]
        return [row for row in rows if self.owns(row["simulation_id"], headers)]

    def owner_token(self, simulation_id: str) -> str:
        """What the owner of a simulation carries. It is worked out from a secret of the server and stored nowhere."""
        return hmac.new(self._owner_secret, simulation_id.encode(), hashlib.sha256).hexdigest()

    def owns(self, simulation_id: str, headers: Mapping[str, str]) -> bool:
        """Whether a request with these headers may have a simulation. Takes the same time for every token."""
        if not self.settings.require_owner:
            return True
        given = headers.get("x-owner-token", "").encode()
        return hmac.compare_digest(given, self.owner_token(simulation_id).encode())

    def demand_owner(self, simulation_id: str, headers: Mapping[str, str]) -> None:
        """403 for whoever may not have it."""
        if not self.owns(simulation_id, headers):
            message = "this simulation belongs to somebody; send its owner token as X-Owner-Token"
            raise ProblemError(403, "not-owner", message)

    @property
    def has_room_for_sockets(self) -> bool:
        """Whether one more WebSocket may be opened."""
        return sum(simulation.sockets for simulation in self.live.values()) < self.settings.limits.sockets

    async def delete(self, simulation: Simulation) -> None:
        """Stop it and forget it. 404 for whoever comes second.

        It is live until it is stored whole: nobody can open what is stored of it before that.
        """
        await simulation.close()
        self.live.pop(simulation.id, None)
        if self.storage is not None:
            self.storage.forget(simulation.id)

    async def sweep(self) -> None:
        """For ever: forget what nobody asks for any more, store what has been run since, collect garbage."""
        idle = self.settings.limits.idle_seconds or SWEEP_SECONDS
        collected = time.monotonic()
        while True:
            await asyncio.sleep(min(SWEEP_SECONDS, idle / 2))
            await self.forget_idle()
            await asyncio.gather(*(simulation.store() for simulation in self.live.values()), return_exceptions=True)
            if time.monotonic() - collected >= COLLECT_SECONDS and not self._creating:
                gc.collect()
                collected = time.monotonic()

    async def forget_idle(self) -> None:
        """Forget what nobody has asked for in its time to live, unless it runs or somebody listens."""
        limit = self.settings.limits.idle_seconds
        before = time.monotonic() - limit
        for simulation in list(self.live.values()):
            if limit and simulation.touched < before and not simulation.runs and not simulation.sockets:
                with suppress(ProblemError):  # somebody else has deleted it meanwhile
                    await self.delete(simulation)

    def demand_memory(self) -> None:
        """503 when the process has no memory to spare."""
        limit = self.settings.limits.memory_mb
        if limit and resident_bytes() > limit * 2**20:
            message = f"the server holds more than {limit} MiB; delete simulations, or try again later"
            raise unavailable("out-of-memory", message, 30)

    def _demand_place(self) -> None:
        self.demand_memory()
        limit = self.settings.limits.simulations
        if len(self.live) + self._creating >= limit:
            raise unavailable(
                "too-many-simulations", f"{limit} simulations are live already; delete one, or try again later", 30
            )

    async def close(self) -> None:
        """Stop everything."""
        for simulation in list(self.live.values()):
            with suppress(ProblemError):
                await self.delete(simulation)
        self.workers.close()
        if self.storage is not None:
            self.storage.close()


def _storage(settings: Settings, workers: Workers) -> Storage | None:
    """The database, if there is one. Only then is DuckDB needed."""
    if settings.database is None:
        return None
    from payment_simulator.api.storage import Storage

    return Storage(settings.database, workers)


def _row(simulation: Simulation) -> dict[str, Any]:
    return {
        "simulation_id": simulation.id,
        "status": simulation.lifecycle.status,
        "live": True,
        "current_tick": simulation.current_tick,
        "current_day": simulation.current_tick // simulation.ticks_per_day,
        "total_ticks": simulation.total_ticks,
        "rng_seed": simulation.config["rng_seed"],
        "ticks_per_day": simulation.ticks_per_day,
        "num_days": simulation.config["num_days"],
        "num_agents": len(simulation.config["agents"]),
        "started_at": simulation.created_at,
    }


def resident_bytes() -> int:
    """Memory that this process holds now; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _page_size()
    except OSError:
        return 0


def _page_size() -> int:
    return os.sysconf("SC_PAGE_SIZE")
