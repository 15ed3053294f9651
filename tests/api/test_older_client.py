"""A client that was written against the older documents' examples runs unchanged: every form of `api.md`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from payment_simulator import load_config
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.api.serving import Server

FLAT_A: dict[str, Any] = {
    "ticks_per_day": 100,
    "num_days": 1,
    "rng_seed": 42,
    "agent_configs": [
        {
            "id": "BANK_A",
            "balance": 1_000_000,
            "credit_limit": 500_000,
            "policy": {"type": "Fifo"},
            "arrival_config": {
                "rate_per_tick": 0.5,
                "amount_distribution": {"type": "normal", "mean": 100_000, "std_dev": 30_000},
                "counterparty_weights": {"BANK_B": 1.0},
                "deadline_range": [5, 20],
            },
        },
        {"id": "BANK_B", "balance": 2_000_000, "credit_limit": 0, "policy": {"type": "Fifo"}},
    ],
    "cost_rates": {"overdraft_bps_per_tick": 0.001, "delay_cost_per_tick_per_cent": 0.0001},
    "lsm_config": {"enable_bilateral": True, "enable_cycles": False},
}
FLAT_B: dict[str, Any] = {
    "ticks_per_day": 10,
    "seed": 12345,
    "agents": [
        {"id": "A", "balance": 100_000, "credit_limit": 50_000, "policy": {"type": "fifo"}},
        {"id": "B", "balance": 100_000, "credit_limit": 0, "policy": {"type": "fifo"}},
    ],
    "rails": [{"id": "rtgs", "settlement_type": "immediate"}],
    "costs": {"overdraft_rate": 0.0001, "delay_penalty_per_tick": 10, "split_fee": 5, "eod_penalty": 1000},
    "initial_transactions": [{"sender": "A", "receiver": "B", "amount": 120_000, "deadline_tick": 5}],
}
NESTED: dict[str, Any] = {
    "simulation": {"ticks_per_day": 20, "num_days": 2, "rng_seed": 1},
    "agents": [
        {"id": "X", "opening_balance": 10_000, "unsecured_cap": 0, "policy": {"type": "Fifo"}},
        {"id": "Y", "opening_balance": 10_000, "unsecured_cap": 0, "policy": {"type": "Fifo"}},
    ],
}
FORMS = {"flat, agent_configs": FLAT_A, "flat, rails and costs": FLAT_B, "nested": NESTED}


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_session_of_the_older_documents(server: Server, form: dict[str, Any], prefix: str) -> None:
    """Create, look, tick, look again, submit nothing, delete: with the keys that those clients read."""
    client = server.client
    created = client.post(f"{prefix}/simulations", json=form)
    assert created.status_code == 201, created.text
    body = created.json()
    simulation = body["simulation_id"]
    assert (body["status"], body["current_tick"]) == ("created", 0)
    agents = form.get("agents") or form["agent_configs"]
    assert len(body["state"]["agents"]) == len(agents)

    tick = client.post(f"{prefix}/simulations/{simulation}/tick").json()
    assert {"tick", "num_arrivals", "num_settlements", "num_lsm_releases", "total_cost"} <= tick.keys()
    assert {"arrivals", "settlements", "dropped", "queue_depth"} <= tick.keys()
    several = client.post(f"{prefix}/simulations/{simulation}/tick", params={"count": 3}).json()
    assert [result["tick"] for result in several["results"]] == [1, 2, 3]
    assert several["final_tick"] == 4

    state = client.get(f"{prefix}/simulations/{simulation}/state").json()
    assert (state["simulation_id"], state["current_tick"], state["current_day"]) == (simulation, 4, 0)
    assert len(state["agents"]) == len(agents)
    keys = (
        "id balance credit_limit available_liquidity is_using_credit credit_used liquidity_pressure outgoing_queue_size"
    )
    for agent in state["state"]["agents"].values():
        assert set(keys.split()) <= agent.keys()
        assert {"balance", "queue1_size", "unsecured_cap"} <= agent.keys()
    for payment in state["state"]["transactions"].values():
        assert {"id", "sender_id", "receiver_id", "amount", "remaining_amount", "is_fully_settled"} <= payment.keys()
        assert {"arrival_tick", "deadline_tick", "priority", "is_split", "parent_id"} <= payment.keys()
    assert {"queue_size", "queue_value"} <= state["state"].keys()

    listed = client.get(f"{prefix}/simulations").json()["simulations"]
    assert simulation in [row["simulation_id"] for row in listed]
    costs = client.get(f"{prefix}/simulations/{simulation}/costs").json()
    names = {"liquidity_cost", "collateral_cost", "delay_cost", "split_friction_cost", "deadline_penalty", "total_cost"}
    assert all(names <= agent.keys() for agent in costs["agents"].values())

    deleted = client.delete(f"{prefix}/simulations/{simulation}").json()
    assert (deleted["status"], deleted["deleted"]) == ("deleted", True)
    assert client.get(f"{prefix}/simulations/{simulation}/state").status_code == 404


def test_rates_of_the_older_documents_mean_what_they_meant() -> None:
    rates = load_config(FLAT_B).engine_input()["cost_rates"]
    assert rates["overdraft_bps_per_tick"] == "1"  # a fraction of 0.0001 per tick
    assert (rates["split_friction_cost"], rates["delay_penalty_per_tick"]) == (5, 10)
    assert rates["eod_penalty"] == {"type": "Fixed", "amount": 1000}


def test_a_refused_configuration_is_400_with_text(server: Server) -> None:
    agents = [FLAT_A["agent_configs"][0] | {"balance": 1000.50}, FLAT_A["agent_configs"][1]]
    response = server.client.post("/api/simulations", json=FLAT_A | {"agent_configs": agents})
    assert response.status_code == 400
    assert "balance" in response.json()["detail"]


def test_the_socket_of_the_older_documents(server: Server) -> None:
    simulation = server.create(FLAT_A)["simulation_id"]
    for prefix in ("/ws", "/api/ws"):
        with connect(f"{server.address.replace('http', 'ws')}{prefix}/simulations/{simulation}", proxy=None) as socket:
            socket.send(json.dumps({"action": "tick"}))
            message = json.loads(socket.recv())
            assert message["type"] == "tick_result"
            assert {"tick", "num_arrivals", "num_settlements"} <= message["data"].keys()
            socket.send(json.dumps({"action": "get_state"}))
            message = json.loads(socket.recv())
            assert message["type"] == "state"
    with connect(f"{server.address.replace('http', 'ws')}/ws/simulations/invalid", proxy=None) as socket:
        with pytest.raises(ConnectionClosed) as caught:
            socket.recv()
        assert caught.value.rcvd is not None
        assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4004, "Simulation not found")
