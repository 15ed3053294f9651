"""The database of a server."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_simulator_core_rs import Orchestrator

from payment_simulator.api.problem import bad_request
from payment_simulator.api.recorder import Recorder
from payment_simulator.api.stored_simulation import StoredSimulation
from payment_simulator.api.workers import Workers
from payment_simulator.persistence import migrations
from payment_simulator.persistence.checkpoints import CheckpointManager
from payment_simulator.persistence.database import Database, connect, explained, silent_cursor
from payment_simulator.persistence.errors import DatabaseError
from payment_simulator.persistence.stored_run import StoredRun

log = logging.getLogger("payment_simulator.api")

OPEN_MAX = 4
"""So many stored simulations are kept in memory; the one that was asked for longest ago goes first."""
LISTED_MAX = 1000
"""So many stored simulations are listed, the latest."""
LISTED = (
    "simulation_id, config_file, config_hash, rng_seed, ticks_per_day, num_days, num_agents, status, started_at, "
    "completed_at, committed_ticks"
)


class Storage:
    """One database file, made or migrated when it is opened. Raises `DatabaseError` for one that cannot be used.

    Every method takes a while: none of them is for the event loop.
    """

    def __init__(self, path: str, workers: Workers) -> None:
        self._workers = workers
        file = Path(path)
        if file.exists():
            _migrate(file)
        self.database = Database(file, create=True)
        self._open: OrderedDict[str, StoredSimulation] = OrderedDict()

    def recorder(self, engine: Orchestrator, simulation_id: str, display: Mapping[str, Any]) -> Recorder:
        """Begin to store a simulation."""
        return Recorder(self.database, engine, simulation_id, display)

    def find(self, simulation_id: str) -> StoredSimulation | None:
        """The stored simulation of this name, if there is one that can be read."""
        found = self._open.pop(simulation_id, None)
        if found is None:
            database = self._beside()
            try:
                found = StoredSimulation(StoredRun(database, simulation_id), self._workers)
            except DatabaseError:
                return None
        self._open[simulation_id] = found
        if len(self._open) > OPEN_MAX:
            self._open.popitem(last=False)
        return found

    def forget(self, simulation_id: str) -> None:
        """Read it anew when it is asked for next: it was live until now."""
        self._open.pop(simulation_id, None)

    def listed(self) -> list[dict[str, Any]]:
        """The rows of the latest stored simulations, newest first."""
        with explained(self.database.path):
            cursor = silent_cursor(self.database.connection).execute(
                f"SELECT {LISTED} FROM simulations ORDER BY started_at DESC, simulation_id LIMIT {LISTED_MAX}"
            )
            names = LISTED.split(", ")
            return [_row(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]

    # Checkpoints

    def save_checkpoint(
        self, engine: Orchestrator, simulation_id: str, kind: str, description: str | None
    ) -> dict[str, Any]:
        """Keep the state of an engine between two ticks; what is noted about it."""
        with self._checkpoints() as checkpoints:
            checkpoint_id = checkpoints.save(
                engine, simulation_id, checkpoint_type=kind, description=description, created_by="api"
            )
            row = checkpoints.get(checkpoint_id)
            assert row is not None  # it was saved just now
            return _zoned(row)

    def checkpoint(self, checkpoint_id: str) -> dict[str, Any] | None:
        """What is noted about a checkpoint."""
        with self._checkpoints() as checkpoints:
            row = checkpoints.get(checkpoint_id)
            return None if row is None else _zoned(row)

    def checkpoints(self, simulation_id: str) -> list[dict[str, Any]]:
        """What is noted about those of a simulation, by tick."""
        with self._checkpoints() as checkpoints:
            return [_zoned(row) for row in checkpoints.list(simulation_id).to_dicts()]

    def delete_checkpoint(self, checkpoint_id: str) -> None:
        """Forget it."""
        with self._checkpoints() as checkpoints:
            checkpoints.delete(checkpoint_id)

    def restore(self, checkpoint_id: str) -> Orchestrator:
        """The engine as it was. 400 for a checkpoint that is not what was saved."""
        with self._checkpoints() as checkpoints:
            try:
                return checkpoints.load(checkpoint_id)[0]
            except DatabaseError as error:
                log.error("%s", error)
                message = "the checkpoint cannot be restored: it is damaged, or another version has written it"
                raise bad_request(message) from None

    @contextmanager
    def _checkpoints(self) -> Iterator[CheckpointManager]:
        with self._beside() as database:
            yield CheckpointManager(database)

    def _beside(self) -> Database:
        """The same file through another connection: connections are for one thread at a time."""
        other = Database.__new__(Database)
        other.path, other.connection = self.database.path, silent_cursor(self.database.connection)
        return other

    def close(self) -> None:
        """Give the file back."""
        self.database.close()


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A stored simulation in the list: one that is not live and did not complete has failed."""
    ticks = _zoned(row).pop("committed_ticks")
    return {
        **row,
        "status": "completed" if row["status"] == "completed" else "failed",
        "live": False,
        "current_tick": ticks,
        "current_day": ticks // row["ticks_per_day"],
        "total_ticks": row["ticks_per_day"] * row["num_days"],
    }


def _zoned(row: dict[str, Any]) -> dict[str, Any]:
    """A row whose times, which are in UTC, say so."""
    for name, value in row.items():
        if isinstance(value, datetime):
            row[name] = value.replace(tzinfo=UTC)
    return row


def _migrate(path: Path) -> None:
    """Apply what an older database lacks; one that is not ours is left as it is, and refused when it is opened."""
    connection = connect(path)
    try:
        with explained(path):
            if migrations.applied(connection):
                migrations.migrate(connection)
    finally:
        connection.close()
