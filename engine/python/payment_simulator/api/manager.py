"""All live simulations of a server, with the limits that hold for them together."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import secrets
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from payment_simulator_core_rs import Orchestrator

from payment_simulator.api import scenario
from payment_simulator.api.problem import ProblemError, not_found, unavailable
from payment_simulator.api.record import Record
from payment_simulator.api.settings import Settings
from payment_simulator.api.simulation import Simulation
from payment_simulator.api.turnstile import Turnstile
from payment_simulator.api.workers import Workers

SWEEP_SECONDS = 5.0
"""How often simulations are looked for that nobody asks for any more."""


class SimulationManager:
    """Creates, finds, forgets. `workers` compute for all of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.workers = Workers(settings.workers)
        self.turnstile = Turnstile()
        self.live: dict[str, Simulation] = {}
        self._creating = 0

    async def create(self, body: bytes, media_type: str) -> tuple[Simulation, str, list[str]]:
        """A new simulation, the token of its owner, and warnings. 400, 415, 422; 503 when there is no room."""
        self._demand_place()
        self._creating += 1
        try:
            given = await self.workers.ask(scenario.read, body, media_type, self.settings.limits)
            simulation, owner = self.add(given.engine, given.config, given.document)
        finally:
            self._creating -= 1
        return simulation, owner, given.warnings

    def add(self, engine: Orchestrator, config: dict[str, Any], document: dict[str, Any]) -> tuple[Simulation, str]:
        """Take in an engine, and return it with the token of its owner."""
        owner = secrets.token_urlsafe(32)
        simulation = Simulation(
            str(uuid.uuid4()),
            engine,
            config,
            document,
            self.workers,
            owner_hash=_hash(owner),
            events_max=self.settings.limits.events,
            room=self.demand_memory,
        )
        self.live[simulation.id] = simulation
        return simulation, owner

    def find(self, simulation_id: str, headers: Mapping[str, str]) -> Simulation | None:
        """The live simulation of this name, if there is one. 403 for those who may not have it."""
        simulation = self.live.get(simulation_id)
        if simulation is not None and not self.owns(simulation, headers):
            message = "this simulation belongs to somebody; send its owner token as X-Owner-Token"
            raise ProblemError(403, "not-owner", message)
        return simulation

    def get(self, simulation_id: str, headers: Mapping[str, str]) -> Simulation:
        """The live simulation of this name. 404, 403."""
        simulation = self.find(simulation_id, headers)
        if simulation is None:
            raise not_found("Simulation", simulation_id)
        return simulation

    async def record(self, simulation_id: str, headers: Mapping[str, str]) -> Record:
        """The simulation of this name, live or stored. 404, 403."""
        return self.get(simulation_id, headers)

    async def listed(self, headers: Mapping[str, str]) -> list[dict[str, Any]]:
        """Live simulations, the newest first, then stored ones; those alone that may be seen."""
        mine = [simulation for simulation in self.live.values() if self.owns(simulation, headers)]
        return [_row(simulation) for simulation in reversed(mine)]

    def owns(self, simulation: Simulation, headers: Mapping[str, str]) -> bool:
        """Whether a request with these headers may have it."""
        if not self.settings.require_owner:
            return True
        return hmac.compare_digest(_hash(headers.get("x-owner-token", "")), simulation.owner_hash)

    @property
    def has_room_for_sockets(self) -> bool:
        """Whether one more WebSocket may be opened."""
        return sum(simulation.sockets for simulation in self.live.values()) < self.settings.limits.sockets

    async def delete(self, simulation: Simulation) -> None:
        """Stop it and forget it."""
        self.live.pop(simulation.id, None)
        await simulation.close()

    async def sweep(self) -> None:
        """Forget, for ever, what nobody asks for any more."""
        idle = self.settings.limits.idle_seconds or SWEEP_SECONDS
        while True:
            await asyncio.sleep(min(SWEEP_SECONDS, idle / 2))
            await self.forget_idle()

    async def forget_idle(self) -> None:
        """Forget what nobody has asked for in its time to live, unless it runs or somebody listens."""
        limit = self.settings.limits.idle_seconds
        before = time.monotonic() - limit
        for simulation in list(self.live.values()):
            if limit and simulation.touched < before and not simulation.runs and not simulation.sockets:
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
            await self.delete(simulation)
        self.workers.close()


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


def _hash(token: str) -> bytes:
    """Tokens are kept as hashes, and compared so that time tells nothing."""
    return hashlib.sha256(token.encode()).digest()


def resident_bytes() -> int:
    """Memory that this process holds now; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _page_size()
    except OSError:
        return 0


def _page_size() -> int:
    return os.sysconf("SC_PAGE_SIZE")
