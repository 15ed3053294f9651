"""Every error is a problem detail (RFC 9457) with its documented status, and tells nothing of what is inside."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from payment_simulator.api.problem import MEDIA_TYPE

from tests.api.serving import SMALL, Server, serving

BANK = {"id": "BANK_A", "opening_balance": 1000}


def with_agent(**changes: Any) -> dict[str, Any]:
    """A scenario of two banks, one of them changed."""
    return {
        "simulation": {"ticks_per_day": 10},
        "agents": [BANK | changes, {"id": "BANK_B", "opening_balance": 1000}],
    }


@dataclass
class Case:
    """A request that is refused: how, and with which words."""

    status: int
    method: str
    path: str
    words: str
    json: Any = None
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


JSON = {"content-type": "application/json"}
YAML = {"content-type": "application/yaml"}
LAUGHS = b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (name, name, b",".join([b"*%c" % (name - 1)] * 10)) for name in b"bcdefghij"
)

CASES = {
    "no such path": Case(404, "GET", "/api/nothing", "nothing"),
    "no such method": Case(405, "PUT", "/api/simulations", "it takes GET, POST"),
    "no such simulation": Case(404, "GET", "/api/simulations/none", "none"),
    "no such simulation to tick": Case(404, "POST", "/api/simulations/none/tick", "none"),
    "no such simulation to delete": Case(404, "DELETE", "/api/simulations/none", "none"),
    "no such bank": Case(404, "GET", "/api/simulations/{live}/agents/NOBODY/queues", "NOBODY"),
    "no such payment": Case(404, "GET", "/api/simulations/{live}/transactions/tx_99999999", "tx_99999999"),
    "no name of a payment": Case(404, "GET", "/api/simulations/{live}/transactions/tx_1.x/lifecycle", "tx_1.x"),
    "complete": Case(409, "POST", "/api/simulations/{complete}/tick", "complete"),
    "complete, run": Case(409, "POST", "/api/simulations/{complete}/run", "complete"),
    "no ticks": Case(422, "POST", "/api/simulations/{live}/tick?count=0", "count", fields=("query.count",)),
    "too many ticks": Case(422, "POST", "/api/simulations/{live}/tick?count=1001", "count"),
    "a count that is no number": Case(422, "POST", "/api/simulations/{live}/tick?count=x", "count"),
    "a tick before the first": Case(400, "GET", "/api/simulations/{live}/ticks/-1/state", "-1"),
    "a tick that is to come": Case(400, "GET", "/api/simulations/{live}/ticks/7/state", "7"),
    "ticks the wrong way round": Case(400, "GET", "/api/simulations/{live}/events?tick_min=5&tick_max=4", "tick_min"),
    "ticks of costs the wrong way round": Case(
        400, "GET", "/api/simulations/{live}/costs/timeline?tick_min=5&tick_max=4", "swap them"
    ),
    "a filter that does not exist": Case(
        422, "GET", "/api/simulations/{live}/events?event_typ=Arrival", "event_type", fields=("query.event_typ",)
    ),
    "a parameter where there is none": Case(422, "GET", "/api/health?verbose=1", "none is known here"),
    "a sort that does not exist": Case(422, "GET", "/api/simulations/{live}/events?sort=up", "sort"),
    "too large a page": Case(422, "GET", "/api/simulations/{live}/events?limit=1001", "limit"),
    "a status that does not exist": Case(422, "GET", "/api/simulations/{live}/transactions?status=gone", "status"),
    "no body": Case(422, "POST", "/api/simulations", "empty"),
    "not JSON": Case(422, "POST", "/api/simulations", "valid", content=b"{"),
    "not text": Case(422, "POST", "/api/simulations", "UTF-8", content=b"\xff\xfe"),
    "no mapping": Case(422, "POST", "/api/simulations", "mapping", json=[1]),
    "JSON that is too deep": Case(422, "POST", "/api/simulations", "deep", content=b'{"a":' * 5000),
    "YAML that is too deep": Case(422, "POST", "/api/simulations", "deep", content=b"[" * 5000, headers=YAML),
    "YAML that grows": Case(422, "POST", "/api/simulations", "alias", content=LAUGHS, headers=YAML),
    "YAML that makes objects": Case(
        400,
        "POST",
        "/api/simulations",
        "",
        content=b"agents: !!python/object/apply:os.system [id]\nsimulation: {}",
        headers=YAML,
    ),
    "another media type": Case(
        415, "POST", "/api/simulations", "text/plain", content=b"x", headers={"content-type": "text/plain"}
    ),
    "money that is a fraction": Case(
        400,
        "POST",
        "/api/simulations",
        "5.0",
        json=with_agent(opening_balance=5.0),
        fields=("agents.0.opening_balance",),
    ),
    "an unknown key": Case(
        400, "POST", "/api/simulations", "balanse", json=with_agent(balanse=1), fields=("agents.0.balanse",)
    ),
    "two banks of one name": Case(400, "POST", "/api/simulations", "BANK_B", json=with_agent(id="BANK_B")),
    "a policy by path": Case(
        400,
        "POST",
        "/api/simulations",
        "no file is read here",
        json=with_agent(policy={"type": "FromJson", "json_path": "/etc/passwd"}),
        fields=("agents.0.policy.json_path",),
    ),
    "too long a run": Case(
        400, "POST", "/api/simulations", "ticks", json=SMALL | {"simulation": {"ticks_per_day": 2**21}}
    ),
    "too many banks": Case(
        400,
        "POST",
        "/api/simulations",
        "banks",
        json=SMALL | {"agents": [{"id": f"B{number}", "opening_balance": 1} for number in range(201)]},
    ),
    "a number of many digits": Case(
        422,
        "POST",
        "/api/simulations/{live}/transactions",
        "",
        content=b'{"amount": ' + b"9" * 5000 + b"}",
        headers=JSON,
    ),
    "a command that is too deep": Case(
        422, "POST", "/api/simulations/{live}/agents/BANK_A/policy", "", content=b'{"policy":' * 100_000, headers=JSON
    ),
    "a text that is none, submitted": Case(
        422, "POST", "/api/simulations/{live}/transactions", "sender", content=b'{"sender": "\\ud800"}', headers=JSON
    ),
    "a key that is no text": Case(
        422, "POST", "/api/simulations/{live}/transactions", "", content=b'{"\\ud800": 1}', headers=JSON
    ),
    "a policy that is no text": Case(
        400,
        "POST",
        "/api/simulations/{live}/agents/BANK_A/policy",
        "",
        content=b'{"policy": {"type": "\\ud800"}}',
        headers=JSON,
    ),
    "a path that is no text": Case(404, "GET", "/api/simulations/%ff%ed%a0%80", ""),
    "a name that is no text": Case(
        422, "POST", "/api/simulations", "", content=json.dumps(with_agent(id="\ud800")).encode()
    ),
    "a payment that is not JSON": Case(
        422,
        "POST",
        "/api/simulations/{live}/transactions",
        '"line": 2, "column": 14',
        content=b'{"sender": "A",\n "amount": 5,}',
        headers=JSON,
    ),
    "a payment that is no object": Case(
        422, "POST", "/api/simulations/{live}/transactions", "write a JSON object", json=[]
    ),
    "a payment of another media type": Case(
        415,
        "POST",
        "/api/simulations/{live}/transactions",
        "send application/json",
        content=b"sender=A",
        headers={"content-type": "application/x-www-form-urlencoded"},
    ),
    "a payment of no media type": Case(
        415, "POST", "/api/simulations/{live}/transactions", "got a body of no type", content=b"{}"
    ),
    "a payment of a fraction of a cent": Case(
        422,
        "POST",
        "/api/simulations/{live}/transactions",
        "body.amount: got 100.5; input should be a valid integer",
        json={"sender": "BANK_A", "receiver": "BANK_B", "amount": 100.5, "deadline_tick": 9},
        fields=("body.amount",),
    ),
    "a payment without a receiver": Case(
        422,
        "POST",
        "/api/simulations/{live}/transactions",
        "body.receiver: is missing",
        json={"sender": "BANK_A", "amount": 100, "deadline_tick": 9},
    ),
    "too long a rest to run": Case(400, "POST", "/api/simulations/{long}/run", "WebSocket"),
    "too large a body": Case(413, "POST", "/api/simulations", "bytes", content=b" " * (4 * 2**20 + 1)),
    "another host": Case(400, "GET", "/health", "evil.example", headers={"host": "evil.example"}),
    "a page of another origin": Case(
        403, "POST", "/api/simulations/{live}/tick", "evil", headers={"origin": "http://evil.example"}
    ),
}


@pytest.fixture(scope="module")
def places(server: Server) -> dict[str, str]:
    """A simulation that has run one tick, and one that is complete."""
    live, complete = server.create()["simulation_id"], server.create()["simulation_id"]
    server.post(f"/simulations/{live}/tick?count=2")
    server.post(f"/simulations/{complete}/run")
    long = server.create(SMALL | {"simulation": {"ticks_per_day": 10_001}})["simulation_id"]
    return {"live": live, "complete": complete, "long": long}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_refused_request_is_a_problem(server: Server, places: dict[str, str], case: Case) -> None:
    response = server.client.request(
        case.method, case.path.format(**places), json=case.json, content=case.content, headers=case.headers
    )
    problem = check(response, case.status)
    assert case.words in json.dumps(problem)
    assert all(name in [error["path"] for error in problem["errors"]] for name in case.fields)


def check(response: httpx.Response, status: int) -> Any:
    """The problem that a response is."""
    assert response.status_code == status, response.text[:300]
    assert response.headers["content-type"] == MEDIA_TYPE
    problem = response.json()
    assert sorted(problem) == ["detail", "errors", "instance", "request_id", "status", "title", "type"]
    assert problem["status"] == status
    assert isinstance(problem["detail"], str)
    assert problem["detail"]
    assert problem["request_id"] == response.headers["x-request-id"]
    for inside in ("Traceback", "site-packages", ".py"):
        assert inside not in response.text
    return problem


def test_too_many_requests_are_told_when_to_come_back() -> None:
    with serving(requests_per_second=5) as server:
        statuses = [server.client.get("/api/simulations").status_code for _ in range(12)]
        assert statuses[:10] == [200] * 10
        refused = server.client.get("/api/simulations")
        check(refused, 429)
        assert int(refused.headers["retry-after"]) >= 1
        assert server.client.get("/health").status_code == 200


def test_limits_of_the_server() -> None:
    with serving(simulations=2) as server:
        first = server.create()["simulation_id"]
        server.create()
        full = server.client.post("/api/simulations", json=SMALL)
        check(full, 503)
        assert full.headers["retry-after"]
        server.client.delete(f"/simulations/{first}")
        server.create()
    with serving(memory_mb=1) as server:
        assert "MiB" in check(server.client.post("/api/simulations", json=SMALL), 503)["detail"]
    with serving(events=100) as server:
        simulation = server.create()["simulation_id"]
        assert "100" in check(server.client.post(f"/simulations/{simulation}/run"), 409)["detail"]
        assert server.get(f"/simulations/{simulation}")["status"] == "paused"
    with serving(ticks_per_call=5) as server:
        simulation = server.create()["simulation_id"]
        server.post(f"/simulations/{simulation}/tick?count=5")
        check(server.client.post(f"/simulations/{simulation}/tick?count=6"), 422)
    with serving(arrivals_per_tick=2) as server:
        assert "payments a tick" in check(server.client.post("/api/simulations", json=SMALL), 400)["detail"]


def test_a_body_without_a_length_is_limited_too() -> None:
    with serving(body_bytes=10_000) as server:
        response = server.client.post("/api/simulations", content=(b" " * 1000 for _ in range(100)))
        check(response, 413)


def test_numbers_that_nobody_reads_do_no_harm(server: Server) -> None:
    """`rails` is read over; what stands in it is kept as it was written."""
    scenario = json.dumps(SMALL)[:-1] + ', "rails": [{"id": ' + "9" * 5000 + "}]}"
    headers = {"content-type": "application/json"}
    created = server.client.post("/api/simulations", content=scenario, headers=headers)
    assert created.status_code == 201, created.text[:300]
    assert server.client.get(f"/simulations/{created.json()['simulation_id']}").status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, server: Server) -> None:
    monkeypatch.setattr("payment_simulator.api.middleware.body.BODY_SECONDS", 0.2)
    address = httpx.URL(server.address)
    head = f"POST /api/simulations HTTP/1.1\r\nHost: {address.host}\r\nContent-Length: 100\r\nConnection: close\r\n\r\n"
    with socket.create_connection((address.host, address.port or 0), timeout=20) as connection:
        connection.sendall(head.encode() + b"{")
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"urn:payment-simulator:problem:timeout" in answer


def test_a_tick_that_cannot_be_run_changes_nothing(server: Server) -> None:
    """What waiting costs in it does not fit into 64 bits. The tick is told, and everything before it is there."""
    scenario = with_agent() | {"cost_rates": {"delay_cost_per_tick_per_cent": 100_000}}
    path = f"/simulations/{server.create(scenario)['simulation_id']}"
    server.post(f"{path}/tick?count=2")
    payment = {"sender": "BANK_A", "receiver": "BANK_B", "amount": 10**15, "deadline_tick": 9}
    server.post(f"{path}/transactions", payment)
    told = check(server.client.post(f"{path}/run"), 500)
    assert told["type"].endswith("tick-failed")
    assert "tick 2" in told["detail"]
    detail = server.get(path)
    assert (detail["status"], detail["current_tick"]) == ("failed", 2)
    assert detail["failure"]
    assert server.get(f"{path}/ticks/1/state")["tick"] == 1
    again = check(server.client.post(f"{path}/tick"), 409)
    assert again["type"].endswith("simulation-failed")


def test_an_unexpected_error_tells_its_id_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    with serving() as server:
        monkeypatch.setattr("payment_simulator.api.manager.SimulationManager.listed", broken)
        response = server.client.get("/api/simulations", headers={"X-Request-ID": "abc-1"})
        problem = check(response, 500)
        assert "secret" not in response.text
        assert problem["request_id"] == "abc-1"
        [line] = [record for record in caplog.records if record.exc_info]
        assert getattr(line, "request_id", "") == "abc-1"


RACES: dict[str, Callable[[Server, str], httpx.Response]] = {
    "ticked": lambda server, path: server.client.post(f"{path}/tick?count=100"),
    "looked at": lambda server, path: server.client.get(f"{path}/state"),
    "run": lambda server, path: server.client.post(f"{path}/run"),
}


@pytest.mark.parametrize("act", RACES.values(), ids=RACES)
def test_what_is_deleted_meanwhile_does_not_break(server: Server, act: Callable[[Server, str], httpx.Response]) -> None:
    for _ in range(5):
        path = f"/simulations/{server.create()['simulation_id']}"
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(act, server, path)
            server.client.delete(path)
            assert answer.result().status_code in (200, 404, 409)
