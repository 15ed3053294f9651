"""The life of a simulation over HTTP, and that its answers are those of the engine."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from payment_simulator import load_config, simulate

from tests.api.serving import SCENARIOS, SMALL, Server, serving

RUN = simulate(load_config(SMALL))
"""The same scenario, run here."""


@pytest.fixture(scope="module")
def finished(server: Server) -> str:
    """A simulation that was run to its end."""
    simulation: str = server.create()["simulation_id"]
    server.post(f"/simulations/{simulation}/run")
    return simulation


def test_a_simulation_is_created_ticked_to_its_end_and_deleted(server: Server) -> None:
    created = server.create()
    path = f"/api/simulations/{created['simulation_id']}"
    assert (created["status"], created["current_tick"], created["total_ticks"]) == ("created", 0, 100)
    first = server.post(f"{path}/tick")
    assert first["tick"] == 0
    assert first["num_arrivals"] == first["arrivals"] == int(RUN.series.arrived_count[0])
    several = server.post(f"{path}/tick?count=70")
    assert [result["tick"] for result in several["results"]] == list(range(1, 71))
    assert several["final_tick"] == 71
    detail = server.get(path)
    assert (detail["status"], detail["current_tick"], detail["current_day"]) == ("paused", 71, 1)
    rest = server.post(f"{path}/tick?count=1000")
    assert len(rest["results"]) == 29
    assert rest["results"][-1]["queue_depth"] == RUN.series.queue2_count[-1].sum()
    detail = server.get(path)
    assert (detail["status"], detail["log_hash"]) == ("completed", RUN.log_hash)
    assert detail["config"] == SMALL
    assert detail["summary"]["total_cost_cents"] == RUN.totals["total_cost"]
    assert server.client.post(f"{path}/tick").status_code == 409
    deleted = server.client.delete(path).json()
    assert (deleted["status"], deleted["deleted"]) == ("deleted", True)
    assert server.client.delete(path).status_code == 404


WHOLE = sorted(path.name for path in SCENARIOS.glob("*.yaml") if "json_path" not in path.read_text())
"""Scenarios that name no other file: those that do are refused over HTTP."""


@pytest.mark.parametrize("scenario", WHOLE)
def test_a_scenario_file_runs_as_it_does_on_the_command_line(server: Server, scenario: str) -> None:
    text = (SCENARIOS / scenario).read_text()
    response = server.client.post("/api/simulations", content=text, headers={"content-type": "application/yaml"})
    assert response.status_code == 201, response.text
    path = f"/simulations/{response.json()['simulation_id']}"
    server.post(f"{path}/run")
    assert server.get(path)["log_hash"] == simulate(load_config(SCENARIOS / scenario)).log_hash
    server.client.delete(path)


def test_both_prefixes_serve_the_same(server: Server, finished: str) -> None:
    for path in ("", "/state", "/costs", "/metrics", "/agents", "/transactions", "/events"):
        assert server.get(f"/simulations/{finished}{path}") == server.get(f"/api/simulations/{finished}{path}")


def test_the_state_stands_in_both_places(server: Server, finished: str) -> None:
    state = server.get(f"/simulations/{finished}/state")
    assert state["agents"] == state["state"]["agents"]
    assert {name: agent["balance"] for name, agent in state["agents"].items()} == {
        agent["id"]: agent["final_balance"] for agent in RUN.totals["agents"]
    }
    assert len(state["state"]["transactions"]) == len(RUN.payments)
    without = server.get(f"/simulations/{finished}/state", include="none")
    assert (without["transactions_included"], without["state"]["transactions"]) == (False, {})


def test_the_state_at_every_tick_is_that_of_the_log(server: Server, finished: str) -> None:
    for tick in (0, 13, 49, 50, 99):
        told = server.get(f"/simulations/{finished}/ticks/{tick}/state")
        for agent in RUN.state(tick)["agents"]:
            row = told["agents"][agent["id"]]
            assert (row["balance"], row["queue2_size"]) == (agent["balance"], len(agent["queue2"]))
            assert row["costs"] == agent["costs"]
        assert told["day"] == tick // 50


def test_figures_are_those_of_the_engine(server: Server, finished: str) -> None:
    figures = RUN.engine.metrics()
    banks = figures.pop("agents")
    assert server.get(f"/simulations/{finished}/metrics")["metrics"] == figures
    for bank, row in zip(banks, server.get(f"/simulations/{finished}/agents")["agents"], strict=True):
        assert (row["agent_id"], row["avg_balance_cents"]) == (bank["id"], bank["avg_balance"])
        assert (row["sent_value"], row["peak_overdraft_cents"]) == (bank["total_sent"], bank["peak_overdraft"])
        days = server.get(f"/simulations/{finished}/agents/{bank['id']}/timeline")["daily_metrics"]
        assert [day["day"] for day in days] == [0, 1]
        assert sum(day["transactions_sent"] for day in days) == bank["num_sent"]
        assert sum(day["total_cost_cents"] for day in days) == row["total_cost_cents"]
        assert days[1]["opening_balance"] == days[0]["closing_balance"]
        assert days[1]["closing_balance"] == bank["final_balance"]


def test_why_a_payment_waits_and_what_its_policy_decided(server: Server, finished: str) -> None:
    for tick in (3, 17, 60, None):
        query = {} if tick is None else {"tick": tick}
        at = 99 if tick is None else tick
        for tx_id in ("tx_00000002", "tx_00000031"):
            path = f"/simulations/{finished}/transactions/{tx_id}"
            told = server.get(f"{path}/explanation", **query)
            assert told == {"simulation_id": finished, **RUN.engine.explain(tx_id, at)}
            told = server.get(f"{path}/decision-path", **query)
            assert told["path"] == RUN.engine.decision_path(tx_id, at)
            assert (told["tx_id"], told["tick"]) == (tx_id, at)
    arrived = int(RUN.payments.arrival_tick[1])
    decided = server.get(f"/simulations/{finished}/transactions/tx_00000002/decision-path", tick=arrived)
    assert decided["path"]["decision"]["action"]
    for wrong in ("explanation", "decision-path"):
        path = f"/simulations/{finished}/transactions/tx_00000002/{wrong}"
        assert "has not been run" in server.client.get(path, params={"tick": 100}).json()["detail"]


def test_events_are_the_log(server: Server, finished: str) -> None:
    events: list[dict[str, Any]] = []
    while True:
        page = server.get(f"/simulations/{finished}/events", limit=1000, offset=len(events))
        events += page["events"]
        if len(events) >= page["total"]:
            break
    assert [event["seq"] for event in events] == list(range(RUN.event_count))
    for told, true in zip(events, RUN.events(), strict=True):
        assert (told["tick"], told["event_type"]) == (true["tick"], true["event_type"])
        assert told["details"].items() <= true.items()
        assert (told["tx_id"], told["amount"]) == (true.get("tx_id"), true.get("amount"))


def test_events_of_large_ticks_are_told_alike(server: Server, finished: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = server.get(f"/simulations/{finished}/events", limit=1000)
    monkeypatch.setattr("payment_simulator.api.queries.events.AT_ONCE", 3)
    assert server.get(f"/simulations/{finished}/events", limit=1000) == told


FILTERS: dict[str, tuple[dict[str, Any], Any]] = {
    "a tick": ({"tick": 4}, lambda event: event["tick"] == 4),
    "ticks": ({"tick_min": 40, "tick_max": 60}, lambda event: 40 <= event["tick"] <= 60),
    "a day": ({"day": 1}, lambda event: event["tick"] >= 50),
    "one type": ({"event_type": "Arrival"}, lambda event: event["event_type"] == "Arrival"),
    "two types": (
        {"event_type": "Arrival, CostAccrual"},
        lambda event: event["event_type"] in ("Arrival", "CostAccrual"),
    ),
    "a bank": ({"agent_id": "BANK_B"}, lambda event: '"BANK_B"' in str(event).replace("'", '"')),
    "a payment": ({"tx_id": "tx_00000007"}, lambda event: "'tx_00000007'" in str(event)),
    "all at once": (
        {"tick_min": 10, "day": 0, "agent_id": "BANK_A", "event_type": "Arrival"},
        lambda event: 10 <= event["tick"] < 50 and event["event_type"] == "Arrival" and "'BANK_A'" in str(event),
    ),
    "nobody": ({"agent_id": "NOBODY"}, lambda event: False),
    "no such type": ({"event_type": "Nothing"}, lambda event: False),
}


@pytest.mark.parametrize("query, holds", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("sort", ["tick_asc", "tick_desc"])
def test_events_are_filtered(server: Server, finished: str, query: dict[str, Any], holds: Any, sort: str) -> None:
    wanted = [seq for seq, event in enumerate(RUN.events()) if holds(event)]
    if sort == "tick_desc":
        wanted.reverse()
    answer = server.get(f"/simulations/{finished}/events", **query, sort=sort, limit=1000)
    assert answer["total"] == len(wanted)
    assert [event["seq"] for event in answer["events"]] == wanted[:1000]
    assert answer["filters"]["sort"] == sort


def test_payments_are_listed_with_what_has_become_of_them(server: Server, finished: str) -> None:
    rows: list[dict[str, Any]] = []
    while (
        len(rows) < (page := server.get(f"/simulations/{finished}/transactions", limit=50, offset=len(rows)))["total"]
    ):
        rows += page["transactions"]
    assert len(rows) == len(RUN.payments)
    assert [row["arrival_tick"] for row in rows] == sorted((row["arrival_tick"] for row in rows), reverse=True)
    for row in rows:
        index = int(row["tx_id"].removeprefix("tx_")) - 1
        assert row["amount"] == RUN.payments.amount[index]
        assert (row["settlement_tick"] is None) == (RUN.payments.settled_tick[index] < 0)
        assert row["is_fully_settled"] == (row["status"] == "settled") == (row["remaining_amount"] == 0)
    by_status = {
        status: server.get(f"/simulations/{finished}/transactions", status=status)["total"]
        for status in ("pending", "partially_settled", "settled", "overdue", "dropped")
    }
    assert sum(by_status.values()) == len(rows)
    assert by_status["settled"] == RUN.totals["total_settlements"]
    mine = server.get(f"/simulations/{finished}/transactions", agent="BANK_A", limit=1000)
    assert mine["total"] == sum("BANK_A" in (row["sender"], row["receiver"]) for row in rows)


def test_the_life_of_a_payment_is_every_event_that_names_it(server: Server, finished: str) -> None:
    life = server.get(f"/simulations/{finished}/transactions/tx_00000007/lifecycle")
    named = [seq for seq, event in enumerate(RUN.events()) if "'tx_00000007'" in str(event)]
    assert [event["seq"] for event in life["events"]] == named
    assert life["events"][0]["event_type"] == "Arrival"
    assert life["transaction"]["tx_id"] == "tx_00000007"


def test_costs_add_up(server: Server, finished: str) -> None:
    costs = server.get(f"/simulations/{finished}/costs")
    timeline = server.get(f"/simulations/{finished}/costs/timeline")
    assert costs["total_system_cost"] == RUN.totals["total_cost"]
    assert len(timeline["tick_costs"]) == 100
    for name, parts in costs["agents"].items():
        total = parts.pop("total_cost")
        assert sum(parts.values()) == total == timeline["tick_costs"][-1]["agent_costs"][name]


def test_two_clients_at_once_never_interleave(server: Server) -> None:
    """Both tick as fast as they can; each answer is a row of ticks without a gap, and the log is the sequential one."""
    simulation = server.create()["simulation_id"]
    answers: list[list[int]] = []

    def tick() -> None:
        with serving_client(server) as client:
            while True:
                response = client.post(f"/simulations/{simulation}/tick?count=3")
                if response.status_code == 409 and "running" not in response.json()["type"]:
                    return
                if response.status_code == 200:
                    answers.append([result["tick"] for result in response.json()["results"]])

    threads = [threading.Thread(target=tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(tick for ticks in answers for tick in ticks) == list(range(100))
    assert all(ticks == list(range(ticks[0], ticks[0] + len(ticks))) for ticks in answers)
    assert server.get(f"/simulations/{simulation}")["log_hash"] == RUN.log_hash


def serving_client(server: Server) -> Any:
    """Another client of the same server."""
    return type(server)(server.address).client


def test_what_nobody_asks_for_is_forgotten() -> None:
    with serving(idle_seconds=1) as server:
        server.create()
        assert server.get("/health")["active_simulations"] == 1
        until = threading.Event()
        for _ in range(100):
            until.wait(0.1)
            if server.get("/health")["active_simulations"] == 0:
                return
        raise AssertionError("it is still there")
