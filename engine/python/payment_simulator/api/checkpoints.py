"""Checkpoints in the database."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from payment_simulator.api.snapshot import Snapshot
from payment_simulator.execution.run_file import config_hash
from payment_simulator.persistence.database import Database, explained

SHOWN = (
    "checkpoint_id, simulation_id, checkpoint_tick, checkpoint_day, checkpoint_timestamp, checkpoint_type, "
    "description, created_by, state_hash, config_hash, num_agents, num_transactions, total_size_bytes"
)
"""Everything but the state itself."""


class Checkpoints:
    """The table of checkpoints. Every method takes a while: none of them is for the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(
        self, snapshot: Snapshot, document: Mapping[str, Any], kind: str, description: str | None
    ) -> dict[str, Any]:
        """Keep a snapshot, with the scenario as it was handed over; what it is known by."""
        row: dict[str, Any] = {
            "checkpoint_id": str(uuid.uuid4()),
            "simulation_id": snapshot.simulation_id,
            "checkpoint_tick": snapshot.tick,
            "checkpoint_day": snapshot.day,
            "checkpoint_timestamp": datetime.now(UTC).replace(tzinfo=None),
            "state_json": snapshot.text,
            "state_hash": snapshot.digest,
            "config_json": json.dumps(document, ensure_ascii=False, separators=(",", ":")),
            "config_hash": config_hash(snapshot.config),
            "checkpoint_type": kind,
            "description": description,
            "created_by": "api",
            "num_agents": len(snapshot.config["agents"]),
            "num_transactions": snapshot.payments,
            "total_size_bytes": len(snapshot.text.encode()),
        }
        self._execute(
            f"INSERT INTO simulation_checkpoints ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            list(row.values()),
        )
        return row

    def listed(self, simulation_id: str) -> list[dict[str, Any]]:
        """Those of a simulation, by tick."""
        return self._rows("simulation_id = ? ORDER BY checkpoint_tick, checkpoint_timestamp", simulation_id)

    def find(self, checkpoint_id: str) -> dict[str, Any] | None:
        """One of them."""
        found = self._rows("checkpoint_id = ?", checkpoint_id)
        return found[0] if found else None

    def state(self, checkpoint_id: str) -> tuple[str, dict[str, Any]]:
        """The text of the snapshot, and the scenario."""
        statement = "SELECT state_json, config_json FROM simulation_checkpoints WHERE checkpoint_id = ?"
        [[text, document]] = self._execute(statement, [checkpoint_id])
        return text, json.loads(document)

    def delete(self, checkpoint_id: str) -> None:
        """Forget it, if it is there."""
        self._execute("DELETE FROM simulation_checkpoints WHERE checkpoint_id = ?", [checkpoint_id])

    def _rows(self, condition: str, value: str) -> list[dict[str, Any]]:
        names = SHOWN.split(", ")
        rows = self._execute(f"SELECT {SHOWN} FROM simulation_checkpoints WHERE {condition}", [value])
        return [_shown(dict(zip(names, row, strict=True))) for row in rows]

    def _execute(self, statement: str, values: list[Any]) -> list[Any]:
        with explained(self._database.path):
            cursor = self._database.connection.cursor()
            try:
                return cursor.execute(statement, values).fetchall()
            finally:
                cursor.close()


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    row["checkpoint_timestamp"] = row["checkpoint_timestamp"].replace(tzinfo=UTC)
    return row
