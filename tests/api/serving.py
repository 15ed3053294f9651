"""Real servers for the tests: uvicorn on a free port of 127.0.0.1, in a thread or as a process of its own."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from payment_simulator.api.main import create_app
from payment_simulator.api.server import configuration
from payment_simulator.api.settings import Limits, Settings

from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent
SCENARIOS = ROOT / "scenarios"
UNLIMITED = Settings(limits=Limits(requests_per_second=0))
START_SECONDS = 120.0 * PATIENCE

BANKS = ("BANK_A", "BANK_B", "BANK_C")
SMALL: dict[str, Any] = {
    "simulation": {"ticks_per_day": 50, "num_days": 2, "rng_seed": 7},
    "agents": [
        {
            "id": name,
            "opening_balance": 300_000,
            "unsecured_cap": 100_000,
            "arrival_config": {
                "rate_per_tick": 0.8,
                "amount_distribution": {"type": "Uniform", "min": 10_000, "max": 200_000},
                "counterparty_weights": {other: 1 for other in BANKS if other != name},
                "deadline_range": [3, 15],
            },
        }
        for name in BANKS
    ],
}
"""Three banks over two days, with payments that wait."""


@dataclass
class Server:
    """A server that answers."""

    address: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.address, timeout=60)

    def create(self, scenario: dict[str, Any] | None = None, **headers: str) -> dict[str, Any]:
        """A new simulation; the whole answer."""
        response = self.client.post("/api/simulations", json=SMALL if scenario is None else scenario, headers=headers)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    def get(self, path: str, **query: Any) -> Any:
        """The JSON at a path that answers 200."""
        response = self.client.get(path, params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, body: Any = None) -> Any:
        """The JSON of a POST that is answered with 200 or 201."""
        response = self.client.post(path, json=body)
        assert response.status_code in (200, 201), response.text
        return response.json()

    def socket(self, simulation_id: str) -> str:
        """The address of a simulation's WebSocket."""
        return f"{self.address.replace('http', 'ws')}/ws/simulations/{simulation_id}"


@contextlib.contextmanager
def serving(settings: Settings = UNLIMITED, **limits: int) -> Iterator[Server]:
    """A server in a thread of this process. `limits` replace those of the settings."""
    settings = replace(settings, limits=replace(settings.limits, **limits))
    uvicorn_server = uvicorn.Server(configuration(create_app(settings), settings, "127.0.0.1", 0))
    thread = threading.Thread(target=uvicorn_server.run)
    thread.start()
    try:
        until = time.monotonic() + START_SECONDS
        while not uvicorn_server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < until
            time.sleep(0.01)
        port = uvicorn_server.servers[0].sockets[0].getsockname()[1]
        server = Server(f"http://127.0.0.1:{port}")
        with server.client:
            yield server
    finally:
        uvicorn_server.should_exit = True
        thread.join()


@dataclass
class ServerProcess(Server):
    """`payment-sim serve` as a process of its own; `log` is where its stderr goes."""

    process: subprocess.Popen[bytes] = field(kw_only=True)
    log: Path = field(kw_only=True)

    def lines(self) -> list[dict[str, Any]]:
        """What it has logged."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def serving_process(log: Path, *options: str, **environment: str) -> Iterator[ServerProcess]:
    """`payment-sim serve --port 0` with more options."""
    command = [sys.executable, "-m", "payment_simulator.cli.main", "serve", "--port", "0", *options]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, stderr=stderr, cwd=log.parent, env=environment or None)
    try:
        until = time.monotonic() + START_SECONDS
        while not (found := re.search(r"running on (http://[\d.:]+)", log.read_text())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < until
            time.sleep(0.05)
        server = ServerProcess(found[1], process=process, log=log)
        with server.client:
            yield server
    finally:
        process.terminate()
        process.wait()
