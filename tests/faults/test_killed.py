"""A persisting run that is killed leaves a database that opens, with whole ticks; from there one can go on."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from payment_simulator import load_config, simulate
from payment_simulator.persistence.checkpoints import CheckpointManager
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.errors import DatabaseError
from payment_simulator.persistence.stored_run import StoredRun

from tests.generated import scenario

MOMENTS = 50
SEED = 20261121
ROOT = Path(__file__).parents[2]


def test_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    document = scenario(3)
    document["simulation"]["num_days"] = 4
    file = tmp_path / "scenario.json"
    file.write_text(json.dumps(document))
    arguments = [str(tmp_path), str(MOMENTS), str(SEED), str(file)]
    subprocess.run([sys.executable, "-m", "tests.faults.killed", *arguments], check=True, cwd=ROOT)
    whole = simulate(load_config(file))
    log = whole.engine.canonical_log()
    found: Counter[str] = Counter()
    for number in range(MOMENTS):
        path = tmp_path / f"{number}.db"
        if not path.exists():
            found["not begun"] += 1
            continue
        try:
            database = Database(path)
        except DatabaseError:  # killed while its tables were made: nothing was promised yet
            found["not begun"] += 1
            continue
        with database:
            rows = database.connection.execute("SELECT simulation_id FROM simulations").fetchall()
            if not rows:
                found["not begun"] += 1
                continue
            stored = StoredRun(database, "killed")
            found[stored.row["status"]] += 1
            run = stored.run()
            assert run.ticks == stored.ticks
            assert run.events() == whole.events(0, stored.ticks)
            assert log.startswith(stored.log())
            for table in ("simulation_events", "event_agents"):
                [(last,)] = database.connection.execute(f"SELECT max(seq) FROM {table}").fetchall()
                assert (last or -1) < run.event_count
            [(count, last)] = database.connection.execute(
                "SELECT count(*), max(tick) FROM simulation_events"
            ).fetchall()
            assert count == run.event_count
            assert last is None or last < stored.ticks
            manager = CheckpointManager(database)
            engine, row = manager.load(manager.save_from_database("killed"))
            assert row["checkpoint_tick"] == stored.ticks
            engine.run(engine.total_ticks)
            assert engine.log_hash() == whole.log_hash
    assert found["running"] > MOMENTS / 4, found
    assert set(found) <= {"running", "completed", "not begun"}
