"""The rows of one run: how each of them is written. Transactions are the caller's."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
from payment_simulator_core_rs import RollUp

from payment_simulator.execution.run_file import config_hash
from payment_simulator.persistence.batches import EventBatch, PackedLog, event_batch, packed, table
from payment_simulator.persistence.database import ROW_GROUP
from payment_simulator.persistence.errors import DatabaseError
from payment_simulator.persistence.models import TABLES
from payment_simulator.persistence.schema import columns

if TYPE_CHECKING:
    from payment_simulator_core_rs import Views


SLICE = 2 * ROW_GROUP
"""So many events are made rows of at once: their memory is used again for the next."""


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and without spaces: the text that is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True)
class Part:
    """What happened in some ticks, taken from a run and not written yet: whole ticks, up to and without `end_tick`."""

    events: list[EventBatch]
    first_seq: int
    end_seq: int
    end_tick: int
    day: Mapping[str, Any] | None
    """What is told of the day that ends here, as `RollUp.end_day` gives it."""


class RunTables:
    """Takes what is to be stored of one run from its engine, and writes its rows: the one beside the other, if need be.

    `views` is the live engine, before its first tick, or a recording.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, simulation_id: str, views: Views, *, full_replay: bool = False
    ) -> None:
        self.connection = connection
        self.simulation_id = simulation_id
        self.config = views.config
        self.ticks_per_day: int = self.config["ticks_per_day"]
        self.next_seq = 0
        """The first event that was not taken yet."""
        self._agent_ids = views.agent_ids
        self._roll_up = RollUp(views, every_tick=full_replay)
        self._full_replay = full_replay
        self._segment = 0
        # Drawn, not counted: runs of several connections begin without seeing each other.
        self._run_number = secrets.randbelow(2**31 - 1) + 1
        self._day_seq = self._told_tick = 0
        self._literal = "'" + simulation_id.replace("'", "''") + "'"

    def introduce(self, path: Path, config_file: str, display: Mapping[str, Any]) -> None:
        """The run, its configuration and policies. `path` is named when the id is taken or empty: `DatabaseError`."""
        if not self.simulation_id:
            raise DatabaseError(f"{path}: a run without a name cannot be stored; give it one with --simulation-id")
        taken = "SELECT status FROM simulations WHERE simulation_id = ?"
        found = self.connection.execute(taken, [self.simulation_id]).fetchall()
        if found:
            raise DatabaseError(
                f"{path}: there is a simulation {self.simulation_id!r} already ({found[0][0]});"
                " choose another --simulation-id"
            )
        run = {
            "run_number": self._run_number,
            "config_file": config_file,
            "config_hash": config_hash(self.config),
            "rng_seed": self.config["rng_seed"],
            "ticks_per_day": self.ticks_per_day,
            "num_days": self.config["num_days"],
            "num_agents": len(self.config["agents"]),
            "config_json": canonical_json({**self.config, "display": display}),
            "status": "running",
            "started_at": now(),
            "committed_ticks": 0,
        }
        self._insert("simulations", [run])
        banks = [{"agent_number": number, "agent_id": agent_id} for number, agent_id in enumerate(self._agent_ids)]
        self._insert("simulation_agents", banks)
        self._note_policies([(0, agent["id"], agent["policy"]) for agent in self.config["agents"]], "init")

    def take(self, views: Views, end_tick: int, end_seq: int, *, ends_day: bool) -> Part:
        """What happened since the last part, up to a tick and the event with which it begins.

        A part does not go beyond the end of a day; where a day or the run ends it has to be said.
        """
        first = self.next_seq
        slices = [(start, min(start + SLICE, end_seq)) for start in range(first, end_seq, SLICE)]
        events = [event_batch(views.event_rows(*places), self._agent_ids) for places in slices]
        self._roll_up.take_in(views, end_tick)
        told = ends_day and end_tick > self._told_tick
        if told:
            self._told_tick = end_tick
        self.next_seq = end_seq
        return Part(events, first, end_seq, end_tick, self._roll_up.end_day() if told else None)

    def write(self, part: Part, log: PackedLog | None) -> None:
        """The rows of a part, and its canonical log, if that is not written for itself.

        What one thread writes alone comes first: the engine, which begins its next part, leaves it one then. Events are
        written by as many as there are.
        """
        if log is not None and part.end_seq > part.first_seq:
            self._write_log(log, part.first_seq, part.end_seq, part.end_tick)
        if part.day is not None:
            self._write_day(part.day, part.end_tick)
        if part.end_seq > part.first_seq:
            self._write_events(part)
        if part.day is not None:
            self._end_day(part.end_seq)
        self.update(committed_ticks=part.end_tick)

    def write_past(self, views: Views) -> None:
        """Everything that has happened, day by day, without the log."""
        ends = [0, *np.frombuffer(views.event_ends(), "<i8").tolist()]
        last = views.current_tick
        for end in [*range(self.ticks_per_day, last, self.ticks_per_day), last]:
            self.write(self.take(views, end, ends[end], ends_day=end % self.ticks_per_day == 0), None)

    def write_segment(self, log: bytes, first_seq: int, end_seq: int, end_tick: int) -> None:
        """The canonical log of some events, the last of which ends `end_tick` - 1."""
        self._write_log(packed(log), first_seq, end_seq, end_tick)

    def end_run(self) -> None:
        """The run ends within a day: tell of what was written of it."""
        if self._roll_up.next_tick > self._told_tick:
            self._told_tick = self._roll_up.next_tick
            self._write_day(self._roll_up.end_day(), self._told_tick)
            self._end_day(self.next_seq)

    def _write_log(self, log: PackedLog, first_seq: int, end_seq: int, end_tick: int) -> None:
        about = f"{self._literal}, {self._segment}, piece, {first_seq}, {end_seq}, {end_tick}, log, {log.log_bytes}"
        self._insert_table(log.pieces, f"INSERT INTO log_segments ({SEGMENT}) SELECT {about} FROM arrived")
        self._segment += 1

    def _write_events(self, part: Part) -> None:
        events = pa.concat_tables((batch.events for batch in part.events), promote_options="default")
        names = ", ".join(events.column_names)
        self._insert_table(
            events,
            f"INSERT INTO event_rows (run_number, written_at, {names})"
            f" SELECT {self._run_number}, current_localtimestamp(), {names} FROM arrived",
        )
        counts = pa.concat_tables(batch.counts for batch in part.events)
        names = ", ".join(counts.column_names)
        self._insert_table(
            counts, f"INSERT INTO event_counts (run_number, {names}) SELECT {self._run_number}, {names} FROM arrived"
        )
        self._insert_rows("more_event_agents", pa.concat_tables(batch.more_agents for batch in part.events))
        self._insert_rows("event_transactions", pa.concat_tables(batch.transactions for batch in part.events))

        # A policy that was given in place of another in the same tick is the only one of that tick.
        replaced = {(tick, agent_id): policy for batch in part.events for tick, agent_id, policy in batch.policies}
        self._note_policies([(*place, policy) for place, policy in replaced.items()], "manual")

    def _note_policies(self, policies: Iterable[tuple[int, str, Any]], created_by: str) -> None:
        """Policies of banks, each from a tick on, in place of one that was noted for the same tick."""
        rows = []
        for tick, agent_id, policy in policies:
            text = canonical_json(policy)
            rows.append(
                {
                    "agent_id": agent_id,
                    "snapshot_day": tick // self.ticks_per_day,
                    "snapshot_tick": tick,
                    "policy_hash": hashlib.sha256(text.encode()).hexdigest(),
                    "policy_json": text,
                    "created_by": created_by,
                }
            )
        self._insert("policy_snapshots", rows, or_replace=created_by != "init")

    def _write_day(self, tables: Mapping[str, Any], end_tick: int) -> None:
        """What is told once a day, in place of what was told before of the payments that were open."""
        day = (end_tick - 1) // self.ticks_per_day
        payments = table(tables["payments"])
        told_before = payments.slice(0, tables["told_before"])
        if len(told_before):
            self._insert_table(
                told_before.select(["payment", "part", "arrival_tick"]),
                f"DELETE FROM payment_rows WHERE run_number = {self._run_number}"
                " AND arrival_tick >= (SELECT min(arrival_tick) FROM arrived)"
                " AND (payment, part) IN (SELECT (payment, part) FROM arrived)",
            )
        of_day, of_tick = f"{day} AS day", f"tick // {self.ticks_per_day} AS day"
        names = ", ".join(payments.column_names)
        if len(payments):
            self._insert_table(
                payments,
                f"INSERT INTO payment_rows (run_number, {names}) SELECT {self._run_number}, {names} FROM arrived",
            )
        self._insert_rows("daily_agent_metrics", table(tables["banks"]), of_day)
        self._insert_rows("agent_queue_snapshots", table(tables["queues"]), of_day)
        self._insert_rows("agent_state_registers", table(tables["registers"]))
        self._insert_rows("collateral_balances", table(tables["collateral"]))
        if self._full_replay:
            self._insert_rows("tick_agent_states", table(tables["tick_banks"]), of_tick)
            self._insert_rows("tick_queue_snapshots", table(tables["tick_queues"]))

    def _end_day(self, end_seq: int) -> None:
        """What is told of a day's events, when they are written."""
        if self._full_replay:
            self.connection.execute(DECISIONS, [self.simulation_id, self._day_seq, end_seq])
        self._day_seq = end_seq

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

    def _insert(self, table: str, rows: Sequence[Mapping[str, Any]], *, or_replace: bool = False) -> None:
        """Some rows with the same columns, in one statement: each takes DuckDB milliseconds."""
        if rows:
            names = ["simulation_id", *rows[0]]
            places = ", ".join([f"({', '.join('?' * len(names))})"] * len(rows))
            insert = "INSERT OR REPLACE" if or_replace else "INSERT"
            values = [value for row in rows for value in (self.simulation_id, *row.values())]
            self.connection.execute(f"{insert} INTO {table} ({', '.join(names)}) VALUES {places}", values)

    def _insert_rows(self, name: str, rows: pa.Table, *computed: str) -> None:
        """The columns of `rows` that a table has, and others that are computed."""
        if len(rows):
            there = [column for column in columns(MODELS[name]) if column in rows.column_names]
            chosen = ", ".join([f"{self._literal} AS simulation_id", *there, *computed])
            self._insert_table(rows.select(there), f"INSERT INTO {name} BY NAME SELECT {chosen} FROM arrived")

    def _insert_table(self, table: pa.Table, statement: str) -> None:
        """Run a statement that reads an Arrow table as `arrived`, in parts that DuckDB can pack in parallel."""
        self.connection.register("arrived", pa.Table.from_batches(table.to_batches(ROW_GROUP), table.schema))
        try:
            self.connection.execute(statement)
        finally:
            self.connection.unregister("arrived")


MODELS = {model.table_name: model for model in TABLES}

SEGMENT = "simulation_id, segment, piece, first_seq, end_seq, end_tick, log, log_bytes"

DECISIONS = """INSERT INTO policy_decisions BY NAME
SELECT simulation_id, seq AS id, agent_id, tick, day, lower(event_type[7:]) AS decision_type, tx_id,
    coalesce(json_extract_string(details, '$.reason_detail'), json_extract_string(details, '$.reason')) AS reason,
    CAST(json_extract_string(details, '$.num_splits') AS BIGINT) AS num_splits,
    CAST(json_extract(details, '$.child_ids') AS VARCHAR) AS child_tx_ids
FROM simulation_events WHERE simulation_id = ? AND seq >= ? AND seq < ?
    AND event_type IN ('PolicySubmit', 'PolicyHold', 'PolicyDrop', 'PolicySplit') ORDER BY seq"""


def now() -> datetime:
    """The time that is noted, in UTC; nothing is ordered by it but lists for people."""
    return datetime.now(UTC).replace(tzinfo=None)
