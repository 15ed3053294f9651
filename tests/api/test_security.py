"""Who may come in, and what may not come out: tokens, owners, hosts, origins, the log."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
import queue
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from payment_simulator.api.log import JsonFormatter, Lines
from payment_simulator.api.main import create_app
from payment_simulator.api.server import settings_of
from payment_simulator.api.settings import Settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.api.serving import SMALL, UNLIMITED, serving, serving_process

TOKEN = "a token of some length"
BASIC = base64.b64encode(f"somebody:{TOKEN}".encode()).decode()

ADMITTED = {
    "bearer": {"Authorization": f"Bearer {TOKEN}"},
    "basic, as browsers send it": {"Authorization": f"Basic {BASIC}"},
}
REFUSED = {
    "nothing": {},
    "another token": {"Authorization": "Bearer another token of length"},
    "a part of it": {"Authorization": f"Bearer {TOKEN[:-1]}"},
    "no base64": {"Authorization": "Basic !"},
    "another kind": {"Authorization": f"Digest {TOKEN}"},
}


def test_a_token_is_demanded_of_everything_but_health() -> None:
    with serving(replace(UNLIMITED, token=TOKEN)) as server:
        for headers in ADMITTED.values():
            assert server.client.get("/api/simulations", headers=headers).status_code == 200
        for headers in REFUSED.values():
            for path in ("/api/simulations", "/", "/openapi.json", "/docs", "/nothing"):
                response = server.client.get(path, headers=headers)
                assert response.status_code == 401
                assert "Bearer" in response.headers["www-authenticate"]
        assert server.client.get("/health").status_code == 200


def test_a_token_is_demanded_of_sockets_too() -> None:
    token = TOKEN.replace(" ", "-")
    with serving(replace(UNLIMITED, token=token)) as server:
        headers = {"Authorization": f"Bearer {token}"}
        created = server.client.post("/api/simulations", json=SMALL, headers=headers).json()
        address = server.socket(created["simulation_id"])
        with pytest.raises(InvalidStatus) as caught, connect(address, proxy=None):
            pass
        assert caught.value.response.status_code == 401
        offers: list[dict[str, Any]] = [
            {"additional_headers": headers},
            {"subprotocols": [f"payment-sim.token.{token}"]},
        ]
        for offer in offers:
            with connect(address, proxy=None, **offer) as socket:
                socket.send('{"action": "get_state"}')
                assert json.loads(socket.recv())["type"] == "state"


def test_an_owned_simulation_is_shown_to_its_owner_alone() -> None:
    with serving(replace(UNLIMITED, require_owner=True)) as server:
        created = server.create()
        simulation, owner = created["simulation_id"], {"X-Owner-Token": created["owner_token"]}
        stranger = {"X-Owner-Token": server.create()["owner_token"]}
        for method, path in (("GET", ""), ("GET", "/state"), ("GET", "/events"), ("POST", "/tick"), ("DELETE", "")):
            for headers in ({}, stranger):
                response = server.client.request(method, f"/simulations/{simulation}{path}", headers=headers)
                assert response.status_code == 403
        assert server.client.post(f"/simulations/{simulation}/tick", headers=owner).status_code == 200
        listed = server.client.get("/simulations", headers=owner).json()["simulations"]
        assert [row["simulation_id"] for row in listed] == [simulation]
        assert server.get("/simulations")["simulations"] == []
        with connect(server.socket(simulation), proxy=None) as socket, pytest.raises(Exception, match="4003"):
            socket.recv()
        with connect(server.socket(simulation), proxy=None, additional_headers=owner) as socket:
            socket.send('{"action": "tick"}')
            assert json.loads(socket.recv())["type"] == "tick_result"


def test_other_origins_may_call_only_where_they_are_allowed() -> None:
    friend, stranger = "https://friend.example", "https://stranger.example"
    with serving(replace(UNLIMITED, origins=(friend,))) as server:
        simulation = server.create()["simulation_id"]
        for origin, status in ((friend, 200), (stranger, 403)):
            response = server.client.post(f"/simulations/{simulation}/tick", headers={"Origin": origin})
            assert response.status_code == status
            assert (response.headers.get("access-control-allow-origin") == origin) == (status == 200)
        ask = {"Access-Control-Request-Method": "POST"}
        assert server.client.options("/simulations", headers={"Origin": friend, **ask}).status_code == 200
        assert server.client.options("/simulations", headers={"Origin": stranger, **ask}).status_code == 400
        with connect(server.socket(simulation), proxy=None, origin=Origin(friend)) as socket:
            socket.send('{"action": "get_state"}')
            assert json.loads(socket.recv())["type"] == "state"
    with serving() as server:
        response = server.client.get("/health", headers={"Origin": friend})
        assert "access-control-allow-origin" not in response.headers


def test_answers_are_marked_for_browsers() -> None:
    with serving() as server:
        headers = server.client.get("/api/simulations").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def options(**changes: Any) -> Settings:
    """Settings of a command line."""
    usual: dict[str, Any] = {
        "host": "127.0.0.1",
        "database": None,
        "token": None,
        "require_owner": False,
        "origins": (),
        "hosts": (),
        "limits": (),
        "workers": None,
        "app": False,
        "environment": {},
    }
    return settings_of(**usual | changes)


def test_without_a_token_other_machines_are_refused_whoever_serves() -> None:
    """`payment-sim serve` does not even listen there; another ASGI server might."""

    async def ask(address: str, settings: Settings) -> int:
        transport = httpx.ASGITransport(create_app(settings), client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get("/simulations", headers=ADMITTED["bearer"])).status_code

    for address, status in (("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.0.2.7", 401)):
        assert asyncio.run(ask(address, UNLIMITED)) == status, address
    assert asyncio.run(ask("192.0.2.7", replace(UNLIMITED, token=TOKEN))) == 200


WRONG_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "another address without a token": ({"host": "0.0.0.0"}, "token"),
    "a name without a token": ({"host": "example.org"}, "token"),
    "a short token": ({"token": "short"}, "16"),
    "a short token in the environment": ({"environment": {"PAYMENT_SIM_TOKEN": "short"}}, "16"),
    "a switch that is neither on nor off": ({"environment": {"PAYMENT_SIM_REQUIRE_OWNER": "yes"}}, "REQUIRE_OWNER"),
    "a limit without a number": ({"limits": ("agents",)}, "NAME=NUMBER"),
    "a limit that does not exist": ({"limits": ("agent=3",)}, "agents"),
    "a limit that is no number": ({"limits": ("agents=many",)}, "many"),
    "a limit in the environment": ({"environment": {"PAYMENT_SIM_MAX_AGENTS": "-1"}}, "agents"),
}


@pytest.mark.parametrize("changes, words", WRONG_OPTIONS.values(), ids=WRONG_OPTIONS)
def test_wrong_options_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        options(**changes)


def test_options_stand_before_the_environment() -> None:
    environment = {
        "PAYMENT_SIM_MAX_AGENTS": "5",
        "PAYMENT_SIM_MAX_EVENTS": "6",
        "PAYMENT_SIM_ORIGINS": "https://a, https://b",
    }
    settings = options(limits=("agents=7",), environment=environment)
    assert (settings.limits.agents, settings.limits.events) == (7, 6)
    assert settings.origins == ("https://a", "https://b")
    assert options(host="0.0.0.0", token=TOKEN).hosts == ()
    assert options(host="0.0.0.0", token=TOKEN, environment={"PAYMENT_SIM_HOSTS": "a.example"}).hosts == ("a.example",)
    assert "localhost" in options(host="0.0.0.0", token=TOKEN, hosts=("a.example",)).hosts
    assert options(environment={"PAYMENT_SIM_REQUIRE_OWNER": "True"}).require_owner
    assert not options(environment={"PAYMENT_SIM_REQUIRE_OWNER": "0"}).require_owner


def test_without_a_database_duckdb_is_not_needed() -> None:
    heavy = "{'duckdb', 'polars', 'panel'}"
    code = f"import sys; from payment_simulator.api.main import app; print({heavy} & set(sys.modules))"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PAYMENT_SIM_")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert (done.stdout.strip(), done.returncode) == ("set()", 0), done.stderr


def test_the_log_has_a_line_for_each_request_and_no_secret(tmp_path: Path) -> None:
    with serving_process(tmp_path / "log", "--token", TOKEN) as server:
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Request-ID": b'forged"\n{"x"'.hex()}
        for _ in range(3):
            server.client.get("/api/simulations", headers=headers)
        server.client.get("/api/nothing%0a{}", headers=headers)
        until = time.monotonic() + 5
        while len(lines := [line for line in server.lines() if line["message"] == "request"]) < 4:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert {line["request_id"] for line in lines} == {headers["X-Request-ID"]}
        assert [line["status"] for line in lines] == [200, 200, 200, 404]
        assert all(line["level"] == "info" and line["milliseconds"] >= 0 for line in lines)
        with pytest.raises(InvalidStatus), connect(server.socket("any"), proxy=None):
            pass
        assert TOKEN not in server.log.read_text()
        assert "error" not in {line["level"] for line in server.lines()}


def test_lines_that_nobody_takes_are_counted() -> None:
    """Whoever logs never waits: what finds no room is lost, and the next line that finds some says how much."""
    lines: queue.Queue[logging.LogRecord] = queue.Queue(10)
    logger = logging.Logger("test")
    logger.addHandler(Lines(lines))
    for number in range(100):
        logger.info("line %d", number)
    first = json.loads(JsonFormatter().format(lines.get()))
    assert first["message"] == "line 0"
    assert "lost" not in first
    logger.info("after")
    told = [json.loads(JsonFormatter().format(lines.get())) for _ in range(10)]
    assert (told[-2]["message"], told[-1]["message"], told[-1]["lost"]) == ("line 9", "after", 90)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "payment_simulator.cli.main", "serve", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "address already in use" in done.stderr
    assert port in done.stderr


def test_a_server_stops_when_it_is_told_to(tmp_path: Path) -> None:
    with serving_process(tmp_path / "log") as server:
        simulation = server.create()["simulation_id"]
        with connect(server.socket(simulation), proxy=None) as socket:
            socket.send('{"action": "run", "speed_ms": 10}')
            socket.recv()
            server.process.terminate()
            assert server.process.wait(timeout=15) in (0, -15)
        with pytest.raises(httpx.ConnectError):
            server.client.get("/health")
