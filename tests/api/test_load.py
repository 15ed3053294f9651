"""Many at once: readers that lose nothing, and a server that answers while simulations run.

`SERVER_CLIENTS` and `SERVER_SECONDS` make the load larger: `./build.sh test-long` takes 500 readers for 30 seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from payment_simulator import load_config, simulate
from websockets.asyncio.client import ClientConnection, connect

from tests.api.serving import SMALL, ServerProcess, serving_process
from tests.patience import PATIENCE

CLIENTS = int(os.environ.get("SERVER_CLIENTS", "100"))
SECONDS = int(os.environ.get("SERVER_SECONDS", "5"))
SIMULATIONS = 20
SPEED_MS = 250
RUNNING = 50
LONG = SMALL | {"simulation": {"ticks_per_day": 100_000, "num_days": 10, "rng_seed": 5}}
FAST = SMALL | {"simulation": {"ticks_per_day": 10_000, "num_days": 1, "rng_seed": 5}}
HEALTHY_SECONDS = 0.1
ANSWERS = 100


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A process of its own, as users start it."""
    options = ["--limit", "requests_per_second=0", "--limit", "simulations=200"]
    with serving_process(tmp_path / "log", *options) as running:
        yield running


class Reader:
    """Takes in the events of one simulation, and keeps how many there were and one number that stands for them all."""

    def __init__(self, address: str, breaks: bool) -> None:
        self.address = address
        self.breaks = breaks
        self.next_seq = 0
        self.digest = 0

    async def read(self, total: asyncio.Future[int]) -> None:
        """Read until `total` events are there; whoever breaks loses the connection in the middle and comes again."""
        while not (total.done() and self.next_seq >= total.result()):
            async with connect(self.address, proxy=None, max_size=None, close_timeout=0.2) as socket:
                await socket.send(json.dumps({"action": "subscribe", "from_seq": self.next_seq}))
                await self.receive(socket, total)

    async def receive(self, socket: ClientConnection, total: asyncio.Future[int]) -> None:
        """Every message until there are no more, or until the connection is to break."""
        messages = 0
        while not (total.done() and self.next_seq >= total.result()):
            try:
                message = json.loads(await asyncio.wait_for(socket.recv(), 1.0))
            except TimeoutError:
                continue
            self.take(message["data"])
            messages += 1
            if self.breaks and messages == 7:
                self.breaks = False
                return

    def take(self, data: dict[str, Any]) -> None:
        """Events that begin where the ones before have ended."""
        assert data["from_seq"] == self.next_seq
        for event in data["events"]:
            assert event["seq"] == self.next_seq
            self.next_seq += 1
            self.digest = digest(self.digest, event)


def digest(before: int, event: dict[str, Any]) -> int:
    """A number for all events so far."""
    names = ("tick", "event_type", "agent_id", "tx_id", "amount", "deadline_tick")
    return hash((before, str(event.get("costs")), *(event.get(name) for name in names)))


def test_many_readers_lose_nothing_and_get_nothing_twice(server: ServerProcess) -> None:
    """Every tenth loses its connection on the way. All readers of a simulation have the events of the same run here."""
    scenarios = [LONG | {"simulation": LONG["simulation"] | {"rng_seed": seed}} for seed in range(SIMULATIONS)]
    simulations = [server.create(scenario)["simulation_id"] for scenario in scenarios]
    readers = asyncio.run(load(server, simulations))
    events = 0
    for place, (scenario, simulation) in enumerate(zip(scenarios, simulations, strict=True)):
        told = server.get(f"/simulations/{simulation}")
        run = simulate(load_config(scenario), ticks=told["current_tick"])
        expected = 0
        for event in run.events():
            expected = digest(expected, event)
        mine = readers[place::SIMULATIONS]
        assert told["log_hash"] == run.log_hash
        assert [reader.next_seq for reader in mine] == [run.event_count] * len(mine)
        assert {reader.digest for reader in mine} == {expected}
        assert told["current_tick"] >= SECONDS * 1000 / SPEED_MS * 0.5 / PATIENCE, "the simulations were held up"
        events += sum(reader.next_seq for reader in mine)
    print(f"{CLIENTS} readers, {SIMULATIONS} simulations, {SECONDS} s: {events} events received, none lost, none twice")


