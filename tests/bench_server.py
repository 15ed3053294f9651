"""The figures of docs/server.md: a real `payment-sim serve`, asked by 16 clients, idle and while simulations run."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from tests.api.serving import SMALL, ServerProcess, serving_process

CLIENTS = 16
SECONDS = 4.0
RUNNING = 50
LONG = SMALL | {"simulation": {"ticks_per_day": 10_000, "num_days": 1, "rng_seed": 5}}
KEPT = 50
"""Simulations that are held at once to see what one takes."""

Figures = dict[str, dict[str, Any]]


def figures() -> Figures:
    """Requests a second, their times, and memory."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--limit", "requests_per_second=0", "--limit", "simulations=200"]
        with serving_process(Path(folder) / "log", *options) as server:
            return memory(server) | idle(server) | busy(server)


def memory(server: ServerProcess) -> Figures:
    """What one simulation takes: created, and after a run of 100 ticks with about 1,300 events."""
    server.create()
    before = resident(server)
    simulations = [server.create()["simulation_id"] for _ in range(KEPT)]
    created = resident(server)
    for simulation in simulations:
        server.client.post(f"/simulations/{simulation}/tick?count=1000")
    run = resident(server)
    for simulation in simulations:
        server.client.delete(f"/simulations/{simulation}")
    return {
        "server_memory_idle": figure(before / 1e6, "MB"),
        "server_memory_simulation_created": figure((created - before) / KEPT / 1e3, "kB"),
        "server_memory_simulation_run": figure((run - before) / KEPT / 1e3, "kB"),
    }


def idle(server: ServerProcess) -> Figures:
    """Nothing else runs; each client has a simulation of its own."""
    simulations = [server.create(LONG)["simulation_id"] for _ in range(CLIENTS)]
    for simulation in simulations:
        server.client.post(f"/simulations/{simulation}/tick?count=100")
    found: Figures = {}
    for name, method, path in (
        ("health", "GET", "/health"),
        ("tick", "POST", "/simulations/{}/tick"),
        ("state", "GET", "/simulations/{}/state?include=none"),
        ("events", "GET", "/simulations/{}/events?limit=100"),
    ):
        found |= asked(server, f"server_{name}", method, [path.format(simulation) for simulation in simulations])
    for simulation in simulations:
        server.client.delete(f"/simulations/{simulation}")
    return found


def busy(server: ServerProcess) -> Figures:
    """While many simulations run as fast as they can."""
    simulations = [server.create(LONG)["simulation_id"] for _ in range(RUNNING)]
    return asyncio.run(while_running(server, simulations))


async def while_running(server: ServerProcess, simulations: list[str]) -> Figures:
    """Start them, ask, stop them."""
    sockets = [await connect(server.socket(simulation), proxy=None, close_timeout=0.2) for simulation in simulations]
    for socket in sockets:
        await socket.send(json.dumps({"action": "run"}))
    times, seconds = await ask(server, "GET", ["/health"], clients=1, seconds=2.0)
    for socket in sockets:
        await socket.send(json.dumps({"action": "pause"}))
        await socket.close()
    return told("server_health_while_50_run", times, seconds)


def asked(server: ServerProcess, name: str, method: str, paths: list[str]) -> Figures:
    """One kind of request, by all clients at once."""
    times, seconds = asyncio.run(ask(server, method, paths, clients=CLIENTS, seconds=SECONDS))
    return told(name, times, seconds)


async def ask(
    server: ServerProcess, method: str, paths: list[str], *, clients: int, seconds: float
) -> tuple[list[float], float]:
    """How long each answer took, and for how long was asked."""
    times: list[float] = []
    began = time.perf_counter()
    until = began + seconds
    await asyncio.gather(
        *(client(server, method, paths[number % len(paths)], until, times) for number in range(clients))
    )
    return times, time.perf_counter() - began


async def client(server: ServerProcess, method: str, path: str, until: float, times: list[float]) -> None:
    """A client that does next to nothing itself, so that the server is measured."""
    host, port = server.address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    request = f"{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 0\r\n\r\n".encode()
    while time.perf_counter() < until:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(int(length.split(b":")[1]))
        times.append(time.perf_counter() - began)
    writer.close()
    await writer.wait_closed()


def told(name: str, times: list[float], seconds: float) -> Figures:
    """Rate, median and 99th percentile, and the longest."""
    ordered = sorted(times)
    return {
        f"{name}_rate": figure(len(times) / seconds, "1/s"),
        f"{name}_p50": figure(statistics.median(ordered) * 1e3, "ms"),
        f"{name}_p99": figure(ordered[len(ordered) * 99 // 100] * 1e3, "ms"),
        f"{name}_longest": figure(ordered[-1] * 1e3, "ms"),
    }


def figure(value: float, unit: str) -> dict[str, Any]:
    """A figure with one place after the point."""
    return {"value": round(value, 1), "unit": unit}


def resident(server: ServerProcess) -> int:
    """Bytes that the process of the server holds."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(figures(), indent=2), file=sys.stdout)
