"""Policies of a stored run: those that it began with, and those that were replaced while it went on."""

import json
from pathlib import Path

from payment_simulator import load_config
from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import SimulationRunner, View
from payment_simulator.execution.source import LiveSource
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.queries import frame
from payment_simulator.persistence.writer import DatabaseWriter, store_recording
from payment_simulator_core_rs import Orchestrator, Recording

AGENTS = [{"id": name, "opening_balance": 1_000, "policy": {"type": "Fifo"}} for name in ("A", "B")]
SCENARIO = {"simulation": {"ticks_per_day": 4, "num_days": 2}, "agents": AGENTS}
URGENT = {"type": "Deadline", "urgency_threshold": 3}


class Replacing(View):
    """Gives a bank another policy between two ticks, twice, and does something else."""

    def __init__(self, engine: Orchestrator) -> None:
        self.engine = engine

    def show(self, frame: TickFrame) -> None:
        if frame.tick == 5:
            self.engine.submit("A", "B", 10, 7)
            self.engine.replace_policy("B", URGENT | {"urgency_threshold": 2})
            self.engine.replace_policy("B", URGENT)


def test_a_policy_that_is_replaced_is_noted_from_its_tick_on(tmp_path: Path) -> None:
    config = load_config(SCENARIO)
    engine = Orchestrator(config.engine_input(), hashing=True)
    database = Database(tmp_path / "runs.db", create=True)
    writer = DatabaseWriter(database, engine, "live", config_file="x", display={})
    SimulationRunner(LiveSource(engine, 4), [Replacing(engine), writer]).run()
    with Database(tmp_path / "runs.db") as again:
        other = Orchestrator(config.engine_input())
        SimulationRunner(LiveSource(other, 4), [Replacing(other)]).run()
        recording = Recording(other.config, other.canonical_log(), ticks=other.current_tick)
        store_recording(again, recording, "read back", config_file="x", display={})
        for name in ("live", "read back"):
            statement = "SELECT * FROM policy_snapshots WHERE simulation_id = ? ORDER BY snapshot_tick, agent_id"
            rows = frame(again.connection, statement, [name]).to_dicts()
            columns = ("agent_id", "snapshot_day", "snapshot_tick", "created_by")
            assert [tuple(row[column] for column in columns) for row in rows] == [
                ("A", 0, 0, "init"),
                ("B", 0, 0, "init"),
                ("B", 1, 6, "manual"),
            ]
            assert URGENT.items() <= json.loads(rows[-1]["policy_json"]).items()
