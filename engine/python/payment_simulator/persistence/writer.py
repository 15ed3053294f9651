"""Runs, written into a database: one that goes on, and one that was read back."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Any

from payment_simulator_core_rs import Orchestrator, Recording

from payment_simulator.execution.frame import TickFrame
from payment_simulator.execution.runner import View
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.run_tables import RunTables, now

EVENTS_PER_COMMIT = 200_000


def new_simulation_id() -> str:
    """`sim-` and eight hexadecimal digits."""
    return f"sim-{secrets.token_hex(4)}"


class DatabaseWriter(View):
    """Writes what happens, in transactions of whole ticks: one at each end of a day, and one for so many events.

    It takes the log from the engine (`take_log`), which forgets it: it must be the last of the views. When the run
    breaks off, its whole ticks are committed and it is marked as failed; when the process dies, what was committed is
    there and the run stays `running`. Raises `DatabaseError` for an id that is taken.
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
        self._tables = RunTables(database.connection, simulation_id, engine, full_replay=full_replay)
        self._whole = True
        """Whether the database holds all that the engine has given."""
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
        with self.database.transaction():
            self._tables.complete(self.engine, time.perf_counter() - self._began)
        self._completed = True

    def close(self) -> None:
        """Give the database back; a run that broke off is marked as failed, with the whole ticks that it has."""
        try:
            if not self._completed and self._whole:
                self._commit(ends_day=True)
                with self.database.transaction():
                    self._tables.update(status="failed", completed_at=now())
        finally:
            self.database.close()

    def _commit(self, *, ends_day: bool) -> None:
        """Write what happened since the last commit, up to the last whole tick."""
        tables, ticks, end = self._tables, self.engine.current_tick, self.engine.event_count
        self._whole = False
        with self.database.transaction():
            if end > tables.next_seq:
                first = tables.next_seq
                tables.write_events(self.engine.event_rows(first, end), end)
                tables.write_segment(self.engine.take_log(), first, ticks)
            if ends_day:
                tables.end_day(ticks)
            tables.update(committed_ticks=ticks)
        self._whole = True


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
        tables.end_day(ticks)
        tables.write_segment(recording.canonical_log(), 0, ticks)
        tables.update(committed_ticks=ticks)
        tables.complete(recording, None)
