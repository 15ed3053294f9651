"""Commands between ticks happen in the next one; what is restored from a checkpoint goes on the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import load_config, simulate

from tests.api.serving import SMALL, UNLIMITED, Server, serving
from tests.api.test_problems import check

RUN = simulate(load_config(SMALL))
QUIET: dict[str, Any] = {
    "simulation": {"ticks_per_day": 20},
    "agents": [{"id": name, "opening_balance": 1000, "unsecured_cap": 500} for name in ("A", "B")],
}
"""Two banks and nothing to do."""
PAYMENT = {"sender": "A", "receiver": "B", "amount": 400, "deadline_tick": 9}


def test_a_submitted_payment_arrives_in_the_next_tick_and_settles(server: Server) -> None:
    path = f"/simulations/{server.create(QUIET)['simulation_id']}"
    server.post(f"{path}/tick?count=3")
    tx_id = server.post(f"{path}/transactions", PAYMENT)["transaction_id"]
    pending = server.get(f"{path}/transactions/{tx_id}")
    assert (pending["status"], pending["submitted_at_tick"], pending["sender_balance_at_submission"]) == (
        "pending",
        3,
        1000,
    )
    listed = server.get(f"{path}/transactions")
    assert (listed["total"], listed["transactions"][0]["tx_id"]) == (1, tx_id)
    assert server.get(f"{path}/transactions", agent="B", status="pending", limit=1)["total"] == 1
    for query in ({"agent": "C"}, {"status": "settled"}):
        assert server.get(f"{path}/transactions", **query)["total"] == 0
    assert server.get(f"{path}/transactions", offset=1) == listed | {"transactions": [], "offset": 1}
    assert server.get(f"{path}/transactions/{tx_id}/lifecycle")["events"] == []
    tick = server.post(f"{path}/tick")
    assert (tick["tick"], tick["num_settlements"]) == (3, 1)
    settled = server.get(f"{path}/transactions/{tx_id}")
    assert (settled["status"], settled["settlement_tick"], settled["amount"]) == ("settled", 3, 400)
    assert settled["sender_balance_at_submission"] == 1000
    assert {name: agent["balance"] for name, agent in server.get(f"{path}/state")["agents"].items()} == {
        "A": 600,
        "B": 1400,
    }
    events = server.get(f"{path}/events", tx_id=tx_id)["events"]
    assert {"Arrival", "RtgsImmediateSettlement"} <= {event["event_type"] for event in events}


WRONG_PAYMENTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "unknown sender": ({"sender": "X"}, 400, "X"),
    "unknown receiver": ({"receiver": "X"}, 400, "X"),
    "to itself": ({"receiver": "A"}, 400, "A"),
    "no amount": ({"amount": 0}, 400, "0"),
    "less than nothing": ({"amount": -5}, 400, "-5"),
    "a fraction of a cent": ({"amount": 1.5}, 422, "amount"),
    "an amount as text": ({"amount": "5"}, 422, "amount"),
    "a deadline of 0": ({"deadline_tick": 0}, 422, "deadline_tick"),
    "a priority that does not exist": ({"priority": 11}, 422, "priority"),
    "an unknown key": ({"colour": "red"}, 422, "colour"),
}


@pytest.mark.parametrize("changes, status, words", WRONG_PAYMENTS.values(), ids=WRONG_PAYMENTS)
def test_a_wrong_payment_is_refused_and_changes_nothing(
    server: Server, changes: dict[str, Any], status: int, words: str
) -> None:
    path = f"/simulations/{server.create(QUIET)['simulation_id']}"
    response = server.client.post(f"{path}/transactions", json=PAYMENT | changes)
    assert words in str(check(response, status))
    server.post(f"{path}/run")
    assert server.get(f"{path}/transactions")["total"] == 0


def test_older_names_of_the_banks_work(server: Server) -> None:
    path = f"/simulations/{server.create(QUIET)['simulation_id']}"
    body = {"sender_id": "A", "receiver_id": "B", "amount": 5, "deadline_tick": 9, "divisible": False}
    tx_id = server.post(f"{path}/transactions", body)["transaction_id"]
    server.post(f"{path}/tick")
    assert server.get(f"{path}/transactions/{tx_id}")["divisible"] is False


def test_commands_happen_in_the_next_tick(server: Server) -> None:
    path = f"/simulations/{server.create(QUIET)['simulation_id']}"
    tx_id = server.post(f"{path}/transactions", PAYMENT | {"amount": 1800})["transaction_id"]
    server.post(f"{path}/tick")
    assert server.get(f"{path}/agents/A/queues")["queue2_filtered"]["size"] == 1
    assert server.post(f"{path}/transactions/{tx_id}/resubmit", {"rtgs_priority": "Urgent"})["tick"] == 1
    server.post(f"{path}/agents/A/collateral", {"action": "post", "amount": 1000})
    server.post(f"{path}/tick")
    kinds = {event["event_type"] for event in server.get(f"{path}/events", tick=1)["events"]}
    assert {"RtgsResubmission", "CollateralPost"} <= kinds
    assert server.get(f"{path}/transactions/{tx_id}")["status"] == "settled"
    [posted] = server.get(f"{path}/agents/A/timeline")["collateral_events"]
    assert (posted["action"], posted["amount"], posted["balance_before"]) == ("post", 1000, 0)


def test_a_policy_is_replaced(server: Server) -> None:
    path = f"/simulations/{server.create(QUIET)['simulation_id']}"
    server.post(f"{path}/agents/A/policy", {"policy": {"type": "Deadline", "urgency_threshold": 2}})
    server.post(f"{path}/transactions", PAYMENT)
    server.post(f"{path}/tick")
    assert server.get(f"{path}/agents/A/queues")["queue1"]["size"] == 1
    server.post(f"{path}/tick?count=10")
    assert server.get(f"{path}/agents/A/queues")["queue1"]["size"] == 0
    for wrong, words in (
        ({"type": "Fido"}, "Fifo"),
        ({"type": "FromJson", "json_path": "/etc/passwd"}, "no file is read here"),
        ({"type": "Deadline"}, "urgency_threshold"),
    ):
        assert words in str(check(server.client.post(f"{path}/agents/A/policy", json={"policy": wrong}), 400))


COMMANDS: dict[str, tuple[str, Any]] = {
    "withdraw": ("transactions/tx_00000099/withdraw", None),
    "resubmit": ("transactions/tx_00000099/resubmit", {"rtgs_priority": "Urgent"}),
    "collateral of nobody": ("agents/X/collateral", {"action": "post", "amount": 5}),
    "no collateral": ("agents/A/collateral", {"action": "withdraw", "amount": 5}),
    "a policy of nobody": ("agents/X/policy", {"policy": {"type": "Fifo"}}),
}


@pytest.mark.parametrize("path, body", COMMANDS.values(), ids=COMMANDS)
def test_a_command_that_cannot_be_is_refused(server: Server, path: str, body: Any) -> None:
    simulation = server.create(QUIET)["simulation_id"]
    check(server.client.post(f"/simulations/{simulation}/{path}", json=body), 400)
    server.post(f"/simulations/{simulation}/run")
    check(server.client.post(f"/simulations/{simulation}/{path}", json=body), 409)


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Server]:
    """A server with a database."""
    with serving(replace(UNLIMITED, database=str(tmp_path / "runs.db"))) as server:
        yield server


@pytest.mark.parametrize("tick", [0, 1, 37, 50, 99, 100])
def test_what_is_restored_goes_on_the_same(keeping: Server, tick: int) -> None:
    path = f"/simulations/{keeping.create()['simulation_id']}"
    if tick:
        keeping.post(f"{path}/tick?count={tick}")
    saved = keeping.post(f"{path}/checkpoint", {"description": "here"})
    assert (saved["checkpoint_tick"], saved["checkpoint_day"]) == (tick, tick // 50)
    restored = keeping.post("/simulations/from-checkpoint", {"checkpoint_id": saved["checkpoint_id"]})
    assert restored["current_tick"] == tick
    again = f"/simulations/{restored['simulation_id']}"
    assert again != path
    if tick < 100:
        keeping.post(f"{again}/run")
    detail = keeping.get(again)
    assert (detail["status"], detail["log_hash"]) == ("completed", RUN.log_hash)
    keeping.client.delete(again)  # what is stored of it is the whole run
    assert keeping.get(again)["log_hash"] == RUN.log_hash
    assert keeping.get(f"{again}/events")["total"] == RUN.event_count


def test_checkpoints_are_listed_told_and_deleted(keeping: Server) -> None:
    path = f"/simulations/{keeping.create()['simulation_id']}"
    saved = []
    for _ in range(3):
        keeping.post(f"{path}/tick?count=10")
        saved.append(keeping.post(f"{path}/checkpoint")["checkpoint_id"])
    listed = keeping.get(f"{path}/checkpoints")["checkpoints"]
    assert [(row["checkpoint_id"], row["checkpoint_tick"]) for row in listed] == list(
        zip(saved, (10, 20, 30), strict=True)
    )
    assert "state_json" not in listed[0]
    assert keeping.get(f"/checkpoints/{saved[1]}") == listed[1]
    for _ in range(2):
        assert keeping.client.delete(f"/checkpoints/{saved[1]}").status_code == 200
    check(keeping.client.get(f"/checkpoints/{saved[1]}"), 404)
    check(keeping.client.post("/simulations/from-checkpoint", json={"checkpoint_id": saved[1]}), 404)
    check(keeping.client.post(f"{path}/checkpoint", json={"checkpoint_type": "sometimes"}), 422)
    keeping.client.delete(path)
    assert len(keeping.get(f"{path}/checkpoints")["checkpoints"]) == 2  # stored ones have theirs


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    import duckdb

    database = str(tmp_path / "runs.db")
    with serving(replace(UNLIMITED, database=database)) as server:
        path = f"/simulations/{server.create()['simulation_id']}"
        checkpoint = server.post(f"{path}/checkpoint")["checkpoint_id"]
    with duckdb.connect(database) as connection:
        connection.execute("UPDATE simulation_checkpoints SET state_json = replace(state_json, '300000', '900000')")
    with serving(replace(UNLIMITED, database=database)) as server:
        response = server.client.post("/simulations/from-checkpoint", json={"checkpoint_id": checkpoint})
        assert "damaged" in check(response, 400)["detail"]


def test_without_a_database_there_are_no_checkpoints(server: Server) -> None:
    path = f"/simulations/{server.create()['simulation_id']}"
    for method, place in (
        ("POST", f"{path}/checkpoint"),
        ("GET", f"{path}/checkpoints"),
        ("GET", "/checkpoints/x"),
        ("DELETE", "/checkpoints/x"),
    ):
        assert "--db-path" in check(server.client.request(method, place), 503)["detail"]
