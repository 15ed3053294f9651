"""The database of a server."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from payment_simulator_core_rs import Orchestrator

from payment_simulator.api.checkpoints import Checkpoints
from payment_simulator.api.recorder import Recorder
from payment_simulator.api.stored_simulation import StoredSimulation
from payment_simulator.api.workers import Workers
from payment_simulator.persistence import migrations
from payment_simulator.persistence.database import Database, connect, explained
from payment_simulator.persistence.errors import DatabaseError
from payment_simulator.persistence.stored_run import StoredRun

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
        self.checkpoints = Checkpoints(self.database)
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
            cursor = self.database.connection.cursor().execute(
                f"SELECT {LISTED} FROM simulations ORDER BY started_at DESC, simulation_id LIMIT {LISTED_MAX}"
            )
            names = LISTED.split(", ")
            return [_row(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]

    def _beside(self) -> Database:
        """The same file through another connection: connections are for one thread at a time."""
        other = Database.__new__(Database)
        other.path, other.connection = self.database.path, self.database.connection.cursor()
        return other

    def close(self) -> None:
        """Give the file back."""
        self.database.close()


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A stored simulation in the list: one that is not live and did not complete has failed."""
    for name in ("started_at", "completed_at"):
        row[name] = row[name] and row[name].replace(tzinfo=UTC)
    ticks = row.pop("committed_ticks")
    return {
        **row,
        "status": "completed" if row["status"] == "completed" else "failed",
        "live": False,
        "current_tick": ticks,
        "current_day": ticks // row["ticks_per_day"],
        "total_ticks": row["ticks_per_day"] * row["num_days"],
    }


def _migrate(path: Path) -> None:
    """Apply what an older database lacks; one that is not ours is left as it is, and refused when it is opened."""
    connection = connect(path)
    try:
        with explained(path):
            if migrations.applied(connection):
                migrations.migrate(connection)
    finally:
        connection.close()
