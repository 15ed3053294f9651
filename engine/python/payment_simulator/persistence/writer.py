"""Runs, written into a database: one that goes on, and one that was read back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import duckdb
from payment_simulator_core_rs import Orchestrator, Recording

from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import View
from payment_simulator.persistence.batches import PackedLog, packed
from payment_simulator.persistence.database import ROW_GROUP, Database
from payment_simulator.persistence.errors import DatabaseError
from payment_simulator.persistence.run_tables import Part, RunTables, now

EVENTS_PER_COMMIT = 8 * ROW_GROUP
"""Rows that fill row groups are written for good at once; with fewer in a transaction more is written twice. With more
a run takes more memory: the events of two transactions are in it, one that is written and one that is prepared."""
MEMORY = "256MB"
"""What DuckDB may take while a run is written."""
KEPT = "32MB"
"""What it may keep between two transactions. It would fill what it may take with what it has written already, which
nobody reads, and a run would grow with its length until then."""


def new_simulation_id() -> str:
    """`sim-` and eight hexadecimal digits."""
    return f"sim-{secrets.token_hex(4)}"


class DatabaseWriter(View):
    """Writes what happens, in transactions of whole ticks: one at each end of a day, and one for so many events.

    It takes the log from the engine (`take_log`), which forgets it: it must be the last of the views. The database is
    written by a thread, one transaction at a time, while the engine goes on; an error of it is raised at the next
    transaction or at the end. When the run breaks off, its whole ticks are committed and it is marked as failed; when
    the process dies, what was committed is there and the run stays `running`. Raises `DatabaseError` for an id that is
    taken.
    """

    def __init__(
        self,
        database: Database,
        engine: Orchestrator,
        simulation_id: str,
        *,
        config_file: str,
        display: Mapping[str, Any],
        full_replay: bool = False,
        events_per_commit: int = EVENTS_PER_COMMIT,
    ) -> None:
        self.database = database
        self.engine = engine
        self.events_per_commit = events_per_commit
        database.connection.execute(f"SET memory_limit = '{MEMORY}'")
        self._tables = RunTables(database.connection, simulation_id, engine, full_replay=full_replay)
        self._thread = ThreadPoolExecutor(1, "database")
        self._written: Future[None] | None = None
        """The transaction that was begun last."""
        self._is_whole = True
        """Whether all that was taken from the engine was handed to the thread: not while a transaction is prepared."""
        self._completed = False
        self._began = time.perf_counter()
        with database.transaction():
            self._tables.introduce(database.path, config_file, display)

    def show(self, frame: TickFrame) -> None:
        """Commit, if it is time."""
        if frame.ends_day or self.engine.event_count - self._tables.next_seq >= self.events_per_commit:
            self._commit(ends_day=frame.ends_day)

    def finish(self) -> None:
        """Commit the rest and the totals: the run is completed."""
        self._commit(ends_day=True)
        self._wait()
        with self.database.transaction():
            self._tables.complete(self.engine, time.perf_counter() - self._began)
        self._completed = True

    def close(self) -> None:
        """Give the database back; a run that broke off is marked as failed, with the whole ticks that it has."""
        try:
            if not self._completed:
                self._break_off()
        finally:
            self._thread.shutdown()
            self.database.close()

    def _break_off(self) -> None:
        """Commit what there is, unless that would leave a gap: the run was interrupted while it was handed over."""
        try:
            self._wait()
        except DatabaseError:
            return
        if self._is_whole:
            self._commit(ends_day=True)
            self._wait()
        with self.database.transaction():
            self._tables.update(status="failed", completed_at=now())

    def _commit(self, *, ends_day: bool) -> None:
        """Let what happened since the last commit be written, up to the last whole tick."""
        self._is_whole = False
        part = self._tables.take(self.engine, self.engine.current_tick, self.engine.event_count, ends_day=ends_day)
        log = packed(self.engine.take_log() if part.end_seq > part.first_seq else b"")
        self._wait()
        self._written = self._thread.submit(self._write, part, log)
        self._is_whole = True

    def _wait(self) -> None:
        """Until the last transaction is over. Raises the error that it ended with."""
        if self._written is not None:
            self._written.result()
            self._written = None

    def _write(self, part: Part, log: PackedLog) -> None:
        with self.database.transaction():
            self._tables.write(part, log)
        self._give_back()

    def _give_back(self) -> None:
        """Let DuckDB forget what it has written: a limit that is lowered is kept at once, if that can be."""
        with suppress(duckdb.OutOfMemoryException):
            self.database.connection.execute(f"SET memory_limit = '{KEPT}'")
        self.database.connection.execute(f"SET memory_limit = '{MEMORY}'")


def store_recording(
    database: Database,
    recording: Recording,
    simulation_id: str,
    *,
    config_file: str,
    display: Mapping[str, Any],
    full_replay: bool = False,
) -> None:
    """Write a run that was read back, in one transaction. Raises `DatabaseError` for an id that is taken."""
    tables = RunTables(database.connection, simulation_id, recording, full_replay=full_replay)
    ticks = recording.current_tick
    with database.transaction():
        tables.introduce(database.path, config_file, display)
        tables.write_past(recording)
        tables.end_run()
        tables.write_segment(recording.canonical_log(), 0, recording.event_count, ticks)
        tables.complete(recording, None)
