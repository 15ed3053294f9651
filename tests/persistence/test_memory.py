"""What a run that is being stored keeps does not grow with its length."""

from pathlib import Path

import duckdb
from payment_simulator import load_config
from payment_simulator.execution.runner import SimulationRunner, View
from payment_simulator.execution.source import LiveSource
from payment_simulator.persistence.database import Database, silent_cursor
from payment_simulator.persistence.writer import DatabaseWriter
from payment_simulator_core_rs import Orchestrator

from tests.bench_storage import scenario

MEGABYTE = 2**20


class Kept(View):
    """What DuckDB keeps when all is written, and what is written so far: bytes."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.connection, self.path = connection, path

    def finish(self) -> None:
        kept = self.connection.execute("SELECT CAST(sum(memory_usage_bytes) AS BIGINT) FROM duckdb_memory()").fetchall()
        self.memory, self.written = kept[0][0], self.path.stat().st_size


def kept(path: Path, payments: int) -> tuple[int, int]:
    engine = Orchestrator(load_config(scenario(payments)).engine_input(), hashing=True)
    database = Database(path, create=True)
    kept = Kept(silent_cursor(database.connection), path)
    writer = DatabaseWriter(database, engine, "long", config_file="x", display={})
    SimulationRunner(LiveSource(engine, 500), [writer, kept]).run()
    return kept.memory, kept.written


def test_duckdb_does_not_keep_what_it_has_written(tmp_path: Path) -> None:
    short, _ = kept(tmp_path / "short.db", 100_000)
    long, written = kept(tmp_path / "long.db", 400_000)
    assert written > 40 * MEGABYTE
    assert long < short + 20 * MEGABYTE, (short, long)
