"""`payment-sim db` and `checkpoint`, and the verbs of state files."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from payment_simulator import Run, load_config, simulate
from payment_simulator.cli.table import money
from payment_simulator.persistence.migrations import available

from tests.cli.conftest import call, succeeded
from tests.generated import scenario

SCENARIOS = Path(__file__).parents[2] / "scenarios"
GRIDLOCK = SCENARIOS / "gridlock_ring.yaml"


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(load_config(GRIDLOCK))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stored") / "runs.db"
    succeeded("run", GRIDLOCK, "--persist", "--simulation-id", "ring", "--db-path", path)
    return path


def test_a_database_is_made_checked_and_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    assert "is ready" in succeeded("db", "init", "--db-path", path).error
    assert "is ready" in succeeded("db", "init", "-d", path).error
    assert "as it should be" in succeeded("db", "validate", "-d", path).error
    assert "nothing to migrate" in succeeded("db", "migrate", "-d", path).error
    assert "holds no simulation" in succeeded("db", "simulations", "-d", path).error
    names = [json.loads(line)["name"] for line in succeeded("db", "list", "-d", path, "--json").stdout.splitlines()]
    assert {"simulations", "simulation_events", "lsm_cycles", "schema_migrations"} <= set(names)
    facts = succeeded("db", "info", "-d", path, "--json").json()
    assert (facts["simulation_events"], facts["schema_version"]) == (0, max(available()))
    with duckdb.connect(str(tmp_path / "by_hand.db")) as connection:
        connection.execute(succeeded("db", "schema").stdout.decode())
        assert len(connection.execute("SHOW TABLES").fetchall()) == len(names)


def test_tables_that_differ_are_told_and_nothing_is_dropped(tmp_path: Path, stored: Path) -> None:
    path = tmp_path / "changed.db"
    path.write_bytes(stored.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("ALTER TABLE payment_rows DROP COLUMN delay_cost")
        connection.execute("ALTER TABLE event_transactions ADD COLUMN note VARCHAR")
    done = call("db", "validate", "-d", path)
    assert done.code == 1
    assert done.error.splitlines() == [
        "error: event_transactions.note should not be there",
        "error: payment_rows.delay_cost is missing; it should be BIGINT",
    ]
    refused = call("run", GRIDLOCK, "--persist", "--db-path", path)
    assert refused.code == 1
    assert f"run 'payment-sim db migrate --db-path {path}'" in refused.error
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("SELECT simulation_id FROM simulations").fetchall() == [("ring",)]


def test_simulations_and_costs(tmp_path: Path, stored: Path, run: Run) -> None:
    [row] = [json.loads(line) for line in succeeded("db", "simulations", "-d", stored, "--json").stdout.splitlines()]
    assert (row["simulation_id"], row["status"], row["committed_ticks"], row["total_ticks"]) == (
        "ring",
        "completed",
        60,
        60,
    )
    assert row["log_hash"] == run.log_hash
    assert "gridlock_ring.yaml" in succeeded("db", "simulations", "-d", stored).error
    file = tmp_path / "costs.csv"
    succeeded("db", "costs", "ring", "-d", stored, "--output-csv", file)
    with open(file, newline="") as opened:
        head, *lines = csv.reader(opened)
    assert head == ["tick", "day", *run.agent_ids]
    assert [int(cell) for cell in lines[-1][2:]] == [agent["costs"]["total_cost"] for agent in run.totals["agents"]]
    one = succeeded("db", "costs", "ring", "-d", stored, "--per-tick", "-a", "ASH", "-o", "-").stdout.decode()
    assert (
        sum(int(line.split(",")[2]) for line in one.splitlines()[1:]) == run.totals["agents"][0]["costs"]["total_cost"]
    )
    in_all = ", ".join(f"{agent['id']} {money(agent['costs']['total_cost'])}" for agent in run.totals["agents"])
    for form in ([], ["--per-tick"]):
        table = succeeded("db", "costs", "ring", "-d", stored, "--limit", "4", *form).error.splitlines()
        assert (len(table), table[-1]) == (7, f"info: in all: {in_all}")
    chart = tmp_path / "costs.png"
    succeeded("db", "costs", "ring", "-d", stored, "--chart-output", chart)
    assert chart.read_bytes()[:4] == b"\x89PNG"


FAILURES: list[tuple[list[str], str]] = [
    (["db", "validate", "-d", "none.db"], "none.db: there is no such database"),
    (["db", "costs", "nobody", "-d", "STORED"], "there is no simulation 'nobody'; the latest are ring"),
    (["db", "costs", "ring", "-d", "STORED", "-a", "OAK"], "simulation 'ring' has no bank 'OAK'; it has ASH, BEECH"),
    (["checkpoint", "load", "--db-path", "STORED"], "name a checkpoint, or with --simulation-id the run"),
    (["checkpoint", "load", "-s", "ring", "--db-path", "STORED"], "simulation 'ring' has no checkpoint"),
    (["checkpoint", "load", "1234", "--db-path", "STORED"], "checkpoint 1234 is not there"),
    (["checkpoint", "save", "STORED", "ring", "61"], "has 60 ticks; write 0 to 60, not 61"),
    (["checkpoint", "save", "STORED", "ring", "-t", "odd"], "type: got 'odd'; write one of manual, auto"),
    (["checkpoint", "delete", "--db-path", "STORED"], "name one checkpoint, or with --simulation-id a run"),
    (["tick", "--state", "none.json"], "none.json: cannot be read: No such file or directory"),
    (["state", "--state", "STORED"], "is not a state file"),
    (["create", "-c", "none.yaml", "-o", "state.json"], "none.yaml: cannot be read"),
]


@pytest.mark.parametrize("arguments, message", FAILURES)
def test_failures_are_one_line_and_code_1(
    arguments: list[str], message: str, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = call(*[str(stored) if word == "STORED" else word for word in arguments])
    assert (done.code, done.stdout) == (1, b"")
    assert message in done.error
    assert done.error.count("\n") == 1


def test_checkpoints_of_a_stored_run_at_any_tick(tmp_path: Path, stored: Path, run: Run) -> None:
    path, state = tmp_path / "runs.db", tmp_path / "state.json"
    path.write_bytes(stored.read_bytes())
    kept = [succeeded("checkpoint", "save", path, "ring", tick, "--description", "x").json() for tick in (0, 30, 60)]
    assert [row["checkpoint_tick"] for row in kept] == [0, 30, 60]
    assert succeeded("checkpoint", "save", path, "ring", "-t", "eod").json()["checkpoint_type"] == "end_of_day"
    listed = succeeded("checkpoint", "list", "ring", "--db-path", path, "--json").stdout.splitlines()
    assert [json.loads(line)["checkpoint_tick"] for line in listed] == [0, 30, 60, 60]
    assert kept[1]["checkpoint_id"][:8] in succeeded("checkpoint", "list", "--db-path", path, "-t", "manual").error
    for row in kept:
        identity = row["checkpoint_id"][:8] if row is kept[0] else row["checkpoint_id"]
        succeeded("checkpoint", "load", identity, "--config", GRIDLOCK, "-o", state, "--db-path", path)
        ended = (
            succeeded("run", "--state", state).json()
            if row is not kept[2]
            else {"log_hash": run.log_hash, **succeeded("state", "--state", state).json()}
        )
        assert (ended["current_tick"], ended["log_hash"]) == (60, run.log_hash)
    other = call(
        "checkpoint", "load", "latest", "-s", "ring", "--config", SCENARIOS / "two_banks.yaml", "--db-path", path
    )
    assert (other.code, "is of another scenario" in other.error) == (1, True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE simulation_checkpoints SET config_hash = state_hash")
    latest = ["checkpoint", "load", "latest", "--simulation-id", "ring", "--db-path", path]
    assert "is damaged: its scenario does not have the hash" in call(*latest).error
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE simulation_checkpoints SET state_json = state_json || ' '")
    damaged = call(*latest)
    assert (damaged.code, "its state does not have the hash" in damaged.error) == (1, True)
    assert "deleted 1" in succeeded("checkpoint", "delete", kept[0]["checkpoint_id"], "-y", "--db-path", path).error
    gone = succeeded("checkpoint", "delete", kept[0]["checkpoint_id"], "-y", "--db-path", path)
    assert "there is no such checkpoint" in gone.error
    assert "deleted 3" in succeeded("checkpoint", "delete", "-s", "ring", "--confirm", "--db-path", path).error


@pytest.mark.parametrize("source", [GRIDLOCK, 3, 5])
def test_a_state_file_goes_on_as_if_nothing_had_happened(source: Path | int, tmp_path: Path) -> None:
    file, state = tmp_path / "scenario.json", tmp_path / "state.json"
    document: Any = source if isinstance(source, Path) else scenario(source)
    if not isinstance(source, Path):
        file.write_text(json.dumps(document))
    run = simulate(load_config(document))
    succeeded("create", "--config", source if isinstance(source, Path) else file, "--output", state)
    assert json.loads(state.read_text())["payment_simulator_snapshot"]
    first = succeeded("tick", "--state", state).json()
    assert list(first) == ["tick", "num_arrivals", "num_settlements", "num_lsm_releases", "total_cost"]
    assert first.items() <= run.engine.tick_results(0, 1)[0].items()
    assert b"\n  " in succeeded("tick", "-s", state, "--pretty").stdout
    told = succeeded("run", "--state", state, "-c", "3", "--progress")
    assert told.error.count("info: tick ") == 3
    assert told.json()["current_tick"] == 5
    facts = succeeded("state", "-s", state).json()
    assert facts == {"current_tick": 5, "current_day": 0, "num_agents": len(run.agent_ids)}
    assert succeeded("state", "-s", state, "--verbose").json()["state"]
    rest = succeeded("run", "--state", state, "--count", run.ticks)
    assert f"warning: --count {run.ticks}: {run.ticks - 5} of the {run.ticks} ticks are left" in rest.error
    ended = rest.json()
    assert (ended["current_tick"], ended["log_hash"]) == (run.ticks, run.log_hash)
    beyond = call("tick", "-s", state)
    assert (beyond.code, f"{state}: the run is complete" in beyond.error) == (1, True)
    assert [path.name for path in tmp_path.iterdir() if "tmp" in path.name] == []
