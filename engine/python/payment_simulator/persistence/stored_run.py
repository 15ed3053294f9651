"""A run read back from a database."""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from typing import Any

from payment_simulator_core_rs import Orchestrator, Recording

from payment_simulator.execution.run import Run
from payment_simulator.execution.run_file import config_hash
from payment_simulator.persistence.batches import unpacked
from payment_simulator.persistence.database import Database
from payment_simulator.persistence.errors import DatabaseError

RECENT = 10


class StoredRun:
    """A run in a database: what was noted about it (`row`), and its log.

    Without an id it is the only one that there is. Raises `DatabaseError` for an unknown id, and where one is needed.
    """

    def __init__(self, database: Database, simulation_id: str | None) -> None:
        self.database = database
        self.simulation_id = simulation_id = self._only() if simulation_id is None else simulation_id
        cursor = database.connection.execute("SELECT * FROM simulations WHERE simulation_id = ?", [simulation_id])
        names = [column[0] for column in cursor.description or ()]
        found = cursor.fetchall()
        if not found:
            raise DatabaseError(f"{database.path}: {self._unknown()}")
        self.row: dict[str, Any] = dict(zip(names, found[0], strict=True))

    @property
    def ticks(self) -> int:
        """How many ticks are there, whole."""
        return int(self.row["committed_ticks"])

    @property
    def is_complete(self) -> bool:
        """Whether the run came to its end. One that did not holds whole ticks up to where it broke off."""
        return bool(self.row["status"] == "completed")

    def config(self) -> dict[str, Any]:
        """The engine input. Raises `DatabaseError` if none was stored, or another one than was run."""
        config = {key: value for key, value in self._document().items() if key != "display"}
        if config_hash(config) != self.row["config_hash"]:
            raise self._damaged("configuration", "it does not have the hash that was noted")
        return config

    def display(self) -> dict[str, Any]:
        """How the scenario is shown."""
        return dict(self._document().get("display", {}))

    def _document(self) -> dict[str, Any]:
        if self.row["config_json"] is None:
            raise DatabaseError(
                f"{self.database.path}: simulation {self.simulation_id!r} has no stored configuration: it can be"
                " neither replayed nor exported; run its scenario again with --persist"
            )
        try:
            document = json.loads(self.row["config_json"])
        except ValueError as error:
            raise self._damaged("configuration", error) from None
        return document if isinstance(document, dict) else {}

    def log(self) -> bytes:
        """The canonical log of its whole ticks; of a run in which nothing has happened yet, the log of nothing."""
        fetch = self.database.connection.execute
        of_run = "FROM log_segments WHERE simulation_id = ?"
        counts = f"SELECT log_bytes, count(*) {of_run} GROUP BY segment, log_bytes ORDER BY segment"
        segments = fetch(counts, [self.simulation_id]).fetchall()
        rows = fetch(f"SELECT log {of_run} ORDER BY segment, piece", [self.simulation_id]).fetchall()
        pieces = (piece for (piece,) in rows)
        try:
            whole = b"".join(unpacked(b"".join(islice(pieces, count)), length) for length, count in segments)
            return whole or Orchestrator(self.config()).canonical_log()
        except OSError as error:
            raise self._damaged("log", error) from None

    def recording(self) -> Recording:
        """The run, to look at. Raises `DatabaseError` where log or configuration are not those that were stored."""
        config, log = self.config(), self.log()
        noted = self.row["log_hash"] if self.ticks else None
        if noted is not None and hashlib.sha256(log).hexdigest() != noted:
            raise self._damaged("log", "it does not have the hash that was noted")
        try:
            return Recording(config, log, ticks=self.ticks)
        except (ValueError, OverflowError) as error:
            raise self._damaged("log", error) from None

    def run(self) -> Run:
        """The same with arrays and totals."""
        return Run(self.recording(), self.config())

    def _damaged(self, what: str, why: object) -> DatabaseError:
        return DatabaseError(
            f"{self.database.path}: the {what} of simulation {self.simulation_id!r} is damaged: {why}; run its scenario"
            " again with --persist, or import a file to which it was exported"
        )

    def _only(self) -> str:
        recent = self._recent()
        if len(recent) != 1:
            raise DatabaseError(
                f"{self.database.path}: holds {'several simulations' if recent else 'no simulation'};"
                f" name one with --simulation-id{': ' if recent else ''}{', '.join(recent)}"
            )
        return recent[0]

    def _unknown(self) -> str:
        recent = ", ".join(self._recent())
        latest = f"the latest are {recent}" if recent else "it has none"
        return f"there is no simulation {self.simulation_id!r}; {latest}"

    def _recent(self) -> list[str]:
        rows = self.database.connection.execute(
            f"SELECT simulation_id FROM simulations ORDER BY started_at DESC LIMIT {RECENT}"
        ).fetchall()
        return [name for (name,) in rows]
