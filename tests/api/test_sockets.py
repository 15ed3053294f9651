"""The WebSocket of a simulation: actions, messages, close codes, and that a reader gets every event once."""

from __future__ import annotations

import json
import socket as sockets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from payment_simulator import load_config, simulate
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.api.serving import SMALL, Server, serving

RUN = simulate(load_config(SMALL))


class Client:
    """A client that speaks JSON."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(self.socket.recv(timeout=20))
        return message

    def ask(self, **message: Any) -> dict[str, Any]:
        self.send(**message)
        return self.receive()

    def until(self, kind: str) -> list[dict[str, Any]]:
        """Every message up to and with the first one of a kind."""
        messages = [self.receive()]
        while messages[-1]["type"] != kind:
            messages.append(self.receive())
        return messages

    def closed(self) -> tuple[int, str]:
        """How the server closes."""
        with suppress(ConnectionClosed):
            while True:
                self.socket.recv(timeout=20)
        return self.socket.close_code or 0, self.socket.close_reason or ""


@contextmanager
def client(server: Server, simulation: str, query: str = "", **options: Any) -> Iterator[Client]:
    """A WebSocket to a simulation."""
    with connect(server.socket(simulation) + query, proxy=None, max_size=None, **options) as socket:
        yield Client(socket)


@pytest.fixture
def simulation(server: Server) -> str:
    """A new simulation."""
    created: str = server.create()["simulation_id"]
    return created


def test_replies_come_in_order_and_nothing_unasked(server: Server, simulation: str) -> None:
    with client(server, simulation) as one:
        assert one.ask(action="get_state")["data"]["current_tick"] == 0  # before any tick
        tick = one.ask(action="tick")
        assert (tick["type"], tick["data"]["tick"]) == ("tick_result", 0)
        state = one.ask(action="state")
        assert (state["type"], state["data"]["current_tick"]) == ("state", 1)
        one.send(action="tick", count=3)
        assert [one.receive()["data"]["tick"] for _ in range(3)] == [1, 2, 3]
        assert one.ask(action="reset")["type"] == "reset_required"
    with client(server, simulation, "?hello=1") as one:
        assert one.receive()["type"] == "state"


def test_a_finished_simulation_says_so(server: Server, simulation: str) -> None:
    server.post(f"/simulations/{simulation}/run")
    with client(server, simulation) as one:
        for action in ("tick", "run"):
            answer = one.ask(action=action)
            assert (answer["type"], answer["data"]["current_tick"]) == ("complete", 100)


BAD_MESSAGES = {
    "not JSON": "nonsense",
    "no object": "[1]",
    "no action": "{}",
    "an action that does not exist": '{"action": "fly"}',
    "an action that is no text": '{"action": {"tick": 1}}',
    "a count that is too large": '{"action": "tick", "count": 1001}',
    "a count that is no integer": '{"action": "tick", "count": 1.5}',
    "a place before the log": '{"action": "subscribe", "from_seq": -1}',
    "a speed that is a truth": '{"action": "run", "speed_ms": true}',
    "too deep": "[" * 100_000,
    "a lone surrogate": '{"action": "\\ud800"}',
}


@pytest.mark.parametrize("message", BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_bad_message_is_answered_and_the_connection_stays(server: Server, simulation: str, message: str) -> None:
    with client(server, simulation) as one:
        one.socket.send(message)
        answer = one.receive()
        assert answer["type"] == "error"
        assert answer["message"]
        assert one.ask(action="tick")["type"] == "tick_result"


def test_a_run_sends_every_result_and_then_the_end(server: Server, simulation: str) -> None:
    with client(server, simulation) as one:
        one.send(action="run")
        messages = one.until("complete")
        assert [message["data"]["tick"] for message in messages[:-1]] == list(range(100))
        assert messages[-1]["data"]["status"] == "completed"
    assert server.get(f"/simulations/{simulation}")["log_hash"] == RUN.log_hash


def test_a_run_is_paused_and_goes_on(server: Server, simulation: str) -> None:
    with client(server, simulation) as one:
        one.send(action="run", speed_ms=20)
        first = [one.receive() for _ in range(3)]
        assert server.get(f"/simulations/{simulation}")["status"] == "running"
        assert server.client.post(f"/simulations/{simulation}/tick").json()["type"].endswith("simulation-running")
        one.send(action="pause")
        first += one.until("paused")
        paused = first[-1]["data"]["current_tick"]
        assert [message["data"]["tick"] for message in first[:-1]] == list(range(paused))
        assert paused < 100
        assert server.get(f"/simulations/{simulation}")["status"] == "paused"
        assert one.ask(action="pause")["type"] == "paused"
        one.send(action="run")
        rest = one.until("complete")
        assert [message["data"]["tick"] for message in rest[:-1]] == list(range(paused, 100))


def events_until(one: Client, seq: int, total: int) -> list[dict[str, Any]]:
    """Events from `seq` up to `total`, with the message numbers checked."""
    events: list[dict[str, Any]] = []
    while seq < total:
        message = one.receive()
        assert message["type"] == "events"
        data = message["data"]
        assert (data["from_seq"], data["next_seq"]) == (seq, seq + len(data["events"]))
        assert [event["seq"] for event in data["events"]] == list(range(seq, data["next_seq"]))
        events += data["events"]
        seq = data["next_seq"]
    return events


def test_a_lost_reader_resumes_with_nothing_missing_and_nothing_twice(server: Server, simulation: str) -> None:
    """The connection breaks again and again while the simulation runs; together the parts are the log."""
    events: list[dict[str, Any]] = []
    with client(server, simulation, close_timeout=0.1) as runner:
        runner.send(action="run", speed_ms=5)
        while len(events) < RUN.event_count:
            with client(server, simulation, close_timeout=0.1) as one:
                one.send(action="subscribe", from_seq=len(events))
                events += events_until(one, len(events), min(len(events) + 40, RUN.event_count))
                one.socket.socket.shutdown(sockets.SHUT_RDWR)
    assert [{key: value for key, value in event.items() if key != "seq"} for event in events] == RUN.events()


def test_a_reader_may_begin_anywhere_and_ask_meanwhile(server: Server, simulation: str) -> None:
    server.post(f"/simulations/{simulation}/run")
    with client(server, simulation) as one:
        for seq in (0, 1, RUN.event_count // 2, RUN.event_count - 1):
            one.send(action="subscribe", from_seq=seq)
            events_until(one, seq, RUN.event_count)
        one.send(action="subscribe", from_seq=RUN.event_count)
        assert one.ask(action="get_state")["type"] == "state"  # there are no more events, and it answers
        one.send(action="unsubscribe")


def test_a_reader_that_does_not_read_is_slowed_and_holds_up_nobody(server: Server) -> None:
    """It gets no more than buffers hold, the run goes on, and what it missed is there when it reads."""
    scenario = SMALL | {"simulation": {"ticks_per_day": 5_000, "num_days": 1, "rng_seed": 3}}
    run = simulate(load_config(scenario))
    simulation = server.create(scenario)["simulation_id"]
    with client(server, simulation, max_queue=1) as slow, client(server, simulation) as runner:
        slow.send(action="subscribe", from_seq=0)
        runner.send(action="run")
        runner.until("complete")
        events_until(slow, 0, run.event_count)
    assert server.get(f"/simulations/{simulation}")["log_hash"] == run.log_hash
    server.client.delete(f"/simulations/{simulation}")


def test_close_codes(server: Server, simulation: str) -> None:
    with client(server, "unknown") as one:
        assert one.closed() == (4004, "Simulation not found")
    with client(server, simulation) as one:
        assert one.ask(action="tick")["type"] == "tick_result"
        server.client.delete(f"/simulations/{simulation}")
        assert one.closed() == (1001, "Simulation deleted")


def test_an_internal_error_closes_with_1011(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that nobody foresaw: here, a history that is lost."""
    with serving() as server:
        simulation = server.create()["simulation_id"]
        with client(server, simulation) as one:
            monkeypatch.setattr("payment_simulator.api.history.History.counts", None)
            one.send(action="tick")
            assert one.closed() == (1011, "Internal error")


def test_a_page_of_another_origin_is_refused(server: Server, simulation: str) -> None:
    for origin, welcome in ((server.address, True), ("http://evil.example", False), ("null", False)):
        if welcome:
            with client(server, simulation, origin=origin) as one:
                assert one.ask(action="get_state")["type"] == "state"
        else:
            with pytest.raises(InvalidStatus) as caught, client(server, simulation, origin=origin):
                pass
            assert caught.value.response.status_code == 403


def test_sockets_are_limited_and_those_that_ask_too_often_are_slowed() -> None:
    with serving(sockets=1, requests_per_second=50) as server:
        simulation = server.create()["simulation_id"]
        with client(server, simulation) as one:
            with client(server, simulation) as another:
                assert another.closed()[0] == 1013
            began = time.monotonic()
            for _ in range(150):
                one.ask(action="get_state")
            assert time.monotonic() - began > 0.8  # 50 a second, after a burst of two seconds' worth