async def load(server: ServerProcess, simulations: list[str]) -> list[Reader]:
    """Let all simulations run, and everybody read, for some seconds; then pause, and let everybody come to the end."""
    loop = asyncio.get_running_loop()
    totals = {simulation: loop.create_future() for simulation in simulations}
    readers, tasks = [], []
    for number in range(CLIENTS):
        simulation = simulations[number % SIMULATIONS]
        readers.append(Reader(server.socket(simulation), breaks=number % 10 == 3))
        tasks.append(asyncio.create_task(readers[-1].read(totals[simulation])))
        if number % 50 == 49:
            await asyncio.sleep(0.1)
    async with httpx.AsyncClient(base_url=server.address, timeout=60) as client:
        for simulation in simulations:
            async with connect(server.socket(simulation), proxy=None, close_timeout=0.2) as socket:
                await socket.send(json.dumps({"action": "run", "speed_ms": SPEED_MS}))
                await socket.recv()
        await asyncio.sleep(SECONDS)
        for simulation in simulations:
            told = (await client.post(f"/simulations/{simulation}/pause")).json()
            totals[simulation].set_result(told["event_count"])
    await asyncio.gather(*tasks)
    return readers


def test_it_answers_while_fifty_simulations_run(server: ServerProcess) -> None:
    """They run as fast as they can, and all make progress.

    Other programs have their turn too: for how long threads of the server could have run and did not, the system tells,
    and that is taken off. What is left is the server's own; it has to be short for 99 answers of 100.
    """
    simulations = [server.create(FAST)["simulation_id"] for _ in range(RUNNING)]
    answers = asyncio.run(health_while_running(server, simulations))
    rows = server.get("/simulations")["simulations"]
    ticks = [row["current_tick"] for row in rows if row["simulation_id"] in simulations]
    seconds = sorted(answer.seconds for answer in answers)
    own = sorted(answer.seconds - answer.held_up for answer in answers)
    told = f"median {seconds[ANSWERS // 2] * 1000:.1f} ms, longest {seconds[-1] * 1000:.1f} ms"
    told += f"; of its own {own[-2] * 1000:.1f} ms for 99 of 100"
    print(f"/health while {RUNNING} simulations run: {told}; ticks {min(ticks)} to {max(ticks)}")
    assert min(ticks) > 0
    assert max(ticks) < 10 * min(ticks)  # the first have begun a little before the last
    assert own[-2] < HEALTHY_SECONDS, told


@dataclass(frozen=True)
class Told:
    """How long an answer took, and for how long the server's threads were kept from running meanwhile."""

    seconds: float
    held_up: float


def held_up(server: ServerProcess) -> float:
    """For how long the threads of the server could have run and other programs did, in seconds."""
    waits = 0
    for thread in Path(f"/proc/{server.process.pid}/task").iterdir():
        with suppress(FileNotFoundError):  # it has ended
            waits += int((thread / "schedstat").read_text().split()[1])
    return waits / 1e9


async def health_while_running(server: ServerProcess, simulations: list[str]) -> list[Told]:
    """How long answers took."""
    sockets = [await connect(server.socket(simulation), proxy=None, close_timeout=0.2) for simulation in simulations]
    try:
        for socket in sockets:
            await socket.send(json.dumps({"action": "run"}))
        answers = []
        async with httpx.AsyncClient(base_url=server.address) as client:
            await client.get("/health")
            for _ in range(ANSWERS):
                await asyncio.sleep(0.02)
                waited, began = held_up(server), time.perf_counter()
                assert (await client.get("/health")).status_code == 200
                answers.append(Told(time.perf_counter() - began, held_up(server) - waited))
            await asyncio.gather(*(socket.send(json.dumps({"action": "pause"})) for socket in sockets))
    finally:
        for socket in sockets:
            await socket.close()
    return answers
