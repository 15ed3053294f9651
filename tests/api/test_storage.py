"""Simulations in the database: they answer as live ones do, after a restart too, and after `kill -9`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import load_config, simulate
from payment_simulator.api.recorder import COMMIT_SECONDS

from tests.api.serving import SMALL, UNLIMITED, Server, serving, serving_process
from tests.api.test_problems import check

RUN = simulate(load_config(SMALL))
LONG = SMALL | {"simulation": {"ticks_per_day": 500, "num_days": 2, "rng_seed": 7}}
QUESTIONS = (
    "/state",
    "/costs",
    "/costs/timeline",
    "/metrics",
    "/agents",
    "/agents/BANK_A/timeline",
    "/agents/BANK_A/queues",
    "/ticks/17/state",
    "/transactions?limit=1000",
    "/transactions/overdue",
    "/transactions/near-deadline?within_ticks=10",
    "/transactions/tx_00000007",
    "/transactions/tx_00000007/lifecycle",
    "/transactions/tx_00000007/explanation?tick=17",
    "/transactions/tx_00000007/decision-path?tick=3",
    "/events?limit=1000",
    "/events?agent_id=BANK_B&event_type=Arrival&sort=tick_desc",
)
CLOCK = ("event_timestamp", "created_at")


def without_clock(value: Any) -> Any:
    """An answer without what the clock says."""
    if isinstance(value, dict):
        return {key: without_clock(child) for key, child in value.items() if key not in CLOCK}
    return [without_clock(child) for child in value] if isinstance(value, list) else value


def answers(server: Server, simulation: str, questions: Iterable[str]) -> list[Any]:
    """What a simulation answers."""
    return [without_clock(server.get(f"/simulations/{simulation}{question}")) for question in questions]


def test_a_stored_simulation_answers_as_it_did_live(tmp_path: Path) -> None:
    settings = replace(UNLIMITED, database=str(tmp_path / "runs.db"))
    with serving(settings) as server:
        simulation = server.create()["simulation_id"]
        server.post(f"/simulations/{simulation}/tick?count=20")
        payment = {"sender": "BANK_A", "receiver": "BANK_B", "amount": 5, "deadline_tick": 30}
        submitted = server.post(f"/simulations/{simulation}/transactions", payment)["transaction_id"]
        server.post(f"/simulations/{simulation}/run")
        questions = (*QUESTIONS, f"/transactions/{submitted}")
        live = answers(server, simulation, questions)
        assert live[-1]["submitted_at_tick"] == 20
        before = server.get(f"/simulations/{simulation}")
        assert before["live"]
        server.client.delete(f"/simulations/{simulation}")
        assert answers(server, simulation, questions) == live
    with serving(settings) as server:
        assert answers(server, simulation, questions) == live
        detail = server.get(f"/simulations/{simulation}")
        assert (detail["live"], detail["status"], detail["log_hash"]) == (False, "completed", before["log_hash"])
        [row] = server.get("/simulations")["simulations"]
        assert (row["simulation_id"], row["status"], row["num_agents"]) == (simulation, "completed", 3)
        assert check(server.client.post(f"/simulations/{simulation}/tick"), 409)["type"].endswith("complete")
        check(server.client.delete(f"/simulations/{simulation}"), 404)


def test_after_kill_9_stored_simulations_say_how_far_they_came(tmp_path: Path) -> None:
    """Two run, one rests after some ticks. What is there after the crash is a whole beginning of the same run."""
    database = str(tmp_path / "runs.db")
    with serving_process(tmp_path / "log", "--db-path", database) as server:
        resting, complete = (server.create(LONG)["simulation_id"] for _ in range(2))
        server.post(f"/simulations/{complete}/run")
        server.post(f"/simulations/{resting}/tick?count=321")
        time.sleep(COMMIT_SECONDS + 2.5)
        server.kill()
    with serving_process(tmp_path / "log2", "--db-path", database) as server:
        rows = {row["simulation_id"]: row for row in server.get("/simulations")["simulations"]}
        assert (rows[complete]["status"], rows[complete]["current_tick"]) == ("completed", 1000)
        assert (rows[resting]["status"], rows[resting]["current_tick"]) == ("failed", 321)
        detail = server.get(f"/simulations/{resting}")
        assert "321 of 1000" in detail["failure"]
        assert "321 of 1000" in check(server.client.post(f"/simulations/{resting}/tick"), 409)["detail"]
        run = simulate(load_config(LONG), ticks=321)
        assert detail["log_hash"] == run.log_hash
        assert server.get(f"/simulations/{resting}/events")["total"] == run.event_count
        assert server.get(f"/simulations/{complete}")["log_hash"] == simulate(load_config(LONG)).log_hash


def test_many_simulations_are_written_at_once(tmp_path: Path) -> None:
    settings = replace(UNLIMITED, database=str(tmp_path / "runs.db"))
    with serving(settings) as server:
        simulations = [server.create()["simulation_id"] for _ in range(4)]
        for _ in range(10):
            for simulation in simulations:
                server.post(f"/simulations/{simulation}/tick?count=10")
        for simulation in simulations:
            server.client.delete(f"/simulations/{simulation}")
            assert server.get(f"/simulations/{simulation}")["log_hash"] == RUN.log_hash


def test_who_waited_for_what_is_deleted_is_told(tmp_path: Path) -> None:
    """Whoever stands behind a deletion finds nothing: no engine runs on, and nothing is written."""
    with serving(replace(UNLIMITED, database=str(tmp_path / "runs.db"))) as server:
        for _ in range(5):
            path = f"/simulations/{server.create(LONG)['simulation_id']}"
            with ThreadPoolExecutor(6) as threads:
                ticks = [threads.submit(server.client.post, f"{path}/tick?count=50") for _ in range(3)]
                deleted = threads.submit(server.client.delete, path)
                ticks += [threads.submit(server.client.post, f"{path}/tick?count=50") for _ in range(2)]
            assert deleted.result().status_code == 200
            assert {answer.result().status_code for answer in ticks} <= {200, 404, 409}
            ran = sum(answer.result().status_code == 200 for answer in ticks) * 50
            assert server.get(path)["current_tick"] == ran


def test_owners_are_let_in_after_a_restart(tmp_path: Path) -> None:
    database = str(tmp_path / "runs.db")
    settings = replace(UNLIMITED, database=database, require_owner=True, owner_secret="a secret of the server")
    with serving(settings) as server:
        created = server.create()
    for secret, status in (("a secret of the server", 200), ("another secret", 403)):
        with serving(replace(settings, owner_secret=secret)) as server:
            headers = {"X-Owner-Token": created["owner_token"]}
            path = f"/simulations/{created['simulation_id']}"
            assert server.client.get(path, headers=headers).status_code == status
            assert server.client.get(path).status_code == 403


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1000], ids=["empty", "no database"])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(AssertionError, match=r"notes\.txt"), serving_process(tmp_path / "log", "--db-path", str(path)):
        pass
    assert path.read_bytes() == content
