"""A live simulation, written into the database while it goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import duckdb
from payment_simulator_core_rs import Orchestrator

from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import View
from payment_simulator.persistence.batches import packed
from payment_simulator.persistence.database import Database, explained, silent_cursor
from payment_simulator.persistence.run_tables import RunTables, now

COMMIT_SECONDS = 1.0
"""So far may the database be behind: what a crash loses."""
CONFIG_FILE = "api"
"""What stands where stored runs have the name of their file."""


class Recorder(View):
    """Commits whole ticks, at the end of each day and about once a second. The engine keeps its log.

    It has a connection of its own. It is used by one thread at a time: whoever holds
    the lock of the simulation.
    """

    def __init__(
        self, database: Database, engine: Orchestrator, simulation_id: str, display: Mapping[str, Any]
    ) -> None:
        self.engine = engine
        self._path = database.path
        self._connection = silent_cursor(database.connection)
        self._ticks = 0
        self._committed = time.monotonic()
        with self._transaction():
            self._tables = RunTables(self._connection, simulation_id, engine)
            self._tables.introduce(database.path, CONFIG_FILE, display)
            self._tables.write_past(engine)
            log = engine.canonical_log()
            self._tables.write_segment(log, 0, engine.event_count, engine.current_tick)
        self._ticks = engine.current_tick
        self._begun = len(log)
        """Bytes of the first segment. It is there before the first tick, then with the head of the log alone."""

    def show(self, frame: TickFrame) -> None:
        """Commit, if it is time."""
        if frame.ends_day or self.is_due:
            self.commit(ends_day=frame.ends_day)

    @property
    def is_due(self) -> bool:
        """Whether ticks wait for being written, and the last commit is long ago."""
        behind = self.engine.current_tick > self._ticks
        return behind and time.monotonic() - self._committed >= COMMIT_SECONDS

    def commit(self, *, ends_day: bool = False) -> None:
        """Write every tick that was run since the last commit. Nothing may have been done to the engine since then."""
        ticks, end = self.engine.current_tick, self.engine.event_count
        if ticks == self._ticks:
            return
        tables = self._tables
        with self._transaction():
            first = tables.next_seq
            log = self.engine.canonical_log(first) if first else self.engine.canonical_log()[self._begun :]
            tables.write(tables.take(self.engine, ticks, end, ends_day=ends_day), packed(log))
        self._ticks, self._committed = ticks, time.monotonic()

    def end(self, seconds: float, *, failed: bool) -> None:
        """The run has come to its end, after so many seconds of work; or it has `failed`."""
        self.commit()
        with self._transaction():
            self._tables.end_run()
            if failed:
                self._tables.update(status="failed", completed_at=now())
            else:
                self._tables.complete(self.engine, seconds)

    def close(self) -> None:
        """A slice of the run is over: nothing is to be done."""

    def release(self) -> None:
        """Give the connection back."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with explained(self._path):
            self._connection.execute("BEGIN")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
