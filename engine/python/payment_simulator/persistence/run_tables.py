"""The rows of one run: how each of them is written. Transactions are the caller's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from payment_simulator.execution.run_file import config_hash
from payment_simulator.persistence import rollup
from payment_simulator.persistence.batches import event_batch, log_pieces
from payment_simulator.persistence.errors import DatabaseError

if TYPE_CHECKING:
    from payment_simulator_core_rs import Views


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and without spaces: the text that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class RunTables:
    """Writes the rows of one run. `views` is the live engine, before its first tick, or a recording."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, simulation_id: str, views: Views, *, full_replay: bool = False
    ) -> None:
        self.connection = connection
        self.simulation_id = simulation_id
        self.config = views.config
        self.ticks_per_day: int = self.config["ticks_per_day"]
        self.next_seq = 0
        """The first event that is not written yet."""
        self._agent_ids = views.agent_ids
        self._full_replay = full_replay
        self._segment = 0
        self._day_seq = 0
        self._day_tick = 0
        rollup.prepare(connection, simulation_id, self.config, views.state(-1))

    def introduce(self, path: Path, config_file: str, display: Mapping[str, Any]) -> None:
        """The run, its configuration and policies. `path` is named when the id is taken: `DatabaseError`."""
        taken = "SELECT status FROM simulations WHERE simulation_id = ?"
        found = self.connection.execute(taken, [self.simulation_id]).fetchall()
        if found:
            raise DatabaseError(
                f"{path}: there is a simulation {self.simulation_id!r} already ({found[0][0]});"
                " choose another --simulation-id"
            )
        self._insert(
            "simulations",
            config_file=config_file,
            config_hash=config_hash(self.config),
            rng_seed=self.config["rng_seed"],
            ticks_per_day=self.ticks_per_day,
            num_days=self.config["num_days"],
            num_agents=len(self.config["agents"]),
            config_json=canonical_json({**self.config, "display": display}),
            status="running",
            started_at=now(),
            committed_ticks=0,
        )
        for agent in self.config["agents"]:
            text = canonical_json(agent["policy"])
            self._insert(
                "policy_snapshots",
                agent_id=agent["id"],
                snapshot_day=0,
                snapshot_tick=0,
                policy_hash=hashlib.sha256(text.encode()).hexdigest(),
                policy_json=text,
                created_by="init",
            )

    def write_events(self, rows: Mapping[str, bytes], end_seq: int) -> None:
        """Events from `next_seq` up to and without `end_seq`, as `event_rows` gives them."""
        batch = event_batch(rows, self._agent_ids)
        literal = "'" + self.simulation_id.replace("'", "''") + "'"
        self._insert_table(
            batch.events,
            "INSERT INTO simulation_events (simulation_id, seq, tick, day, event_timestamp, event_type, details,"
            f" agent_id, tx_id, created_at) SELECT {literal}, seq, tick, tick // {self.ticks_per_day},"
            " current_localtimestamp(), event_type, details, agent_id, tx_id, current_localtimestamp() FROM arrived",
        )
        places = f"INSERT INTO agent_events SELECT {literal}, {self.next_seq}, agent_id, places FROM arrived"
        self._insert_table(batch.agents, places)
        others = f"INSERT INTO event_transactions SELECT {literal}, seq, tx_id FROM arrived"
        self._insert_table(batch.transactions, others)
        self.next_seq = end_seq

    def write_past(self, views: Views) -> None:
        """Every event that `views` holds, and what is told of its whole days."""
        count = views.event_count
        tick_of = np.frombuffer(views.event_rows(0, count)["tick"], "<i4")
        for day_end in range(self.ticks_per_day, views.current_tick + 1, self.ticks_per_day):
            end = int(np.searchsorted(tick_of, day_end))
            self.write_events(views.event_rows(self.next_seq, end), end)
            self.end_day(day_end)
        if self.next_seq < count:
            self.write_events(views.event_rows(self.next_seq, count), count)

    def write_segment(self, log: bytes, first_seq: int, end_tick: int) -> None:
        """The canonical log of the events from `first_seq` up to `next_seq`, the last of which ends `end_tick` - 1."""
        literal = "'" + self.simulation_id.replace("'", "''") + "'"
        about = f"{literal}, {self._segment}, piece, {first_seq}, {self.next_seq}, {end_tick}, log"
        self._insert_table(log_pieces(log), f"INSERT INTO log_segments SELECT {about} FROM arrived")
        self._segment += 1

    def end_day(self, end_tick: int) -> None:
        """What is told once a day, of the ticks since it was told last."""
        if end_tick > self._day_tick:
            rollup.roll_up(
                self.connection,
                from_seq=self._day_seq,
                to_seq=self.next_seq,
                first_tick=self._day_tick,
                end_tick=end_tick,
                full_replay=self._full_replay,
            )
        self._day_seq, self._day_tick = self.next_seq, end_tick

    def update(self, **columns: Any) -> None:
        """Columns of the row in `simulations`."""
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self.connection.execute(
            f"UPDATE simulations SET {assignments} WHERE simulation_id = ?", [*columns.values(), self.simulation_id]
        )

    def complete(self, views: Views, seconds: float | None) -> None:
        """The run has come to its end: its totals, its hash, and how long it took."""
        totals, ticks = views.totals(), views.current_tick
        self.update(
            status="completed",
            completed_at=now(),
            total_events=views.event_count,
            total_arrivals=totals["total_arrivals"],
            total_settlements=totals["total_settlements"],
            total_cost_cents=totals["total_cost"],
            duration_seconds=seconds,
            ticks_per_second=ticks / seconds if seconds else None,
            log_hash=views.log_hash(),
        )

    def _insert(self, table: str, **row: Any) -> None:
        row = {"simulation_id": self.simulation_id, **row}
        places = ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))

    def _insert_table(self, table: Any, statement: str) -> None:
        """Run a statement that reads an Arrow table as `arrived`."""
        self.connection.register("arrived", table)
        try:
            self.connection.execute(statement)
        finally:
            self.connection.unregister("arrived")


def now() -> datetime:
    """The time that is noted, in UTC; nothing is ordered by it but lists for people."""
    return datetime.now(UTC).replace(tzinfo=None)
